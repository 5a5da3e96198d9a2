"""The file: opening, refusing, copying, and the worker thread that no caller can break."""

import asyncio
import contextlib
import hashlib
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlite_utils

from desktop import __version__
from desktop.domain.cost import Cost
from desktop.domain.errors import Busy, DatabaseDamaged, DatabaseTooNew, DiskFull, StorageError
from desktop.domain.ledger import LedgerEntry
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.spending import Grouping, Span, Sum
from desktop.domain.usage import CostSource, Usage
from desktop.storage import conversations, messages, migrations, spending
from desktop.storage import database as database_module
from desktop.storage.backup import KEPT, verified_copy
from desktop.storage.database import Database


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with its hash."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def change(path: Path, sql: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(sql, values)


def titles(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as conn:
        return [row[0] for row in conn.execute("SELECT title FROM conversations ORDER BY number")]


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A second program, started in the project's folder."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )


@pytest.fixture
async def old(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with one conversation, written by an older version that lacked the newest step."""
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", migrations.STEPS[:-1])
        patch.setattr(database_module, "__version__", "0.0.9")
        database = Database(path)
        await database.open()
        await database.close()
    change(
        path,
        "INSERT INTO conversations (id, title, title_source, created_ms, updated_ms)"
        " VALUES ('c', 'From before', 'user', 1, 1)",
    )
    return path


async def test_creates_folder_and_file(path: Path) -> None:
    database = Database(path)
    report = await database.open()
    await database.close()
    assert report.created
    assert report.backup_path is None
    assert contents(path.parent).keys() == {path.name}


async def test_second_opening_changes_nothing(path: Path, samples) -> None:
    database = Database(path)
    await database.open()
    await samples.turn(database)
    await database.close()
    before = contents(path.parent)
    database = Database(path)
    report = await database.open()
    await database.close()
    assert (report.created, report.migrated_from, report.backup_path) == (False, None, None)
    assert contents(path.parent) == before


async def test_the_connection_is_as_promised(database: Database) -> None:
    def pragmas(db: conversations.Db) -> list[object]:
        names = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await database.run(pragmas) == ["wal", 1, 1, 5000]
    with pytest.raises(sqlite3.IntegrityError):
        await database.run(
            lambda db: db.execute("INSERT INTO parts (message_id, position, kind, text) VALUES ('no', 0, 'text', '')")
        )


async def test_the_shape_has_no_error(database: Database) -> None:
    assert await database.run(lambda db: db.execute("PRAGMA integrity_check").fetchall()) == [("ok",)]
    strict = await database.run(lambda db: {table.name: table.strict for table in sqlite_utils.Database(db).tables})
    assert all(
        strict[name]
        for name in (
            "conversations",
            "messages",
            "parts",
            "drafts",
            "ledger",
            "models",
            "model_choices",
            "attempts",
            "ledger_sums",
            "budgets",
            "budget_raises",
            "budget_alerts",
            "reservations",
            "token_ratios",
        )
    )


# Older and newer versions


async def test_a_verified_copy_is_made_before_migrating(old: Path) -> None:
    database = Database(old)
    report = await database.open()
    assert not report.created
    assert report.migrated_from == "0.0.9"
    assert report.backup_path is not None
    assert report.backup_path.parent == old.parent / "backups"
    assert titles(report.backup_path) == ["From before"]
    with contextlib.closing(sqlite3.connect(report.backup_path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT value FROM about").fetchone() == ("0.0.9",)
    assert [row.title for row in await database.run(conversations.summaries)] == ["From before"]
    await database.close()
    assert contents(old.parent / "backups").keys() == {report.backup_path.name}
    with contextlib.closing(sqlite3.connect(old)) as conn:
        assert conn.execute("SELECT value FROM about").fetchone() == (__version__,)


async def test_a_failing_migration_leaves_the_database_as_it_was(old: Path) -> None:
    change(old, "CREATE TABLE token_ratios (provider TEXT)")
    before = titles(old)
    database = Database(old)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        await database.open()
    await database.close()
    with contextlib.closing(sqlite3.connect(old)) as conn:
        names = {row[0] for row in conn.execute("SELECT name FROM sqlite_master")}
        assert "ledger_sums" not in names  # the half that had succeeded was undone
        assert conn.execute("SELECT value FROM about").fetchone() == ("0.0.9",)
    assert titles(old) == before


async def test_what_was_spent_before_is_counted_on(old: Path) -> None:
    """Rows of the older ledger keep their numbers and tokens, and are summed; what was not reported stays unpriced."""
    first, second = 1_700_000_000_000, 1_710_000_000_000
    columns = (
        "ts_start_ms, ts_first_token_ms, ts_end_ms, conversation_id, message_id, attempt_no, purpose, provider_id,"
        " provider_name, model_id, key_label, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,"
        " reasoning_tokens, estimated, cost_nano, status, http_status, error_code"
    )
    for number, start, tokens, nano in ((7, first, 12, 4_200_000), (8, second, 5, None), (9, second, None, None)):
        change(
            old,
            f"INSERT INTO ledger (number, {columns}) VALUES ({', '.join('?' * 22)})",
            *(
                number,
                start,
                start + 20,
                start + 420,
                "c",
                f"m{number}",
                1,
                "chat",
                "openai",
                "OpenAI",
                "gpt-x",
                "work",
            ),
            *(tokens, tokens, tokens and 3, tokens and 0, tokens and 1, 0, nano, "complete", None, ""),
        )
    change(
        old,
        "INSERT INTO messages (id, conversation_id, role, created_ms, status, input_tokens, output_tokens,"
        " cache_read_tokens, cache_write_tokens, reasoning_tokens, usage_estimated, cost_nano)"
        " VALUES ('m7', 'c', 'assistant', 1, 'complete', 12, 12, 3, 0, 1, 0, 4200000)",
    )
    database = Database(old)
    await database.open()

    def entries(db: conversations.Db) -> list[tuple[date, LedgerEntry]]:
        return spending.entries_after(db, None, Span(date(2000, 1, 1), date(2100, 1, 1)))[0]

    one, two, three = await database.run(entries)
    cost = Cost(Decimal("0.0042"), CostSource.REPORTED)
    assert one == (
        datetime.fromtimestamp(first / 1000, UTC).astimezone().date(),
        LedgerEntry(
            first, first + 20, first + 420, "c", "m7", ModelRef("openai", "gpt-x"), "OpenAI", Status.COMPLETE,
            Usage(12, 12, 3, 0, 1, cost.amount, cost_source=cost.source), key_label="work", cost=cost,
        ),
    )  # fmt: skip
    assert two[1].cost == Cost(None, CostSource.UNPRICED)
    assert (three[1].usage, three[1].cost) == (None, None)
    always = Span(one[0], two[0])
    for by in Grouping:
        groups = await database.run(lambda db, by=by: spending.groups(db, by, always))
        assert sum((group.sum for group in groups), Sum()) == Sum(3, 17, 6, 17, Decimal("0.0042"), unpriced=1)
    (row,) = await database.run(conversations.summaries)
    assert row.cost == Decimal("0.0042")
    (message,) = await database.run(lambda db: messages.messages_of(db, "c"))
    assert message.usage.cost_source is CostSource.REPORTED
    await database.close()


async def test_no_migration_without_a_copy(old: Path) -> None:
    (old.parent / "backups").write_text("a file where the folder should be")
    before = contents(old.parent)
    database = Database(old)
    with pytest.raises(StorageError):
        await database.open()
    await database.close()
    assert contents(old.parent) == before


async def test_only_the_newest_copies_are_kept(database: Database, path: Path) -> None:
    made = [await database.run(lambda db: verified_copy(db, path)) for _ in range(KEPT + 2)]
    assert sorted((path.parent / "backups").iterdir()) == sorted(made[-KEPT:])


async def test_a_newer_database_is_refused_and_untouched(path: Path, samples) -> None:
    database = Database(path)
    await database.open()
    await samples.turn(database)
    await database.close()
    change(path, "UPDATE about SET value = '9.9' WHERE name = 'version'")
    change(
        path,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('tuppence', 'm999_later', 'now')",
    )
    before = contents(path.parent)
    database = Database(path)
    with pytest.raises(DatabaseTooNew) as caught:
        await database.open()
    with pytest.raises(DatabaseTooNew):
        await database.run(conversations.summaries)
    await database.close()
    assert "9.9" in caught.value.explanation
    assert __version__ in caught.value.explanation
    assert contents(path.parent) == before


async def test_a_newer_database_that_crashed_is_refused_too(path: Path) -> None:
    """What says that it is newer stands only in its log."""
    database = Database(path)
    await database.open()
    await database.close()
    crashing = python(
        """
        import os, sqlite3, sys
        conn = sqlite3.connect(sys.argv[1])
        conn.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('tuppence', 'm999', '')")
        conn.commit()
        os._exit(0)
        """,
        path,
    )
    crashing.communicate()
    before = contents(path.parent)
    assert f"{path.name}-wal" in before
    database = Database(path)
    with pytest.raises(DatabaseTooNew):
        await database.open()
    await database.close()
    after = contents(path.parent)
    for name in (path.name, f"{path.name}-wal"):
        assert after[name] == before[name]


# Damage


@pytest.mark.parametrize("damage", ["not a database", "header only", "torn schema"])
async def test_a_damaged_file_is_kept_as_it_is(path: Path, samples, damage: str) -> None:
    database = Database(path)
    await database.open()
    await samples.turn(database)
    await database.close()
    whole = path.read_bytes()
    path.write_bytes(
        {
            "not a database": b"These are not the bytes you are looking for. " * 200,
            "header only": whole[:100] + b"\xff" * 4000,
            "torn schema": whole[:100] + b"\x00" * 3000 + whole[3100:],
        }[damage]
    )
    before = contents(path.parent)
    database = Database(path)
    with pytest.raises(DatabaseDamaged) as caught:
        await database.open()
    await database.close()
    assert str(path) in caught.value.explanation
    assert contents(path.parent) == before


async def test_damage_inside_is_told_when_it_is_met(path: Path, samples) -> None:
    database = Database(path)
    await database.open()
    conversation, *_ = await samples.turn(database, answer="needle " * 20_000)
    page = (
        await database.run(lambda db: db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'parts'").fetchone())
    )[0]
    await database.close()
    whole = bytearray(path.read_bytes())
    whole[(page - 1) * 4096 : page * 4096] = b"\xee" * 4096
    path.write_bytes(whole)
    database = Database(path)
    await database.open()
    with pytest.raises(DatabaseDamaged):
        await database.run(lambda db: db.execute("SELECT sum(length(text)) FROM parts").fetchone())
    assert await database.run(lambda db: conversations.get(db, conversation.id))  # the thread goes on
    await database.close()


async def test_damage_stops_a_migration_before_it_begins(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old)) as conn:
        page = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'parts'").fetchone()[0]
    whole = bytearray(old.read_bytes())
    whole[(page - 1) * 4096 : page * 4096] = b"\xee" * 4096
    old.write_bytes(whole)
    before = contents(old.parent)
    database = Database(old)
    with pytest.raises(DatabaseDamaged):
        await database.open()
    await database.close()
    assert contents(old.parent) == before


# A full disk, a locked file, a folder that is not ours


async def test_a_full_disk_loses_only_the_call_that_met_it(database: Database, path: Path, samples) -> None:
    conversation = samples.conversation()
    question = samples.question(conversation)
    reply = samples.reply(question)
    await database.run(lambda db: messages.add_turn(db, conversation, question, reply, messages.APP_WRITER))
    long = samples.finished(reply, "x" * 100_000)
    pages = await database.run(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    await database.run(lambda db: db.execute(f"PRAGMA max_page_count = {pages + 2}"))
    with pytest.raises(DiskFull) as caught:
        await samples.finish(database, long)
    assert str(path.parent) in caught.value.explanation
    assert await database.run(lambda db: messages.messages_of(db, conversation.id)) == [question, reply]
    await database.run(lambda db: db.execute("PRAGMA max_page_count = 1000000"))
    await samples.finish(database, long)
    assert await database.run(lambda db: messages.messages_of(db, conversation.id)) == [question, long]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_limit_of_the_system_is_told_plainly(path: Path) -> None:
    """The write itself fails, as on a full disk, while the log grows."""
    child = python(
        """
        import asyncio, resource, signal, sys
        from pathlib import Path
        from desktop.domain.errors import StorageError
        from desktop.storage import conversations
        from desktop.storage.database import Database

        async def main():
            database = Database(Path(sys.argv[1]))
            await database.open()
            await database.run(lambda db: conversations.save_draft(db, "", "kept"))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
            try:
                await database.run(lambda db: conversations.save_draft(db, "", "x" * 1_000_000))
            except StorageError as error:
                print(type(error).__name__, error.title)
            print(await database.run(lambda db: conversations.draft(db, "")))
            await database.run(lambda db: conversations.save_draft(db, "", "kept too"))
            print(await database.run(lambda db: conversations.draft(db, "")))
            await database.close()

        asyncio.run(main())
        """,
        path,
    )
    output, _ = child.communicate()
    assert child.returncode == 0
    assert output.splitlines() == ["StorageError The chat database cannot be used", "kept", "kept too"]


@contextlib.contextmanager
def locked_by_another_program(path: Path) -> Iterator[subprocess.Popen[str]]:
    holder = python(
        """
        import sqlite3, sys
        conn = sqlite3.connect(sys.argv[1], isolation_level=None)
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("INSERT INTO drafts (key, text) VALUES ('theirs', 'x')")
        print("locked", flush=True)
        sys.stdin.readline()
        conn.execute("COMMIT")
        print("released", flush=True)
        sys.stdin.readline()
        """,
        path,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        yield holder
        with contextlib.suppress(BrokenPipeError):
            holder.communicate("\n\n")


async def test_a_lock_of_another_program(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_S", 0.2)
    database = Database(path)
    await database.open()
    with locked_by_another_program(path) as holder:
        assert await database.run(lambda db: conversations.draft(db, "")) == ""  # reading needs no lock
        with pytest.raises(Busy):
            await database.run(lambda db: conversations.save_draft(db, "", "mine"))
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "released\n"
        await database.run(lambda db: conversations.save_draft(db, "", "mine"))
        assert await database.run(lambda db: conversations.draft(db, "theirs")) == "x"
    await database.close()


async def test_what_reads_before_it_writes_waits_its_turn(database: Database, path: Path) -> None:
    """Another program writes between our reading and our writing, which SQLite refuses at once."""
    runs = 0

    def read_then_write(db: conversations.Db) -> str:
        nonlocal runs
        runs += 1
        seen = conversations.draft(db, "")
        if runs == 1:
            change(path, "INSERT INTO drafts (key, text) VALUES ('', 'theirs')")
        conversations.save_draft(db, "", f"{seen} and ours")
        return conversations.draft(db, "")

    assert await database.run(read_then_write) == "theirs and ours"
    assert runs == 2


def test_several_programs_create_the_same_database(path: Path) -> None:
    code = """
        import asyncio, sys
        from pathlib import Path
        from desktop.storage import conversations
        from desktop.storage.database import Database

        async def main():
            database = Database(Path(sys.argv[1]))
            import sqlite_utils  # so that all come to the file at the same moment
            sys.stdin.readline()
            await database.open()
            await database.run(lambda db: conversations.save_draft(db, sys.argv[2], "here"))
            await database.close()

        asyncio.run(main())
    """
    children = [python(code, path, i) for i in range(4)]
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        child.communicate()
    assert [child.returncode for child in children] == [0] * 4
    with contextlib.closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT count(*) FROM drafts").fetchone() == (4,)


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database = Database(tmp_path / "file" / "tuppence.db")
    with pytest.raises(StorageError, match="cannot be used"):
        await database.open()
    await database.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
async def test_a_file_that_may_not_be_written(path: Path) -> None:
    database = Database(path)
    await database.open()
    await database.close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    database = Database(path)
    await database.open()
    with pytest.raises(StorageError, match="cannot be used"):
        await database.run(lambda db: conversations.save_draft(db, "", "x"))
    await database.close()
    path.parent.chmod(0o700)


# The worker


async def test_calls_before_open_wait_for_it(path: Path) -> None:
    database = Database(path)
    early = [
        asyncio.create_task(database.run(lambda db, i=i: conversations.save_draft(db, str(i), "early")))
        for i in range(3)
    ]
    await asyncio.sleep(0)
    assert not path.exists()
    await database.open()
    await asyncio.gather(*early)
    assert await database.run(lambda db: conversations.draft(db, "2")) == "early"
    await database.close()


async def test_calls_fail_with_the_error_of_open_until_it_succeeds(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"nonsense" * 100)
    database = Database(path)
    early = asyncio.create_task(database.run(conversations.summaries))
    await asyncio.sleep(0)
    with pytest.raises(DatabaseDamaged):
        await database.open()
    with pytest.raises(DatabaseDamaged):
        await early
    path.unlink()
    assert (await database.open()).created
    assert await database.run(conversations.summaries) == []
    await database.close()


async def test_a_cancelled_call_is_carried_out(database: Database) -> None:
    started, go_on = threading.Event(), threading.Event()

    def slow(db: conversations.Db) -> None:
        started.set()
        go_on.wait()
        conversations.save_draft(db, "running", "saved")

    running = asyncio.create_task(database.run(slow))
    await asyncio.to_thread(started.wait)
    queued = asyncio.create_task(database.run(lambda db: conversations.save_draft(db, "queued", "saved")))
    await asyncio.sleep(0)
    running.cancel()
    queued.cancel()
    results = await asyncio.gather(running, queued, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 2
    go_on.set()
    for key in ("running", "queued"):
        assert await database.run(lambda db, key=key: conversations.draft(db, key)) == "saved"


async def test_a_failure_nobody_waits_for_is_logged(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    task = asyncio.create_task(database.run(lambda db: db.execute("SELECT nonsense")))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await database.run(conversations.summaries)
    assert "nobody" not in caplog.text
    assert "after its caller had left" in caplog.text


async def test_an_exception_rolls_the_call_back(database: Database) -> None:
    def half(db: conversations.Db) -> None:
        conversations.save_draft(db, "", "half")
        raise LookupError("a bug")

    with pytest.raises(LookupError):
        await database.run(half)
    assert await database.run(lambda db: conversations.draft(db, "")) == ""


async def test_close_finishes_what_is_queued(path: Path) -> None:
    database = Database(path)
    await database.open()
    calls = [
        asyncio.create_task(database.run(lambda db, i=i: conversations.save_draft(db, str(i), "x"))) for i in range(50)
    ]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*calls)
    with contextlib.closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT count(*) FROM drafts").fetchone() == (50,)
    with pytest.raises(RuntimeError):
        await database.run(conversations.summaries)


async def test_close_without_open(path: Path) -> None:
    database = Database(path)
    early = asyncio.create_task(database.run(conversations.summaries))
    await asyncio.sleep(0)
    await database.close()
    with pytest.raises(RuntimeError):
        await early
    assert not path.exists()


def test_a_loop_that_ends_first_loses_nothing(path: Path) -> None:
    async def leave() -> Database:
        database = Database(path)
        await database.open()
        asyncio.get_running_loop().call_soon(
            asyncio.ensure_future, database.run(lambda db: conversations.save_draft(db, "", "kept"))
        )
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return database

    database = asyncio.run(leave())
    asyncio.run(database.close())
    with contextlib.closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT text FROM drafts").fetchone() == ("kept",)


def test_the_window_does_not_pay_for_it() -> None:
    """Services import all of storage on the way to the window."""
    code = """
        import sys
        from desktop.storage import conversations, database, index, ledger, messages, models, search
        print([name for name in ("sqlite_utils", "sqlite3") if name in sys.modules])
    """
    output, _ = python(code).communicate()
    assert output.strip() == "[]"
