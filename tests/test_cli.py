"""The headless commands, in this process; tests/whole runs the installed program against real servers."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from desktop import cli
from desktop.__main__ import first_command


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs a command on a data folder of its own; gives (exit code, standard output, standard error)."""

    monkeypatch.setattr("desktop.log.set_up", lambda path: None)  # it is for the whole process

    def call(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            code = cli.main(["--data-dir", str(tmp_path), *words])
        except SystemExit as exit_:  # argparse
            code = int(exit_.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_the_tour_answers_a_newcomer_and_the_answer_is_kept(run) -> None:
    code, out, err = run("ask", "What can you do?")
    assert (code, err) == (0, "")
    assert len(out) > 200
    _code, listed, _err = run("conversations", "--json")
    row = json.loads(listed)
    assert (row["title"], row["model"]) == ("What can you do?", "tour/tour")
    _code, shown, _err = run("show", row["id"], "--json")
    question, reply = json.loads(shown)["messages"]
    assert question["text"] == "What can you do?"
    assert reply["text"].strip() == out.strip()
    assert reply["status"] == "complete"


def test_json_has_one_event_a_line_and_one_end(run) -> None:
    code, out, _err = run("ask", "--json", "-", stdin="How do I add a key?\n")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert events[0]["event"] == "model_chosen"
    assert [event["event"] for event in events if event["event"] in ("finished", "failed", "stopped")] == ["finished"]
    assert events[-1]["event"] == "finished"
    usage = next(event for event in events if event["event"] == "usage")
    assert usage["output_tokens"] > 0
    assert all(event["text"] for event in events if event["event"] == "text")


def test_a_conversation_goes_on(run) -> None:
    run("ask", "What can you do?")
    conversation = json.loads(run("conversations", "--json")[1])["id"]
    assert run("ask", "-c", conversation, "And shortcuts?")[0] == 0
    shown = json.loads(run("show", conversation, "--json")[1])
    assert [message["role"] for message in shown["messages"]] == ["user", "assistant"] * 2


@pytest.mark.parametrize(
    "words",
    [
        ("ask", ""),
        ("ask", "-p", "nobody", "hi"),
        ("ask", "-m", "no-such-model", "hi"),
        ("ask",),
        ("provider", "add", "--id", "Bad Id", "--dialect", "gemini", "--base-url", "http://127.0.0.1"),
        ("provider", "add", "--id", "mine"),
        ("provider", "add", "--id", "tour", "--dialect", "gemini", "--base-url", "http://127.0.0.1"),
        ("provider", "remove", "nobody"),
        ("key", "set", "nobody"),
        ("key", "remove", "openai"),
        ("models", "nobody"),
        ("nonsense",),
    ],
)
def test_words_that_do_not_fit_are_explained(run, words: tuple[str, ...]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.strip()


def test_an_unknown_conversation_is_not_found(run) -> None:
    code, _out, err = run("show", "0" * 22)
    assert code == 1
    assert "gone" in err


def test_without_a_key_it_says_so_with_its_own_exit_code(run) -> None:
    assert run("provider", "add", "--id", "mistral")[0] == 0
    code, out, err = run("ask", "-p", "mistral", "-m", "mistral-medium-latest", "hi")
    assert (code, out) == (5, "")
    assert "No key for Mistral" in err
    code, out, _err = run("ask", "--json", "-p", "mistral", "-m", "mistral-medium-latest", "hi")
    failed = json.loads(out.splitlines()[-1])
    assert (code, failed["event"], failed["code"]) == (5, "failed", "no_key")


def test_a_dead_server_is_a_provider_error_and_the_question_is_kept(run) -> None:
    address = "http://127.0.0.1:9/v1"
    assert run("provider", "add", "--id", "mine", "--dialect", "openai-chat", "--base-url", address)[0] == 0
    code, _out, err = run("ask", "-p", "mine", "-m", "any", "Anyone there?")
    assert code == 3
    assert err.strip()
    assert "Anyone there?" in run("conversations")[1]
    listed = [json.loads(line) for line in run("provider", "list", "--json")[1].splitlines()]
    assert [(row["id"], row["dialect"]) for row in listed] == [("mine", "openai-chat"), ("tour", "tour")]
    assert run("provider", "remove", "mine")[0] == 0
    assert "mine" not in run("provider", "list")[1]


def test_the_environments_key_is_used(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUPPENCE_KEY_MY_SERVER", "sk-environment-123456")
    run("provider", "add", "--id", "my-server", "--dialect", "anthropic", "--base-url", "http://127.0.0.1:9")
    code, _out, err = run("ask", "-p", "my-server", "-m", "any", "hi")
    assert code == 3  # it got as far as the dead server
    assert "sk-environment" not in err


def test_commands_do_not_import_qt(tmp_path: Path) -> None:
    program = (
        "import sys; from desktop import cli;"
        f"code = cli.main(['--data-dir', {str(tmp_path)!r}, 'conversations']);"
        "sys.exit(code or [name for name in sys.modules if name.split('.')[0] in ('PySide6', 'qasync')] and 'Qt' or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], None),
        (["--send", "ask"], None),
        (["--data-dir", "show", "--send=x"], None),
        (["--data-dir=x", "ask", "hi"], "ask"),
        (["--data-dir", "x", "selftest"], "selftest"),
        (["--version"], "--version"),
    ],
)
def test_the_window_opens_when_no_command_is_named(words: list[str], command: str | None) -> None:
    assert first_command(words) == command


def test_a_route_is_made_used_and_removed(run) -> None:
    address = "http://127.0.0.1:9/v1"
    run("provider", "add", "--id", "mine", "--dialect", "openai-chat", "--base-url", address)
    targets = ("--target", "mine/any@else", "--target", "tour/tour")
    assert run("route", "add", "Everyday", "--strategy", "round-robin", *targets)[0] == 0
    (row,) = map(json.loads, run("route", "list", "--json")[1].splitlines())
    assert (row["name"], row["strategy"]) == ("Everyday", "round_robin")
    assert row["targets"] == ["mine/any@else", "tour/tour"]
    code, out, _err = run("ask", "--json", "--route", "Everyday", "What can you do?")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    retrying = [event for event in events if event["event"] == "retrying"]
    assert [(event["attempt"], event["status"]) for event in retrying] == [(1, None), (2, None)]
    (moved,) = [event for event in events if event["event"] == "fell_back"]
    assert moved == {
        "event": "fell_back",
        "from": "mine/any@else",
        "to": "tour/tour",
        "reason": "no_connection",
        "attempt": 3,
    }
    health = json.loads(run("health", "--json")[1])
    assert health["rescued"] == 1
    assert {each["model"]: (each["tries"], each["answered"]) for each in health["models"]} == {
        "mine/any@else": (3, 0),
        "tour/tour": (1, 1),
    }
    assert run("route", "remove", "Everyday")[0] == 0
    assert run("route", "list")[1] == ""


@pytest.mark.parametrize(
    "words",
    [
        ("route", "add", " ", "--target", "tour/tour"),
        ("route", "add", "x", "--target", "tour"),
        ("route", "add", "x", "--target", "nobody/model"),
        ("route", "add", "x", *(("--target", "tour/tour") * 6)),
        ("route", "remove", "x"),
        ("ask", "--route", "x", "hi"),
        ("ask", "--route", "x", "-p", "tour", "hi"),
    ],
)
def test_routes_that_cannot_be_are_explained(run, words: tuple[str, ...]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.strip()
