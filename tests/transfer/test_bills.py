"""Providers' own files, as programs that read them describe them; the rows are invented."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.bill import BillLine
from desktop.domain.errors import TransferError
from desktop.transfer import bill
from desktop.transfer.bills import LAYOUTS

OPENAI_USAGE = """\
start_time,end_time,start_time_iso,end_time_iso,model,num_model_requests,input_tokens,output_tokens,input_cached_tokens
1761523200,1761523260,2025-10-27T00:00:00+00:00,2025-10-27T00:01:00+00:00,gpt-6-luna,2,1000,200,600
1761523260,1761523320,2025-10-27T00:01:00+00:00,2025-10-27T00:02:00+00:00,,,,,
1761526800,1761526860,2025-10-27T01:00:00+00:00,2025-10-27T01:01:00+00:00,gpt-6-luna,1,10,2,0
"""
OPENAI_COSTS = """\
start_time,end_time,amount_value,amount_currency,line_item,project_id
1761523200,1761609600,0.0125,usd,"gpt-6-luna, input",proj_1
1761523200,1761609600,0.0075,usd,"gpt-6-luna, output",proj_1
"""
ANTHROPIC_USAGE = """\
usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,\
usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,\
usage_output_tokens,web_search_count,inference_geo,speed
2026-08-05,claude-opus-5,My App,Default,standard,≤ 200k,46981,15969,1,9,16932,0,global,
"""
ANTHROPIC_COST = """\
usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type
2026-08-15,Claude Haiku 4.5,Default,My App,message,≤ 200k,input_no_cache,0.05,0.05,token
2026-08-15,Claude Haiku 4.5,Default,My App,message,≤ 200k,output,0.02,0.02,token
"""
OPENROUTER_REQUESTS = """\
generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_cached,model_permaslug,provider_name
gen-a,2026-04-13T23:30:00-02:00,0.12,10,20,1,openai/gpt-4o-mini,OpenAI
gen-b,2026-04-13T11:00:00Z,0.34,15,25,2,anthropic/claude-3.7-sonnet,Anthropic
"""
OPENROUTER_DAYS = """\
Date,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens,Reasoning Tokens
"2026-05-12 00:00:00","anthropic/claude-opus-4.7","430.07","0","4115","70,965,665","3009973","0"
"""


@pytest.mark.parametrize(
    ("text", "service", "lines"),
    [
        (OPENAI_USAGE, "openai", [BillLine(date(2025, 10, 27), "gpt-6-luna", 3, 1010, 202)]),
        (OPENAI_COSTS, "openai", [BillLine(date(2025, 10, 27), "gpt-6-luna", cost=Decimal("0.0200"))]),
        (ANTHROPIC_USAGE, "anthropic", [BillLine(date(2026, 8, 5), "claude-opus-5", None, 62960, 16932)]),
        (
            ANTHROPIC_COST,
            "anthropic",
            [BillLine(date(2026, 8, 15), "Claude Haiku 4.5", cost=Decimal("0.07"), is_label=True)],
        ),
        (
            OPENROUTER_REQUESTS,
            "openrouter",
            [
                BillLine(date(2026, 4, 13), "anthropic/claude-3.7-sonnet", 1, 15, 25, Decimal("0.34")),
                BillLine(date(2026, 4, 14), "openai/gpt-4o-mini", 1, 10, 20, Decimal("0.12")),
            ],
        ),
        (
            OPENROUTER_DAYS,
            "openrouter",
            [BillLine(date(2026, 5, 12), "anthropic/claude-opus-4.7", 4115, 70965665, 3009973, Decimal("430.07"))],
        ),
    ],
)
class TestLayouts:
    def test_is_recognised_and_added_up(self, text: str, service: str, lines: list[BillLine]) -> None:
        found = bill.parse(text, "usage.csv", LAYOUTS)
        assert (found.service, list(found.lines)) == (service, lines)

    def test_spreadsheets_change_little(self, text: str, service: str, lines: list[BillLine]) -> None:
        """A byte order mark, the line ends of Windows, capitals in the head and empty lines are passed over."""
        head, _newline, rest = text.partition("\n")
        changed = "\ufeff" + f"{head.upper()}\n\n{rest}".replace("\n", "\r\n")
        assert bill.parse(changed, "usage.csv", LAYOUTS).lines == tuple(lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "none of the files"),
        ("a,b\n1,2\n", "none of the files"),
        (OPENROUTER_DAYS.replace("430.07", "much"), "“much” is no number"),
        (OPENROUTER_DAYS.replace("4115", "-5"), "“-5” is no count"),
        (OPENROUTER_DAYS.replace("2026-05-12 00:00:00", "May"), "“May” is no date"),
        (OPENROUTER_DAYS + "1,2\n", "columns"),
        (OPENROUTER_DAYS + '"2026\n', "Unexpected end"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(TransferError) as caught:
        bill.parse(text, "usage.csv", LAYOUTS)
    assert reason in f"{caught.value.title} {caught.value.explanation}"
    assert "usage.csv" in caught.value.title
    assert "Nothing was changed" in caught.value.explanation


def test_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    with pytest.raises(TransferError, match="could not be read"):
        bill.read(path, LAYOUTS)
    path.write_bytes(b"\xff\xfe\x00PK")
    with pytest.raises(TransferError, match="not a text file"):
        bill.read(path, LAYOUTS)
    path.write_text(ANTHROPIC_COST, encoding="utf-8")
    assert bill.read(path, LAYOUTS).kind == "Anthropic cost"


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    for head in ("", OPENROUTER_DAYS, ANTHROPIC_COST):
        with suppress(TransferError):
            bill.parse(head + text, "any.csv", LAYOUTS)
