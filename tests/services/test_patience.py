"""How long a silent provider is waited for."""

from pathlib import Path

import pytest

from desktop.domain.model import Capability, Dialect, Model, ModelRef, Provider
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.settings import options
from desktop.settings.providers import ProviderStore
from desktop.settings.routes import RouteStore
from desktop.settings.secrets import Secrets
from desktop.settings.store import Settings
from desktop.storage import models
from desktop.storage.database import Database

PLAIN, THINKER, UNLISTED = (ModelRef("local", name) for name in ("plain", "thinker", "unlisted"))


@pytest.fixture
async def real(database: Database, settings: Settings, feed: Feed, tmp_path: Path) -> Catalogue:
    store = ProviderStore(tmp_path / "providers.json")
    store.save(Provider("local", "llamacpp", "Local", Dialect.OPENAI_CHAT, "http://127.0.0.1:9/v1"))
    listed = [Model(PLAIN, "Plain"), Model(THINKER, "Thinker", capabilities=frozenset({Capability.REASONING}))]
    await database.run(lambda db: models.replace_models(db, "local", listed, 0))
    secrets = Secrets(tmp_path / "keys", {})
    catalogue = Catalogue(store, secrets, settings, database, feed, RouteStore(tmp_path / "routes.json"))
    await catalogue.load()
    return catalogue


async def patience_s(catalogue: Catalogue, model: ModelRef) -> float:
    _endpoint, client = await catalogue.connect(model.provider_id, None, model.model_id)
    return float(client._http.read_timeout_s)  # type: ignore[attr-defined]


async def test_a_model_that_reasons_is_given_more_time(real: Catalogue, settings: Settings) -> None:
    assert [await patience_s(real, model) for model in (PLAIN, THINKER, UNLISTED)] == [120, 600, 120]
    settings.set(options.READ_TIMEOUT_S, 10)
    settings.set(options.REASONING_TIMEOUT_S, 900)
    assert [await patience_s(real, model) for model in (PLAIN, THINKER, UNLISTED)] == [10, 900, 10]
