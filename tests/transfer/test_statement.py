"""The statement for a tag."""

import csv
import io
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

from desktop.domain.spending import Group, Span, Sum
from desktop.transfer.statement import Statement, as_csv, as_html

MODELS = (
    Group("openai/gpt-x/mini", "GPT X mini", Sum(3, 1200, 100, 300, Decimal("0.0142")), "openai"),
    Group("qwen/q", "<b>Q</b>", Sum(1, 10, 0, 5, unpriced=1), "qwen"),
    Group("llama/l", "Llama", Sum(1, 9, 0, 9), "llama"),
    Group("p/small", "Small", Sum(1, 1, 0, 1, Decimal("0.00000002")), "p"),
)
STATEMENT = Statement(
    "=Acme & Söhne <script>", Span(date(2026, 11, 1), date(2026, 11, 21)), sum((m.sum for m in MODELS), Sum()), MODELS
)


def test_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(STATEMENT))))
    assert [(row["provider"], row["model"], row["requests"], row["cost"]) for row in rows] == [
        ("openai", "gpt-x/mini", "3", "0.0142"),
        ("qwen", "q", "1", ""),
        ("llama", "l", "1", "0"),
        ("p", "small", "1", "0.00000002"),
        ("", "", "6", "0.01420002"),
    ]
    assert {row["tag"] for row in rows} == {"'=Acme & Söhne <script>"}
    assert {(row["first_day"], row["last_day"], row["currency"]) for row in rows} == {
        ("2026-11-01", "2026-11-21", "USD")
    }
    assert rows[-1]["unpriced_requests"] == "1"
    kinds = ("input_tokens", "cache_read_tokens", "output_tokens")
    assert [rows[-1][kind] for kind in kinds] == ["1220", "100", "315"]


class _Reader(HTMLParser):
    """The text, and every tag and attribute that is met."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data.strip()


def test_html() -> None:
    page = as_html(STATEMENT)
    reader = _Reader()
    reader.feed(page)
    for said in ("=Acme & Söhne <script>", "2026-11-01 to 2026-11-21", "GPT X mini", "$0.0142", "<b>Q</b>"):
        assert said in reader.cells
    assert {"price unknown", "free"} <= set(reader.cells)
    assert "$0.000000020" in reader.cells  # never nothing for something
    assert any("1 request is not in the sum" in cell for cell in reader.cells)
    assert not reader.tags & {"script", "b", "img", "link"}  # it needs no other file, and nothing in it is markup
    assert not reader.attributes & {"src", "href", "onclick"}
