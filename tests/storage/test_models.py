"""Model lists and the user's choices about them."""

from decimal import Decimal

from desktop.domain.model import Capability, Model, ModelRef
from desktop.storage import models
from desktop.storage.database import Database


def model(provider: str, name: str, **more: object) -> Model:
    return Model(ModelRef(provider, name), name.title(), **more)


async def names(database: Database) -> list[str]:
    return [str(model.ref) for model in await database.run(models.all_models)]


async def test_a_list_comes_back_whole_and_in_order(database: Database) -> None:
    fetched = [
        model(
            "b",
            "zeta",
            context_window=200_000,
            max_output=8192,
            capabilities=frozenset({Capability.VISION, Capability.TOOLS}),
            input_price=Decimal("0.100"),
            output_price=Decimal("2.50"),
            size_bytes=4_000_000_000,
            cache_read_price=Decimal("0.01"),
            cache_write_price=Decimal("0.125"),
        ),
        model("b", "alpha"),
    ]
    await database.run(lambda db: models.replace_models(db, "b", fetched, 1))
    await database.run(lambda db: models.replace_models(db, "a", [model("a", "one")], 1))
    assert await database.run(models.all_models) == (model("a", "one"), *fetched)


async def test_choices_outlive_every_fetch(database: Database) -> None:
    ref = ModelRef("p", "one")
    await database.run(lambda db: models.replace_models(db, "p", [model("p", "one"), model("p", "two")], 1))
    await database.run(lambda db: models.set_favourite(db, ref, True))
    await database.run(lambda db: models.set_shown(db, ref, False))
    await database.run(lambda db: models.replace_models(db, "p", [], 2))
    assert await names(database) == []
    await database.run(lambda db: models.replace_models(db, "p", [model("p", "two"), model("p", "one")], 3))
    two, one = await database.run(models.all_models)
    assert (one.ref, one.favourite, one.shown) == (ref, True, False)
    assert (two.favourite, two.shown) == (False, True)
    await database.run(lambda db: models.set_favourite(db, ref, False))
    assert not (await database.run(models.all_models))[1].favourite


async def test_models_added_by_hand_stay(database: Database) -> None:
    await database.run(lambda db: models.add_model(db, model("p", "mine")))
    await database.run(lambda db: models.replace_models(db, "p", [model("p", "listed")], 1))
    assert await names(database) == ["p/listed", "p/mine"]
    listed = model("p", "mine", context_window=1000)
    await database.run(lambda db: models.replace_models(db, "p", [listed], 2))
    assert await database.run(models.all_models) == (listed,)
    await database.run(lambda db: models.add_model(db, Model(ModelRef("p", "mine"), "mine")))
    assert await database.run(models.all_models) == (listed,)
    await database.run(lambda db: models.replace_models(db, "p", [], 3))
    assert await names(database) == ["p/mine"]


async def test_a_list_that_names_a_model_twice(database: Database) -> None:
    await database.run(lambda db: models.replace_models(db, "p", [model("p", "one"), model("p", "one")], 1))
    assert await names(database) == ["p/one"]


async def test_removing_a_provider_leaves_the_others(database: Database) -> None:
    for provider in ("p", "q"):
        await database.run(lambda db, p=provider: models.replace_models(db, p, [model(p, "one")], 1))
        await database.run(lambda db, p=provider: models.set_favourite(db, ModelRef(p, "one"), True))
    await database.run(lambda db: models.add_model(db, model("p", "mine")))
    await database.run(lambda db: models.remove_provider(db, "p"))
    await database.run(lambda db: models.replace_models(db, "p", [model("p", "one")], 2))
    one, other = await database.run(models.all_models)
    assert (one.ref.provider_id, one.favourite) == ("p", False)
    assert (other.ref.provider_id, other.favourite) == ("q", True)
