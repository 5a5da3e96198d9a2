"""The list, the trash and drafts."""

from dataclasses import replace
from decimal import Decimal

from desktop.domain.conversation import TitleSource
from desktop.domain.message import Status
from desktop.domain.model import Model, ModelRef
from desktop.domain.spending import Sum
from desktop.domain.usage import Usage
from desktop.storage import conversations, messages, models
from desktop.storage.database import Database
from desktop.storage.search import search


async def ids(database: Database) -> list[str]:
    return [row.id for row in await database.run(conversations.summaries)]


async def test_what_goes_in_comes_out(database: Database, samples) -> None:
    for conversation in (
        samples.conversation(),
        samples.conversation(
            "Ünïcode 言葉",
            title_source=TitleSource.MODEL,
            model=None,
            system_prompt="Be brief.",
            pinned=True,
            deleted_ms=5,
            head_id="x",
        ),
    ):
        await database.run(lambda db, c=conversation: conversations.create(db, c))
        assert await database.run(lambda db, c=conversation: conversations.get(db, c.id)) == conversation
    assert await database.run(lambda db: conversations.get(db, "none")) is None


async def test_changes(database: Database, samples) -> None:
    conversation = samples.conversation()
    other = ModelRef("anthropic", "claude")

    def change(db: conversations.Db) -> None:
        conversations.create(db, conversation)
        conversations.rename(db, conversation.id, "Mine", TitleSource.USER)
        conversations.set_pinned(db, conversation.id, True)
        conversations.set_model(db, conversation.id, other)
        conversations.set_system_prompt(db, conversation.id, "Be brief.")
        conversations.set_head(db, conversation.id, "m")
        conversations.touch(db, conversation.id, conversation.updated_ms + 5)
        conversations.touch(db, conversation.id, 1)

    await database.run(change)
    assert await database.run(lambda db: conversations.get(db, conversation.id)) == replace(
        conversation,
        title="Mine",
        title_source=TitleSource.USER,
        pinned=True,
        model=other,
        system_prompt="Be brief.",
        head_id="m",
        updated_ms=conversation.updated_ms + 5,
    )


async def test_unread_says_whether_it_changed(database: Database, samples) -> None:
    conversation, *_ = await samples.turn(database)
    answers = [
        await database.run(lambda db, unread=unread: conversations.set_unread(db, conversation.id, unread))
        for unread in (True, False, False, True)
    ]
    assert answers == [False, True, False, True]


async def test_the_list_is_newest_first_with_what_a_row_shows(database: Database, samples) -> None:
    first, *_ = await samples.turn(database, title="First")
    second, question, _ = await samples.turn(database, title="Second")
    await samples.turn(database, title="Third")
    again = samples.reply(question)
    await database.run(lambda db: messages.add_turn(db, None, None, again, "app"))
    await samples.finish(
        database, samples.finished(again, status=Status.STOPPED, usage=Usage(1, 1, cost=Decimal("0.25")))
    )
    rows = await database.run(conversations.summaries)
    assert [row.title for row in rows] == ["Second", "Third", "First"]
    assert rows[0].last_status is Status.STOPPED
    assert rows[0].model_name == "GPT X"
    assert rows[0].model == second.model
    assert [row.cost for row in rows] == [Decimal("0.25"), None, None]
    for row in rows:
        assert await database.run(lambda db, row=row: conversations.summary(db, row.id)) == row
    assert rows[2].id == first.id


async def test_cost_is_summed_over_all_branches(database: Database, samples) -> None:
    conversation, question, _ = await samples.turn(database)
    for cost in (Decimal("0.000000001"), None, Decimal("0.10")):
        reply = samples.reply(question)
        await database.run(lambda db, reply=reply: messages.add_turn(db, None, None, reply, "app"))
        await samples.finish(database, samples.finished(reply, usage=Usage(1, 1, cost=cost)))
    row = await database.run(lambda db: conversations.summary(db, conversation.id))
    assert row.cost == Decimal("0.100000001")
    await samples.finish(database, samples.finished(reply, usage=Usage(1, 1, cost=Decimal("0.20"))))
    row = await database.run(lambda db: conversations.summary(db, conversation.id))
    assert row.cost == Decimal("0.100000001")  # it is in the ledger already


async def test_the_row_tells_of_the_branch_that_is_shown(database: Database, samples) -> None:
    conversation, question, done = await samples.turn(database)

    async def shown() -> Status:
        return (await database.run(lambda db: conversations.summary(db, conversation.id))).last_status

    again = samples.reply(question)
    await database.run(lambda db: messages.add_turn(db, None, None, again, "app"))
    assert await shown() is Status.STREAMING
    await samples.finish(database, samples.finished(again, status=Status.FAILED))
    assert await shown() is Status.FAILED
    await database.run(lambda db: conversations.set_head(db, conversation.id, done.id))
    assert await shown() is Status.COMPLETE


async def test_an_empty_conversation_has_a_row(database: Database, samples) -> None:
    conversation = samples.conversation(model=ModelRef("p", "known"))
    await database.run(lambda db: models.add_model(db, Model(ModelRef("p", "known"), "A Known Model")))
    await database.run(lambda db: conversations.create(db, conversation))
    row = await database.run(lambda db: conversations.summary(db, conversation.id))
    assert (row.last_status, row.cost, row.unread, row.model_name) == (None, None, False, "A Known Model")
    for name, shown in (("", "other"), ("Another Model", "Another Model")):
        other = ModelRef("p", "other")
        await database.run(lambda db, other=other, name=name: conversations.set_model(db, conversation.id, other, name))
        assert (await database.run(lambda db: conversations.summary(db, conversation.id))).model_name == shown


async def test_trash_and_restore(database: Database, samples) -> None:
    kept, *_ = await samples.turn(database, title="Kept")
    gone, *_ = await samples.turn(database, title="Gone")
    await database.run(lambda db: conversations.trash(db, [gone.id, "unknown"], 1000))
    assert await ids(database) == [kept.id]
    assert await database.run(lambda db: conversations.summary(db, gone.id)) is None
    assert await database.run(lambda db: search(db, "gone", 10)) == []
    await database.run(lambda db: conversations.trash(db, [gone.id], 9000))  # the day it was first deleted counts
    assert (await database.run(lambda db: conversations.get(db, gone.id))).deleted_ms == 1000
    await database.run(lambda db: conversations.restore(db, [gone.id]))
    assert await ids(database) == [gone.id, kept.id]
    assert [hit.title for hit in await database.run(lambda db: search(db, "gone", 10))] == ["Gone"]


async def test_purging_leaves_no_trace_but_the_ledger(database: Database, samples) -> None:
    doomed = [
        await samples.turn(database, "Wherefore?", "Fortywinks getUserName 言葉", title="Doomed") for _ in range(2)
    ]
    unfinished = samples.reply(doomed[0][1])
    await database.run(lambda db: messages.add_turn(db, None, None, unfinished, "app"))
    kept, *_ = await samples.turn(database, "Kept question", "Kept answer", title="Kept")
    await database.run(lambda db: conversations.save_draft(db, doomed[0][0].id, "unsent"))
    await database.run(lambda db: conversations.trash(db, [doomed[0][0].id], 1000))
    await database.run(lambda db: conversations.trash(db, [doomed[1][0].id], 2000))
    assert await database.run(lambda db: conversations.purge_deleted_before(db, 1000)) == 0
    assert await database.run(lambda db: conversations.purge_deleted_before(db, 2001)) == 2

    def left(db: conversations.Db) -> dict[str, int]:
        tables = ("conversations", "messages", "parts", "drafts", "ledger")
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}

    assert await database.run(left) == {"conversations": 1, "messages": 2, "parts": 2, "drafts": 0, "ledger": 3}
    assert await ids(database) == [kept.id]

    def words(db: conversations.Db) -> set[str]:
        found = set()
        for table in ("title_words", "message_words"):
            db.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
            db.execute(f"CREATE VIRTUAL TABLE temp.{table}_vocabulary USING fts5vocab(main, {table}, row)")
            found |= {row[0] for row in db.execute(f"SELECT term FROM {table}_vocabulary")}
        return found

    assert await database.run(words) == {"kept", "question", "answer"}
    assert await samples.spent(database) == Sum(3, 3 * 12, 0, 3 * 34, unpriced=3)


async def test_drafts(database: Database) -> None:
    def draft(key: str):
        return database.run(lambda db: conversations.draft(db, key))

    assert await draft("") == ""
    for text in ("first", "second\nline \ud83d\ude00"):
        await database.run(lambda db, text=text: conversations.save_draft(db, "", text))
    await database.run(lambda db: conversations.save_draft(db, "c1", "another"))
    assert await draft("") == "second\nline \N{GRINNING FACE}"
    assert await draft("c1") == "another"
    await database.run(lambda db: conversations.save_draft(db, "", ""))
    assert await draft("") == ""
    assert await draft("c1") == "another"
