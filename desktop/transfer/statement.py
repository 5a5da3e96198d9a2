"""What was done for a tag in a time, by model: for whoever pays the bill. As CSV, and as a page to send or print."""

from dataclasses import dataclass
from decimal import Decimal
from html import escape

from desktop.domain import figures
from desktop.domain.spending import Group, Span, Sum
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.transfer.ledger_csv import lines
from desktop.transfer.ledger_record import Value

_STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; color: #1c1c1a; background: #fff; max-width: 46em; margin: 3em auto; }
h1 { font-size: 22px; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
p { margin: .25em 0 0; color: #5c5c57; }
table { width: 100%; border-collapse: collapse; margin-top: 2em; font-variant-numeric: tabular-nums; }
th, td { text-align: end; padding: .4em 0 .4em 1.5em; border-bottom: 1px solid #dcdcd6; vertical-align: top; }
th:first-child, td:first-child { text-align: start; padding-inline-start: 0; overflow-wrap: anywhere; }
thead th { font-weight: 600; }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """`models` are groups by model; their sums add up to `total`."""

    tag: str
    span: Span
    total: Sum
    models: tuple[Group, ...]


def as_csv(statement: Statement) -> str:
    """A row for each model and one for all of them, which has no model. Costs are US dollars."""
    period = (statement.span.first.isoformat(), statement.span.last.isoformat())
    head = ("tag", "first_day", "last_day", "provider", "model", "requests", "input_tokens", "cache_read_tokens")
    rows: list[tuple[Value, ...]] = [(*head, "output_tokens", "cost", "currency", "unpriced_requests")]
    for group in (*statement.models, Group("", "", statement.total)):
        of, model = group.sum, group.key.removeprefix(f"{group.provider_id}/")
        tokens = of.input_tokens, of.cache_read_tokens, of.output_tokens
        counted = (of.requests, *tokens, _known(of), "USD", of.unpriced)
        rows.append((statement.tag, *period, group.provider_id, model, *counted))
    return lines(rows)


def as_html(statement: Statement) -> str:
    """One file that needs no other."""
    period = _("{first} to {last}").format(first=statement.span.first.isoformat(), last=statement.span.last.isoformat())
    head = (_("Model"), _("Requests"), _("Tokens in"), _("Tokens out"), _("Cost"))
    notes = [_("Costs are US dollars, as the providers bill them.")]
    if unpriced := statement.total.unpriced:
        notes.append(
            ngettext(
                "{n} request is not in the sum, because its price is unknown.",
                "{n} requests are not in the sum, because their price is unknown.",
                unpriced,
            ).format(n=figures.count(unpriced))
        )
    body = "".join(_row("td", group.name or group.key, group.sum) for group in statement.models)
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(statement.tag)}, {escape(period)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(statement.tag)}</h1>
<p>{escape(period)}</p>
<table>
<thead><tr>{"".join(f'<th scope="col">{escape(title)}</th>' for title in head)}</tr></thead>
<tbody>
{body}</tbody>
<tfoot>
{_row("th", _("Total"), statement.total)}</tfoot>
</table>
{"".join(f"<p>{escape(note)}</p>" for note in notes)}
</body>
</html>
"""


def _row(cell: str, name: str, of: Sum) -> str:
    values = figures.count(of.requests), figures.count(of.input_tokens), figures.count(of.output_tokens), _cost(of)
    first = f'<{cell} scope="row">' if cell == "th" else f"<{cell}>"
    return f"<tr>{first}{escape(name)}</{cell}>{''.join(f'<td>{escape(value)}</td>' for value in values)}</tr>\n"


def _cost(of: Sum) -> str:
    """Four decimals, and as many as there are for less than they can show."""
    if (amount := _known(of)) is None:
        return _("price unknown")
    if not amount:
        return _("free")
    return f"${figures.number(amount, 9 if amount < Decimal('0.0001') else 4)}"


def _known(of: Sum) -> Decimal | None:
    """None where no price is known of anything in it."""
    return None if of.unpriced and not of.cost else of.cost
