"""Answers whose connection went away while the computer slept or changed its network."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from desktop.domain.errors import NoConnection
from desktop.domain.events import Finished, Retrying, TextDelta, TurnEvent
from desktop.domain.message import FinishReason, Status
from desktop.domain.model import Dialect, Provider
from desktop.providers.base import ChatRequest
from desktop.services import lost, network, retry
from desktop.services.chat import Chat
from desktop.services.lost import attended

from .conftest import MODEL, ScriptedCatalogue

FAR = Provider("far", "custom", "Far", Dialect.OPENAI_CHAT, "https://api.example.com/v1")
NEAR = Provider("near", "custom", "Near", Dialect.OPENAI_CHAT, "http://127.0.0.1:9/v1")


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What this computer has; a test takes it away."""
    own = {"192.168.1.7"}
    monkeypatch.setattr(network, "own_addresses", lambda: tuple(own))
    monkeypatch.setattr(network, "is_own", own.__contains__)
    monkeypatch.setattr(lost, "_LOOK_S", 0.005)
    monkeypatch.setattr(lost, "SILENT_S", 0.02)
    return own


async def test_another_network_and_silence(addresses: set[str]) -> None:
    async def read() -> None:
        async with asyncio.timeout(10), attended(FAR):
            addresses.clear()
            await asyncio.Event().wait()

    with pytest.raises(NoConnection, match="The connection to Far was lost"):
        await read()


async def test_what_comes_all_the_same_is_welcome(addresses: set[str]) -> None:
    async with asyncio.timeout(10), attended(FAR) as heard:
        addresses.clear()
        for _word in range(8):
            await asyncio.sleep(0.01)
            heard()
        addresses.add("10.0.0.4")
        await asyncio.sleep(0.05)


async def test_a_sleep_and_silence(addresses: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(lost, "time", SimpleNamespace(time=lambda: now[0]))

    async def read() -> None:
        async with asyncio.timeout(10), attended(FAR):
            await asyncio.sleep(0.01)
            now[0] += 3600
            await asyncio.Event().wait()

    with pytest.raises(NoConnection):
        await read()


async def test_a_server_on_this_computer_is_not_lost(addresses: set[str]) -> None:
    async with asyncio.timeout(10), attended(NEAR):
        addresses.clear()
        await asyncio.sleep(0.06)


async def test_other_timeouts_are_not_ours(addresses: set[str]) -> None:
    with pytest.raises(TimeoutError, match="mine"):
        async with attended(FAR):
            raise TimeoutError("mine")
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "watch over far" and not task.cancelling()]


@pytest.mark.parametrize("said", ["", "Half"])
async def test_before_the_first_word_it_is_tried_again(
    chat: Chat,
    catalogue: ScriptedCatalogue,
    addresses: set[str],
    monkeypatch: pytest.MonkeyPatch,
    said: str,
) -> None:
    monkeypatch.setattr(retry, "_FIRST_S", 0.001)
    monkeypatch.setattr(network, "is_offline", lambda: False)
    catalogue.address = FAR.base_url

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if len(catalogue.requests) > 1:
            yield TextDelta("Whole")
            yield Finished(FinishReason.END)
            return
        if said:
            yield TextDelta(said)
        addresses.clear()
        await asyncio.Event().wait()

    catalogue.script = script
    turn = await chat.send(None, "Hi", MODEL)
    events: list[TurnEvent] = []
    turn.subscribe(events.append)
    async with asyncio.timeout(10):
        message = await turn.wait()
    assert catalogue.closed == len(catalogue.requests)
    if said:
        assert (message.status, message.text) == (Status.FAILED, "Half")
        assert message.failure is not None
        assert message.failure.code == "no_connection"
    else:
        assert (message.status, message.text) == (Status.COMPLETE, "Whole")
        assert any(isinstance(event, Retrying) for event in events)


def test_this_computer_has_its_own_addresses() -> None:
    assert network.is_own("127.0.0.1")
    assert not network.is_own("192.0.2.1")
    assert all(map(network.is_own, network.own_addresses()))
