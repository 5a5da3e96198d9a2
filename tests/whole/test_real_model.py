"""A real model answers through each dialect that llama.cpp speaks."""

import pytest

from tests.helpers.llama_server import MODEL
from tests.helpers.program import Program

DIALECTS = {"openai-chat": "/v1", "openai-responses": "/v1", "anthropic": ""}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_real_model_answers(program: Program, llama: str, dialect: str) -> None:
    program.add_server("local", dialect, llama + DIALECTS[dialect])
    done = program.ask("-p", "local", "-m", MODEL, "Say hello.")
    assert done.code == 0, done.err + done.out
    assert done.text.strip()
    assert len(done.said("text")) > 1, "the reply came in one piece: it was not streamed"
    assert done.events[-1]["event"] == "finished"
    usage = done.said("usage")[-1]
    assert usage["input_tokens"] > 0
    assert usage["output_tokens"] > 0
    question, reply = program.last_messages()
    assert question["text"] == "Say hello."
    assert reply["text"] == done.text
    assert reply["status"] == "complete"
    assert reply["usage"]["output_tokens"] == usage["output_tokens"]
    assert 0 <= reply["ttft_ms"] <= reply["duration_ms"]


def test_a_conversation_goes_on(program: Program, llama: str) -> None:
    program.add_server("local", "openai-chat", f"{llama}/v1")
    assert program.ask("-p", "local", "-m", MODEL, "Say one.").code == 0
    conversation = program.conversations()[0]["id"]
    assert program.ask("-c", conversation, "Say two.").code == 0
    messages = program.show(conversation)["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2
    assert [message["parent_id"] for message in messages[1:]] == [message["id"] for message in messages[:-1]]
    assert len(program.conversations()) == 1


def test_models_are_listed_and_stay_listed_without_the_server(program: Program, llama: str) -> None:
    program.add_server("local", "openai-chat", f"{llama}/v1")
    assert MODEL in program.must("models", "local")
    program.must("provider", "add", "--id", "gone", "--dialect", "openai-chat", "--base-url", "http://127.0.0.1:9/v1")
    assert MODEL in program.run("models").out


def test_connection_is_tested_with_a_real_request(program: Program, llama: str) -> None:
    program.add_server("local", "openai-chat", f"{llama}/v1")
    assert "Connected" in program.must("provider", "test", "local")


def test_too_long_a_question_is_told_as_such(program: Program, llama: str) -> None:
    program.add_server("local", "openai-chat", f"{llama}/v1")
    done = program.ask("-p", "local", "-m", MODEL, "word " * 6000)
    assert done.code == 3
    assert done.said("failed")[0]["code"] == "too_long"
    assert program.last_messages()[0]["text"].startswith("word word")
