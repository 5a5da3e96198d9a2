"""What routes and retries cost a reply that needs neither, and what fifty replies at once do to the window."""

import asyncio
import statistics
import sys
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

from desktop.domain.ids import now_ms
from desktop.domain.message import Message, Role, Status, TextPart
from desktop.domain.model import ModelRef
from desktop.domain.route import Target
from desktop.providers.base import ChatRequest
from desktop.services.chat import Chat
from desktop.services.turn import Question, Turn
from tests.bench import client, seeded
from tests.bench.answer import model_server, wait_until_begun
from tests.bench.crowd import STREAMS
from tests.bench.figure import Figure
from tests.bench.windows import SETTLED_S, cpu_s, focused, running, tuppence
from tests.helpers.x11 import Screen

TURNS = 200
QUICK = ModelRef(seeded.PROVIDER, "quick")
WATCHED_S = 15.0


def measure(screen: Screen, scratch: Path) -> Iterator[Figure]:
    with model_server() as port:
        data = scratch / "turns"
        seeded.fill(data, conversations=20, base_url=f"http://127.0.0.1:{port}/v1")
        yield asyncio.run(overhead(data))
        yield from crowd(screen, data, scratch / "late", port)


async def overhead(data: Path) -> Figure:
    """The same stream with its plan and what watches over it, and without; by turns, and nothing is stored."""
    routed, bare = [], []
    async with client.services(data) as chat:
        for _each in range(TURNS):
            turn = new_turn(chat)
            routed.append(await timed(turn._receive(), turn))
            turn = new_turn(chat)
            bare.append(await timed(turn._ask(Target(QUICK)), turn))
    figure, floor = (statistics.median(times) * 1000 for times in (routed, bare))
    note = f"medians of {TURNS} replies, from asking to the end"
    return Figure("routes and retries on a healthy reply", "ms", figure, 1.0, floor, limits="extra", note=note)


def new_turn(chat: Chat) -> Turn:
    question = Message("q", "c", None, Role.USER, (TextPart("Hello"),), now_ms())
    reply = Message("r", "c", "q", Role.ASSISTANT, (), now_ms(), Status.STREAMING, model=QUICK)
    asked = Question(reply, ChatRequest(QUICK.model_id, (question,)))
    turn = Turn(asked, chat._catalogue, chat._routes, chat._budgets, chat._feed, chat._flusher)
    turn.subscribe(lambda _event: None)  # as somebody who reads it: else it is taken in at intervals
    return turn


async def timed(work: Coroutine[Any, Any, None], turn: Turn) -> float:
    began = time.perf_counter()
    await work
    took = time.perf_counter() - began
    assert turn.reply.status is Status.COMPLETE, turn.reply.failure
    return took


def crowd(screen: Screen, data: Path, late_beats: Path, port: int) -> Iterator[Figure]:
    """Fifty paced replies in the background of the window."""
    command = [sys.executable, "-m", "tests.bench.crowd", str(late_beats), *tuppence(data)[1:]]
    with running(screen, command) as (process, _began):
        focused(screen, process)
        wait_until_begun(port)
        time.sleep(SETTLED_S)
        before, since = cpu_s(process), time.monotonic()
        time.sleep(WATCHED_S)
        until = time.monotonic()
        share = (cpu_s(process) - before) / (until - since)
    beats = [tuple(map(float, line.split())) for line in late_beats.read_text().splitlines()]
    gaps = sorted((gap for moment, gap in beats if since < moment < until), reverse=True)
    note = (
        f"{share:.2f} cores; longest gaps in ms: {', '.join(f'{gap * 1000:.0f}' for gap in gaps[:5]) or 'none over 25'}"
    )
    longest = max(gaps, default=0.025) * 1000
    yield Figure(f"longest stall under {STREAMS} replies at once", "ms", longest, 50, limits="figure", note=note)
