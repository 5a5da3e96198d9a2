"""Shows every component in its states, light or dark: `python tests/helpers/gallery.py light picture.png`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from desktop.domain.model import Dialect, Provider
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button, Chip, IconButton
from desktop.ui.widgets.confirm import confirm
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.field import Field, FieldBox, SearchField, SecretField
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.widgets.labels import ElidedLabel, KeyCap, Tag, text_label
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.ring import Ring
from desktop.ui.widgets.tile import ProviderTile
from desktop.ui.widgets.toast import Toasts
from desktop.ui.widgets.toggle import CheckBox, Segments, Switch


class Gallery(QWidget):
    """Components placed as on the design's sheet; what is not of the first column stands at the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.resize(1280, 1316)
        self._buttons()
        self._icon_buttons()
        self._fields()
        self._money()
        self._menu_and_toast()
        self._others()

    def put(self, widget: QWidget, x: int, y: int, width: int | None = None) -> QWidget:
        widget.setParent(self)
        size = widget.sizeHint()
        widget.setGeometry(x, y, width or size.width(), size.height())
        widget.show()
        return widget

    def ring(self, widget: QWidget) -> None:
        FocusRing(self.theme, widget, widget.ring_radius()).show()

    def state(self, widget: QWidget, state: str) -> QWidget:
        if state == "hover":
            widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
        elif state == "pressed":
            widget.setDown(True)
        elif state == "disabled":
            widget.setEnabled(False)
        return widget

    def _buttons(self) -> None:
        self.put(text_label(self.theme, "Buttons", 13, 600), 40, 34)
        columns = (40, 132, 225, 317, 409)
        rows = (
            ("Add key", "primary", 61),
            ("Test", "secondary", 103),
            ("Cancel", "ghost", 145),
            ("Delete", "danger", 188),
        )
        for text, kind, y in rows:
            for x, state in zip(columns, ("", "hover", "pressed", "focus", "disabled"), strict=True):
                button = self.put(self.state(Button(self.theme, text, kind=kind), state), x, y)
                if state == "focus":
                    self.ring(button)

    def _icon_buttons(self) -> None:
        theme = self.theme
        self.put(text_label(theme, "Icon buttons and chips", 13, 600), 40, 250)
        for x, state in zip(
            (40, 82, 124, 166, 208, 250), ("", "hover", "pressed", "focus", "on", "disabled"), strict=True
        ):
            button = IconButton(theme, "wrench", "Tools")
            if state == "on":
                button.setCheckable(True)
                button.setChecked(True)
            self.put(self.state(button, state), x, 278)
            if state == "focus":
                self.ring(button)
        self.put(Divider(theme, Qt.Orientation.Vertical, length=20), 296, 284)
        self.put(Chip(theme, "Mistral Medium 3.5", dot=theme.provider_color("mistral"), caret=True), 311, 280)
        opened = Chip(theme, "GPT-6 Luna", dot=theme.provider_color("openai"), caret=True)
        opened.set_open(True)
        self.put(opened, 489, 280)
        x = 40
        for text, kind in (
            ("Lowest cost", "accent"),
            ("Connected", "success"),
            ("$2.70 of $3.00", "warning"),
            ("Key rejected", "danger"),
        ):
            x += self.put(Tag(theme, text, kind), x, 324).width() + 8
        self.put(KeyCap(theme, "Ctrl K"), x, 325)

    def _fields(self) -> None:
        theme = self.theme
        self.put(text_label(theme, "Fields and toggles", 13, 600), 40, 378)
        self.put(FieldBox(theme, Field(theme, "Default", placeholder="sk-…"), "Default"), 40, 405, 188)
        focused = Field(theme, "Focus")
        focused.setText("https://")
        self.put(FieldBox(theme, focused, "Focus"), 240, 405, 188)
        wrong = Field(theme, "Error")
        wrong.setText("htp://local")
        wrong.set_error("Start with http:// or https://")
        self.put(FieldBox(theme, wrong, "Error"), 440, 405, 188)
        for x, on in ((40, False), (92, True), (144, True)):
            switch = Switch(theme, "Switch")
            switch.setChecked(on)
            self.put(switch, x, 494)
        self.ring(switch)
        for x, on in ((196, False), (230, True)):
            box = CheckBox(theme, name="Check")
            box.setChecked(on)
            self.put(box, x, 495)
        segments = Segments(theme, [("day", "Day"), ("week", "Week"), ("month", "Month")], "Period")
        segments.set_value("month")
        self.put(segments, 332, 488)
        self.focused = focused

    def _money(self) -> None:
        theme = self.theme
        for x, share, role in ((40, 0.12, "accent"), (104, 0.78, "warning-fill"), (171, 0.95, "danger")):
            ring = Ring(theme, 18, 2.5)
            ring.set_value(share, role)
            self.put(ring, x, 903)
        ring = Ring(theme, 14, 2)
        ring.set_spinning(True)
        self.put(ring, 300, 905)

    def _menu_and_toast(self) -> None:
        menu = Menu(self.theme, "Chat", parent=self)

        def nothing() -> None: ...

        menu.add("pencil-simple", "Rename", nothing, "F2")
        pin = menu.add("push-pin", "Pin", nothing, "Ctrl Shift P")
        menu.add_menu("folder-simple", Menu(self.theme, "Move to", parent=menu))
        menu.add("export", "Export", nothing)
        menu.addSeparator()
        menu.add("trash", "Delete", nothing, "Del", danger=True)
        menu.setActiveAction(pin)
        self.menu = menu
        self.dialog = confirm(
            self,
            self.theme,
            "Remove the key “Work”?",
            "It is deleted from your system keychain. Chats and spending stay.",
            "Remove key",
        )
        self.host = QWidget(self)
        self.host.setGeometry(288, 1200, 400, 80)
        self.toasts = Toasts(self.theme, self.host)
        self.toasts.show("Deleted “Cover letter”", "Undo", lambda: None)

    def _others(self) -> None:
        theme = self.theme
        self.put(SearchField(theme, "Search chats", "Search chats"), 652, 60, 207)
        self.put(IconButton(theme, "note-pencil", "New chat", role="accent-text", edge=True), 867, 60)
        search = SearchField(theme, "Search chats", "Search chats")
        search.setText("mortgage")
        self.put(search, 652, 100, 207)
        secret = SecretField(theme, "Key")
        secret.setText("sk-123456789")
        self.put(secret, 652, 140, 207)
        for number, (service, name) in enumerate(
            (
                ("openai", "OpenAI"),
                ("anthropic", "Anthropic"),
                ("gemini", "Gemini"),
                ("mistral", "Mistral"),
                ("deepseek", "DeepSeek"),
                ("openrouter", "OpenRouter"),
                ("qwen", "Qwen"),
                ("ollama", "Ollama"),
                ("litellm", "LiteLLM"),
            )
        ):
            provider = Provider(service, service, name, Dialect.OPENAI_CHAT, "https://example.org")
            self.put(ProviderTile(theme, provider, 28), 652 + 36 * number, 190)
            self.put(ProviderTile(theme, provider, 40), 652 + 48 * number, 230)
        dashed = Chip(theme, "Choose a model", caret=True)
        dashed.set_dashed(True)
        self.put(dashed, 652, 290)
        filters = Chip(theme, "Uses tools", icon="wrench")
        filters.setCheckable(True)
        filters.setChecked(True)
        self.put(filters, 1020, 290)
        self.put(Chip(theme, "Sees images", icon="eye"), 1130, 290)
        self.put(Chip(theme, "Explain a clause in my lease", pill=True), 800, 290)
        self.put(Button(theme, "Test connection", icon="activity"), 652, 335)
        self.put(Button(theme, "Add", icon="plus-bold", small=True), 820, 335)
        self.put(Button(theme, "Get a key", kind="link", icon="arrow-square-out"), 900, 340)
        self.put(Button(theme, "Copy", kind="ghost", icon="copy", small=True), 1000, 335)
        self.put(CheckBox(theme, "Send with Enter"), 652, 385)
        self.put(ElidedLabel(theme, "A title that is far too long for the row", 14), 820, 385, 160)
        x = 652
        for name in ("sidebar-left", "sidebar-right", "compare", "magnifying-glass", "gear-six", "dots-three-bold"):
            self.put(IconButton(theme, name, name), x, 420)
            x += 40
        for row, names in enumerate(_chunks(sorted(theme.icons.names()), 20)):
            for column, name in enumerate(names):
                self.put(IconButton(theme, name, name, size=28), 652 + 30 * column, 470 + 30 * row)


def _chunks(names: list[str], length: int) -> list[list[str]]:
    return [names[start : start + length] for start in range(0, len(names), length)]


def main() -> None:
    mode, file = sys.argv[1:3]
    app = QApplication([])
    theme = Theme(mode)
    theme.apply(app)
    gallery = Gallery(theme)
    gallery.show()
    gallery.focused.setFocus()
    app.processEvents()
    picture = gallery.grab()
    for popup, at in ((gallery.menu, QPoint(40, 1070)), (gallery.dialog, QPoint(288, 1070))):
        popup.resize(popup.sizeHint())
        popup.ensurePolished()
        popup.render(picture, at)
    picture.save(file)


if __name__ == "__main__":
    main()
