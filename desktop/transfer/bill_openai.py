"""OpenAI's usage page, "Export": completions and costs.

Completions: rows of a minute, an hour or a day with the fields of the Usage API; sure, seen in several programs that
read the file. A file without grouping has no `model` column and cannot be compared. Costs: the fields of the Costs API
with dots turned to underscores; `line_item` is "model, kind of token". Less sure: only the API's own names are public.
"""

from desktop.domain.bill import BillLine
from desktop.transfer.bill import Layout, Row, amount, count, day


def _completions(row: Row) -> BillLine | None:
    if not row["model"]:
        return None  # an empty bucket of time
    when = day(row.get("start_time_iso") or row["start_time"])
    requests = count(row["num_model_requests"]) if "num_model_requests" in row else None
    return BillLine(when, row["model"], requests, count(row["input_tokens"]), count(row["output_tokens"]))


def _costs(row: Row) -> BillLine | None:
    if not row["line_item"]:
        return None
    currency = row.get("amount_currency", "usd")
    if currency.lower() not in ("", "usd"):
        raise ValueError(f"currency {currency}")
    when = day(row.get("start_time_iso") or row["start_time"])
    return BillLine(when, row["line_item"].partition(",")[0].strip(), cost=amount(row["amount_value"]))


LAYOUTS = (
    Layout("openai", "OpenAI costs", frozenset({"start_time", "amount_value", "line_item"}), _costs),
    Layout("openai", "OpenAI usage", frozenset({"start_time", "model", "input_tokens", "output_tokens"}), _completions),
)
