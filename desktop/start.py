"""What there is before the services: settings, language, theme, and a window that is on the screen but without life."""

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from desktop import i18n
from desktop.paths import Paths, resources
from desktop.settings import options
from desktop.settings.choices import Choices
from desktop.ui.main_window import MainWindow
from desktop.ui.theme.theme import Theme


class Start:
    """Cheap to make: nothing here needs asyncio, the database or the network."""

    def __init__(self, qt: QApplication, paths: Paths, choices: Choices) -> None:
        self.qt = qt
        self.paths = paths
        self.choices = choices
        self._settings = choices.settings
        _select_language(self._settings.get(options.LANGUAGE))
        self.theme = self.make_theme()
        self.window = MainWindow(self.theme, choices.settings, choices.state)

    def make_theme(self) -> Theme:
        """The look as it is set now, in force for the whole program."""
        theme = Theme(
            self._settings.get(options.THEME),
            self._settings.get(options.ZOOM),
            self._settings.get(options.READING_FONT),
            self._settings.get(options.CODE_FONT),
        )
        theme.apply(self.qt)
        return theme


def _select_language(chosen: str) -> None:
    """The catalogue of the chosen language, or of the system's; none for English."""
    language = chosen or QLocale.system().name().split("_")[0]
    catalogue = resources() / "locale" / language / "LC_MESSAGES" / "tuppence.mo"
    if language != "en" and catalogue.is_file():
        import gettext  # only for translations

        with catalogue.open("rb") as file:
            i18n.select(gettext.GNUTranslations(file))
