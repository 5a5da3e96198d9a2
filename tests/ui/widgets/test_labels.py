from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QPalette

from desktop.domain.model import Dialect, Provider
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.labels import ElidedLabel, KeyCap, Tag, text_label
from desktop.ui.widgets.tile import ProviderTile

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


def test_label_takes_its_colour_from_the_theme(theme: Theme) -> None:
    label = text_label(theme, "Stored in your system keychain", 12, role="text-muted")
    assert label.palette().color(QPalette.ColorRole.WindowText) == theme.color("text-muted")
    theme.set_mode("dark")
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == "#aaa294"
    label.set_role("danger")
    assert label.palette().color(QPalette.ColorRole.WindowText) == theme.color("danger")


def test_label_shows_markup_as_it_is(theme: Theme) -> None:
    assert text_label(theme, "<b>x</b>").textFormat() == Qt.TextFormat.PlainText


def test_elided_label_hints_only_what_it_hides(theme: Theme, stage: Any) -> None:
    title = "Tenancy agreement, translated into Portuguese"
    label = ElidedLabel(theme, title)
    stage(label)
    label.resize(600, label.height())
    assert label.toolTip() == ""
    label.resize(80, label.height())
    assert label.toolTip() == title
    label.setText("Short")
    assert label.toolTip() == ""
    assert QAccessible.queryAccessibleInterface(label).text(QAccessible.Text.Name) == "Short"


def test_tag_and_key_cap_have_their_measures_and_names(theme: Theme) -> None:
    tag, cap = Tag(theme, "Used first"), KeyCap(theme, "Ctrl K")
    assert tag.sizeHint().height() == 20
    assert cap.sizeHint().height() == 18
    assert tag.accessibleName() == "Used first"
    width = tag.sizeHint().width()
    tag.set_text("Key rejected by the provider", "danger")
    assert tag.sizeHint().width() > width
    assert tag.grab().toImage().pixelColor(2, 10).name() != theme.color("surface").name()


def test_tile_mixes_the_colour_of_its_provider(theme: Theme) -> None:
    provider = Provider("mistral", "mistral", "Mistral", Dialect.OPENAI_CHAT, "https://api.mistral.ai/v1")
    tile = ProviderTile(theme, provider, 40)
    tile.resize(tile.sizeHint())
    fill = tile.grab().toImage().pixelColor(20, 3)
    mixed = theme.mix(theme.color("p-mistral"), 0.14, theme.color("surface-raised"))
    assert fill.name() == mixed.name()


def test_divider_is_one_pixel_at_any_zoom(qapp: Any) -> None:
    theme = Theme("light", 200)
    assert Divider(theme).sizeHint().height() == 1
    upright = Divider(theme, Qt.Orientation.Vertical, length=20)
    assert (upright.minimumWidth(), upright.maximumWidth(), upright.maximumHeight()) == (1, 1, 40)
