"""Servers on this computer: found if they are what they should be, and nothing else."""

import time
from dataclasses import replace

import pytest

from desktop import providers
from desktop.providers.discovery import LOCAL, find_local_servers
from desktop.providers.registry import service
from tests.helpers.fake_service import FakeService, Reply
from tests.providers.conftest import HTTP

BY_ID = {row.id: row for row in LOCAL}


def at(fake: FakeService, service_id: str):
    row = service(service_id)
    return replace(
        row, base_url=row.base_url.replace(str(row.discovery_port), str(fake.port)), discovery_port=fake.port
    )


def plays(fake: FakeService, service_id: str) -> None:
    match service_id:
        case "ollama":
            fake.reply("/api/version", Reply.json({"version": "0.13.3"}))
            fake.reply("/api/tags", Reply.json({"models": [{"model": "m", "capabilities": ["completion"]}]}))
        case "lmstudio":
            fake.reply("/api/v1/models", Reply.json({"models": [{"type": "llm", "key": "m"}]}))
        case "llamacpp":
            fake.reply("/v1/models", Reply.json({"data": [{"id": "m", "owned_by": "llamacpp"}]}))


@pytest.mark.parametrize("service_id", BY_ID)
async def test_each_is_found_and_not_taken_for_another(fake, service_id):
    plays(fake, service_id)
    (server,) = await find_local_servers(HTTP, [at(fake, other) for other in BY_ID])
    assert server.service_id == service_id
    assert server.base_url == at(fake, service_id).base_url
    assert [model.ref.model_id for model in server.models] == ["m"]


async def test_one_that_asks_for_a_key_is_found_without_models(fake):
    refusal = Reply.json({"error": {"code": 401, "message": "Invalid API Key"}}, 401, server="llama.cpp")
    fake.reply("/", refusal)
    (server,) = await find_local_servers(HTTP, [at(fake, "llamacpp")])
    assert server.models == ()


@pytest.mark.parametrize(
    "reply", [Reply(b"<html>hello</html>"), Reply.json([]), Reply.json({"data": []}), Reply.json(1)]
)
async def test_something_else_on_the_port_is_not_taken_for_one(fake, reply):
    fake.reply("/", reply)
    assert await find_local_servers(HTTP, [at(fake, service_id) for service_id in BY_ID]) == []


async def test_silence_and_proxies_do_not_hold_it_up(fake, unused_tcp_port, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_tcp_port}")
    fake.reply("/", Reply(keep=0, fault="silence"))
    started = time.monotonic()
    assert await find_local_servers(HTTP, [at(fake, service_id) for service_id in BY_ID]) == []
    assert time.monotonic() - started < 4
    plays(fake, "ollama")
    fake._replies.pop("/")
    proxied = providers.HttpSettings(proxy=f"http://127.0.0.1:{unused_tcp_port}")
    (server,) = await find_local_servers(proxied, [at(fake, "ollama")])
    assert server.models


def test_the_usual_ports():
    assert {row.id: row.discovery_port for row in LOCAL} == {"ollama": 11434, "lmstudio": 1234, "llamacpp": 8080}
