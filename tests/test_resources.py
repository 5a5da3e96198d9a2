"""Whatever the source names by a string is there: icons, colours, tour pages, pictures of the packages."""

import ast
import json
import re
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import APP_ID, __version__
from desktop.providers import registry
from desktop.ui.theme.drawn import DRAWN

ROOT = Path(__file__).resolve().parent.parent
RESOURCES = ROOT / "resources"
SOURCE = sorted((ROOT / "desktop").rglob("*.py"))

# Where calls take the name of an icon or of a colour: function -> position of the argument.
ICON_ARGUMENT = {"IconButton": 1, "icon": 0, "paint": 2, "add": 0}
ROLE_ARGUMENT = {"color": 0, "icon": 1}


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call in the source: where it stands, the function's last name, and the call."""
    for path in SOURCE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield f"{path.relative_to(ROOT)}:{node.lineno}", name, node


def literals(node: ast.expr | None) -> list[str]:
    """The string, or both strings of `a if … else b`."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return literals(one) + literals(other)
        case _:
            return []


def named(arguments: dict[str, int], keyword: str) -> Iterator[tuple[str, str]]:
    for where, function, call in calls():
        position = arguments.get(function)
        if position is not None and position < len(call.args):
            yield from ((where, text) for text in literals(call.args[position]))
        for each in call.keywords:
            if each.arg == keyword:
                yield from ((where, text) for text in literals(each.value))


def icons() -> set[str]:
    return set(json.loads((RESOURCES / "icons" / "phosphor.json").read_text("utf-8"))) | set(DRAWN)


def roles(theme: str) -> set[str]:
    return set(json.loads((RESOURCES / "themes" / f"{theme}.json").read_text("utf-8")))


def test_every_icon_that_is_named_exists() -> None:
    # `add` and `paint` belong to other things than menus and icons too; an icon's name is small and hyphenated.
    name_of_icon = re.compile(r"[a-z]+(-[a-z]+)*")
    in_ui = [(where, name) for where, name in named(ICON_ARGUMENT, "icon") if where.startswith("desktop/ui")]
    found = [(where, name) for where, name in in_ui if name_of_icon.fullmatch(name)]
    assert len(found) > 20, "the search for icon names finds too little to mean anything"
    assert [(where, name) for where, name in found if name not in icons()] == []


def test_both_themes_have_the_same_roles() -> None:
    assert roles("light") == roles("dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_is_a_colour(theme: str) -> None:
    colours = json.loads((RESOURCES / "themes" / f"{theme}.json").read_text("utf-8"))
    assert {role: colour for role, colour in colours.items() if not re.fullmatch(r"#[0-9A-Fa-f]{6,8}", colour)} == {}


def test_every_role_that_is_named_exists() -> None:
    # Qt's own roles are in capitals.
    found = [(where, role) for where, role in named(ROLE_ARGUMENT, "role") if re.fullmatch(r"[a-z]+(-[a-z]+)*", role)]
    assert len(found) > 20, "the search for colour roles finds too little to mean anything"
    assert [(where, role) for where, role in found if role not in roles("light")] == []


def test_style_sheets_name_existing_roles() -> None:
    sheets = sorted((RESOURCES / "styles").glob("*.qss"))
    assert sheets
    found = {role for sheet in sheets for role in re.findall(r"\{\{\s*([a-z][a-z-]*)\s*\}\}", sheet.read_text("utf-8"))}
    assert found <= roles("light")


def test_no_colour_is_written_in_the_source() -> None:
    pattern = re.compile(r"[\"']#[0-9A-Fa-f]{6}[\"']")
    found = [str(path.relative_to(ROOT)) for path in SOURCE if pattern.search(path.read_text("utf-8"))]
    assert found == []


def test_tour_has_pages() -> None:
    pages = sorted((RESOURCES / "tour").glob("*.md"))
    assert len(pages) >= 4
    assert [page.name for page in pages if not page.read_text("utf-8").strip()] == []


def test_services_have_ids_of_their_own() -> None:
    ids = [service.id for service in registry.SERVICES]
    assert len(ids) == len(set(ids))
    assert len(ids) > 20


def test_linux_files_name_the_program_as_it_names_itself() -> None:
    folder = ROOT / "packaging" / "linux"
    assert (folder / f"{APP_ID}.desktop").read_text("utf-8").count(APP_ID) == 2
    metainfo = ET.parse(folder / f"{APP_ID}.metainfo.xml").getroot()
    assert metainfo.findtext("id") == APP_ID
    newest = metainfo.find("releases/release")
    assert newest is not None
    assert newest.get("version") == __version__


def test_changelog_speaks_of_this_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_name_no_index_and_pin_everything_by_hash(name: str) -> None:
    text = (ROOT / "packaging" / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if "://" in line or line.startswith("-") or "@" in line] == []
    entries = re.split(r"\n(?=\S)", "\n".join(lines))
    assert len(entries) > 30
    assert [entry for entry in entries if not re.match(r"[\w.-]+==\S+.*\n    --hash=sha256:[0-9a-f]{64}", entry)] == []


def test_lock_covers_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for lock, declared in {
        "requirements.txt": project["dependencies"],
        "requirements-dev.txt": project["dependencies"] + project["optional-dependencies"]["dev"],
    }.items():
        text = (ROOT / "packaging" / lock).read_text("utf-8")
        locked = {normalised(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
        wanted = {normalised(re.match(r"[\w.-]+", each).group()) for each in declared}  # type: ignore[union-attr]
        assert wanted <= locked


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
