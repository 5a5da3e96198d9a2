"""What the ledger adds up to: by anything and under any filter, it is exactly the rows."""

import itertools
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.conversation import Conversation
from desktop.domain.cost import Cost
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.spending import Grouping, Only, Span, Sum
from desktop.domain.usage import CostSource, Usage
from desktop.storage import conversations, ledger, migrations, spending
from desktop.storage.values import Db

DAY_MS = 86_400_000
NOON_MS = 20_000 * DAY_MS + DAY_MS // 2
MODELS = [ModelRef("openai", "gpt-x"), ModelRef("openai", "gpt-x/mini"), ModelRef("mistral", "gpt-x")]
TAGS = [(), ("Acme",), ("Acme", "Beta"), ("Acme %_",)]


@pytest.fixture(scope="module")
def db() -> Iterator[Db]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrations.apply(connection)
    yield connection
    connection.close()


@contextmanager
def holding(db: Db, entries: list[LedgerEntry]) -> Iterator[None]:
    """A ledger with these and nothing else."""
    db.execute("BEGIN")
    try:
        for entry in entries:
            ledger.append(db, entry)
        yield
    finally:
        db.execute("ROLLBACK")


costs = st.one_of(
    st.none(),
    st.just(Cost(None, CostSource.UNPRICED)),
    st.builds(
        lambda nano, source: Cost(Decimal(nano).scaleb(-9), source, "p", None, Decimal(nano // 3).scaleb(-9)),
        st.integers(0, 10**13),
        st.sampled_from([CostSource.REPORTED, CostSource.COMPUTED, CostSource.ESTIMATED]),
    ),
)


@st.composite
def made(draw: st.DrawFn) -> LedgerEntry:
    cost = draw(costs)
    tokens = st.integers(0, 10**7)
    start = NOON_MS + draw(st.integers(0, 6)) * DAY_MS
    model = draw(st.sampled_from(MODELS))
    return LedgerEntry(
        start, None, start + 1, draw(st.sampled_from(["c1", "c2", ""])), "m", model,
        model.provider_id.title(), draw(st.sampled_from([Status.COMPLETE, Status.FAILED])),
        None if cost is None else Usage(draw(tokens), draw(tokens), draw(tokens)),
        draw(st.sampled_from([Purpose.CHAT, Purpose.TITLE])), draw(st.sampled_from(["", "work"])),
        cost=cost, tags=draw(st.sampled_from(TAGS)), fallback_from=draw(st.sampled_from([None, MODELS[0]])),
    )  # fmt: skip


onlys = st.builds(
    Only,
    provider_id=st.sampled_from([None, None, "openai"]),
    model=st.sampled_from([None, None, "openai/gpt-x/mini"]),
    key_label=st.sampled_from([None, None, "", "work"]),
    tag=st.sampled_from([None, None, "", "Acme", "Beta"]),
    conversation_id=st.sampled_from([None, None, "c1"]),
    purpose=st.sampled_from([None, None, "chat"]),
)


def passes(entry: LedgerEntry, only: Only) -> bool:
    wanted = (
        (only.provider_id, entry.model.provider_id),
        (only.model, str(entry.model)),
        (only.key_label, entry.key_label),
        (only.conversation_id, entry.conversation_id),
        (only.purpose, entry.purpose),
    )
    tagged = only.tag is None or (only.tag in entry.tags if only.tag else not entry.tags)
    return tagged and all(value is None or value == its for value, its in wanted)


def sum_of(entry: LedgerEntry) -> Sum:
    usage, cost = entry.usage or Usage(), entry.cost or Cost(None, CostSource.COMPUTED)
    return Sum(
        1,
        usage.input_tokens,
        usage.cache_read_tokens,
        usage.output_tokens,
        cost.amount or Decimal(0),
        cost.saved or Decimal(0),
        int(cost.source is CostSource.UNPRICED),
        int(entry.fallback_from is not None and entry.status is Status.COMPLETE),
    )


def day_of(entry: LedgerEntry) -> date:
    return ledger.date_of(ledger.local_day(entry.start_ms))


GROUP_OF: dict[Grouping, Callable[[LedgerEntry], str]] = {
    Grouping.DAY: lambda entry: day_of(entry).isoformat(),
    Grouping.PROVIDER: lambda entry: entry.model.provider_id,
    Grouping.MODEL: lambda entry: str(entry.model),
    Grouping.CONVERSATION: lambda entry: entry.conversation_id,
    Grouping.KEY: lambda entry: entry.key_label,
    Grouping.TAG: lambda entry: "\n".join(entry.tags),
    Grouping.PURPOSE: lambda entry: entry.purpose,
}


@given(st.lists(made(), max_size=30), onlys, st.integers(0, 6), st.integers(0, 6))
def test_every_sum_is_exactly_that_of_its_rows(
    db: Db, entries: list[LedgerEntry], only: Only, first: int, length: int
) -> None:
    start = ledger.local_day(NOON_MS) + first
    span = Span(ledger.date_of(start), ledger.date_of(start + length))
    counted = [each for each in entries if passes(each, only) and span.first <= day_of(each) <= span.last]
    total = sum(map(sum_of, counted), Sum())
    with holding(db, entries):
        assert spending.total(db, span, only) == total
        by_source = spending.by_source(db, span, only)
        assert by_source == {
            source: sum((sum_of(each) for each in counted if each.cost and each.cost.source is source), Sum())
            for source in CostSource
            if any(each.cost and each.cost.source is source for each in counted)
        }
        for by, key in GROUP_OF.items():
            expected: dict[str, Sum] = defaultdict(Sum)
            daily: dict[tuple[date, str], Sum] = defaultdict(Sum)
            for each in counted:
                expected[key(each)] += sum_of(each)
                daily[day_of(each), key(each)] += sum_of(each)
            groups = spending.groups(db, by, span, only)
            assert {group.key: group.sum for group in groups} == expected
            assert len(groups) == len(expected)
            days = spending.days(db, by, span, only)
            assert {(day, group.key): group.sum for day, each in days.items() for group in each} == daily
            if by is not Grouping.DAY:
                assert [group.sum.cost for group in groups] == sorted((s.cost for s in expected.values()), reverse=True)
                assert spending.groups(db, by, span, only, 1) == groups[:1]
        db.execute("DELETE FROM ledger_sums")
        for query in migrations.SUM_UP:  # as they are made for a ledger that is there already
            db.execute(query)
        assert spending.total(db, span, only) == total


@given(st.lists(made(), max_size=30), onlys, st.integers(1, 7))
def test_a_long_reading_meets_every_row_once(db: Db, entries: list[LedgerEntry], only: Only, count: int) -> None:
    day = ledger.local_day(NOON_MS)
    span = Span(ledger.date_of(day + 1), ledger.date_of(day + 5))
    wanted = [each for each in entries if passes(each, only) and span.first <= day_of(each) <= span.last]
    with holding(db, entries):
        met: list[LedgerEntry] = []
        place: spending.Place | None = None
        for _step in itertools.count():
            found, place = spending.entries_after(db, place, span, only, count)
            met += [entry for _day, entry in found]
            if place is None:
                break
        listed = spending.rows(db, span, only, 1000)
    assert [(each.start_ms, each.model, each.tags, each.cost) for each in met] == [
        (each.start_ms, each.model, each.tags, each.cost) for each in sorted(wanted, key=day_of)
    ]
    assert sum((row.cost or Decimal(0) for row in listed), Decimal(0)) == sum(map(sum_of, wanted), Sum()).cost
    assert [(row.start_ms, row.model) for row in listed] == [(each.start_ms, each.model) for each in reversed(met)]


def test_groups_have_the_names_of_today(db: Db) -> None:
    entry = LedgerEntry(NOON_MS, None, NOON_MS, "c1", "m", MODELS[1], "OpenAI (old)", Status.COMPLETE, Usage(1, 1))
    renamed = LedgerEntry(NOON_MS + DAY_MS, None, NOON_MS + DAY_MS, "c2", "m", MODELS[1], "OpenAI", Status.COMPLETE)
    span = Span(date(1970, 1, 1), date(2100, 1, 1))
    with holding(db, [renamed, entry]):
        conversations.create(db, Conversation("c1", "Still there", 1, 1))
        (provider,) = spending.groups(db, Grouping.PROVIDER, span)
        (model,) = spending.groups(db, Grouping.MODEL, span)
        chats = spending.groups(db, Grouping.CONVERSATION, span)
        newest, oldest = spending.rows(db, span)
    assert (provider.key, provider.name, provider.provider_id) == ("openai", "OpenAI", "openai")
    assert (model.key, model.name, model.provider_id) == ("openai/gpt-x/mini", "gpt-x/mini", "openai")
    assert {group.key: group.name for group in chats} == {"c1": "Still there", "c2": ""}
    assert [(row.title, row.conversation_id, row.message_id) for row in (newest, oldest)] == [
        ("", "c2", "m"),
        ("Still there", "c1", "m"),
    ]


def test_tags_of_chats_and_of_what_was_counted(db: Db) -> None:
    with holding(db, [LedgerEntry(1, None, 2, "c1", "m", MODELS[0], "", Status.COMPLETE, tags=("Acme", "beta"))]):
        conversations.create(db, Conversation("c1", "One", 1, 1, tags=("beta", "Zeta")))
        assert spending.tags(db) == ["Acme", "beta", "Zeta"]
