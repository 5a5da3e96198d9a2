"""From the pause after the last key to the new estimate, in a conversation of 200,000 tokens; and counting it first."""

import statistics
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop.domain.cost import Price, Rates
from desktop.domain.message import Message, Role, TextPart
from desktop.domain.model import Model, ModelRef
from desktop.services.estimates import Estimates
from desktop.services.tokens import Tokens
from desktop.ui.chat.estimate import runs_of
from tests.bench.figure import Figure
from tests.helpers.x11 import Screen

REF = ModelRef("bench", "paced")
WORDS = (
    "An index on `user_id` turns the scan into a lookup; it costs 12% more space. Ein Index kostet Platz für Läufe.\n"
)
MESSAGES = 400
KEYS = 200


class Known:
    """Prices and models in one."""

    def price(self, ref: ModelRef, at_ms: int | None = None) -> Price | None:
        return Price("bench:paced", Rates(Decimal(3), Decimal(15), cache_read=Decimal("0.3")))

    def model(self, ref: ModelRef) -> Model | None:
        return Model(REF, "Paced", context_window=1_000_000, max_output=64_000)


def measure(_screen: Screen, _scratch: Path) -> Iterator[Figure]:
    known: Any = Known()
    database: Any = None
    estimates = Estimates(known, Tokens(database), known)
    text = WORDS * (200_000 * 4 // (MESSAGES * len(WORDS)))
    messages = [
        Message(f"m{n}", "c", None, Role.ASSISTANT if n % 2 else Role.USER, (TextPart(text),), n)
        for n in range(MESSAGES)
    ]
    began = time.perf_counter()
    pieces = estimates.pieces(REF, messages, WORDS)
    first = time.perf_counter() - began
    began = time.perf_counter()
    estimates.pieces(REF, messages, WORDS)
    again = time.perf_counter() - began
    times = []
    draft = WORDS * 20
    for n in range(KEYS):
        began = time.perf_counter()
        runs_of(estimates.of(pieces, draft + "a" * n))
        times.append(time.perf_counter() - began)
    tokens = estimates.of(pieces, draft).tokens
    note = f"{tokens} tokens in {MESSAGES} messages, a draft of {len(draft)} letters; after the pause of 150 ms"
    yield Figure("estimate after a key", "ms", statistics.median(times) * 1000, 50.0, limits="figure", note=note)
    yield Figure("estimate, slowest of 200 keys", "ms", max(times) * 1000, 50.0, limits="figure")
    yield Figure(
        "counting the chat again", "ms", again * 1000, 50.0, limits="figure", note="after a reply, in a thread"
    )
    yield Figure("counting the chat first", "ms", first * 1000, 500.0, limits="figure", note="when opened, in a thread")
