"""Recorded streams and hostile answers, from the socket to the database, through the real program."""

import json
from pathlib import Path

import pytest

from tests.helpers.fake_service import FakeService, Reply, recording
from tests.helpers.program import Done, Program

CHAT = "/chat/completions"
STREAMS = {
    "gemini": ("gemini.sse", "streamGenerateContent", "/v1beta"),
    "ollama": ("ollama.ndjson", "/api/chat", ""),
    "anthropic": ("anthropic.sse", "/messages", ""),
    "openai-responses": ("openai_responses.sse", "/responses", "/v1"),
    "openai-chat": ("openai_chat.sse", CHAT, "/v1"),
}


def ask(program: Program, fake: FakeService, dialect: str = "openai-chat", base: str = "/v1") -> Done:
    program.add_server("fake", dialect, fake.url + base)
    return program.ask("-p", "fake", "-m", "any-model", "Hello")


@pytest.mark.parametrize("dialect", STREAMS)
def test_a_recorded_stream_in_small_pieces(program: Program, fake: FakeService, dialect: str) -> None:
    name, path, base = STREAMS[dialect]
    fake.reply(path, Reply.stream(name, piece=7))
    done = ask(program, fake, dialect, base)
    assert done.code == 0, done.out + done.err
    assert done.text
    assert done.text in "".join(strings(recording(name)))
    reply = program.last_messages()[1]
    assert (reply["text"], reply["status"]) == (done.text, "complete")
    assert reply["usage"]["output_tokens"] > 0


def strings(stream: bytes) -> list[str]:
    """Every text in the JSON values of a recording, in order."""
    found: list[str] = []

    def walk(value: object) -> None:
        match value:
            case str():
                found.append(value)
            case list():
                for item in value:
                    walk(item)
            case dict():
                for key, item in value.items():
                    if key in ("text", "content", "delta", "message", "parts", "candidates", "choices"):
                        walk(item)

    for line in stream.decode().split("\n"):
        payload = line.removeprefix("data:").strip()
        if payload.startswith("{"):
            walk(json.loads(payload))
    return found


def said(text: str, finish: str | None = None) -> dict[str, object]:
    return {"id": "1", "model": "x", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        pytest.param(Reply(b"<html><h1>Sign in</h1></html>", content_type="text/html"), "", id="a page of HTML"),
        pytest.param(
            Reply.sse(said("Half"), {"error": {"message": "Server overloaded"}}), "Half", id="an error inside"
        ),
        pytest.param(Reply.sse(said("Half a")), "Half a", id="no finish reason"),
        pytest.param(Reply.sse(said("Half"), "{not json"), "Half", id="not JSON"),
        pytest.param(Reply(b"", content_type="text/event-stream"), "", id="nothing at all"),
        pytest.param(Reply(b"", fault="reset", keep=0), "", id="reset"),
    ],
)
def test_a_bad_answer_is_told_and_nothing_is_lost(program: Program, fake: FakeService, reply: Reply, kept: str) -> None:
    fake.reply(CHAT, reply)
    done = ask(program, fake)
    assert done.code == 3, done.out
    (failed,) = done.said("failed")
    assert failed["title"]
    assert done.events[-1] == failed
    assert done.text == kept
    assert "Traceback" not in done.err
    question, answer = program.last_messages()
    assert (question["text"], answer["text"], answer["status"]) == ("Hello", kept, "failed")


def test_invalid_utf8_does_not_end_a_reply(program: Program, fake: FakeService) -> None:
    body = Reply.sse(said("caf?"), said("", "stop"), "[DONE]").body.replace(b"?", b"\xe9")
    fake.reply(CHAT, Reply(body, content_type="text/event-stream"))
    done = ask(program, fake)
    assert (done.code, done.text) == (0, "caf\ufffd")


def test_line_separators_inside_a_value_do_not_cut_it(program: Program, fake: FakeService) -> None:
    text = "one\u2028two\u2029three\x85four\rfive"
    body = f"data: {json.dumps(said(text), ensure_ascii=False)}\n\ndata: {json.dumps(said('', 'stop'))}\n\n"
    fake.reply(CHAT, Reply(body.encode(), content_type="text/event-stream", piece=3))
    done = ask(program, fake)
    assert (done.code, done.text) == (0, text)


def test_a_line_of_ten_megabytes(program: Program, fake: FakeService) -> None:
    fake.reply(CHAT, Reply.sse(said("x" * 10_000_000), said("", "stop"), "[DONE]"))
    done = ask(program, fake)
    assert done.code in (0, 3)
    if done.code == 0:
        assert len(program.last_messages()[1]["text"]) == 10_000_000
    else:
        assert done.said("failed")[0]["explanation"]


def test_a_prompt_from_a_file_of_any_size(program: Program, fake: FakeService, tmp_path: Path) -> None:
    fake.reply(CHAT, Reply.sse(said("Read."), said("", "stop"), "[DONE]"))
    program.add_server("fake", "openai-chat", f"{fake.url}/v1")
    text = "A long line of text. " * 50_000
    done = program.run("ask", "-p", "fake", "-m", "any-model", "-", stdin=text)
    assert done.out == "Read.\n", done.err
    assert fake.requests[-1].json["messages"][-1]["content"] == text
