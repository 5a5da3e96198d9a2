"""The list of painted rows: where rows are, what is painted, and where the keyboard goes."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.row_list import RowList

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


class Rows(QAbstractListModel):
    """`sections` rows under each heading: headings 20 high, rows 30."""

    def __init__(self, *sections: int) -> None:
        super().__init__()
        self.sections = sections
        self.asked = 0

    def runs(self) -> Iterable[tuple[int, int]]:
        for count in self.sections:
            yield 1, 20
            yield count, 30

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else sum(self.sections) + len(self.sections)

    def is_heading(self, row: int) -> bool:
        for count in self.sections:
            if row <= 0:
                break
            row -= count + 1
        return row == 0

    def flags(self, index: Any) -> Qt.ItemFlag:
        return Qt.ItemFlag.NoItemFlags if self.is_heading(index.row()) else Qt.ItemFlag.ItemIsEnabled

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        self.asked += 1
        return f"row {index.row()}" if role == Qt.ItemDataRole.DisplayRole else None


class Recorder(QStyledItemDelegate):
    """Remembers which rows were painted and in which states."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: dict[int, QStyle.StateFlag] = {}

    def paint(self, painter: Any, option: Any, index: Any) -> None:
        self.painted[index.row()] = QStyle.StateFlag(option.state)


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    return Theme("light")


@pytest.fixture
def make(qtbot: Any, theme: Theme) -> Callable[..., RowList]:
    def make(*sections: int) -> RowList:
        view = RowList(theme, "Rows", ground="sidebar", inset=8, foot=8)
        view.rows, view.recorder = Rows(*sections), Recorder()  # held by the view
        view.setModel(view.rows)
        view.setItemDelegate(view.recorder)
        view.resize(200, 100)
        qtbot.addWidget(view)
        with qtbot.waitActive(view):
            view.show()
        return view

    return make


def test_rows_stand_below_one_another(make: Callable[..., RowList]) -> None:
    view = make(2, 1)
    boxes = [view.visualRect(view.rows.index(row)) for row in range(5)]
    assert [(box.top(), box.height()) for box in boxes] == [(0, 20), (20, 30), (50, 30), (80, 20), (100, 30)]
    assert view.content_height() == 138
    assert view.verticalScrollBar().maximum() == 38


def test_every_point_of_a_row_finds_it(make: Callable[..., RowList]) -> None:
    view = make(3, 4, 2)
    for scroll in (0, 17, view.verticalScrollBar().maximum()):
        view.verticalScrollBar().setValue(scroll)
        for row in range(view.rows.rowCount()):
            box = view.visualRect(view.rows.index(row))
            for point in (box.topLeft(), box.bottomRight(), box.center()):
                assert view.indexAt(point).row() == row
    assert not view.indexAt(QPoint(2, 30)).isValid()  # beside the rows
    assert not view.indexAt(QPoint(50, 5000)).isValid()


def test_only_what_is_seen_is_painted_and_asked_about(make: Callable[..., RowList]) -> None:
    view = make(100_000)
    view.recorder.painted.clear()
    view.rows.asked = 0
    view.verticalScrollBar().setValue(1_500_000)
    view.grab()
    assert 0 < len(view.recorder.painted) <= 5
    assert min(view.recorder.painted) > 40_000
    assert view.rows.asked <= 10


def test_keys_skip_headings_and_stop_at_the_ends(make: Callable[..., RowList], qtbot: Any) -> None:
    view = make(2, 3)
    view.setFocus()
    visited = []
    keys = Qt.Key
    for key in (
        keys.Key_Home,
        keys.Key_Up,
        keys.Key_Down,
        keys.Key_Down,
        keys.Key_End,
        keys.Key_Down,
        keys.Key_PageUp,
        keys.Key_PageDown,
    ):
        qtbot.keyClick(view, key)
        visited.append(view.currentIndex().row())
    assert visited == [1, 1, 2, 4, 6, 6, 4, 5]


def test_the_first_row_brings_its_heading_into_view(make: Callable[..., RowList]) -> None:
    view = make(20)
    view.verticalScrollBar().setValue(200)
    view.scrollTo(view.rows.index(1))
    assert view.verticalScrollBar().value() == 0


def test_states_tell_keyboard_pointer_and_current_row_apart(make: Callable[..., RowList], qtbot: Any) -> None:
    view = make(3)
    states = QStyle.StateFlag
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.setCurrentIndex(view.rows.index(1))
    # Sent, not played: a pointer that is played can be followed by the platform's own before the picture is taken.
    place = QPointF(view.visualRect(view.rows.index(2)).center())
    nothing = Qt.MouseButton.NoButton
    QApplication.sendEvent(
        view.viewport(),
        QMouseEvent(QEvent.Type.MouseMove, place, place, nothing, nothing, Qt.KeyboardModifier.NoModifier),
    )
    view.grab()
    painted = view.recorder.painted
    assert painted[1] & states.State_HasFocus
    assert painted[1] & states.State_Selected
    assert painted[2] & states.State_MouseOver
    assert not painted[2] & states.State_Selected
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.rows.index(2)).center())
    view.grab()
    assert painted[2] & states.State_Selected
    assert not painted[2] & states.State_HasFocus  # the ring is the keyboard's


def test_click_and_enter_choose(make: Callable[..., RowList], qtbot: Any) -> None:
    view = make(3)
    chosen: list[int] = []
    view.chosen.connect(lambda index: chosen.append(index.row()))
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(view.viewport(), left, pos=view.visualRect(view.rows.index(2)).center())
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.mouseClick(view.viewport(), left, pos=view.visualRect(view.rows.index(0)).center())
    view_right = view.visualRect(view.rows.index(1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=view_right)
    assert chosen == [2, 2]


def test_right_to_left_keeps_the_inset_beside_the_bar(make: Callable[..., RowList]) -> None:
    view = make(20)
    ltr = view.visualRect(view.rows.index(1))
    view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QApplication.processEvents()
    rtl = view.visualRect(view.rows.index(1))
    assert ltr.left() == 8
    assert view.viewport().width() - 1 - rtl.right() == 8


def test_screen_readers_meet_a_list(make: Callable[..., RowList]) -> None:
    view = make(2)
    face = QAccessible.queryAccessibleInterface(view)
    assert face.role() == QAccessible.Role.List
    assert face.text(QAccessible.Text.Name) == "Rows"


def test_an_empty_list_is_no_trouble(make: Callable[..., RowList], qtbot: Any) -> None:
    view = make()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    view.grab()
    assert view.currentIndex() == QModelIndex()
