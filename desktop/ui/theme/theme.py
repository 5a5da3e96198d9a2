"""The look of the whole program: colours by role, sizes under the zoom, fonts and icons."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop import paths
from desktop.ui.theme.fonts import Fonts
from desktop.ui.theme.icons import Icons
from desktop.ui.theme.tokens import load_tokens, render_styles

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}

_PROVIDER_ROLES = {
    "lmstudio": "p-ollama",
    "llamacpp": "p-ollama",
    "ollama-cloud": "p-ollama",
    "azure": "p-openai",
    "vertex-express": "p-gemini",
    "custom": "p-litellm",
    "route": "text-secondary",
    "tour": "accent",
}
"""Providers that share a colour; one with a role of its own takes `p-` and its id."""

_NO_COLOUR = "p-openrouter"

_PALETTE = {
    QPalette.ColorRole.Window: "surface",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface-raised",
    QPalette.ColorRole.AlternateBase: "surface-sunken",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "text-muted",
    QPalette.ColorRole.Button: "surface-raised",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "on-accent",
    QPalette.ColorRole.Light: "surface-raised",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Mid: "border-strong",
    QPalette.ColorRole.Dark: "control",
    QPalette.ColorRole.Shadow: "border-strong",
    QPalette.ColorRole.Highlight: "selection",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "accent-text",
    QPalette.ColorRole.LinkVisited: "accent-text",
    QPalette.ColorRole.ToolTipBase: "text",
    QPalette.ColorRole.ToolTipText: "surface",
}
_DISABLED = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.PlaceholderText,
    QPalette.ColorRole.HighlightedText,
)


QT_ARGUMENTS = ("-style", "fusion")
"""For QApplication: the style that palette and sheets are made for. Asked for with `setStyle` it takes longer."""


class Theme(QObject):
    """One object for the program, handed to every widget.

    `mode` is "system", "light" or "dark"; `zoom` a percentage; an empty font name stands for the default.
    Zoom and fonts are fixed for the life of the object; light and dark may change, which `changed` tells.
    """

    changed = Signal()

    def __init__(
        self,
        mode: str = "system",
        zoom: float = 100,
        reading_font: str = "",
        code_font: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.version = 0
        self.dark = False
        self.high_contrast = False
        self._mode = mode
        self._zoom = zoom / 100
        self._font_names = (reading_font, code_font)
        self._fonts = Fonts(reading_font, code_font)
        self._resources = paths.resources()
        self._tokens: dict[str, str] = {}
        self._colors: dict[str, QColor] = {}
        self._applied_to: QApplication | None = None
        self.icons = Icons(self._resources / "icons", self.color)
        self._look_up()

    @property
    def zoom(self) -> float:
        """A percentage."""
        return self._zoom * 100

    def resized(self, zoom: float, *, light: bool = False) -> "Theme":
        """The same colours, or the light ones, and fonts at another zoom, for what is not on the screen."""
        return Theme("dark" if self.dark and not light else "light", zoom, *self._font_names)

    # Colours

    def color(self, role: str) -> QColor:
        """The colour of a role. Raises KeyError for an unknown one. The object is shared: copy it to change it."""
        return self._colors[role]

    def provider_color(self, provider_or_service_id: str) -> QColor:
        """The colour of a provider's dots and marks; one without its own takes a neutral."""
        role = _PROVIDER_ROLES.get(provider_or_service_id, f"p-{provider_or_service_id}")
        return self._colors.get(role) or self._colors[_NO_COLOUR]

    def mix(self, top: QColor, share: float, bottom: QColor) -> QColor:
        """`share` (0 to 1) of one opaque colour over another."""

        def blend(a: float, b: float) -> float:
            return a * share + b * (1 - share)

        return QColor.fromRgbF(
            blend(top.redF(), bottom.redF()),
            blend(top.greenF(), bottom.greenF()),
            blend(top.blueF(), bottom.blueF()),
        )

    # Sizes and fonts

    def px(self, n: float) -> int:
        """Pixels of the design under the zoom. What is above nothing stays visible: at least 1."""
        scaled = round(n * self._zoom)
        return max(1, scaled) if n > 0 else scaled

    def font(self, size: int, weight: int = 400, *, tracking: float = 0) -> QFont:
        """The interface font at a size of the design."""
        return self._fonts.interface(self.px(size), weight, tracking * self._zoom)

    def reading_font(self, size: int = 15, weight: int = 400) -> QFont:
        """The font of messages at a size of the design."""
        return self._fonts.reading(self.px(size), weight)

    def code_font(self, size: int = 13) -> QFont:
        """The font of code at a size of the design, ligatures off."""
        return self._fonts.code(self.px(size))

    def tabular(self, font: QFont) -> QFont:
        """The same font with figures of one width, for money and counts."""
        tabular = QFont(font)
        tabular.setFeature(QFont.Tag("tnum"), 1)
        return tabular

    # Motion

    @property
    def reduced_motion(self) -> bool:
        """Whether the system asks for no animations."""
        from PySide6.QtWidgets import QStyle  # its many enums take 10 ms to make, and no ring runs at the start

        return QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0

    # Change

    def apply(self, app: QApplication) -> None:
        """Make the program look like this theme, and follow the system from here on."""
        hints = QGuiApplication.styleHints()
        hints.setColorScheme(_SCHEMES[self._mode])  # title bars and the system's own dialogs go along
        self._look_up()
        self._applied_to = app
        app.setFont(self.font(14))
        self._dress(app)
        hints.colorSchemeChanged.connect(self._refresh)
        hints.accessibility().contrastPreferenceChanged.connect(self._refresh)

    def release(self) -> None:
        """Follow the system no longer, because another theme takes over."""
        self._applied_to = None
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.disconnect(self._refresh)
        hints.accessibility().contrastPreferenceChanged.disconnect(self._refresh)

    def set_mode(self, mode: str) -> None:
        """Change to "system", "light" or "dark" at once."""
        self._mode = mode
        QGuiApplication.styleHints().setColorScheme(_SCHEMES[mode])
        self._refresh()

    def _refresh(self) -> None:
        if self._look_up() and self._applied_to is not None:
            self._dress(self._applied_to)
            self.changed.emit()

    def _look_up(self) -> bool:
        """Read the tokens anew; whether they changed."""
        hints = QGuiApplication.styleHints()
        dark = self._mode == "dark" or (self._mode == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
        high_contrast = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
        file = self._resources / "themes" / ("dark.json" if dark else "light.json")
        tokens = load_tokens(file, high_contrast=high_contrast)
        if tokens == self._tokens:
            return False
        self.dark = dark
        self.high_contrast = high_contrast
        self._tokens = tokens
        self._colors = {role: QColor(value) for role, value in tokens.items()}
        self.version += 1
        return True

    def _dress(self, app: QApplication) -> None:
        app.setPalette(self._palette())
        app.setStyleSheet(render_styles(self._resources / "styles", self._tokens, self.px))

    def _palette(self) -> QPalette:
        palette = QPalette()
        for group, role in _PALETTE.items():
            palette.setColor(group, self.color(role))
        for group in _DISABLED:
            palette.setColor(QPalette.ColorGroup.Disabled, group, self.color("text-disabled"))
        return palette
