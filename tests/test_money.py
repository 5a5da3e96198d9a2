"""Money is Decimal in the program and whole nano-dollars in the database: never a float."""

import ast
from pathlib import Path

import pytest

import desktop

ROOT = Path(desktop.__file__).parent
HARMLESS = {
    "domain/figures.py": {"float"},  # speeds
    "domain/errors.py": {"float"},  # seconds
    "providers/usage.py": {"float"},  # what JSON holds is looked at, and made a Decimal of its digits
    "providers/models.py": {"float"},  # likewise
    "services/router.py": {"float", "0.0", "1.0"},  # seconds and speeds
    "services/turn_record.py": {"float", "0.0"},  # seconds
}
"""Where floats stand beside money."""


def sources() -> list[str]:
    """Every file that has to do with money, but for those that draw it: pixels are floats."""
    paths = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.rglob("*.py")) if "ui" not in path.parts]
    marks = ("Decimal", "NANO", "nano", "domain.cost", "domain.budget")
    return [name for name in paths if any(mark in (ROOT / name).read_text("utf-8") for mark in marks)]


def floats(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float()):
                found.add(repr(node.value))
            case ast.Name(id="float"):
                found.add("float")
    return found


@pytest.mark.parametrize("name", sources())
def test_no_float_has_to_do_with_money(name: str) -> None:
    assert floats((ROOT / name).read_text("utf-8")) <= HARMLESS.get(name, set())


def test_floats_are_found() -> None:
    assert floats("cost = float(text) * 0.5") == {"float", "0.5"}
    names = sources()
    assert {"domain/cost.py", "services/prices.py", "storage/ledger.py", "settings/prices.py"} <= set(names)
    assert set(HARMLESS) <= set(names)


def test_money_in_the_database_is_whole_numbers() -> None:
    source = (ROOT / "storage" / "migrations.py").read_text("utf-8")
    real = [line.split()[0] for line in source.splitlines() if " REAL" in line]
    assert real == ["tokens_per_s"]
