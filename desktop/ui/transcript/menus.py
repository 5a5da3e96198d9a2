"""The context menu: what can be done with what is under the pointer, or at the caret."""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication

from desktop.i18n import gettext as _
from desktop.render import addresses, table_text
from desktop.render.blocks import Block, Formula, InlineFormula, Paragraph, Table
from desktop.render.excerpt import clip
from desktop.services.pictures import host_of
from desktop.ui.actions import ACTIONS
from desktop.ui.transcript import links
from desktop.ui.transcript.blocks import code_head
from desktop.ui.transcript.blocks.code import DrawnCode
from desktop.ui.transcript.blocks.picture import DrawnPicture
from desktop.ui.transcript.leaves import OBJECT
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.paper import picture
from desktop.ui.transcript.paper.sheet import Part as Pictured
from desktop.ui.transcript.selection.clipboard import Excerpt, Words
from desktop.ui.transcript.selection.selecting import Selecting
from desktop.ui.widgets.keys import key_text
from desktop.ui.widgets.menu import Menu

_TARGET_WIDTH = 420
_MOST_PICTURED = 50  # messages; more would not be one picture


def open_at(widget: MessageWidget, point: QPointF, corner: QPoint) -> None:
    """Open the menu of what is at a point of a message; `corner` is where, on the screen."""
    menu = Menu(widget.theme, _("Message"), widget)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    fill(menu, widget, point)
    menu.popup(corner)


def open_at_caret(widget: MessageWidget) -> None:
    """Open the menu of where the caret or the selection's end is; of the message if that is elsewhere."""
    point = QPointF(0, 0)
    selection = widget.selecting.selection if widget.selecting is not None else None
    if selection is not None and selection.head.message_id == widget.entry.message.id:
        line = widget.caret_rect(selection.head.place)
        beside = QPointF(line.x() + 1, line.center().y())
        point = beside if widget.leaf_at(beside) else QPointF(line.x() - 1, line.center().y())
    open_at(widget, point, widget.mapToGlobal(point.toPoint()))


def fill(menu: Menu, widget: MessageWidget, point: QPointF) -> None:
    """Add everything that can be done at a point of a message, the nearest first."""
    selecting = widget.selecting
    if selecting is not None and selecting.has_selection:
        menu.add("copy", _("Copy"), selecting.copy, _keys("copy"))
        menu.add("quotes", _("Quote the selection"), selecting.request_quote, _keys("page.reading.quote_selection"))
        if 0 < len(parts := _pictured(selecting)) <= _MOST_PICTURED:
            menu.add("image", _("Copy as picture"), lambda: picture.copy_picture(widget, widget.theme, parts))
        menu.addSeparator()
    for add in (_add_link, _add_leaf):
        if add(menu, widget, point):
            menu.addSeparator()
    menu.add("copy", _("Copy message"), widget.copy_message, "C")
    whole = (Pictured(widget.entry),)
    menu.add(
        "image", _("Copy message as picture"), lambda: picture.copy_picture(widget, widget.theme, whole)
    ).setEnabled(bool(widget.entry.message.text) and not widget.entry.running)
    widget.fill_menu(menu)
    if selecting is not None:
        menu.addSeparator()
        menu.add(None, _("Select message"), lambda: selecting.select_message(widget.entry.message.id))
        menu.add(None, _("Select all"), selecting.select_all, _keys("select_all"))


def _add_link(menu: Menu, widget: MessageWidget, point: QPointF) -> bool:
    link = widget.link_at(point)
    if link is None or link[0].startswith("#"):
        return False
    url, target = link[0], addresses.target(link[0])
    if addresses.may_open(url):
        room = menu.theme.px(_TARGET_WIDTH)
        elided = QFontMetrics(menu.theme.font(14)).elidedText(target, Qt.TextElideMode.ElideMiddle, room)
        text = _("Open {address}").format(address=elided).replace("&", "&&")
        opener = menu.add("arrow-square-out", text, lambda: links.open_link(widget, widget.theme, *link))
        opener.setToolTip(target)
    menu.add("copy", _("Copy link"), _copy_text(url))
    return True


def _add_leaf(menu: Menu, widget: MessageWidget, point: QPointF) -> bool:
    drawn = widget.leaf_at(point)
    if drawn is None:
        return False
    if isinstance(drawn, DrawnCode):
        code_head.fill_menu(menu, drawn)
        return True
    if isinstance(drawn, DrawnPicture):
        _add_picture(menu, drawn)
        return True
    match _block_at(widget, point):
        case Table() as table:
            menu.add("copy", _("Copy table as Markdown"), _copy_text(table_text.to_markdown(table)))
            menu.add(None, _("Copy table as CSV"), _copy_text(table_text.to_csv(table)))
            menu.add(None, _("Copy table as TSV"), _copy_text(table_text.to_tsv(table)))
            if formula := _formula_at(widget, point):
                _add_formula(menu, *formula)
            return True
    if formula := _formula_at(widget, point):
        _add_formula(menu, *formula)
        return True
    return False


def _add_formula(menu: Menu, tex: str, display: bool) -> None:
    menu.add("copy", _("Copy formula as TeX"), _copy_text(tex))
    menu.add(None, _("Copy formula as MathML"), lambda: _copy_mathml(tex, display))


def _add_picture(menu: Menu, drawn: DrawnPicture) -> None:
    image, url = drawn.image, drawn.leaf.url
    if image is not None:
        menu.add("magnifying-glass", _("Show picture in full"), drawn.open)
        menu.add("copy", _("Copy picture"), lambda: QGuiApplication.clipboard().setImage(image))
    else:
        menu.add("image", _("Load picture"), drawn.load)
        if host := host_of(url):
            text = _("Always load pictures from {host}").format(host=host)
            menu.add(None, text, lambda: drawn.load(always=True))
    menu.add("copy", _("Copy link"), _copy_text(url))


def _block_at(widget: MessageWidget, point: QPointF) -> Block | None:
    """The block that is drawn as the leaf at a point; None in a question."""
    place = widget.place_in_text(point)
    blocks = clip(
        widget.blocks_of(place.column),
        (place.leaf, 0),
        (place.leaf, len(widget.text_of(place.column, place.leaf))),
    )
    return blocks[0] if blocks else None


def _formula_at(widget: MessageWidget, point: QPointF) -> tuple[str, bool] | None:
    """TeX of the formula at a point, and whether it is a large one."""
    place = widget.place_in_text(point)
    drawn = widget.leaf_at(point)
    text = widget.text_of(place.column, place.leaf)
    for offset in (place.offset, place.offset - 1):
        if drawn is None or text[max(offset, 0) : offset + 1] != OBJECT:
            continue
        inside = point - QPointF(drawn.rect.topLeft())
        if not any(rect.contains(inside) for rect in drawn.rects(offset, offset + 1)):
            continue
        match clip(widget.blocks_of(place.column), (place.leaf, offset), (place.leaf, offset + 1)):
            case (Formula(tex),):
                return tex, True
            case (Paragraph((InlineFormula(tex, display),)),):
                return tex, display
    return None


def _pictured(selecting: Selecting) -> list[Pictured]:
    """The selection as it is drawn in a picture."""
    found = []
    for entry, pieces in selecting.selected():
        content: str | tuple[Block, ...] | None = None
        match pieces:
            case [Words(text)]:
                content = text
            case [Excerpt(str())]:
                pass
            case _:
                content = tuple(block for piece in pieces if isinstance(piece, Excerpt) for block in piece.blocks or ())
        found.append(Pictured(entry, content))
    return found


def _keys(slot: str) -> str:
    """The shortcut of one of the window's actions."""
    return next((key_text(spec.shortcuts[0]) for spec in ACTIONS if spec.slot == slot and spec.shortcuts), "")


def _copy_text(text: str) -> Callable[[], None]:
    return lambda: QGuiApplication.clipboard().setText(text)


def _copy_mathml(tex: str, display: bool) -> None:
    from desktop.render import formulas  # heavy, and not before a formula is copied

    if (mathml := formulas.mathml(tex, display)) is None:
        QGuiApplication.clipboard().setText(tex)
        return
    data = QMimeData()
    data.setText(mathml)
    data.setData("application/mathml+xml", mathml.encode())
    QGuiApplication.clipboard().setMimeData(data)
