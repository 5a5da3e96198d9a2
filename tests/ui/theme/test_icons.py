from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QTransform
from PySide6.QtWidgets import QApplication

from desktop.ui.theme.theme import Theme

MakeTheme = Callable[..., Theme]


def picture(theme: Theme, name: str, side: int = 32) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    theme.icons.paint(painter, QRectF(0, 0, side, side), name, QColor("black"))
    painter.end()
    return image


def ink(image: QImage) -> float:
    """The share of the picture that is covered."""
    alphas = [image.pixelColor(x, y).alphaF() for x in range(image.width()) for y in range(image.height())]
    return sum(alphas) / len(alphas)


def test_every_icon_draws_something_inside_its_box(qapp: QApplication) -> None:
    theme = Theme("light")
    names = theme.icons.names()
    assert {"note-pencil", "star-fill", "sidebar-left", "compare", "app-mark"} <= names
    for name in names:
        bounds = QRectF()
        for path, opacity in theme.icons.shapes(name):
            assert 0 < opacity <= 1
            bounds = bounds.united(path.boundingRect())
        assert QRectF(0, 0, 1, 1).contains(bounds), name
        assert 0.01 < ink(picture(theme, name)) < 0.9, name


def test_no_two_icons_look_alike(qapp: QApplication) -> None:
    theme = Theme("light")
    seen = {bytes(picture(theme, name).constBits()): name for name in theme.icons.names()}
    assert len(seen) == len(theme.icons.names())


def test_unknown_name_is_found_at_once(qapp: QApplication) -> None:
    with pytest.raises(KeyError):
        Theme("light").icons.icon("note-pensil")


def test_icon_is_painted_centred_in_a_wider_box(qapp: QApplication) -> None:
    theme = Theme("light")
    wide = QImage(64, 32, QImage.Format.Format_ARGB32_Premultiplied)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    theme.icons.paint(painter, QRectF(0, 0, 64, 32), "stop-fill", QColor("black"))
    painter.end()
    assert wide.copy(16, 0, 32, 32) == picture(theme, "stop-fill")


def middle(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> QColor:
    return icon.pixmap(QSize(32, 32), 1.0, mode).toImage().pixelColor(QPoint(16, 16))


def test_one_icon_follows_the_theme(make_theme: MakeTheme) -> None:
    theme = make_theme("light")
    icon = theme.icons.icon("stop-fill", "danger", 32)
    assert middle(icon) == theme.color("danger")
    assert middle(icon, QIcon.Mode.Disabled) == theme.color("text-disabled")
    copied = QIcon(icon)
    light = theme.color("danger").name()
    theme.set_mode("dark")
    assert theme.color("danger").name() != light
    assert middle(icon) == middle(copied) == theme.color("danger")


def test_icon_is_drawn_for_the_device_ratio(qapp: QApplication) -> None:
    icon = Theme("light").icons.icon("wrench", size=16)
    pixmap = icon.pixmap(QSize(16, 16), 2.0)
    assert pixmap.size() == QSize(32, 32)
    assert pixmap.deviceIndependentSize().toSize() == QSize(16, 16)


def test_icon_is_no_larger_than_its_natural_size(qapp: QApplication) -> None:
    assert Theme("light").icons.icon("wrench", size=16).actualSize(QSize(64, 64)) == QSize(16, 16)


def test_arrows_flip_where_reading_goes_left(qapp: QApplication) -> None:
    theme = Theme("light")
    left, check = picture(theme, "caret-left-bold"), picture(theme, "check")
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        flipped, same = picture(theme, "caret-left-bold"), picture(theme, "check")
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert same == check
    assert flipped != left
    assert ink(flipped.transformed(QTransform.fromScale(-1, 1))) == pytest.approx(ink(left), rel=0.02)
