import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from desktop.ui.theme.theme import Theme

MakeTheme = Callable[..., Theme]


@given(zoom=st.integers(75, 200), one=st.integers(-100, 1000), other=st.integers(-100, 1000))
def test_sizes_keep_their_order_and_never_vanish(qapp: QApplication, zoom: int, one: int, other: int) -> None:
    theme = Theme("light", zoom)
    smaller, larger = sorted((one, other))
    assert theme.px(smaller) <= theme.px(larger)
    assert theme.px(0) == 0
    if smaller > 0:
        assert theme.px(smaller) >= 1


def test_zoom_multiplies_sizes_and_fonts(qapp: QApplication) -> None:
    theme = Theme("light", 150)
    assert theme.px(32) == 48
    assert theme.font(14).pixelSize() == 21
    assert theme.code_font().pixelSize() == 20
    assert theme.reading_font().pixelSize() == 22


def test_fonts(qapp: QApplication) -> None:
    theme = Theme("light", 100, "Georgia", "Fira Code")
    assert theme.font(26, 600, tracking=-0.3).letterSpacing() == pytest.approx(-0.3, abs=0.01)
    assert theme.font(13, 500).weight() == QFont.Weight.Medium
    assert theme.reading_font().families()[0] == "Georgia"
    assert theme.code_font().families()[:2] == ["Fira Code", "Cascadia Mono"]
    assert theme.code_font().featureValue(QFont.Tag("calt")) == 0
    assert theme.tabular(theme.font(13)).featureValue(QFont.Tag("tnum")) == 1


def test_a_font_that_was_changed_by_its_user_is_not_changed_for_others(qapp: QApplication) -> None:
    theme = Theme("light")
    theme.font(14).setUnderline(True)
    assert not theme.font(14).underline()


def test_colours(qapp: QApplication) -> None:
    theme = Theme("light")
    assert theme.color("accent").name() == "#b3592a"
    assert theme.provider_color("mistral") == theme.color("p-mistral")
    assert theme.provider_color("lmstudio") == theme.color("p-ollama")
    assert theme.provider_color("groq") == theme.color("p-openrouter")
    assert theme.mix(theme.color("text"), 0, theme.color("surface")) == theme.color("surface")
    with pytest.raises(KeyError):
        theme.color("acent")


def test_change_of_mode_reaches_palette_and_listeners_once(qapp: QApplication, make_theme: MakeTheme) -> None:
    theme = make_theme("light")
    heard: list[int] = []
    theme.changed.connect(lambda: heard.append(theme.version))
    before = theme.version
    theme.set_mode("dark")
    assert theme.dark
    assert heard == [before + 1]
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == "#1a1917"
    theme.set_mode("dark")
    assert heard == [before + 1]


class FakeAccessibility(QObject):
    contrastPreferenceChanged = Signal()
    preference = Qt.ContrastPreference.NoPreference

    def contrastPreference(self) -> Qt.ContrastPreference:
        return self.preference


class FakeSystem(QObject):
    """The style hints of a system whose scheme and contrast a test can change; what the program asks for wins."""

    colorSchemeChanged = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.contrast = FakeAccessibility()
        self._own = Qt.ColorScheme.Light
        self._asked = Qt.ColorScheme.Unknown

    def styleHints(self) -> "FakeSystem":
        return self

    def accessibility(self) -> FakeAccessibility:
        return self.contrast

    def colorScheme(self) -> Qt.ColorScheme:
        return self._own if self._asked == Qt.ColorScheme.Unknown else self._asked

    def setColorScheme(self, scheme: Qt.ColorScheme) -> None:
        self._asked = scheme
        self.colorSchemeChanged.emit()

    def turn(self, scheme: Qt.ColorScheme) -> None:
        self._own = scheme
        self.colorSchemeChanged.emit()


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    system = FakeSystem()
    monkeypatch.setattr("desktop.ui.theme.theme.QGuiApplication", system)
    return system


def test_system_mode_follows_the_system(system: FakeSystem, make_theme: MakeTheme, qtbot: Any) -> None:
    theme = make_theme("system")
    for scheme in (Qt.ColorScheme.Dark, Qt.ColorScheme.Light):
        with qtbot.waitSignal(theme.changed):
            system.turn(scheme)
        assert theme.dark == (scheme == Qt.ColorScheme.Dark)


def test_chosen_mode_does_not_follow_the_system(system: FakeSystem, make_theme: MakeTheme, qtbot: Any) -> None:
    theme = make_theme("light")
    with qtbot.assertNotEmitted(theme.changed):
        system.turn(Qt.ColorScheme.Dark)
    assert not theme.dark
    theme.set_mode("system")
    assert theme.dark


def test_high_contrast_preference_is_followed(system: FakeSystem, make_theme: MakeTheme, qtbot: Any) -> None:
    theme = make_theme("light")
    system.contrast.preference = Qt.ContrastPreference.HighContrast
    with qtbot.waitSignal(theme.changed):
        system.contrast.contrastPreferenceChanged.emit()
    assert theme.color("text-muted") == theme.color("text")


def test_released_theme_lets_go_of_the_program(qapp: QApplication, system: FakeSystem) -> None:
    theme = Theme("system")
    theme.apply(qapp)
    theme.release()
    before = theme.version, qapp.styleSheet()
    system.turn(Qt.ColorScheme.Dark)
    assert (theme.version, qapp.styleSheet()) == before


def test_scroll_bars_have_a_quiet_thumb(qtbot: Any, make_theme: MakeTheme) -> None:
    theme = make_theme("light")
    text = QPlainTextEdit("\n".join("line" for _ in range(200)))
    qtbot.addWidget(text)
    text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
    text.resize(200, 200)
    text.show()
    bar = text.verticalScrollBar()
    assert bar.width() == 12
    picture = bar.grab().toImage()
    row = [picture.pixelColor(x, 10).name() for x in range(12)]
    assert row.count(theme.color("border-strong").name()) == 6


def test_nothing_heavy_comes_with_the_widgets() -> None:
    program = """
import pkgutil, sys, importlib
import desktop.ui.theme, desktop.ui.widgets
for package in (desktop.ui.theme, desktop.ui.widgets):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
heavy = {"PySide6.QtSvg", "PySide6.QtNetwork", "asyncio", "httpx", "keyring", "pygments", "markdown", "sqlite3"}
print(*sorted(heavy & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
