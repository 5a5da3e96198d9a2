"""The catalogues in resources/locale stand for the source as it is: `make messages` brings them up to date."""

import ast
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "resources" / "locale"
CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/tuppence.po"))
MARKS = {"_": 1, "N_": 1, "ngettext": 2}


def marked() -> set[str]:
    """Every text that the source marks for translation, the singular where there is a plural."""
    texts = set()
    for path in sorted((ROOT / "desktop").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                if name in MARKS and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        texts.add(first.value)
                    else:
                        assert not isinstance(first, ast.JoinedStr), f"{path}:{node.lineno}: an f-string in {name}()"
    return texts


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def test_template_holds_what_the_source_marks() -> None:
    template = {singular(message) for message in read(LOCALE / "tuppence.pot") if message.id}
    assert template == marked()


@pytest.mark.parametrize("path", CATALOGUES, ids=[path.parent.parent.name for path in CATALOGUES])
def test_catalogue_is_complete(path: Path) -> None:
    messages = {singular(message): message for message in read(path) if message.id}
    assert set(messages) == marked()
    incomplete = [
        text
        for text, message in messages.items()
        if message.fuzzy or not all(message.string if isinstance(message.string, tuple) else [message.string])
    ]
    assert incomplete == []


@pytest.mark.parametrize("path", CATALOGUES, ids=[path.parent.parent.name for path in CATALOGUES])
def test_translations_keep_the_fields(path: Path) -> None:
    for message in read(path):
        if message.id:
            sources = message.id if isinstance(message.id, tuple) else (message.id,)
            translations = message.string if isinstance(message.string, tuple) else (message.string,)
            wanted = set().union(*map(fields, sources))
            assert [text for text in translations if not fields(text) <= wanted] == [], singular(message)
            assert set().union(*map(fields, translations)) == wanted, singular(message)


def test_there_is_a_translation() -> None:
    assert CATALOGUES, "one language shows that translating works"
