"""What the tests of providers share: a fake service, and a way to ask it."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from urllib.parse import urlsplit

import pytest

from desktop import providers
from desktop.domain.events import ProviderEvent
from desktop.domain.message import Message, Part, Role, Status, TextPart
from desktop.domain.model import Dialect, Endpoint, ModelRef
from desktop.providers.base import ChatRequest
from desktop.providers.registry import KeyNeed, provider_from, service
from tests.helpers.fake_service import FakeService

KEY = "sk-test-0123456789abcdef"
HTTP = providers.HttpSettings(connect_timeout_s=5, read_timeout_s=20)


@pytest.fixture
async def fake() -> AsyncIterator[FakeService]:
    async with FakeService() as service:
        yield service
        await providers.aclose()


@pytest.fixture
def endpoint(fake: FakeService) -> Callable[..., Endpoint]:
    """An endpoint of a service whose address is the fake's, with the path that the service has."""

    def make(service_id: str = "custom", dialect: Dialect | None = None, key: str | None = KEY, **more) -> Endpoint:
        row = service(service_id)
        dialect = dialect or row.dialects[0]
        url = fake.url + urlsplit(row.base_for(dialect)).path
        provider = provider_from(row, dialect=dialect, base_url=more.pop("base_url", url))
        return Endpoint(provider, None if row.key is KeyNeed.NONE else key, "work")

    return make


def said(role: Role, *parts: Part | str, model: ModelRef | None = None, status: Status = Status.COMPLETE) -> Message:
    whole = tuple(TextPart(part) if isinstance(part, str) else part for part in parts)
    return Message("m", "c", None, role, whole, 0, status=status, model=model)


def question(text: str = "Hello", **more) -> ChatRequest:
    return ChatRequest(more.pop("model_id", "m"), [said(Role.USER, text)], **more)


async def ask(endpoint: Endpoint, request: ChatRequest | None = None, http=HTTP) -> list[ProviderEvent]:
    """All events of an answer; a ProviderError comes with `events`, those before it."""
    client = providers.client(endpoint.provider.dialect, http)
    events: list[ProviderEvent] = []
    async with aclosing(client.stream(endpoint, request or question())) as stream:
        try:
            async for event in stream:
                events.append(event)  # noqa: PERF401 - those before an error are wanted
        except Exception as error:
            error.events = events  # type: ignore[attr-defined]
            raise
    return events
