"""Every control that can be used has a name, and the keyboard reaches it."""

import keyring.backends.fail
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLineEdit, QPlainTextEdit, QWidget

from desktop.domain.route import Route, Strategy, Target
from desktop.ui.settings.custom_server import CustomServerDialog
from desktop.ui.settings.dialog import PAGES, SettingsDialog
from desktop.ui.settings.headers import HeadersDialog
from desktop.ui.settings.passphrase import PassphraseDialog
from desktop.ui.theme.theme import Theme
from tests.ui.settings.world import MISTRAL_MODELS, World

CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QAbstractItemView)


def controls(root: QWidget) -> list[QWidget]:
    return [widget for kind in CONTROLS for widget in root.findChildren(kind) if widget.isVisible()]


def nameless(root: QWidget) -> list[str]:
    found = []
    for widget in controls(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


def unreachable(root: QWidget) -> list[str]:
    """Controls that Tab passes by, but for buttons inside fields, which repeat what a key does."""
    passed = [w for w in controls(root) if w.isEnabled() and not w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return [f"{type(w).__name__} {w.accessibleName()}" for w in passed if not isinstance(w.parent(), QLineEdit)]


@pytest.mark.parametrize("page", [page.id for page in PAGES])
async def test_every_control_of_every_page(world: World, dialog: SettingsDialog, page: str) -> None:
    await world.add("mistral", "Personal", "Work")
    await world.catalogue.test("mistral")
    dialog.show_page(page)
    await world.settle()
    assert len(controls(dialog)) > 3
    assert nameless(dialog) == []
    assert unreachable(dialog) == []


@pytest.mark.parametrize("provider", ["portkey", "ollama", "azure", "mistral"])
async def test_every_control_of_every_kind_of_provider(world: World, dialog: SettingsDialog, provider: str) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    dialog.show_page("providers", provider)
    await world.settle()
    dialog.providers().detail.keys.form.key.setText("sk-ant-looks-like-another")
    await world.settle()
    assert nameless(dialog) == []
    assert unreachable(dialog) == []


async def test_every_control_of_a_route(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal", "Work")
    await world.catalogue.test("mistral")
    targets = tuple(Target(model.ref) for model in MISTRAL_MODELS[:2])
    await world.catalogue.save_routes([Route("r", "Everyday", targets, Strategy.WEIGHTED)])
    dialog.show_page("routes", "r")
    await world.settle()
    names = [QAccessible.queryAccessibleInterface(each).text(QAccessible.Text.Name) for each in controls(dialog)]
    assert {"Weight of Mistral Small 4", "Key for Mistral Small 4: Any key", "Remove Mistral Small 4"} <= set(names)
    assert nameless(dialog) == []
    assert unreachable(dialog) == []


async def test_every_control_of_the_small_dialogs(world: World, dialog: SettingsDialog, theme: Theme) -> None:
    provider = await world.add("portkey", "Personal")
    small = (
        CustomServerDialog(theme, (), dialog),
        HeadersDialog(theme, provider, dialog),
        PassphraseDialog(theme, world.catalogue, world.tasks, new=True, parent=dialog),
    )
    for each in small:
        each.open()
        await world.settle()
        assert nameless(each) == []
        assert unreachable(each) == []
        each.reject()
    await world.settle()


async def test_rows_are_spoken(world: World, dialog: SettingsDialog) -> None:
    await world.add("mistral", "Personal", "Work")
    await world.catalogue.test("mistral")
    dialog.show_page("providers", "mistral")
    await world.settle()
    page = dialog.providers()
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert page.list.currentIndex().data(spoken) == "Mistral, 2 keys · 11 models"
    first = page.detail.models.list.model().index(0, 0).data(spoken)
    assert first == (
        "Mistral Medium 3.5, mistral-medium-latest, 262k context, $1.50 in, $7.50 out per million, "
        "sees images, uses tools, reasons, writes JSON, shown"
    )
