"""Providers, their keys and their models: what can be talked to, and with what."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from desktop import providers
from desktop.domain.changes import KeyAccepted, ModelsChanged, ProvidersChanged
from desktop.domain.errors import NoKey
from desktop.domain.ids import new_id, now_ms
from desktop.domain.ledger import Purpose
from desktop.domain.message import Message, Role, TextPart
from desktop.domain.model import Capability, Endpoint, KeyRef, Model, ModelRef, Provider
from desktop.domain.route import ROUTES, Route
from desktop.i18n import gettext as _
from desktop.providers import registry
from desktop.providers.base import ChatRequest, DialectClient
from desktop.services.feed import Feed
from desktop.services.network import http_settings
from desktop.settings import options
from desktop.settings.providers import ProviderStore
from desktop.settings.routes import RouteStore
from desktop.settings.secrets import KeyStorage, Secrets
from desktop.settings.store import Settings
from desktop.storage import models as stored_models
from desktop.storage.database import Database

if TYPE_CHECKING:
    from desktop.providers.discovery import LocalServer
    from desktop.services.aside import Asides

T = TypeVar("T")

TOUR = registry.provider_from(registry.service("tour"))
TOUR_MODEL = ModelRef("tour", "tour")


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a connection test found: how many models, and how long the answer took in milliseconds."""

    models: int
    latency_ms: int


class Catalogue:
    """Answers about providers and models from memory; changes go to disk and to the feed.

    Keys are read from the keychain when they are first needed and kept in memory for later requests.
    """

    def __init__(
        self,
        store: ProviderStore,
        secrets: Secrets,
        settings: Settings,
        database: Database,
        feed: Feed,
        routes: RouteStore,
    ) -> None:
        self._store = store
        self._routes = routes
        self._secrets = secrets
        self._settings = settings
        self._database = database
        self._feed = feed
        self._models: dict[ModelRef, Model] = {TOUR_MODEL: Model(TOUR_MODEL, TOUR.name)}
        self._keys: dict[KeyRef, str] = {}
        self._storage = KeyStorage.KEYCHAIN
        self._prepared = False
        self.asides: Asides | None = None
        """Counts the questions that try keys. It stands on prices, and these on the catalogue: so it comes later."""

    async def load(self) -> None:
        """Bring the cached model lists into memory. Raises StorageError."""
        cached = await self._database.run(stored_models.all_models)
        self._models = {model.ref: model for model in cached} | {TOUR_MODEL: Model(TOUR_MODEL, TOUR.name)}
        self._feed.publish(ModelsChanged())

    # What there is

    def providers(self) -> tuple[Provider, ...]:
        """In order of use; the offline tour last."""
        return (*self._store.list(), TOUR)

    def provider(self, provider_id: str) -> Provider | None:
        return next((provider for provider in self.providers() if provider.id == provider_id), None)

    def models(self, provider_id: str | None = None) -> tuple[Model, ...]:
        """The cached models of one provider, or of all that are enabled, in order of use and as their lists go."""
        if provider_id is None:
            wanted = [provider.id for provider in self.providers() if provider.enabled]
        else:
            wanted = [provider_id]
        by_provider: dict[str, list[Model]] = {provider: [] for provider in wanted}
        for model in self._models.values():
            if model.ref.provider_id in by_provider:
                by_provider[model.ref.provider_id].append(model)
        return tuple(model for provider in wanted for model in by_provider[provider])

    def model(self, ref: ModelRef) -> Model | None:
        return self._models.get(ref)

    def name_of(self, ref: ModelRef) -> str:
        """The name the provider gives the model, or its id; the name of a route."""
        if ref.provider_id == ROUTES:
            return next((route.name for route in self._routes.list() if route.ref == ref), _("Deleted route"))
        model = self._models.get(ref)
        return model.name if model else ref.model_id

    def routes(self) -> tuple[Route, ...]:
        """The user's routes, as they stand in the settings."""
        return self._routes.list()

    async def save_routes(self, routes: Sequence[Route]) -> None:
        """Make these the user's routes. Raises StorageError with nothing changed."""
        await asyncio.to_thread(self._routes.replace, routes)
        self._feed.publish(ModelsChanged())

    def key_labels(self, provider_id: str) -> tuple[str, ...]:
        """A provider's keys in order of use; none where the environment's key goes before them."""
        provider = self.provider(provider_id)
        if provider is None or self._secrets.environment_key(provider_id):
            return ()
        return provider.key_labels

    def is_free(self, ref: ModelRef) -> bool:
        """Whether the model runs on this computer (or is the tour), so that nothing is ever billed.

        A route is free if all its models are.
        """
        if ref.provider_id == ROUTES:
            targets = next((route.targets for route in self._routes.list() if route.ref == ref), ())
            return bool(targets) and all(self.is_free(target.model) for target in targets)
        provider = self.provider(ref.provider_id)
        return provider is not None and registry.service(provider.service_id).local

    def default_model(self) -> ModelRef | None:
        """The user's choice if it can still be used; else the first favourite; else the first model there is.

        None while only the offline tour could answer: a newcomer chooses that, it is never chosen for them.
        """
        provider_id, _slash, model_id = self._settings.get(options.DEFAULT_MODEL).partition("/")
        if provider_id == ROUTES and any(route.id == model_id for route in self._routes.list()):
            return ModelRef(ROUTES, model_id)
        chosen = self.provider(provider_id)
        if model_id and chosen is not None and chosen.enabled:
            return ModelRef(provider_id, model_id)
        usable = [model for model in self.models() if model.shown and model.ref != TOUR_MODEL]
        best = next((model for model in usable if model.favourite), usable[0] if usable else None)
        return best.ref if best else None

    def set_default_model(self, ref: ModelRef) -> None:
        self._settings.set(options.DEFAULT_MODEL, str(ref))

    def ready(self) -> bool:
        """Whether anything but the tour is set up."""
        return any(provider.enabled for provider in self._store.list())

    # Talking to them

    async def connect(
        self, provider_id: str, label: str | None = None, model_id: str = ""
    ) -> tuple[Endpoint, DialectClient]:
        """The provider with a key, and the client that speaks its dialect and waits as long as the model may take.

        The key is the one called `label`, or the environment's, or the first that is stored. Raises NoKey or
        SecretsError.
        """
        provider = self.provider(provider_id)
        if provider is None:
            raise NoKey(provider_id)
        key, key_label = await self._key(provider, label)
        if key is None and registry.service(provider.service_id).key is registry.KeyNeed.REQUIRED:
            raise NoKey(provider.name)
        if provider is not TOUR:
            await self.prepare()
        model = self.model(ModelRef(provider_id, model_id))
        http = http_settings(self._settings, reasons=model is not None and Capability.REASONING in model.capabilities)
        return Endpoint(provider, key, key_label), providers.client(provider.dialect, http)

    async def prepare(self) -> None:
        """Import what a request needs, in a thread: it takes time to be felt and megabytes that may be spared."""
        if not self._prepared:
            await asyncio.to_thread(providers.preload)
            self._prepared = True

    async def refresh(self, provider_id: str) -> tuple[Model, ...]:
        """Fetch the provider's list and keep it. Raises ProviderError or SecretsError; the old list then stays."""
        endpoint, client = await self.connect(provider_id)
        models = await client.list_models(endpoint)
        await self._keep_models(provider_id, models)
        return self.models(provider_id)

    async def test(self, provider_id: str, label: str | None = None) -> TestResult:
        """A real request with the key called `label`, or the one used first. Raises ProviderError or SecretsError."""
        endpoint, client = await self.connect(provider_id, label)
        started = time.monotonic()
        models = await client.list_models(endpoint)
        latency = round((time.monotonic() - started) * 1000)
        if models and registry.service(endpoint.provider.service_id).quirks.listing is registry.Listing.SHIPPED:
            latency = await self._try_question(endpoint, client, models[0])
        self._feed.publish(KeyAccepted(KeyRef(provider_id, endpoint.key_label)))
        await self._keep_models(provider_id, models)
        return TestResult(len(models), latency)

    async def _try_question(self, endpoint: Endpoint, client: DialectClient, model: Model) -> int:
        """Milliseconds of the shortest question there is, for services with nothing else to try a key on. Counted."""
        if self.asides is None:
            raise RuntimeError("nobody counts what a test costs")
        asked = Message("", "", None, Role.USER, (TextPart("Hi"),), now_ms())
        request = ChatRequest(model.ref.model_id, (asked,), max_output=16)
        reply = await self.asides.ask(endpoint, client, request, model, Purpose.TEST, new_id())
        return reply.duration_ms or 0

    async def find_local(self) -> "list[LocalServer]":
        """Ask this computer's usual ports for Ollama, LM Studio and llama.cpp. Only ever called when the user asks."""
        from desktop.providers import discovery  # brings in httpx

        return await discovery.find_local_servers(http_settings(self._settings))

    async def use_local(self, server: "LocalServer") -> Provider:
        """Set a found server up as a provider, with the models it offered."""
        service = registry.service(server.service_id)
        existing = next((p for p in self._store.list() if p.service_id == service.id and not p.custom), None)
        provider = replace(existing or registry.provider_from(service), base_url=server.base_url, enabled=True)
        await self.save_provider(provider)
        await self._keep_models(
            provider.id, [replace(m, ref=ModelRef(provider.id, m.ref.model_id)) for m in server.models]
        )
        return provider

    # Choices about models

    async def set_favourite(self, ref: ModelRef, favourite: bool) -> None:
        """Of a model or a route. Raises StorageError."""
        if ref.provider_id == ROUTES:
            starred = [replace(r, favourite=favourite) if r.ref == ref else r for r in self._routes.list()]
            await self.save_routes(starred)
            return
        await self._database.run(lambda db: stored_models.set_favourite(db, ref, favourite))
        await self._reload_models(ref.provider_id)

    async def set_shown(self, ref: ModelRef, shown: bool) -> None:
        await self._database.run(lambda db: stored_models.set_shown(db, ref, shown))
        await self._reload_models(ref.provider_id)

    async def add_model(self, ref: ModelRef) -> None:
        """A model typed by hand, for providers whose list does not hold it (Azure's deployments)."""
        await self._database.run(lambda db: stored_models.add_model(db, Model(ref, ref.model_id)))
        await self._reload_models(ref.provider_id)

    # Providers and keys

    async def add_provider(self, provider: Provider) -> None:
        """A custom server, or another of a kind. Raises ValueError if the id is taken."""
        if self.provider(provider.id) is not None:
            raise ValueError(_("There is a provider called “{id}” already.").format(id=provider.id))
        await self.save_provider(provider)

    async def save_provider(self, provider: Provider) -> None:
        """Keep a changed or new provider. Raises StorageError."""
        await asyncio.to_thread(self._store.save, provider)
        self._feed.publish(ProvidersChanged())

    async def remove_provider(self, provider_id: str) -> None:
        """Takes its keys out of the keychain too. Chats and spending stay."""
        provider = self.provider(provider_id)
        if provider is None:
            return
        for label in provider.key_labels:
            await self.remove_key(KeyRef(provider_id, label))
        await asyncio.to_thread(self._store.remove, provider_id)
        await self._database.run(lambda db: stored_models.remove_provider(db, provider_id))
        self._models = {ref: model for ref, model in self._models.items() if ref.provider_id != provider_id}
        self._feed.publish(ProvidersChanged())
        self._feed.publish(ModelsChanged(provider_id))

    async def move_provider(self, provider_id: str, position: int) -> None:
        """Make the provider the `position`-th in order of use, from 0. Raises StorageError."""
        await asyncio.to_thread(self._store.move, provider_id, position)
        self._feed.publish(ProvidersChanged())

    async def add_key(self, provider_id: str, label: str, key: str) -> Provider:
        """Store a key and turn its provider on. `provider_id` may be that of a service not set up yet.

        Raises SecretsError, then nothing has changed.
        """
        provider = self.provider(provider_id) or registry.provider_from(registry.service(provider_id))
        ref = KeyRef(provider.id, label)
        key = key.strip()
        await self._in_keychain(lambda: self._secrets.set(ref, key))
        self._keys[ref] = key
        labels = provider.key_labels if label in provider.key_labels else (*provider.key_labels, label)
        provider = replace(provider, key_labels=labels, enabled=True)
        self._feed.publish(KeyAccepted(ref))
        await self.save_provider(provider)
        return provider

    async def remove_key(self, ref: KeyRef) -> None:
        await self._in_keychain(lambda: self._secrets.delete(ref))
        self._keys.pop(ref, None)
        await self._set_labels(ref.provider_id, lambda labels: [label for label in labels if label != ref.label])

    async def rename_key(self, ref: KeyRef, label: str) -> None:
        """The key is stored under the new name before it is taken away under the old."""
        key = await self.reveal_key(ref)
        if key is None or label == ref.label:
            return
        renamed = KeyRef(ref.provider_id, label)
        await self._in_keychain(lambda: self._secrets.set(renamed, key))
        await self._set_labels(ref.provider_id, lambda labels: [label if old == ref.label else old for old in labels])
        await self._in_keychain(lambda: self._secrets.delete(ref))
        self._keys.pop(ref, None)

    async def move_key(self, ref: KeyRef, position: int) -> None:
        """Make the key the `position`-th in order of use, from 0."""

        def moved(labels: list[str]) -> list[str]:
            others = [label for label in labels if label != ref.label]
            others.insert(position, ref.label)
            return others

        await self._set_labels(ref.provider_id, moved)

    async def reveal_key(self, ref: KeyRef) -> str | None:
        """The key itself, for showing. Raises SecretsError."""
        if ref not in self._keys:
            key = await self._in_keychain(lambda: self._secrets.get(ref))
            if key is None:
                return None
            self._keys[ref] = key
        return self._keys[ref]

    def key_storage(self) -> KeyStorage:
        """Where keys go, as last known; `look_at_keychain` looks again."""
        return self._storage

    async def look_at_keychain(self) -> KeyStorage:
        return await self._in_keychain(self._secrets.storage)

    async def keep_keys_for_session(self) -> None:
        """From now on keys stay in memory until the application quits."""
        await self._in_keychain(self._secrets.keep_for_session)
        self._feed.publish(ProvidersChanged())

    async def use_passphrase(self, passphrase: str) -> None:
        """Open or make the key file. Raises WrongPassphrase or SecretsError."""
        await self._in_keychain(lambda: self._secrets.use_passphrase(passphrase))
        self._feed.publish(ProvidersChanged())

    # Inside

    async def _key(self, provider: Provider, label: str | None) -> tuple[str | None, str]:
        if label is None and (key := self._secrets.environment_key(provider.id)):
            return key, ""
        for candidate in (label,) if label is not None else provider.key_labels:
            if key := await self.reveal_key(KeyRef(provider.id, candidate)):
                return key, candidate
        return None, ""

    async def _in_keychain(self, call: Callable[[], T]) -> T:
        """In a thread, because a keychain may wait for a dialog; afterwards it is known where keys go."""

        def with_storage() -> tuple[T, KeyStorage]:
            return call(), self._secrets.storage()

        try:
            result, self._storage = await asyncio.to_thread(with_storage)
        except Exception:
            self._storage = await asyncio.to_thread(self._secrets.storage)
            raise
        return result

    async def _set_labels(self, provider_id: str, change: Callable[[list[str]], list[str]]) -> None:
        provider = next((provider for provider in self._store.list() if provider.id == provider_id), None)
        if provider is not None:
            await self.save_provider(replace(provider, key_labels=tuple(change(list(provider.key_labels)))))

    async def _keep_models(self, provider_id: str, models: list[Model]) -> None:
        await self._database.run(lambda db: stored_models.replace_models(db, provider_id, models, now_ms()))
        await self._reload_models(provider_id)

    async def _reload_models(self, provider_id: str) -> None:
        cached = await self._database.run(stored_models.all_models)
        self._models = {model.ref: model for model in cached} | {TOUR_MODEL: Model(TOUR_MODEL, TOUR.name)}
        self._feed.publish(ModelsChanged(provider_id))
