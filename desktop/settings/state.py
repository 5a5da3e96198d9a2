"""Where the windows stood, kept apart from what the user chose."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path

from desktop.settings.files import Writer, json_bytes, read_json_object
from desktop.settings.places import Places


@dataclass(frozen=True, slots=True)
class WindowState:
    """`geometry` is Qt's own bytes as base64; `sidebar_width` is logical pixels at zoom 100 %.

    `cap_offered`: the user has been asked whether to set a cap.
    """

    geometry: str = ""
    sidebar_width: int = 272
    sidebar_hidden: bool = False
    conversation_id: str = ""
    cap_offered: bool = False


class StateStore:
    """Losing this costs nothing but a habit, so a damaged file is passed over without a word."""

    def __init__(self, path: Path, writer: Writer) -> None:
        self._path = path
        self._writer = writer
        self.places = Places(path.with_name("places.json"), writer)
        self._latest: WindowState | None = None  # what was read, or saved: that may still be on its way to the disk

    def load(self) -> WindowState:
        if self._latest is not None:
            return self._latest
        raw, _aside = read_json_object(self._path)
        usable = {
            field.name: raw[field.name]
            for field in fields(WindowState)
            if field.name in raw and type(raw[field.name]) is type(field.default)
        }
        self._latest = WindowState(**usable)  # type: ignore[arg-type]
        return self._latest

    def save(self, state: WindowState) -> None:
        """Returns at once; the background writer does the rest."""
        self._latest = state
        self._writer.write(self._path, json_bytes(asdict(state)))
