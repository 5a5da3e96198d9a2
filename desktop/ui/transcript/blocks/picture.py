"""A picture that has a line to itself: a place for it, with a button that loads it, until it is there."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.i18n import gettext as _
from desktop.render.addresses import target
from desktop.render.inline_text import picture_words
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.leaves import PictureLeaf
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.paint import paint_box

_PLACE, _SIDE, _ICON, _GAP, _HIGHEST = 64, 16, 20, 12, 480


class DrawnPicture(DrawnLeaf[PictureLeaf]):
    """Only the reader loads it: `styles.pictures` says what there is to see, and without it nothing is ever loaded."""

    def __init__(self, styles: Styles, host: QWidget, leaf: PictureLeaf) -> None:
        super().__init__(styles, host, leaf)
        self._load: Button | None = None
        self._pixmap = QPixmap()
        self._size = QSize()
        if styles.pictures is not None:
            styles.pictures.watch(leaf.url, self._on_change)

    def set_width(self, width: int) -> int:
        self._size = self._fitted(width)
        return self._size.height() if self._size.isValid() else self.theme.px(_PLACE)

    def place(self, rect: QRect) -> None:
        super().place(rect)
        shelf = self.styles.pictures
        if shelf is None:
            return
        sight = shelf.sight(self.leaf.url)
        waits = sight.image is None and not sight.loading
        if waits and self._load is None:
            self._load = Button(self.theme, _("Load"), small=True, parent=self.host)
            self._load.setAccessibleDescription(_("{picture}, not loaded").format(picture=self._words()))
            self._load.clicked.connect(lambda: self.load())
            self._load.resize(self._load.sizeHint())
        if self._load is not None:
            side = self.theme.px(_SIDE)
            x = rect.x() + side if self._mirrored else rect.right() + 1 - side - self._load.width()
            self._load.move(x, rect.y() + (rect.height() - self._load.height()) // 2)
            self._load.setVisible(waits)

    def dispose(self) -> None:
        if self.styles.pictures is not None:
            self.styles.pictures.unwatch(self.leaf.url, self._on_change)
        if self._load is not None:
            self._load.hide()
            self._load.deleteLater()
            self._load = None

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        if self._size.isValid():
            self._paint_picture(painter)
        else:
            self._paint_place(painter)

    def clicked(self, point: QPointF) -> bool:
        """Show it in full, or load it."""
        if not self.open():
            self.load()
        return True

    def tip_at(self, point: QPointF) -> str:
        return target(self.leaf.url).replace("<", "%3C").replace(">", "%3E")  # Qt takes tags for HTML

    @property
    def image(self) -> QImage | None:
        """What is shown, None before it is there."""
        return self.styles.pictures.sight(self.leaf.url).image if self.styles.pictures is not None else None

    def open(self) -> bool:
        """Show it in full view. False where there is nothing to show."""
        from desktop.ui.dialogs.picture import PictureDialog  # not before one is looked at

        if self.image is None:
            return False
        PictureDialog(self.theme, self.image, self.leaf.alt, self.host).open()
        return True

    def load(self, *, always: bool = False) -> None:
        """The reader wants to see it; with `always`, everything from its host from now on."""
        if self.styles.pictures is not None:
            self.styles.pictures.load(self.leaf.url, always=always)

    # Text: one letter

    def offset_at(self, point: QPointF) -> int:
        return int((point.x() > self._covered().center().x()) != self._mirrored)

    def caret_rect(self, offset: int) -> QRectF:
        covered = self._covered()
        return QRectF(covered.right() if bool(offset) != self._mirrored else covered.left(), 0, 0, covered.height())

    def rects(self, start: int, end: int) -> list[QRectF]:
        return [self._covered()] if start < end else []

    def line_ends(self, offset: int) -> tuple[int, int]:
        return 0, 1

    # Inside

    @property
    def _mirrored(self) -> bool:
        return self.host.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _words(self) -> str:
        return picture_words(self.leaf.url, self.leaf.alt)

    def _covered(self) -> QRectF:
        width = self._size.width() if self._size.isValid() else self.rect.width()
        return QRectF(self.rect.width() - width if self._mirrored else 0, 0, width, self.rect.height())

    def _fitted(self, width: int) -> QSize:
        """How large the picture is shown: never larger than it is."""
        image = self.image
        if image is None:
            return QSize()
        most = QSize(width, self.theme.px(_HIGHEST))
        size = image.size()
        if size.width() > most.width() or size.height() > most.height():
            size = size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
        return size.expandedTo(QSize(1, 1))

    def _paint_picture(self, painter: QPainter) -> None:
        image = self.image
        if image is None:
            return
        ratio = painter.device().devicePixelRatio()
        wanted = self._size * ratio
        if self._pixmap.size() != wanted:
            smooth = Qt.TransformationMode.SmoothTransformation
            scaled = image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            self._pixmap = QPixmap.fromImage(scaled)
            self._pixmap.setDevicePixelRatio(ratio)
        covered = self._covered()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(covered.topLeft())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(self._pixmap))
        radius = self.theme.px(8)
        painter.drawRoundedRect(QRectF(0, 0, covered.width(), covered.height()), radius, radius)
        painter.restore()
        if any(self.highlights.values()):
            painter.setOpacity(0.5)
            self.paint_highlights(painter)
            painter.setOpacity(1)

    def _paint_place(self, painter: QPainter) -> None:
        theme, px = self.theme, self.theme.px
        outer = QRectF(0, 0, self.rect.width(), self.rect.height())
        paint_box(painter, outer, px(8), theme.color("surface-sunken"), theme.color("border"))
        self.paint_highlights(painter)
        icon = QRectF(px(_SIDE), (outer.height() - px(_ICON)) / 2, px(_ICON), px(_ICON))
        button = self._load.width() + px(_GAP) if self._load is not None and not self._load.isHidden() else 0
        words = outer.adjusted(px(_SIDE + _ICON + _GAP), 0, -px(_SIDE) - button, 0)
        if self._mirrored:
            icon.moveRight(outer.width() - icon.left())
            words.moveRight(outer.width() - words.left())
        theme.icons.paint(painter, icon, "image", theme.color("text-secondary"))
        painter.setFont(theme.font(13))
        painter.setPen(theme.color("text-secondary"))
        elided = painter.fontMetrics().elidedText(self._state(), Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, elided)

    def _state(self) -> str:
        """What stands in the place."""
        sight = self.styles.pictures.sight(self.leaf.url) if self.styles.pictures is not None else None
        if sight is not None and sight.error:
            return f"{self._words()} · {sight.error}"
        if sight is None or not sight.loading:
            return self._words()
        return " · ".join((self._words(), _("Loading…")))

    def _on_change(self) -> None:
        self._pixmap = QPixmap()
        self.host.leaf_resized(self)  # type: ignore[attr-defined]
        self.update()
