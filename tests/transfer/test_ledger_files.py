"""The ledger as CSV and JSON Lines: every value is there, exact, and nothing in it is a formula."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.cost import Cost
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import FinishReason, Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import CostSource, Usage
from desktop.transfer import ledger_csv, ledger_jsonl
from desktop.transfer.ledger_record import COLUMNS, decimal

DAY = date(2026, 11, 22)
FULL = LedgerEntry(
    1_795_339_800_125, 1_795_339_800_625, 1_795_339_802_625, "c1", "m1", ModelRef("openai", "gpt-x"), "OpenAI",
    Status.COMPLETE, Usage(1200, 340, 1024, 100, 50), Purpose.CHAT, "work", None, "", 2,
    Cost(Decimal("0.0042"), CostSource.REPORTED, "list:gpt-x", Decimal("0.0000001"), Decimal("-0.002")),
    "gpt-x-2026", "req_1", ModelRef("mistral", "large"), ("Acme", "Beta"), FinishReason.END,
)  # fmt: skip
BARE = LedgerEntry(0, None, 5, "c1", "m2", ModelRef("p", "m"), "P", Status.FAILED, http_status=429, error_code="busy")


def test_the_columns_are_those_that_are_promised() -> None:
    promised = """
        ts_start ts_first_token ts_end conversation_id message_id attempt_no purpose provider provider_name
        model_requested model_answered key_label input_tokens cache_read_tokens cache_write_tokens output_tokens
        reasoning_tokens cost currency cost_source price_id status http_status error_class fallback_from saved_cost
        tags finish_reason provider_request_id ttft_ms tokens_per_s local_date
    """
    assert set(promised.split()) <= set(COLUMNS)
    assert ledger_csv.head() == ",".join(COLUMNS) + "\r\n"


def test_csv() -> None:
    full, bare = csv.DictReader(io.StringIO(ledger_csv.head() + ledger_csv.rows([(DAY, FULL), (DAY, BARE)])))
    assert full == {
        "ts_start": "2026-11-22T09:30:00.125Z",
        "ts_first_token": "2026-11-22T09:30:00.625Z",
        "ts_end": "2026-11-22T09:30:02.625Z",
        "local_date": "2026-11-22",
        "conversation_id": "c1",
        "message_id": "m1",
        "attempt_no": "2",
        "purpose": "chat",
        "provider": "openai",
        "provider_name": "OpenAI",
        "model_requested": "gpt-x",
        "model_answered": "gpt-x-2026",
        "key_label": "work",
        "input_tokens": "1200",
        "cache_read_tokens": "1024",
        "cache_write_tokens": "100",
        "output_tokens": "340",
        "reasoning_tokens": "50",
        "cost": "0.0042",
        "currency": "USD",
        "cost_source": "reported",
        "cost_computed": "0.0000001",
        "saved_cost": "-0.002",
        "price_id": "list:gpt-x",
        "status": "complete",
        "http_status": "",
        "error_class": "",
        "fallback_from": "mistral/large",
        "tags": "Acme; Beta",
        "finish_reason": "end",
        "provider_request_id": "req_1",
        "ttft_ms": "500",
        "tokens_per_s": "170",
    }
    unknown = ("input_tokens", "output_tokens", "cost", "cost_source", "ts_first_token", "ttft_ms", "tokens_per_s")
    assert {bare[column] for column in unknown} == {""}
    assert (bare["status"], bare["http_status"], bare["error_class"]) == ("failed", "429", "busy")


def test_jsonl() -> None:
    full, bare = map(json.loads, ledger_jsonl.rows([(DAY, FULL), (DAY, BARE)]).splitlines())
    assert tuple(full) == tuple(bare) == COLUMNS
    assert (full["cost"], full["input_tokens"], full["tags"]) == ("0.0042", 1200, ["Acme", "Beta"])
    assert full["ts_start"] == "2026-11-22T09:30:00.125Z"
    assert (bare["cost"], bare["input_tokens"], bare["tags"]) == (None, None, [])
    assert ledger_jsonl.head() == ""


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_text_is_a_formula(sign: str) -> None:
    evil = f"{sign}HYPERLINK(1)"
    entry = replace(FULL, key_label=evil, tags=(evil,), model=ModelRef("p", evil), request_id=evil)
    (row,) = csv.DictReader(io.StringIO(ledger_csv.head() + ledger_csv.rows([(DAY, entry)]), newline=""))
    for column in ("key_label", "tags", "model_requested", "provider_request_id"):
        assert row[column] == f"'{evil}"
    assert json.loads(ledger_jsonl.rows([(DAY, entry)]))["key_label"] == evil  # nobody calculates there


@given(st.text(), st.text(min_size=1).filter(lambda tag: ";" not in tag))
def test_any_text_comes_back(label: str, tag: str) -> None:
    entry = replace(FULL, key_label=label, tags=(tag,))
    (row,) = csv.DictReader(io.StringIO(ledger_csv.head() + ledger_csv.rows([(DAY, entry)]), newline=""))
    assert row["key_label"].removeprefix("'") == label.removeprefix("'")
    assert row["tags"].removeprefix("'") == tag.removeprefix("'")
    assert json.loads(ledger_jsonl.rows([(DAY, entry)]))["key_label"] == label


@given(st.integers(-(10**18), 10**18))
def test_a_sum_is_written_exactly(nano: int) -> None:
    text = decimal(Decimal(nano).scaleb(-9))
    assert Decimal(text) == Decimal(nano).scaleb(-9)
    assert "E" not in text.upper()
    assert text == "0" or not text.endswith(".")
