"""Scripted faults of a real HTTP server: each is told in its own words, and nothing that had come is lost."""

import json
import socket
import time
from collections.abc import Callable

import pytest
from llmock.pytest_plugin import LLMock

from desktop.settings import options
from tests.helpers import seed
from tests.helpers.program import Done, Program, interrupt

DIALECTS = {"openai-chat": "openai", "openai-responses": "openai", "anthropic": "anthropic", "gemini": "gemini"}
ANSWER = "One two three four five six seven eight nine ten eleven twelve."


@pytest.fixture(params=DIALECTS)
def ask(program: Program, llmock: LLMock, request: pytest.FixtureRequest) -> Callable[..., Done]:
    """Asks the scripted server through one of the dialects."""
    dialect: str = request.param
    base_url = llmock.base_url(DIALECTS[dialect])
    if dialect == "gemini":
        base_url = f"{base_url.removesuffix('/v1beta')}/v1beta"
    program.add_server("mock", dialect, base_url)
    return lambda *words: program.ask("-p", "mock", "-m", "any-model", *(words or ("Count to twelve.",)))


def test_an_answer(ask: Callable[..., Done], llmock: LLMock, program: Program) -> None:
    llmock.reply(ANSWER)
    done = ask()
    assert done.code == 0, done.out + done.err
    assert done.text == ANSWER
    assert done.said("usage")[-1]["output_tokens"] > 0
    assert program.last_messages()[1]["text"] == ANSWER
    assert len(llmock.requests) == 1
    llmock.assert_resilient()


@pytest.mark.parametrize(
    ("ask", "status", "code"),
    [
        ("openai-chat", 401, "key_rejected"),
        ("anthropic", 403, "not_allowed"),
        ("openai-responses", 429, "rate_limited"),
        ("gemini", 500, "overloaded"),
        ("anthropic", 529, "overloaded"),
        ("openai-chat", 503, "overloaded"),
    ],
    indirect=["ask"],
)
def test_an_error_status(ask: Callable[..., Done], llmock: LLMock, program: Program, status: int, code: str) -> None:
    llmock.fail(status, times=None)
    done = ask()
    assert done.code == 3
    (failed,) = done.said("failed")
    assert (failed["code"], failed["http_status"]) == (code, status)
    assert failed["title"]
    assert failed["explanation"]
    assert done.events[-1] == failed
    question, reply = program.last_messages()
    assert question["text"] == "Count to twelve."
    assert (reply["status"], reply["failure"]) == ("failed", code)


def test_a_context_that_is_too_long(ask: Callable[..., Done], llmock: LLMock) -> None:
    llmock.context_overflow(times=None)
    assert ask().said("failed")[0]["code"] in {"too_long", "bad_request"}


@pytest.mark.parametrize("fault", ["truncate", "disconnect", "corrupt"])
def test_a_broken_stream_keeps_what_had_come(
    ask: Callable[..., Done], llmock: LLMock, program: Program, fault: str
) -> None:
    llmock.reply(ANSWER)
    getattr(llmock, fault)(after_chunks=8, times=None)  # the first chunks of some dialects hold no text
    done = ask()
    assert done.code == 3, done.out
    assert done.said("failed")[0]["code"] in {"broken_stream", "bad_answer"}
    reply = program.last_messages()[1]
    assert reply["status"] == "failed"
    assert reply["text"] == done.text
    assert done.text
    assert ANSWER.startswith(done.text)


@pytest.mark.parametrize("ask", ["openai-chat"], indirect=True)
def test_a_stream_that_stalls_times_out(ask: Callable[..., Done], llmock: LLMock, program: Program) -> None:
    seed.setting(program.data, options.READ_TIMEOUT_S, 10)
    llmock.reply(ANSWER).stall(after_chunks=4, seconds=60, times=None)
    began = time.monotonic()
    done = ask()
    assert done.code == 3
    assert 9 < time.monotonic() - began < 30
    assert done.said("failed")[0]["code"] == "timed_out"
    assert program.last_messages()[1]["text"] == done.text != ""


@pytest.mark.parametrize("status", [429, 503, 529])
def test_a_fault_that_passes_is_got_over(
    ask: Callable[..., Done], llmock: LLMock, program: Program, status: int
) -> None:
    llmock.fail(status).reply(ANSWER)
    done = ask()
    assert done.code == 0, done.out + done.err
    assert done.text == program.last_messages()[1]["text"] == ANSWER
    (again,) = done.said("retrying")
    assert again["status"] == status


@pytest.mark.parametrize("ask", ["openai-chat"], indirect=True)
def test_asking_again_after_a_failure(ask: Callable[..., Done], llmock: LLMock, program: Program) -> None:
    llmock.fail(400).reply(ANSWER)
    assert ask().code == 3
    conversation = program.conversations()[0]["id"]
    again = program.ask("-c", conversation, "Once more.")
    assert again.code == 0, again.out
    assert [message["status"] for message in program.last_messages()] == ["complete", "failed", "complete", "complete"]


def test_stopping_before_the_first_word_is_quick(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        program.add_server("silent", "openai-chat", f"http://127.0.0.1:{silent.getsockname()[1]}/v1")
        with program.started("ask", "--json", "-p", "silent", "-m", "any-model", "Hello") as process:
            connection, _address = silent.accept()
            with connection:
                assert connection.recv(1)
                stopped = time.monotonic()
                interrupt(process)
                out, _err = process.communicate(timeout=10)
            assert time.monotonic() - stopped < 2, "the process took long to end"
    assert json.loads(out.splitlines()[-1])["event"] == "stopped"
    assert process.returncode == 130
    assert program.last_messages()[1]["status"] == "stopped"
