"""The offline tour: prepared pages about using Tuppence, given out like a reply. No key, no network, no model."""

import asyncio
import re
from collections.abc import AsyncGenerator
from pathlib import Path

from desktop.domain.events import Finished, ProviderEvent, ReasoningDelta, TextDelta, UsageReported
from desktop.domain.message import FinishReason
from desktop.domain.model import Endpoint, Model, ModelRef
from desktop.domain.usage import Usage, estimate_tokens
from desktop.i18n import gettext as _
from desktop.providers.base import ChatRequest

MODEL_ID = "tour"

# Which words of a question lead to which page of resources/tour; most hits win, the earlier row in a tie. A word that
# ends in "-" stands for every word that begins so.
_PAGES: tuple[tuple[str, str], ...] = (
    ("keys", "key keys api keychain paste password credential- account- provider- openai anthropic gemini add"),
    ("local", "local- ollama lmstudio studio llama own computer machine server-"),
    ("branches", "branch- edit- regenerat- again tree version- sibling- resend variant- alternative- redo stop- undo"),
    (
        "costs",
        "cost- price- pricing money pay- spend- spent expensive privacy private data store- token- telemetry bill-",
    ),
    ("shortcuts", "shortcut- keyboard hotkey- press"),
    ("rendering", "render- markdown table- code math- formula- latex heading- list- show display example- look-"),
    ("welcome", "hello hi hey help start- tour tuppence begin- introduc- welcome"),
)
_REASONING = re.compile(r"\A<!--\s*reasoning\s*(.*?)-->\s*", re.S)
_WORD = re.compile(r"\S*\s*")


class Tour:
    """The `DialectClient` of the tour. `pace` is estimated tokens a second; `folder` holds the pages."""

    def __init__(self, *, pace: float = 100, folder: Path | None = None) -> None:
        self._pace = pace
        self._folder = folder

    async def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        question = request.messages[-1].text if request.messages else ""
        reasoning, text = await asyncio.to_thread(self._page, page_for(question))
        clock = asyncio.get_running_loop().time
        due = clock()
        for kind, passage in ((ReasoningDelta, reasoning), (TextDelta, text)):
            for piece in _WORD.findall(passage):
                if piece:
                    due += estimate_tokens(piece) / self._pace
                    await asyncio.sleep(max(0.0, due - clock()))
                    yield kind(piece)
        asked = sum(estimate_tokens(message.text) for message in request.messages)
        thought = estimate_tokens(reasoning)
        yield UsageReported(Usage(asked, estimate_tokens(text) + thought, reasoning_tokens=thought, estimated=True))
        yield Finished(FinishReason.END)

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        return [Model(ModelRef(endpoint.provider.id, MODEL_ID), _("Offline tour"))]

    def _page(self, name: str) -> tuple[str, str]:
        """Its reasoning passage, which may be empty, and its text."""
        if self._folder is None:
            from desktop import paths

            self._folder = paths.resources() / "tour"
        source = (self._folder / f"{name}.md").read_text(encoding="utf-8")
        found = _REASONING.match(source)
        return (found.group(1).strip(), source[found.end() :]) if found else ("", source)


def page_for(question: str) -> str:
    """The page that answers a question best; `fallback`, which lists the questions, if none does."""
    words = re.findall(r"\w+", question.lower())
    best, most = "fallback", 0
    for page, keywords in _PAGES:
        hits = sum(1 for word in words if _hit(word, keywords.split()))
        if hits > most:
            best, most = page, hits
    return best


def _hit(word: str, keywords: list[str]) -> bool:
    return any(word.startswith(keyword[:-1]) if keyword.endswith("-") else word == keyword for keyword in keywords)
