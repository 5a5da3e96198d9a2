"""Where the reader stood in each conversation, over restarts."""

from dataclasses import astuple, dataclass
from pathlib import Path

from desktop.settings.files import Writer, json_bytes, read_json_object

MOST = 300  # conversations; of more, the ones left longest ago are forgotten


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """A line of a message: column, leaf and offset as in the transcript (-1 each: the message's own top).

    `y` is how many pixels its top stood below the viewport's.
    """

    message_id: str
    column: int
    leaf: int
    offset: int
    y: int


class Places:
    """Losing them costs nothing but a habit, so a damaged file is passed over without a word.

    Without a path they are forgotten with the program. The file is read when a place is first asked for.
    """

    def __init__(self, path: Path | None = None, writer: Writer | None = None) -> None:
        self._path = path
        self._writer = writer
        self._places: dict[str, ReadingPlace] | None = None  # the one left last is the last

    def get(self, conversation_id: str) -> ReadingPlace | None:
        """None for a conversation that is read at its end."""
        return self._known().get(conversation_id)

    def set(self, conversation_id: str, place: ReadingPlace | None) -> None:
        """Returns at once; the background writer does the rest."""
        known = self._known()
        if known.get(conversation_id) == place:
            return
        known.pop(conversation_id, None)
        if place is not None:
            known[conversation_id] = place
        while len(known) > MOST:
            del known[next(iter(known))]
        if self._path is not None and self._writer is not None:
            self._writer.write(self._path, json_bytes({key: list(astuple(each)) for key, each in known.items()}))

    def _known(self) -> dict[str, ReadingPlace]:
        if self._places is None:
            raw = read_json_object(self._path)[0] if self._path is not None else {}
            self._places = {key: place for key, value in raw.items() if (place := _read(value)) is not None}
        return self._places


def _read(value: object) -> ReadingPlace | None:
    match value:
        case [str(message_id), int(column), int(leaf), int(offset), int(y)]:
            return ReadingPlace(message_id, column, leaf, offset, y)
    return None
