from typing import Any

import pytest
import shiboken6
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.ring import FRAME_MS, TURN_MS, Ring, spin

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


class Paints(QObject):
    """Counts how often a widget is drawn."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def covered(ring: Ring, color: str) -> int:
    picture = ring.grab().toImage()
    return sum(
        picture.pixelColor(x, y).name() == color for x in range(picture.width()) for y in range(picture.height())
    )


def test_value_fills_the_ring(theme: Theme, stage: Any) -> None:
    ring = Ring(theme, 40, 6)
    stage(ring)
    accent = theme.color("accent").name()
    amounts = []
    for value in (0, 0.25, 0.5, 1):
        ring.set_value(value)
        amounts.append(covered(ring, accent))
    assert amounts[0] == 0
    assert amounts[1] * 2 == pytest.approx(amounts[2], rel=0.1)
    assert amounts[2] * 2 == pytest.approx(amounts[3], rel=0.1)


@given(value=st.floats(-5, 5))
def test_value_is_kept_between_none_and_all(qapp: Any, value: float) -> None:
    ring = Ring(Theme("light"))
    ring.set_value(value)
    assert ring.value() == min(max(value, 0), 1)


@given(now=st.floats(0, 1e7))
def test_one_turn_takes_900_ms(now: float) -> None:
    assert 0 <= spin(now) < 1
    later = (spin(now + TURN_MS / 2000) - spin(now)) % 1
    assert later == pytest.approx(0.5, abs=1e-4)
    assert 1000 / FRAME_MS <= 30


def test_running_ring_is_drawn_again_only_while_it_can_be_seen(
    theme: Theme, stage: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Theme, "reduced_motion", False)
    ring = Ring(theme)
    paints = Paints(ring)
    window = stage(ring)
    ring.set_spinning(True)
    qtbot.waitUntil(lambda: paints.count > 4)
    window.hide()
    hidden = paints.count
    QTest.qWait(3 * FRAME_MS)
    assert paints.count == hidden
    window.show()
    qtbot.waitUntil(lambda: paints.count > hidden + 4)
    ring.set_spinning(False)
    QTest.qWait(FRAME_MS)
    still = paints.count
    QTest.qWait(3 * FRAME_MS)
    assert paints.count == still


def test_reduced_motion_shows_three_quarters(theme: Theme, stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Theme, "reduced_motion", True)
    ring = Ring(theme, 40, 6)
    paints = Paints(ring)
    stage(ring)
    accent = theme.color("accent").name()
    ring.set_value(0.75)
    expected = covered(ring, accent)
    ring.set_value(0)
    ring.set_spinning(True)
    assert covered(ring, accent) == expected
    drawn = paints.count
    QTest.qWait(3 * FRAME_MS)
    assert paints.count <= drawn + 1


def test_running_ring_may_be_deleted_with_its_window(theme: Theme, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Theme, "reduced_motion", False)
    window = QWidget()
    ring = Ring(theme, parent=window)
    window.show()
    ring.set_spinning(True)
    shiboken6.delete(window)
    QTest.qWait(3 * FRAME_MS)
    assert not shiboken6.isValid(ring)
