from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets import field as field_module
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.field import Field, FieldBox, SearchField, SecretField
from desktop.ui.widgets.labels import Label

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


def edge(field: QWidget) -> list[str]:
    picture = field.grab().toImage()
    return [picture.pixelColor(x, 16).name() for x in range(3)]


def test_edges_of_the_states(theme: Theme, stage: Any) -> None:
    field = Field(theme, "Base URL")
    stage(field)
    strong, accent, danger, raised = (
        theme.color(role).name() for role in ("border-strong", "accent", "danger", "surface-raised")
    )
    assert edge(field) == [strong, raised, raised]
    field.setFocus()
    assert edge(field) == [accent, accent, raised]
    field.set_error("Start with http:// or https://")
    assert edge(field) == [danger, danger, raised]


def test_field_without_an_edge_draws_none(theme: Theme, stage: Any) -> None:
    field = Field(theme, "Search models", edge=False)
    window = stage(field)
    picture = window.grab().toImage()
    at = field.pos()
    assert picture.pixelColor(at.x(), at.y() + 16).name() == theme.color("surface").name()


def test_error_shows_below_and_is_the_description(theme: Theme, stage: Any) -> None:
    field = Field(theme, "Base URL")
    box = FieldBox(theme, field, "Base URL")
    stage(box)
    shown = [label.text() for label in box.findChildren(Label) if label.isVisible()]
    assert shown == ["Base URL"]
    field.set_error("Start with http:// or https://")
    shown = [label.text() for label in box.findChildren(Label) if label.isVisible()]
    assert shown == ["Base URL", "Start with http:// or https://"]
    interface = QAccessible.queryAccessibleInterface(field)
    assert interface.text(QAccessible.Text.Name) == "Base URL"
    assert interface.text(QAccessible.Text.Description) == "Start with http:// or https://"
    field.set_error(None)
    assert field.error == ""
    assert interface.text(QAccessible.Text.Description) == ""


def test_name_is_not_the_placeholder(theme: Theme) -> None:
    field = SearchField(theme, "Search 38 models", "Search models")
    assert QAccessible.queryAccessibleInterface(field).text(QAccessible.Text.Name) == "Search models"


def test_search_is_emptied_by_escape_then_lets_it_pass(theme: Theme, stage: Any) -> None:
    search = SearchField(theme, "Search chats", "Search chats")
    passed: list[int] = []

    class Window(QWidget):
        def keyPressEvent(self, event: Any) -> None:
            passed.append(event.key())

    outer = Window()
    search.setParent(outer)
    stage(outer)
    QTest.keyClicks(search, "lease")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert passed == []
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert passed == [Qt.Key.Key_Escape]


def test_search_cross_shows_only_with_text_and_empties(theme: Theme, stage: Any) -> None:
    search = SearchField(theme, "Search chats", "Search chats")
    stage(search)
    (cross,) = search.findChildren(IconButton)
    assert not cross.isVisible()
    search.setFocus()
    QTest.keyClicks(search, "lease")
    assert cross.isVisible()
    QTest.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert search.text() == ""
    assert search.hasFocus()


def test_secret_shows_on_demand_and_hides_by_itself(
    theme: Theme, stage: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(field_module, "SHOWN_MS", 50)
    secret = SecretField(theme, "API key")
    stage(secret)
    assert secret.echoMode() == QLineEdit.EchoMode.Password
    (eye,) = secret.findChildren(IconButton)
    assert eye.accessibleName() == "Show"
    QTest.keyClick(eye, Qt.Key.Key_Space)
    assert secret.echoMode() == QLineEdit.EchoMode.Normal
    assert eye.accessibleName() == "Hide"
    qtbot.waitUntil(lambda: secret.echoMode() == QLineEdit.EchoMode.Password)
    assert eye.accessibleName() == "Show"


def test_secret_is_hidden_with_its_page(theme: Theme, stage: Any) -> None:
    secret = SecretField(theme, "API key")
    stage(secret)
    (eye,) = secret.findChildren(IconButton)
    eye.click()
    secret.hide()
    assert secret.echoMode() == QLineEdit.EchoMode.Password


def test_secret_is_not_read_out(theme: Theme) -> None:
    secret = SecretField(theme, "API key")
    secret.setText("sk-very-secret")
    interface = QAccessible.queryAccessibleInterface(secret)
    assert interface.state().passwordEdit
    assert "secret" not in interface.text(QAccessible.Text.Value)
