"""The headless commands as scripts use them: exit codes, what is printed where, what is kept."""

import json
import sys
from pathlib import Path

import pytest

from tests.helpers.program import ROOT, Done, Program, interrupt

KEY = "sk-very-secret-0123456789"


def test_the_tour_answers_without_network_or_key(program: Program) -> None:
    done = program.ask("-p", "tour", "Show me what you can render")
    assert done.code == 0, done.err
    assert done.events[-1]["event"] == "finished"
    question, reply = program.last_messages()
    assert question["text"] == "Show me what you can render"
    assert reply["text"] == done.text
    assert reply["reasoning"] == "".join(event["text"] for event in done.said("reasoning")) != ""


def test_plain_output_is_the_reply_and_nothing_else(program: Program) -> None:
    done = program.run("ask", "-p", "tour", "What can you do?")
    assert done.out == program.last_messages()[1]["text"] + "\n"
    assert done.err == ""


def test_question_from_standard_input(program: Program) -> None:
    assert program.run("ask", "-p", "tour", "-", stdin="Zwei Zeilen\nund “Zeichen” 🙂").code == 0
    assert program.last_messages()[0]["text"] == "Zwei Zeilen\nund “Zeichen” 🙂"


def test_data_dir_from_the_environment(program: Program, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    moved = Program(program.data, {**program.environment, "TUPPENCE_DATA_DIR": str(elsewhere)})
    plain = [
        word for word in moved.command("ask", "-p", "tour", "Hello") if word not in ("--data-dir", str(program.data))
    ]
    assert run(plain, moved).code == 0
    assert (elsewhere / "tuppence.db").exists()
    assert not program.data.exists()
    assert [path.name for path in Path(program.environment["HOME"]).iterdir()] == []


def run(command: list[str], program: Program) -> Done:
    import subprocess

    done = subprocess.run(command, env=program.env(), cwd=ROOT, capture_output=True, text=True, timeout=60)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "words",
    [
        ("ask",),
        ("ask", "-p", "nobody", "Hello"),
        ("ask", "-p", "tour", "   "),
        ("provider", "add", "--id", "x", "--dialect", "telepathy", "--base-url", "http://127.0.0.1/"),
        ("provider", "add", "--id", "x", "--dialect", "openai-chat", "--base-url", "127.0.0.1:8080/v1"),
        ("provider", "remove", "nobody"),
        ("key", "set", "nobody"),
        ("unknown",),
    ],
)
def test_bad_usage_ends_with_2(program: Program, words: tuple[str, ...]) -> None:
    done = program.run(*words)
    assert done.code == 2, (done.out, done.err)
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err.strip()


def test_no_key_ends_with_5(program: Program) -> None:
    program.must("provider", "add", "--id", "openai")
    done = program.ask("-p", "openai", "-m", "gpt-x", "Hello")
    assert done.code == 5, (done.out, done.err)
    assert done.said("failed")[0]["code"] == "no_key"
    assert program.last_messages()[0]["text"] == "Hello"


def test_no_keychain_is_told_and_no_key_is_written(program: Program) -> None:
    done = program.run("key", "set", "openai", stdin=KEY + "\n")
    assert done.code == 5
    assert "keychain" in done.err.lower()
    assert KEY not in done.err + done.out
    assert holding(program.data, KEY) == []


def test_dead_server_ends_with_3(program: Program) -> None:
    program.add_server("dead", "openai-chat", "http://127.0.0.1:9/v1")
    done = program.ask("-p", "dead", "-m", "any", "Hello")
    assert done.code == 3
    assert done.said("failed")[0]["code"] == "no_connection"
    plain = program.run("ask", "-p", "dead", "-m", "any", "Hello")
    assert plain.code == 3
    assert plain.out == ""
    assert "127.0.0.1:9" in plain.err


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl C cannot be sent to one process there")
def test_interrupted_ends_with_130_and_keeps_what_came(program: Program) -> None:
    with program.started("ask", "--json", "-p", "tour", "What can you do?") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "text":
                break
        interrupt(process)
        rest, err = process.communicate(timeout=10)
    assert process.returncode == 130, err
    assert json.loads(rest.splitlines()[-1])["event"] == "stopped"
    assert "Traceback" not in err
    reply = program.last_messages()[1]
    assert reply["status"] == "stopped"
    assert reply["text"] or reply["reasoning"]


def test_everything_stored_can_be_read_without_any_provider(program: Program) -> None:
    program.must("ask", "-p", "tour", "What can you do?")
    identifier = program.conversations()[0]["id"]
    assert "What can you do?" in program.must("show", identifier)
    assert program.must("conversations").startswith(identifier)


def test_commands_do_not_import_qt(program: Program) -> None:
    code = "import sys; from desktop import cli; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert run([sys.executable, "-c", code], program).code == 0


def test_selftest(program: Program) -> None:
    done = program.run("selftest")
    assert done.code == 0, done.out + done.err
    tried = {line.partition(":")[0] for line in done.out.splitlines()}
    assert {"formula", "code", "prices", "window", "answer", "search", "printing", "history"} <= tried


def holding(folder: Path, secret: str) -> list[Path]:
    """The files that hold the text."""
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
