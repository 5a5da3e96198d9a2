"""Reading a provider's usage or cost file: which of the known layouts it has, and its lines.

Providers say little about these files. The layouts are taken from what programs that read them expect, in public
repositories in November 2026; each importer says how sure its columns are.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from desktop.domain.bill import Bill, BillLine
from desktop.domain.errors import TransferError
from desktop.i18n import gettext as _

MOST_BYTES = 200_000_000

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file, recognised by the columns that it `needs`, in small letters.

    `read` makes a line of a row, None where the row holds nothing, and raises ValueError where a value is none.
    """

    service: str
    kind: str
    needs: frozenset[str]
    read: Callable[[Row], BillLine | None]


def read(path: Path, layouts: Iterable[Layout]) -> Bill:
    """The lines of a file, added up by day and model. Waits for the disk. Raises TransferError; nothing is changed."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TransferError(_("{file} is too large").format(file=path.name), _("Export a shorter time."))
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        advice = _("Choose the CSV file that the provider's usage page exports.")
        raise TransferError(_("{file} is not a text file").format(file=path.name), advice) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TransferError(_("{file} could not be read").format(file=path.name), reason) from error
    return parse(text, path.name, layouts)


def parse(text: str, name: str, layouts: Iterable[Layout]) -> Bill:
    """The same of a text; `name` is for errors."""
    head = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    lines: dict[tuple[date, str], BillLine] = {}
    try:
        columns = [column.strip().lower() for column in next(rows, [])]
        layout = next((each for each in layouts if each.needs <= set(columns)), None)
        if layout is None:
            raise TransferError(
                _("{file} is none of the files that Tuppence knows").format(file=name),
                _("Tuppence reads the usage and cost files of OpenAI, Anthropic and OpenRouter. Nothing was changed."),
            )
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                raise ValueError(_("it has {n} columns and not {m}").format(n=len(cells), m=len(columns)))
            line = layout.read(dict(zip(columns, (cell.strip() for cell in cells), strict=True)))
            if line is not None:
                at = (line.day, line.model)
                lines[at] = lines[at] + line if at in lines else line
    except (ValueError, csv.Error) as error:
        reason = str(error).rstrip(".")
        raise TransferError(
            _("Line {n} of {file} could not be read").format(n=rows.line_num, file=name),
            _("{reason}. Nothing was changed.").format(reason=reason[:1].upper() + reason[1:]),
        ) from error
    return Bill(layout.service, layout.kind, tuple(sorted(lines.values(), key=lambda line: (line.day, line.model))))


def day(text: str) -> date:
    """A UTC day from a date, a time with or without a zone (then UTC), or Unix seconds. Raises ValueError."""
    if text.isdigit() and len(text) > 8:
        return datetime.fromtimestamp(int(text), UTC).date()
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ValueError(_("“{text}” is no date").format(text=text)) from None
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()


def count(text: str) -> int:
    """A whole number; empty is 0, separators between thousands are left out. Raises ValueError."""
    value = amount(text)
    if value != int(value) or value < 0:
        raise ValueError(_("“{text}” is no count").format(text=text))
    return int(value)


def amount(text: str) -> Decimal:
    """A number with a decimal point, with or without a dollar sign; empty is 0. Raises ValueError."""
    plain = text.replace(",", "").replace("$", "").replace("\u00a0", "").strip()
    try:
        value = Decimal(plain or "0")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise ValueError(_("“{text}” is no number").format(text=text))
    return value
