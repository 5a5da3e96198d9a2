"""OpenRouter's activity page: one row for each request, or one for each day and model.

Both sure: the header rows stand in several programs that read the files. `tokens_prompt` has cached tokens inside.
The ids are OpenRouter's "vendor/model", in the detailed file with the version's date at the end.
"""

from desktop.domain.bill import BillLine
from desktop.transfer.bill import Layout, Row, amount, count, day


def _requests(row: Row) -> BillLine | None:
    when, tokens = day(row["created_at"]), (count(row["tokens_prompt"]), count(row["tokens_completion"]))
    return BillLine(when, row["model_permaslug"], 1, *tokens, amount(row["cost_total"]))


def _days(row: Row) -> BillLine | None:
    tokens = count(row["prompt tokens"]), count(row["completion tokens"])
    return BillLine(day(row["date"]), row["slug"], count(row["requests"]), *tokens, amount(row["usage"]))


LAYOUTS = (
    Layout(
        "openrouter",
        "OpenRouter requests",
        frozenset({"created_at", "model_permaslug", "tokens_prompt", "tokens_completion", "cost_total"}),
        _requests,
    ),
    Layout(
        "openrouter",
        "OpenRouter activity",
        frozenset({"date", "slug", "usage", "requests", "prompt tokens", "completion tokens"}),
        _days,
    ),
)
