"""Talking to model services over HTTP. No Qt, no SQL.

base.py            what a dialect must do
registry.py        every known service: one literal row each, quirks as data
address.py         what a person types as a base URL -> a base URL
http.py            connections, one call, its stream of events
sse.py             bytes -> payloads (server-sent events, lines of JSON)
gather.py          deltas of one network read -> events
history.py         a conversation -> the turns that are sent
models.py          lists of models -> `Model`
usage.py           what a reply used and cost, as services say it
limits.py          what the headers say is left
errors.py          whatever went wrong -> one `ProviderError`
openai_chat.py  openai_responses.py  anthropic.py  gemini.py  ollama.py  tour.py   the dialects
discovery.py       servers on this computer
pictures.py        pictures from the web, when the user asks for one
price_list.py      what models cost: lists in the format of genai-prices
price_sources.py   where they come from: the package, or what its makers publish now
"""

from desktop.domain.model import Dialect
from desktop.providers.base import DialectClient
from desktop.providers.http_settings import HttpSettings

__all__ = ["HttpSettings", "aclose", "client", "preload"]


def client(dialect: Dialect, http: HttpSettings) -> DialectClient:
    """The client of a dialect. Its module, and with it httpx, is imported on the first call: see `preload`."""
    # Literal imports, so that a frozen build sees them; inside, because httpx is not on the way to the first window.
    match dialect:
        case Dialect.OPENAI_CHAT:
            from desktop.providers.openai_chat import OpenAIChat

            return OpenAIChat(http)
        case Dialect.OPENAI_RESPONSES:
            from desktop.providers.openai_responses import OpenAIResponses

            return OpenAIResponses(http)
        case Dialect.ANTHROPIC:
            from desktop.providers.anthropic import Anthropic

            return Anthropic(http)
        case Dialect.GEMINI:
            from desktop.providers.gemini import Gemini

            return Gemini(http)
        case Dialect.OLLAMA:
            from desktop.providers.ollama import Ollama

            return Ollama(http)
        case Dialect.TOUR:
            from desktop.providers.tour import Tour

            return Tour()


def preload() -> None:
    """Import and read what a first request needs (about 0.3 s). For a worker thread, once the window stands."""
    from desktop.providers import http

    http.preload()


async def aclose() -> None:
    """Close the connections of the running event loop. Without any, nothing is imported."""
    import sys

    http = sys.modules.get("desktop.providers.http")
    if http is not None:
        await http.aclose()
