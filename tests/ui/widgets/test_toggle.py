from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QRadioButton

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.toggle import CheckBox, Segments, Switch

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


@pytest.fixture
def segments(theme: Theme) -> Segments:
    return Segments(theme, [("system", "System"), ("light", "Light"), ("dark", "Dark")], "Theme")


def test_switch_and_check_box_answer_space_and_pointer(theme: Theme, stage: Any) -> None:
    for toggle in (Switch(theme, "Enabled"), CheckBox(theme, "Send with Enter")):
        stage(toggle)
        QTest.keyClick(toggle, Qt.Key.Key_Space)
        assert toggle.isChecked()
        QTest.mouseClick(toggle, Qt.MouseButton.LeftButton, pos=toggle.rect().bottomRight())
        assert not toggle.isChecked()


def test_screen_readers_get_name_role_and_state(theme: Theme) -> None:
    switch, check = Switch(theme, "Enabled"), CheckBox(theme, "Send with Enter")
    switch.setChecked(True)
    for toggle, name, on in ((switch, "Enabled", 1), (check, "Send with Enter", 0)):
        interface = QAccessible.queryAccessibleInterface(toggle)
        assert interface.role() == QAccessible.Role.CheckBox
        assert interface.text(QAccessible.Text.Name) == name
        assert interface.state().checked == on


def test_measures(theme: Theme) -> None:
    assert Switch(theme, "Enabled").sizeHint().toTuple() == (36, 20)
    assert CheckBox(theme, name="Show").sizeHint().toTuple() == (18, 18)
    assert CheckBox(theme, "Show").sizeHint().width() > 26


def test_switch_slides_the_other_way_in_right_to_left(theme: Theme, stage: Any) -> None:
    switch = Switch(theme, "Enabled")
    switch.setChecked(True)
    stage(switch)

    def knob_is_right() -> bool:
        picture = switch.grab().toImage()
        return picture.pixelColor(26, 10).name() == theme.color("on-accent").name()

    assert knob_is_right()
    switch.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert not knob_is_right()


def test_segments_tell_what_is_chosen_once(segments: Segments, stage: Any) -> None:
    heard: list[str] = []
    segments.changed.connect(heard.append)
    assert segments.value() == ""
    segments.set_value("light")
    segments.set_value("light")
    segments.set_value("dark")
    assert heard == ["light", "dark"]
    assert segments.value() == "dark"
    with pytest.raises(KeyError):
        segments.set_value("sepia")


def test_segments_move_with_the_arrows(segments: Segments, stage: Any) -> None:
    segments.set_value("system")
    window = stage(segments)
    QTest.keyClick(window, Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert isinstance(focused, QRadioButton)
    QTest.keyClick(focused, Qt.Key.Key_Right)
    assert segments.value() == "light"


def test_segments_are_radio_buttons_in_a_named_group(segments: Segments) -> None:
    group = QAccessible.queryAccessibleInterface(segments)
    assert group.text(QAccessible.Text.Name) == "Theme"
    roles = [group.child(i).role() for i in range(group.childCount())]
    assert roles == [QAccessible.Role.RadioButton] * 3
