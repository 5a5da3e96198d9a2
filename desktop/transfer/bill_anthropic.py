"""Anthropic's console: "Usage" and "Cost", each with "Export".

Both sure: the header rows stand in several programs that read the files. Usage has an id (`model_version`) and four
kinds of input, none inside another; cost has a name for people ("Claude Haiku 4.5") and a row for each kind of token.
"""

from desktop.domain.bill import BillLine
from desktop.transfer.bill import Layout, Row, amount, count, day

_INPUT = ("no_cache", "cache_write_5m", "cache_write_1h", "cache_read")


def _usage(row: Row) -> BillLine | None:
    tokens = sum(count(row.get(f"usage_input_tokens_{kind}", "")) for kind in _INPUT)
    return BillLine(day(row["usage_date_utc"]), row["model_version"], None, tokens, count(row["usage_output_tokens"]))


def _cost(row: Row) -> BillLine | None:
    return BillLine(day(row["usage_date_utc"]), row["model"], cost=amount(row["cost_usd"]), is_label=True)


LAYOUTS = (
    Layout(
        "anthropic", "Anthropic usage", frozenset({"usage_date_utc", "model_version", "usage_output_tokens"}), _usage
    ),
    Layout("anthropic", "Anthropic cost", frozenset({"usage_date_utc", "model", "cost_usd"}), _cost),
)
