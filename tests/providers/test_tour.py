"""The offline tour: its pages, which question leads to which, and how it is given out."""

import asyncio
import time
from contextlib import aclosing

import pytest

from desktop import paths, providers
from desktop.domain.events import Finished, ReasoningDelta, TextDelta, UsageReported
from desktop.domain.message import FinishReason
from desktop.domain.model import Dialect, Endpoint
from desktop.domain.usage import estimate_tokens
from desktop.providers.registry import provider_from, service
from desktop.providers.tour import Tour, page_for
from tests.providers.conftest import HTTP, question

FOLDER = paths.resources() / "tour"
PAGES = sorted(path.stem for path in FOLDER.glob("*.md"))
ASKED = {
    "What can Tuppence do?": "welcome",
    "How do I add a key?": "keys",
    "Can I use local models?": "local",
    "How do I edit a message?": "branches",
    "What does it cost?": "costs",
    "Show me a table and some code": "rendering",
    "Which shortcuts are there?": "shortcuts",
    "hello": "welcome",
    "Does it work with ollama?": "local",
    "WHERE ARE MY KEYS STORED": "keys",
    "is my data private": "costs",
    "What is the capital of France?": "fallback",
    "": "fallback",
    "🤖": "fallback",
}


async def told(text: str, pace: float = 1e9) -> list:
    here = Endpoint(provider_from(service("tour")))
    async with aclosing(Tour(pace=pace).stream(here, question(text))) as stream:
        return [event async for event in stream]


@pytest.mark.parametrize(("text", "page"), ASKED.items())
def test_a_question_finds_its_page(text, page):
    assert page_for(text) == page


def test_every_page_can_be_reached():
    assert set(PAGES) == set(ASKED.values())


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_is_given_out_whole(page):
    events = await told(next(text for text, name in ASKED.items() if name == page))
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    reasoning = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    source = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    assert source.endswith(text)
    assert reasoning in source
    assert text.startswith("# ")
    assert "<!--" not in text + reasoning
    (usage,) = [event.usage for event in events if isinstance(event, UsageReported)]
    assert usage.output_tokens == estimate_tokens(text) + usage.reasoning_tokens
    assert usage.estimated
    assert events[-1] == Finished(FinishReason.END)


async def test_some_pages_begin_with_reasoning():
    assert isinstance((await told("hello"))[0], ReasoningDelta)
    assert isinstance((await told("keys"))[0], TextDelta)


def test_a_question_on_a_page_leads_to_another_page():
    for page in ("welcome", "fallback"):
        listed = [line[2:] for line in (FOLDER / f"{page}.md").read_text(encoding="utf-8").splitlines()]
        assert {page_for(text) for text in listed if text.endswith("?") or text.startswith("Show me")} >= {
            "keys",
            "local",
            "branches",
            "costs",
            "rendering",
            "shortcuts",
        }


async def test_the_pace():
    started = time.monotonic()
    events = await told("Which shortcuts are there?", pace=2000)
    tokens = events[-2].usage.output_tokens
    assert time.monotonic() - started >= tokens / 2000 * 0.9


async def test_it_stops_at_once():
    here = Endpoint(provider_from(service("tour")))
    async with aclosing(Tour(pace=5).stream(here, question("hello"))) as stream:
        async for _event in stream:
            pending = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            break
        started = time.monotonic()
        pending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pending
    assert time.monotonic() - started < 0.2


async def test_it_is_named_for_what_it_is():
    client = providers.client(Dialect.TOUR, HTTP)
    (model,) = await client.list_models(Endpoint(provider_from(service("tour"))))
    assert model.name == "Offline tour"
    assert str(model.ref) == "tour/tour"
