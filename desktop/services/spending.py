"""What the ledger adds up to, for people, for files and for those who pay the bill."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from desktop.domain.errors import TransferError
from desktop.domain.model import ModelRef
from desktop.domain.spending import Group, Grouping, LedgerRow, Only, Report, Span
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.settings.files import AtomicFile, write_atomically
from desktop.storage import spending
from desktop.storage.database import Database
from desktop.storage.values import Db

if TYPE_CHECKING:  # what writes files is imported by those who ask for one, not on the way to the first window
    from desktop.transfer.statement import Statement

EVERYTHING = Only()


class Spending:
    """All methods raise StorageError; those that write a file, TransferError, and then there is none."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue

    async def report(self, span: Span, by: Grouping, only: Only = EVERYTHING) -> Report:
        """All of one moment, so that its sums agree."""

        def read(db: Db) -> Report:
            before = spending.total(db, span.before, only)
            return Report(
                span,
                spending.total(db, span, only),
                before if before.requests else None,
                spending.by_source(db, span, only),
                tuple(spending.groups(db, by, span, only)),
                spending.days(db, by, span, only),
            )

        report = await self._database.run(read)
        groups = self._named(by, report.groups)
        names = {group.key: group.name for group in groups}
        days = {
            day: tuple(_renamed(group, names.get(group.key, group.name)) for group in groups)
            for day, groups in report.days.items()
        }
        return replace(report, groups=groups, days=days)

    async def groups(
        self, by: Grouping, span: Span, only: Only = EVERYTHING, limit: int | None = None
    ) -> tuple[Group, ...]:
        """The dearest first, no more than `limit`; days in their order."""
        return self._named(by, await self._database.run(lambda db: spending.groups(db, by, span, only, limit)))

    async def messages(self, span: Span, only: Only = EVERYTHING, limit: int = 200) -> list[LedgerRow]:
        """Those that were written last come first."""
        return await self._database.run(lambda db: spending.rows(db, span, only, limit))

    async def tags(self) -> list[str]:
        """All that chats have or had, in the order of the alphabet."""
        return await self._database.run(spending.tags)

    async def export(self, to: Path | TextIO, form: str, span: Span, only: Only = EVERYTHING) -> int:
        """Writes rows as "csv" or "jsonl" and counts them. A file is replaced once all of them are written."""
        if not isinstance(to, Path):
            return await self._write_rows(to.write, form, span, only)
        try:
            file = await asyncio.to_thread(AtomicFile, to)
            try:
                count = await self._write_rows(lambda text: file.write(text.encode()), form, span, only)
                await asyncio.to_thread(file.commit)
                return count
            finally:
                file.discard()
        except OSError as error:
            raise _not_written(to, error) from error

    async def _write_rows(self, write: Callable[[str], object], form: str, span: Span, only: Only) -> int:
        """Piece by piece, so that a million rows never are in memory and others come to the database in between."""
        from desktop.transfer import ledger_csv, ledger_jsonl

        writer = {"csv": ledger_csv, "jsonl": ledger_jsonl}[form]
        await asyncio.to_thread(write, writer.head())
        count, place = 0, None
        while True:
            read = partial(spending.entries_after, place=place, span=span, only=only)
            entries, place = await self._database.run(read)
            await asyncio.to_thread(write, await asyncio.to_thread(writer.rows, entries))
            count += len(entries)
            if place is None:
                return count

    async def statement_of(self, tag: str, span: Span) -> "Statement":
        """What was done for a tag."""
        from desktop.transfer.statement import Statement

        only = Only(tag=tag)

        def read(db: Db) -> Statement:
            models = tuple(spending.groups(db, Grouping.MODEL, span, only))
            return Statement(tag, span, spending.total(db, span, only), models)

        found = await self._database.run(read)
        return replace(found, models=self._named(Grouping.MODEL, found.models))

    async def statement(self, tag: str, span: Span, to: Path | TextIO, form: str) -> "Statement":
        """Writes what was done for a tag as "csv" or "html", to a file or a stream."""
        from desktop.transfer.statement import as_csv, as_html

        found = await self.statement_of(tag, span)
        text = {"csv": as_csv, "html": as_html}[form](found)
        if not isinstance(to, Path):
            await asyncio.to_thread(to.write, text)
            return found
        try:
            await asyncio.to_thread(write_atomically, to, text.encode())
        except OSError as error:
            raise _not_written(to, error) from error
        return found

    def _named(self, by: Grouping, groups: Iterable[Group]) -> tuple[Group, ...]:
        return tuple(_renamed(group, self._name(by, group)) for group in groups)

    def _name(self, by: Grouping, group: Group) -> str:
        match by:
            case Grouping.PROVIDER if provider := self._catalogue.provider(group.key):
                return provider.name
            case Grouping.MODEL:
                return self._catalogue.name_of(ModelRef(group.provider_id, group.name))
            case Grouping.CONVERSATION if not group.name:
                return _("Deleted chat") if group.key else _("Without a chat")
            case _:
                return group.name


def _renamed(group: Group, name: str) -> Group:
    return group if group.name == name else replace(group, name=name)  # a year has thousands, most of them named well


def _not_written(path: Path, error: OSError) -> TransferError:
    return TransferError(
        _("{file} could not be written").format(file=path.name),
        _("Nothing was changed. Choose another folder, or make room on the disk."),
        detail=str(error),
    )
