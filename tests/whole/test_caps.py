"""A cap against a real server, with the real program: two dollars a day never become two dollars and a cent."""

import json
import sqlite3
import subprocess
from contextlib import closing
from decimal import Decimal

import pytest

from tests.helpers.fake_service import FakeService, Reply
from tests.helpers.program import Program, until

CAP, CENT = Decimal(2), Decimal("0.01")
ASK = ("-p", "s", "-m", "m", "Tell me everything")
WORDS = [{"choices": [{"delta": {"content": "fourfourfourfour"}}]}] * 4000
ENDLESS = Reply.sse(*WORDS, piece=1000, pause_s=0.01)  # some 13 words in each network write: $0.0005


@pytest.fixture
def capped(program: Program, fake: FakeService) -> Program:
    """Of two dollars a day ten cents are left: 10,000 tokens of an answer, while a question costs next to nothing."""
    program.add_server("s", "openai-chat", f"{fake.url}/v1")
    program.must("price", "set", "s", "m", "--input", "1", "--output", "10")
    fake.reply("/chat/completions", answer(190_000, "stop"))
    assert program.ask(*ASK).code == 0
    program.must("budget", "add", "A day", "--period", "day", "--cap", str(CAP))
    fake.requests.clear()
    return program


def answer(tokens: int, reason: str) -> Reply:
    return Reply.sse(
        {"choices": [{"delta": {"content": "Text."}, "finish_reason": reason}]},
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": tokens}},
        "[DONE]",
    )


def one(program: Program, query: str) -> object:
    with closing(sqlite3.connect(program.data / "tuppence.db")) as db:
        return db.execute(query).fetchone()[0]


def spent(program: Program) -> Decimal:
    assert one(program, "SELECT count(*) FROM reservations") == 0
    return Decimal(str(one(program, "SELECT sum(cost) FROM ledger"))) / 10**9


def test_a_server_that_does_not_stop_is_stopped_and_then_nothing_is_sent(capped: Program, fake: FakeService) -> None:
    fake.reply("/chat/completions", ENDLESS)
    done = capped.ask(*ASK)
    assert done.code == 4, (done.out[-500:], done.err)
    budget, failed = done.events[-2:]
    assert (budget["event"], budget["name"], budget["action"]) == ("budget", "A day", "cut")
    assert (failed["event"], failed["code"]) == ("failed", "over_budget")
    assert capped.last_messages()[1]["text"] == done.text != ""
    assert 9900 < fake.requests[0].json["max_tokens"] < 10_000
    assert CAP - CENT < spent(capped) < CAP + CENT
    assert "“A day” has reached" in done.err
    asked, chats = len(fake.requests), len(capped.conversations())
    done = capped.ask(*ASK)
    assert done.code == 4
    (event,) = done.events
    assert Decimal(event.pop("spent")) == spent(capped)
    assert Decimal(event.pop("would_cost")) > Decimal("0.16")
    assert event == {"event": "budget", "name": "A day", "cap": "2", "action": "blocked", "code": "over_budget"}
    assert "Your message was not sent." in done.err
    assert (len(fake.requests), len(capped.conversations())) == (asked, chats)


def test_one_that_obeys_ends_where_the_money_does(capped: Program, fake: FakeService) -> None:
    fake.reply("/chat/completions", answer(9_900, "length"))
    done = capped.ask(*ASK)
    assert done.code == 4
    assert (done.said("budget")[0]["action"], done.text) == ("cut", "Text.")
    assert spent(capped) == Decimal("1.900009") + Decimal("0.099009")


def test_commands_at_the_same_time_share_one_cap(capped: Program, fake: FakeService) -> None:
    fake.reply("/chat/completions", ENDLESS)
    words = capped.command("ask", *ASK)
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(words, env=capped.env(), **silent) for _ in range(6)]
    assert [process.wait(120) for process in running] == [4] * 6
    assert CAP - CENT < spent(capped) < CAP + CENT


def test_what_a_killed_command_held_is_settled_by_the_next(capped: Program, fake: FakeService) -> None:
    fake.reply("/chat/completions", Reply.sse(*WORDS, keep=10_000, fault="stall"))
    with capped.started("ask", "--json", *ASK) as process:
        until(lambda: one(capped, "SELECT count(*) FROM parts WHERE text LIKE 'four%'") == 1, "the text is on disk")
        process.kill()
    assert one(capped, "SELECT count(*) FROM reservations") == 1
    with closing(sqlite3.connect(capped.data / "tuppence.db")) as db:  # silent for long enough to be taken for dead
        db.execute("UPDATE messages SET flushed_ms = flushed_ms - 60000 WHERE status = 'streaming'")
        db.commit()
    state = json.loads(capped.must("budget", "list", "--json"))
    assert Decimal(state["reserved"]) == 0
    assert Decimal("1.900009") < Decimal(state["spent"]) == spent(capped) < CAP
