"""A table as text for other programs. Formulas are TeX between their signs, as they were written.

What is in a cell is left as it is, also where a spreadsheet would take it for a formula (`=1+1`, `@x`): whoever copies
a table wants what it says.
"""

import csv
import io
import re

from desktop.render.blocks import Table
from desktop.render.inline_text import copied
from desktop.render.markdown_source import to_markdown as _to_markdown

_DIVIDERS = re.compile(r"[\t\n\r]")


def to_markdown(table: Table) -> str:
    """As a table of GitHub's Markdown, without a newline at its end."""
    return _to_markdown((table,))


def to_csv(table: Table) -> str:
    """Comma-separated values as in RFC 4180: lines end with CR LF, and so does the last."""
    out = io.StringIO()
    csv.writer(out).writerows(rows(table))
    return out.getvalue()


def to_tsv(table: Table) -> str:
    """Cells divided by tabs, rows by `\\n`, nothing quoted. A tab or line's end within a cell becomes a space."""
    return "\n".join("\t".join(_DIVIDERS.sub(" ", cell) for cell in row) for row in rows(table))


def rows(table: Table) -> list[list[str]]:
    """The cells' texts. A head without a word is left out."""
    written = [[copied(cell) for cell in row] for row in (table.head, *table.rows)]
    return written if any(written[0]) else written[1:]
