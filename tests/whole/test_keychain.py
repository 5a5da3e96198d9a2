"""Keys in a real keychain, from the command that stores one to the request that carries it, and nowhere else."""

from typing import Any

import pytest

from tests.helpers.fake_service import FakeService, Reply
from tests.helpers.program import Program
from tests.whole.test_commands import holding

KEY = "sk-very-secret-0123456789"


CHAT = "/chat/completions"


@pytest.fixture
def service(fake: FakeService) -> FakeService:
    """An OpenAI that answers every chat with a word."""

    def said(delta: dict[str, str], finish: str | None) -> dict[str, Any]:
        return {"id": "1", "model": "gpt-x", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    fake.reply(CHAT, Reply.sse(said({"content": "Hello"}, None), said({}, "stop"), "[DONE]"))
    return fake


def add_openai(program: Program, service: FakeService) -> None:
    program.must("provider", "add", "--id", "openai", "--dialect", "openai-chat", "--base-url", f"{service.url}/v1")


def authorization(service: FakeService) -> list[str | None]:
    return [request.headers.get("authorization") for request in service.requests]


def test_a_key_is_stored_used_and_removed(keychain: Program, service: FakeService) -> None:
    add_openai(keychain, service)
    keychain.must("key", "set", "openai", stdin=f"{KEY}\n")
    assert keychain.ask("-p", "openai", "-m", "gpt-x", "Hello").code == 0
    assert authorization(service)[-1] == f"Bearer {KEY}"
    assert holding(keychain.data, KEY) == []

    keychain.must("key", "remove", "openai")
    done = keychain.ask("-p", "openai", "-m", "gpt-x", "Hello")
    assert done.code == 5
    assert done.said("failed")[0]["code"] == "no_key"


def test_keys_have_labels(keychain: Program, service: FakeService) -> None:
    add_openai(keychain, service)
    keychain.must("key", "set", "openai", "--label", "Work", stdin=f"{KEY}-work\n")
    keychain.must("key", "set", "openai", "--label", "Home", stdin=f"{KEY}-home\n")
    assert keychain.ask("-p", "openai", "-m", "gpt-x", "Hello").code == 0
    keychain.must("key", "remove", "openai", "--label", "Work")
    assert keychain.ask("-p", "openai", "-m", "gpt-x", "Hello").code == 0
    assert authorization(service)[-2:] == [f"Bearer {KEY}-work", f"Bearer {KEY}-home"]


def test_a_rejected_key_is_not_shown(keychain: Program, service: FakeService) -> None:
    add_openai(keychain, service)
    keychain.must("key", "set", "openai", stdin=f"{KEY}\n")
    service.reply(CHAT, Reply.json({"error": {"message": f"Incorrect API key provided: {KEY}."}}, 401))
    done = keychain.ask("-p", "openai", "-m", "gpt-x", "Hello")
    assert done.said("failed")[0]["code"] == "key_rejected"
    assert KEY not in done.out + done.err
    assert holding(keychain.data, KEY) == []


def test_a_key_from_the_environment(program: Program, service: FakeService) -> None:
    add_openai(program, service)
    with_key = Program(program.data, {**program.environment, "TUPPENCE_KEY_OPENAI": KEY})
    assert with_key.ask("-p", "openai", "-m", "gpt-x", "Hello").code == 0
    assert authorization(service)[-1] == f"Bearer {KEY}"
    assert holding(program.data, KEY) == []
