"""What survives when the program dies, and what happens when it meets itself."""

import hashlib
import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from tests.helpers.program import Program, until
from tests.helpers.x11 import Screen

LONG = " ".join(f"word{n}" for n in range(400))


def rows(program: Program, query: str) -> list[str]:
    """The first column of what a query finds in the database, which may not exist yet."""
    path = program.data / "tuppence.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as database:
        try:
            return [row[0] for row in database.execute(query)]
        except sqlite3.OperationalError:  # its tables are being made
            return []


def wait_for_text(program: Program, text: str) -> None:
    until(lambda: any(text in part for part in rows(program, "SELECT text FROM parts")), f"“{text}” is on disk")


def test_a_killed_reply_is_kept_and_the_conversation_goes_on(program: Program, llmock: LLMock) -> None:
    program.add_server("mock", "openai-chat", llmock.base_url("openai"))
    llmock.reply(LONG).stall(after_chunks=200, seconds=60)
    with program.started("ask", "--json", "-p", "mock", "-m", "any-model", "Tell me a lot.") as process:
        assert process.stdout is not None
        received = ""
        for line in process.stdout:
            received += json.loads(line).get("text", "")
            if "word150" in received:
                break
        wait_for_text(program, "word150")
        process.kill()
    question, reply = program.last_messages()
    assert question["text"] == "Tell me a lot."
    assert "word150" in reply["text"]
    assert reply["status"] != "complete"

    llmock.reset()
    llmock.reply("Gladly.")
    conversation = program.conversations()[0]["id"]
    assert program.ask("-c", conversation, "Go on.").text == "Gladly."
    assert len(program.last_messages()) == 4


@pytest.mark.parametrize("moment", ["asked", "writing", "ended"])
def test_what_a_killed_reply_used_is_counted_once(program: Program, llmock: LLMock, moment: str) -> None:
    program.add_server("mock", "openai-chat", llmock.base_url("openai"))
    program.must("price", "set", "mock", "any-model", "--input", "1", "--output", "10")
    chunks = {"asked": 0, "writing": 200, "ended": 0}[moment]
    mock = llmock.reply("Short." if moment == "ended" else LONG)
    if moment != "ended":
        mock.stall(after_chunks=chunks, seconds=60)
    with program.started("ask", "--json", "-p", "mock", "-m", "any-model", "Tell me a lot.") as process:
        match moment:
            case "asked":
                until(lambda: rows(program, "SELECT 1 FROM reservations") == [1], "the request is about to leave")
            case "writing":
                wait_for_text(program, "word150")
            case "ended":
                until(lambda: rows(program, "SELECT 1 FROM ledger") == [1], "the reply's end is on disk")
        process.kill()
        process.wait()
    with closing(sqlite3.connect(program.data / "tuppence.db")) as database, database:
        database.execute("UPDATE messages SET flushed_ms = 0 WHERE status = 'streaming'")  # a while later
    first = json.loads(program.must("usage", "--json"))
    assert json.loads(program.must("usage", "--json")) == first
    total, (row,) = first["total"], json_rows(program)
    assert total["requests"] == 1
    assert total["cost"] == row["cost"]
    assert rows(program, "SELECT 1 FROM reservations") == []
    assert rows(program, "SELECT 1 FROM messages WHERE status = 'streaming'") == []
    into, out = row["input_tokens"], row["output_tokens"]
    assert Decimal(row["cost"]) == (Decimal(into) + 10 * Decimal(out)) / 1_000_000
    match moment:
        case "asked":
            assert (row["status"], row["cost_source"], out) == ("interrupted", "estimated", 0)
            assert into > 0
        case "writing":
            assert (row["status"], row["cost_source"]) == ("interrupted", "estimated")
            assert out >= 150 * len("word1 ") // 4
        case "ended":
            assert (row["status"], row["cost_source"]) == ("complete", "computed")


def json_rows(program: Program) -> list[dict[str, Any]]:
    """The rows of the ledger."""
    return [json.loads(line) for line in program.must("usage", "--jsonl", "-").splitlines()]


def test_a_killed_window_marks_its_reply_when_it_is_opened_again(
    program: Program, llmock: LLMock, screen: Screen
) -> None:
    program.add_server("mock", "openai-chat", llmock.base_url("openai"))
    program.must("models", "mock")
    llmock.reply(LONG).stall(after_chunks=200, seconds=60)
    with program.started("--send", "Tell me a lot.", display=screen.name) as window:
        screen.wait_for_window(window.pid)
        wait_for_text(program, "word150")
        window.kill()
        window.wait()
    with program.started(display=screen.name) as window:
        screen.wait_for_window(window.pid)
        until(lambda: "interrupted" in rows(program, "SELECT status FROM messages"), "the reply is marked")
    reply = program.last_messages()[1]
    assert reply["status"] == "interrupted"
    assert "word150" in reply["text"]
    (row,) = json_rows(program)
    assert (row["status"], row["message_id"]) == (
        "interrupted",
        rows(program, "SELECT id FROM messages WHERE role = 'assistant'")[0],
    )
    assert rows(program, "SELECT 1 FROM reservations") == []


def test_a_second_copy_hands_over_to_the_first(program: Program, screen: Screen) -> None:
    with program.started(display=screen.name) as first:
        screen.wait_for_window(first.pid)
        with program.started("--send", "What can you do?", display=screen.name) as second:
            assert second.wait(20) == 0
            assert screen.windows(second.pid) == []
        until(lambda: "What can you do?" in screen_text(program), "the first copy has the question")
        assert first.poll() is None


def screen_text(program: Program) -> str:
    """Sent messages and drafts: without a model that could answer, the question waits in the composer."""
    return " ".join(rows(program, "SELECT text FROM parts") + rows(program, "SELECT text FROM drafts"))


def test_a_newer_database_is_refused_and_untouched(program: Program) -> None:
    program.must("ask", "-p", "tour", "Hello")
    path = program.data / "tuppence.db"
    with closing(sqlite3.connect(path)) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(_sqlite_migrations)")]
        newest = dict(zip(columns, database.execute("SELECT * FROM _sqlite_migrations").fetchall()[-1], strict=True))
        later = newest | {"id": None, "name": "m999_from_the_future"}
        slots = ", ".join("?" * len(columns))
        database.execute(f"INSERT INTO _sqlite_migrations VALUES ({slots})", [later[name] for name in columns])
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = digest(path)
    done = program.run("conversations")
    assert done.code == 1
    assert "newer" in done.err
    assert "Traceback" not in done.err
    assert digest(path) == before


def test_a_damaged_database_is_told_and_untouched(program: Program) -> None:
    program.data.mkdir()
    path = program.data / "tuppence.db"
    path.write_bytes(b"not a database, but something a person may want back\n" * 100)
    before = digest(path)
    done = program.run("conversations")
    assert done.code == 1
    assert "Traceback" not in done.err
    assert digest(path) == before


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
