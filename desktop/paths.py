"""Where things are: the files that ship with the program, and the folders it writes to."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from desktop import APP_NAME


def resources() -> Path:
    """The folder of icons, themes, tour pages and translations: in a frozen app, the source tree, or as installed."""
    if bundle := getattr(sys, "_MEIPASS", None):
        return Path(bundle) / "resources"
    source = Path(__file__).resolve().parent.parent / "resources"
    if source.is_dir():
        return source
    import sysconfig  # only where the package is installed

    return Path(sysconfig.get_path("data")) / "share" / "tuppence"


@dataclass(frozen=True, slots=True)
class Paths:
    """Every file and folder the program writes. Nothing is created before it is needed."""

    data: Path
    config: Path
    logs: Path

    @classmethod
    def choose(cls, data_dir: Path | None = None) -> "Paths":
        """The platform's folders, or everything under `data_dir` or the environment's TUPPENCE_DATA_DIR."""
        chosen = data_dir or os.environ.get("TUPPENCE_DATA_DIR")
        if chosen:
            root = Path(chosen).expanduser().absolute()
            return cls(data=root, config=root, logs=root / "logs")
        import platformdirs  # not needed when the folder is given

        folders = platformdirs.PlatformDirs(APP_NAME, appauthor=False)
        return cls(data=folders.user_data_path, config=folders.user_config_path, logs=folders.user_log_path)

    @property
    def database(self) -> Path:
        return self.data / "tuppence.db"

    @property
    def lock(self) -> Path:
        """Held by the one window that may be open on these data."""
        return self.data / "tuppence.lock"

    @property
    def wishes(self) -> Path:
        """Where a second copy leaves what it was started for."""
        return self.data / "wishes"

    @property
    def routes(self) -> Path:
        return self.config / "routes.json"

    @property
    def prices(self) -> Path:
        """Prices and discounts that the user has set."""
        return self.config / "prices.json"

    @property
    def price_list(self) -> Path:
        """What models cost, as genai-prices had it or as it was downloaded. Losing it costs half a second."""
        return self.data / "price-list.json"

    @property
    def standing(self) -> Path:
        """Which targets cool and which keys were rejected."""
        return self.data / "standing.json"

    @property
    def pictures(self) -> Path:
        """Pictures from the web that the user has loaded."""
        return self.data / "pictures"

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"

    @property
    def providers(self) -> Path:
        return self.config / "providers.json"

    @property
    def state(self) -> Path:
        """Where windows stood; `places.json` beside it holds where chats were read. Losing them costs only habits."""
        return self.config / "state.json"

    @property
    def keys(self) -> Path:
        """The passphrase-protected key file, for computers without a keychain."""
        return self.config / "keys.age"

    @property
    def log(self) -> Path:
        return self.logs / "tuppence.log"
