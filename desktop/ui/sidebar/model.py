"""The conversation list as a Qt model: headings and conversations in one flat run of rows."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.domain.conversation import Summary
from desktop.domain.figures import money
from desktop.domain.message import Status
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.ui.sidebar.groups import Groups

HEADING_HEIGHT = 28
HEADING_GAP = 4
ROW_HEIGHT = 48

_ANSWERED = (Status.COMPLETE, Status.STOPPED)

Index = QModelIndex | QPersistentModelIndex
_Key = tuple[int, int, int, str]  # group, heading before rows, newest first, id


@dataclass(frozen=True, slots=True)
class Heading:
    title: str


class ChatListModel(QAbstractListModel):
    """Rows stand sorted by key, so a row is found by bisection and a change moves only itself."""

    def __init__(self, catalogue: Catalogue, today: date, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._groups = Groups(today)
        self._keys: list[_Key] = []
        self._rows: list[Heading | Summary] = []
        self._summaries: dict[str, Summary] = {}
        self._placed: dict[str, _Key] = {}
        self.running: frozenset[str] = frozenset()
        self._growing: dict[str, Decimal] = {}
        self.open_id: str | None = None

    # What the view reads

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._rows[index.row()], Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.title if isinstance(row, Heading) else self.spoken(row)
        return None

    @property
    def today(self) -> date:
        """The day the groups are made for."""
        return self._groups.today

    def row(self, row: int) -> Heading | Summary:
        return self._rows[row]

    def runs(self) -> Iterable[tuple[int, int]]:
        """Heights of the rows from the top, as (rows, design px)."""
        headings = [at for at, key in enumerate(self._keys) if not key[1]]
        for at, after in pairwise([*headings, len(self._keys)]):
            yield 1, HEADING_HEIGHT + (HEADING_GAP if at else 0)
            yield after - at - 1, ROW_HEIGHT

    def summary(self, conversation_id: str) -> Summary | None:
        return self._summaries.get(conversation_id)

    def index_of(self, conversation_id: str | None) -> QModelIndex:
        """Invalid for an unknown conversation."""
        key = self._placed.get(conversation_id or "")
        return self.index(self._position(key)) if key else QModelIndex()

    def id_at(self, index: Index) -> str | None:
        row = self._rows[index.row()] if index.isValid() else None
        return row.id if isinstance(row, Summary) else None

    def neighbour(self, conversation_id: str | None, step: int) -> str | None:
        """The conversation `step` places below (above if negative); from nowhere, the first or the last one."""
        ids = [row.id for row in self._rows if isinstance(row, Summary)]
        if conversation_id not in self._summaries:
            return (ids[0] if step > 0 else ids[-1]) if ids else None
        at = ids.index(conversation_id) + step
        return ids[at] if 0 <= at < len(ids) else None

    def cost(self, summary: Summary) -> str:
        """What the row says it cost, with what the reply being written has cost so far; empty without any reply."""
        spent = summary.cost
        if growing := self._growing.get(summary.id):
            spent = (spent or Decimal(0)) + growing
        if not spent and summary.model and self._catalogue.is_free(summary.model):
            return _("free")
        if spent is not None:
            return money(spent) if spent else ""
        return _("price unknown") if summary.last_status in _ANSWERED else ""

    def provider_id(self, summary: Summary) -> str:
        """The service behind the conversation's model, for its colour."""
        if summary.model is None:
            return ""
        provider = self._catalogue.provider(summary.model.provider_id)
        return provider.service_id if provider else summary.model.provider_id

    def spoken(self, summary: Summary) -> str:
        """The row in words for a screen reader."""
        state = ""
        if summary.id in self.running:
            state = _("writing")
        elif summary.last_status is Status.FAILED:
            state = _("failed")
        elif summary.unread:
            state = _("unread")
        return ", ".join(filter(None, (summary.title, summary.model_name, self.cost(summary), state)))

    # What changes it

    def replace(self, summaries: Iterable[Summary], today: date | None = None) -> None:
        """Take a whole new list, and another day if one is given."""
        self.beginResetModel()
        if today is not None:
            self._groups = Groups(today)
        self._summaries = {summary.id: summary for summary in summaries}
        self._growing = {each: cost for each, cost in self._growing.items() if each in self.running}
        self._placed = {summary.id: self._key(summary) for summary in self._summaries.values()}
        rows: list[tuple[_Key, Heading | Summary]] = [(self._placed[s.id], s) for s in self._summaries.values()]
        rows += [(self._heading_key(group), self._heading(group)) for group in {key[0] for key, _row in rows}]
        rows.sort(key=lambda row: row[0])
        self._keys = [key for key, _row in rows]
        self._rows = [row for _key, row in rows]
        self.endResetModel()

    def regroup(self, today: date) -> None:
        """Put the same conversations into the groups of another day."""
        self.replace(list(self._summaries.values()), today)

    def put(self, summary: Summary) -> None:
        """Add a conversation, or change its row and move it to where it belongs now."""
        old = self._summaries.get(summary.id)
        key = self._key(summary)
        if summary.id not in self.running and self._growing.pop(summary.id, Decimal(0)):
            self._repaint(summary.id)  # its cost has the reply in it now
        if old is None:
            self._open_group(key[0])
            self._summaries[summary.id], self._placed[summary.id] = summary, key
            self._insert(key, summary)
            return
        if old == summary:
            return
        old_key = self._placed[summary.id]
        if old_key[0] != key[0]:
            self._open_group(key[0])
        at, to = self._position(old_key), self._position(key)
        self._summaries[summary.id], self._placed[summary.id] = summary, key
        if to in (at, at + 1):
            self._keys[at], self._rows[at] = key, summary
        else:
            self.beginMoveRows(QModelIndex(), at, at, QModelIndex(), to)
            del self._keys[at], self._rows[at]
            at = to - 1 if to > at else to
            self._keys.insert(at, key)
            self._rows.insert(at, summary)
            self.endMoveRows()
        if old_key[0] != key[0]:
            self._close_group(old_key[0])
        self._repaint(summary.id)

    def remove(self, conversation_id: str) -> None:
        """Take a conversation out; nothing happens if it is not in the list."""
        if self._summaries.pop(conversation_id, None):
            key = self._placed.pop(conversation_id)
            self._delete(self._position(key))
            self._close_group(key[0])

    def set_running(self, running: frozenset[str]) -> None:
        """Mark the conversations a reply is being written in."""
        changed, self.running = self.running ^ running, running
        for conversation_id in changed:
            self._repaint(conversation_id)

    def set_growing(self, costs: Mapping[str, Decimal]) -> None:
        """Show what the replies that are written have cost so far, in US dollars by conversation."""
        changed = [each for each, cost in costs.items() if self._growing.get(each) != cost]
        self._growing.update(costs)
        for conversation_id in changed:
            self._repaint(conversation_id)

    def set_open(self, conversation_id: str | None) -> None:
        """Mark the conversation that is shown beside the list."""
        before, self.open_id = self.open_id, conversation_id
        for changed in {before, conversation_id}:
            self._repaint(changed)

    def _key(self, summary: Summary) -> _Key:
        return self._groups.of(summary), 1, -summary.updated_ms, summary.id

    @staticmethod
    def _heading_key(group: int) -> _Key:
        return group, 0, 0, ""

    def _heading(self, group: int) -> Heading:
        return Heading(self._groups.title(group))

    def _position(self, key: _Key) -> int:
        return bisect_left(self._keys, key)

    def _insert(self, key: _Key, row: Heading | Summary) -> None:
        at = self._position(key)
        self.beginInsertRows(QModelIndex(), at, at)
        self._keys.insert(at, key)
        self._rows.insert(at, row)
        self.endInsertRows()

    def _delete(self, at: int) -> None:
        self.beginRemoveRows(QModelIndex(), at, at)
        del self._keys[at], self._rows[at]
        self.endRemoveRows()

    def _open_group(self, group: int) -> None:
        key = self._heading_key(group)
        at = self._position(key)
        if at == len(self._keys) or self._keys[at] != key:
            self._insert(key, self._heading(group))

    def _close_group(self, group: int) -> None:
        at = self._position(self._heading_key(group))
        if at + 1 == len(self._keys) or self._keys[at + 1][0] != group:
            self._delete(at)

    def _repaint(self, conversation_id: str | None) -> None:
        index = self.index_of(conversation_id)
        if index.isValid():
            self.dataChanged.emit(index, index)
