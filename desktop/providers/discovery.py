"""Model servers on this computer. Asks three loopback ports, and only when called: nothing else ever looks for them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desktop.domain.errors import ProviderError
from desktop.domain.model import Endpoint, Model
from desktop.providers import client
from desktop.providers.http_settings import HttpSettings
from desktop.providers.registry import SERVICES, Service, provider_from

_TIMEOUT_S = 0.8
_LISTING_S = 5.0
_PROBES = {
    "ollama": ("/api/version",),
    "lmstudio": ("/lmstudio-greeting", "/api/v1/models"),
    "llamacpp": ("/v1/models", "/props"),
}
LOCAL: tuple[Service, ...] = tuple(row for row in SERVICES if row.discovery_port is not None)


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered as what it is. Without models if none is installed or it asks for a key."""

    service_id: str
    base_url: str
    models: tuple[Model, ...]


async def find_local_servers(http: HttpSettings, services: Sequence[Service] = LOCAL) -> list[LocalServer]:
    """The servers that answer, in the order of `services`; within about a second where none does."""
    found = await asyncio.gather(*(_find(http, service) for service in services))
    return [server for server in found if server is not None]


async def _find(http: HttpSettings, service: Service) -> LocalServer | None:
    if not await _is_open(service) or not await _answers(service):
        return None
    provider = provider_from(service)
    try:
        async with asyncio.timeout(_LISTING_S):
            models = await client(provider.dialect, http).list_models(Endpoint(provider))
    except (ProviderError, TimeoutError):
        models = []
    return LocalServer(service.id, provider.base_url, tuple(models))


async def _is_open(service: Service) -> bool:
    """Whether anything listens there: mostly nothing does, and then httpx need not be imported."""
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            _reader, writer = await asyncio.open_connection("127.0.0.1", service.discovery_port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def _answers(service: Service) -> bool:
    """Whether the port is held by that very server: others use these ports too."""
    import httpx  # here, because the settings dialog imports this module long before it is asked for anything

    root = f"http://127.0.0.1:{service.discovery_port}"
    async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_S) as probe:
        for path in _PROBES[service.id]:
            try:
                async with asyncio.timeout(_TIMEOUT_S):
                    response = await probe.get(root + path)
                answer: Any = response.json()
            except (httpx.HTTPError, TimeoutError, ValueError):
                continue
            if isinstance(answer, dict) and _is(service.id, response.headers.get("server", ""), answer):
                return True
    return False


def _is(service_id: str, server: str, answer: dict[str, Any]) -> bool:
    match service_id:
        case "ollama":
            return list(answer) == ["version"]
        case "lmstudio":
            models = answer.get("models")
            return answer.get("lmstudio") is True or (
                isinstance(models, list) and all(isinstance(model, dict) and "key" in model for model in models)
            )
        case _:
            owners = [model.get("owned_by") for model in answer.get("data") or () if isinstance(model, dict)]
            return "llama.cpp" in server or "llamacpp" in owners or "default_generation_settings" in answer
