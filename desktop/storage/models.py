"""Model lists as providers last told them, and the user's choices about models."""

from collections.abc import Sequence
from decimal import Decimal

from desktop.domain.model import Capability, Model, ModelRef
from desktop.storage.values import Db, storable


def replace_models(db: Db, provider_id: str, models: Sequence[Model], fetched_ms: int) -> None:
    """The provider's list, in its order. Models that were added by hand stay, at the end, if the list has them not."""
    db.execute("DELETE FROM models WHERE provider_id = ? AND NOT by_hand", (provider_id,))
    db.execute("UPDATE models SET position = ? WHERE provider_id = ?", (len(models), provider_id))
    for position, model in enumerate(models):
        _put(db, model, position, fetched_ms, by_hand=False)


def add_model(db: Db, model: Model) -> None:
    """A model typed by hand, which no fetched list removes. One that is listed already keeps what the list says."""
    ref = model.ref
    listed = db.execute(
        "UPDATE models SET by_hand = 1 WHERE provider_id = ? AND model_id = ?", (ref.provider_id, ref.model_id)
    )
    if listed.rowcount:
        return
    position = db.execute(
        "SELECT coalesce(max(position) + 1, 0) FROM models WHERE provider_id = ?", (ref.provider_id,)
    ).fetchone()[0]
    _put(db, model, position, 0, by_hand=True)


def all_models(db: Db) -> tuple[Model, ...]:
    """Of all providers, in the order of each one's list, with the user's choices."""
    rows = db.execute(
        """
        SELECT m.provider_id, m.model_id, m.name, m.context_window, m.max_output, m.capabilities, m.input_price,
            m.output_price, m.size_bytes, coalesce(c.favourite, 0), coalesce(c.shown, 1), m.cache_read_price,
            m.cache_write_price
        FROM models m LEFT JOIN model_choices c USING (provider_id, model_id)
        ORDER BY m.provider_id, m.position, m.model_id
        """
    )
    return tuple(
        Model(
            ModelRef(provider_id, model_id),
            name,
            context_window,
            max_output,
            frozenset(Capability(name) for name in capabilities.split()),
            _price(input_price),
            _price(output_price),
            size_bytes,
            bool(favourite),
            bool(shown),
            _price(cache_read_price),
            _price(cache_write_price),
        )
        for (
            provider_id, model_id, name, context_window, max_output, capabilities, input_price, output_price,
            size_bytes, favourite, shown, cache_read_price, cache_write_price,
        ) in rows
    )  # fmt: skip


def set_favourite(db: Db, ref: ModelRef, favourite: bool) -> None:
    db.execute(
        """
        INSERT INTO model_choices (provider_id, model_id, favourite) VALUES (?, ?, ?)
        ON CONFLICT (provider_id, model_id) DO UPDATE SET favourite = excluded.favourite
        """,
        (ref.provider_id, ref.model_id, favourite),
    )


def set_shown(db: Db, ref: ModelRef, shown: bool) -> None:
    db.execute(
        """
        INSERT INTO model_choices (provider_id, model_id, shown) VALUES (?, ?, ?)
        ON CONFLICT (provider_id, model_id) DO UPDATE SET shown = excluded.shown
        """,
        (ref.provider_id, ref.model_id, shown),
    )


def remove_provider(db: Db, provider_id: str) -> None:
    """Forgets its list and the choices about it."""
    db.execute("DELETE FROM models WHERE provider_id = ?", (provider_id,))
    db.execute("DELETE FROM model_choices WHERE provider_id = ?", (provider_id,))


def _put(db: Db, model: Model, position: int, fetched_ms: int, *, by_hand: bool) -> None:
    db.execute(
        """
        INSERT INTO models (
            provider_id, model_id, position, name, context_window, max_output, capabilities, input_price, output_price,
            size_bytes, by_hand, fetched_ms, cache_read_price, cache_write_price
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (provider_id, model_id) DO UPDATE SET
            position = excluded.position, name = excluded.name, context_window = excluded.context_window,
            max_output = excluded.max_output, capabilities = excluded.capabilities,
            input_price = excluded.input_price, output_price = excluded.output_price,
            size_bytes = excluded.size_bytes, fetched_ms = excluded.fetched_ms,
            cache_read_price = excluded.cache_read_price, cache_write_price = excluded.cache_write_price
        """,
        (
            model.ref.provider_id,
            model.ref.model_id,
            position,
            storable(model.name),
            model.context_window,
            model.max_output,
            " ".join(sorted(model.capabilities)),
            _text(model.input_price),
            _text(model.output_price),
            model.size_bytes,
            by_hand,
            fetched_ms,
            _text(model.cache_read_price),
            _text(model.cache_write_price),
        ),
    )


def _text(price: Decimal | None) -> str | None:
    return None if price is None else str(price)


def _price(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
