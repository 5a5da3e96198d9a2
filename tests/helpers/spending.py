"""The spending that the design's picture of the usage page shows: every sum of it, from single requests.

The month's first 21 days, in cents by provider; what the requests were for is dealt out along that line, so that the
sums by model, chat, key and tag are those of the picture too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from desktop.domain.cost import Cost
from desktop.domain.ledger import LedgerEntry
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import CostSource, Usage
from desktop.storage import conversations
from desktop.storage.values import Db
from tests.helpers import seed

_EPOCH = date(1970, 1, 1).toordinal()

# Anthropic, OpenAI, Gemini, Mistral, OpenRouter: cents of each day.
DAYS = (
    (15, 7, 4, 11, 0), (8, 5, 2, 4, 0), (29, 13, 7, 17, 5), (35, 10, 9, 22, 0), (25, 18, 5, 19, 4), (22, 12, 11, 11, 0),
    (34, 15, 6, 24, 7), (5, 3, 0, 5, 0), (8, 2, 4, 0, 0), (37, 17, 9, 23, 6), (44, 13, 11, 19, 0), (52, 21, 13, 28, 10),
    (25, 12, 6, 22, 0), (30, 8, 8, 12, 5), (7, 5, 0, 7, 0), (8, 2, 4, 2, 0), (28, 14, 8, 26, 5), (24, 12, 9, 25, 0),
    (32, 13, 5, 26, 5), (18, 10, 8, 15, 0), (18, 1, 23, 0, 0),
)  # fmt: skip
PROVIDERS = (
    ("anthropic", "Anthropic"),
    ("openai", "OpenAI"),
    ("gemini", "Gemini"),
    ("mistral", "Mistral"),
    ("openrouter", "OpenRouter"),
)
# Of each provider: the model, its name, how many cents of the month, how many requests.
MODELS = {
    "anthropic": (
        ("claude-sonnet-5-5", "Claude Sonnet 5.5", 412, 118),
        ("claude-opus-5-5", "Claude Opus 5.5", 92, 34),
    ),
    "openai": (("gpt-6.1-sol", "GPT-6.1 Sol", 162, 64), ("gpt-6-luna", "GPT-6 Luna", 51, 18)),
    "gemini": (("gemini-3.8-flash", "Gemini 3.8 Flash", 91, 49), ("gemini-4-argon", "Gemini 4 Argon", 61, 10)),
    "mistral": (
        ("mistral-medium-latest", "Mistral Medium 3.5", 198, 92),
        ("mistral-large-4", "Mistral Large 4", 120, 88),
    ),
    "openrouter": (("qwen/qwen3-max", "Qwen3 Max", 47, 13),),
}
UNPRICED = 3
"""Requests of the month whose price nobody knows: of the last model above."""

# Chats: title, cents, key, tag. Those without a title are gone.
CHATS = (
    ("Thesis: related work", 184, "Personal", "thesis"),
    ("Chapter 3 outline", 92, "Personal", "thesis"),
    *(("", 15, "Personal", "thesis") for _ in range(11)),
    ("Invoice parser, second try", 137, "Work", "client"),
    ("Client pitch, translated", 71, "Work", "client"),
    *(("", 14, "Work", "client") for _ in range(4)),
    ("", 2, "Work", "client"),
    ("Tenancy agreement, in Portuguese", 22, "Personal", "home"),
    *(("", 15, "Personal", "home") for _ in range(4)),
    ("", 1, "Personal", "home"),
    ("", 4, "Work", ""),
    ("Postgres index advice", 18, "Personal", ""),
    *(("", 17, "Personal", "") for _ in range(24)),
    ("", 12, "Personal", ""),
    ("", 2, "Personal", ""),
)
LAST = (
    ("Postgres index advice", 18, "Personal", ""),
    ("", 2, "Personal", ""),
    ("Tenancy agreement, in Portuguese", 22, "Personal", "home"),
)
"""The chats of the last day."""
INPUT_TOKENS, CACHED_TOKENS, OUTPUT_TOKENS = 3_530_000, 1_341_400, 590_000
SAVED = Decimal("1.96")
ESTIMATED = 47
"""Cents of replies that were stopped early."""
BEFORE = 1445
"""Cents of the same days of the month before."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `cost` is US dollars, None where the price is unknown; `chat` numbers one of CHATS."""

    day: date
    provider_id: str
    provider_name: str
    model: ModelRef
    model_name: str
    chat: int
    key: str
    tag: str
    cost: Decimal | None
    source: CostSource
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    saved: Decimal = Decimal(0)


def month(last: date) -> list[Request]:
    """The requests of the 21 days up to `last`, and those of the same days of the month before."""
    stretches = _split(list(_dealt(_along(last - timedelta(days=len(DAYS) - 1)))))
    done = _with_tokens(_with_sources(stretches))
    unpriced = next(each for each in reversed(done) if each.provider_id == "openrouter")
    unknown = [
        replace(
            unpriced,
            cost=None,
            source=CostSource.UNPRICED,
            saved=Decimal(0),
            input_tokens=0,
            cached_tokens=0,
            output_tokens=120,
            day=last - timedelta(days=each),
        )
        for each in range(UNPRICED)
    ]
    return [*_earlier(last), *done, *unknown]


def entries(requests: Sequence[Request], conversation_ids: Sequence[str]) -> list[LedgerEntry]:
    """The requests as the ledger has them, at noon of their days; the ids are those of CHATS."""
    found = []
    for number, each in enumerate(requests):
        start_ms = _noon_ms(each.day) + number * 1000
        found.append(
            LedgerEntry(
                start_ms=start_ms,
                first_token_ms=start_ms + 600,
                end_ms=start_ms + 4_400,
                conversation_id=conversation_ids[each.chat],
                message_id=f"sample-{number}",
                model=each.model,
                provider_name=each.provider_name,
                status=Status.COMPLETE,
                usage=Usage(each.input_tokens, each.output_tokens, each.cached_tokens),
                key_label=each.key,
                cost=Cost(each.cost, each.source, saved=each.saved),
                tags=(each.tag,) if each.tag else (),
            )
        )
    return found


def fill(data: Path, last: date) -> None:
    """Write down what the sample conversations lack of the spending of the picture; they are those of the last day."""
    titles = [chat[0] for chat in CHATS if chat[0] and chat not in LAST]
    ids = dict(zip(titles, seed.titled(data, titles, _noon_ms(last - timedelta(days=40))), strict=True))
    rest = _less(month(last), seed.in_database(data, _recorded))
    chats = [ids.get(title) or f"gone-{at}" for at, (title, *_rest) in enumerate(CHATS)]
    seed.spent(data, entries(rest, chats))

    def show(db: Db) -> None:
        for each in rest:
            conversations.set_model(db, chats[each.chat], each.model, each.model_name)
            conversations.recount(db, chats[each.chat])

    seed.in_database(data, show)


def fill_one_day(data: Path, last: date) -> None:
    """Nothing but the last day, of chats that are gone."""
    seed.spent(
        data, entries([each for each in month(last) if each.day == last], [f"gone-{at}" for at in range(len(CHATS))])
    )


def _recorded(db: Db) -> list[tuple[date, str, Decimal]]:
    """The day, the provider and the cost of what the ledger has, in US dollars."""
    rows = db.execute("SELECT day, provider, cost FROM ledger WHERE cost > 0").fetchall()
    return [(date.fromordinal(_EPOCH + day), provider, Decimal(cost).scaleb(-9)) for day, provider, cost in rows]


def _less(requests: list[Request], recorded: list[tuple[date, str, Decimal]]) -> list[Request]:
    """The requests without what is recorded already: taken from the same day, and if it can be the same provider."""
    left = list(requests)
    for day, provider_id, cost in recorded:
        while cost > 0 and (mine := [each for each in left if each.day == day and each.cost]):
            found = max(mine, key=lambda each: (each.provider_id == provider_id, not each.tag, each.cost))
            assert found.cost
            taken = min(cost, found.cost)
            cost -= taken
            left.remove(found)
            if taken < found.cost:
                left.append(replace(found, cost=found.cost - taken))
    return left


def _noon_ms(day: date) -> int:
    return int(datetime.combine(day, time(12)).astimezone().timestamp() * 1000)


def _along(first: date) -> Iterator[tuple[date, int, int, int]]:
    """The line of all cents: the day, the provider's number, the model's, and how many."""
    left = [[cents for _id, _name, cents, _requests in MODELS[provider]] for provider, _name in PROVIDERS]
    for at, row in enumerate(DAYS):
        day = first + timedelta(days=at)
        for provider, wanted in enumerate(row):
            shares = left[provider]
            for number, share in enumerate(shares):
                taken = min(share, wanted)
                shares[number] -= taken
                wanted -= taken
                if taken:
                    yield day, provider, number, taken


def _dealt(along: Iterator[tuple[date, int, int, int]]) -> Iterator[Request]:
    """The line cut where another chat begins."""
    chats = _mixed()
    chat, room = next(chats)
    for day, provider, number, cents in along:
        while cents:
            taken = min(cents, room)
            identifier, name, *_rest = MODELS[PROVIDERS[provider][0]][number]
            provider_id, provider_name = PROVIDERS[provider]
            _title, _cents, key, tag = CHATS[chat]
            yield Request(
                day,
                provider_id,
                provider_name,
                ModelRef(provider_id, identifier),
                name,
                chat,
                key,
                tag,
                Decimal(taken) / 100,
                CostSource.COMPUTED,
            )
            cents, room = cents - taken, room - taken
            if not room:
                chat, room = next(chats, (0, 0))


def _mixed() -> Iterator[tuple[int, int]]:
    """Chats with their cents, large and small ones by turns so that each lasts some days."""
    order = sorted(range(len(CHATS)), key=lambda at: (at * 7) % len(CHATS))
    last = [CHATS.index(chat) for chat in LAST]
    return ((at, CHATS[at][1]) for at in (*(at for at in order if at not in last), *last))


def _split(requests: list[Request]) -> list[Request]:
    """The dearest ones of each model in halves until there are as many as the picture says."""
    done: list[Request] = []
    for rows in MODELS.values():
        for identifier, _name, _cents, wanted in rows:
            mine = [each for each in requests if each.model.model_id == identifier]
            wanted -= UNPRICED if identifier == "qwen/qwen3-max" else 0
            while len(mine) < wanted:
                dearest = max(mine, key=lambda each: each.cost or 0)
                assert dearest.cost
                half = (dearest.cost / 2).quantize(Decimal("0.0001"))
                mine.remove(dearest)
                mine += [replace(dearest, cost=half), replace(dearest, cost=dearest.cost - half)]
            done += mine
    return sorted(done, key=lambda each: (each.day, each.provider_id))


def _with_sources(requests: list[Request]) -> list[Request]:
    """OpenRouter reports what it charges; some of the others were stopped early."""
    left = Decimal(ESTIMATED) / 100
    done = []
    for at, each in enumerate(requests):
        assert each.cost is not None
        if each.provider_id == "openrouter":
            each = replace(each, source=CostSource.REPORTED)
        elif each.cost <= left and (at % 5 == 0 or left < Decimal("0.02")):
            left -= each.cost
            each = replace(each, source=CostSource.ESTIMATED)
        done.append(each)
    return done


def _with_tokens(requests: list[Request]) -> list[Request]:
    """Tokens in proportion to what was paid, and what is left over with the last."""
    total = sum((each.cost or Decimal(0) for each in requests), Decimal(0))
    amounts = [INPUT_TOKENS, CACHED_TOKENS, OUTPUT_TOKENS]
    saved, done = SAVED, []
    for at, each in enumerate(requests):
        share = (each.cost or Decimal(0)) / total
        last = at == len(requests) - 1
        parts = [left if last else int(whole * share) for left, whole in zip(amounts, _WHOLE, strict=True)]
        less = saved if last else (SAVED * share).quantize(Decimal("0.000001"))
        amounts = [left - part for left, part in zip(amounts, parts, strict=True)]
        saved -= less
        done.append(replace(each, input_tokens=parts[0], cached_tokens=parts[1], output_tokens=parts[2], saved=less))
    return done


_WHOLE = (INPUT_TOKENS, CACHED_TOKENS, OUTPUT_TOKENS)


def _earlier(last: date) -> list[Request]:
    """One request a day in the month before, up to the same day."""
    ended = last.replace(day=1) - timedelta(days=1)
    days = [ended.replace(day=at) for at in range(1, min(last.day, ended.day) + 1)]
    provider_id, provider_name = PROVIDERS[0]
    identifier, name, *_rest = MODELS[provider_id][0]
    cents = [BEFORE // len(days)] * len(days)
    cents[-1] += BEFORE - sum(cents)
    return [
        Request(
            day,
            provider_id,
            provider_name,
            ModelRef(provider_id, identifier),
            name,
            len(CHATS) - 1,
            "Personal",
            "",
            Decimal(each) / 100,
            CostSource.COMPUTED,
            21_000,
            8_000,
            3_500,
        )
        for day, each in zip(days, cents, strict=True)
    ]
