"""Finding words; no text that a person may type is anything else."""

import contextlib
import sqlite3
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.domain.conversation import SearchHit, TitleSource
from desktop.domain.message import ReasoningPart, Role, TextPart
from desktop.storage import conversations, messages, migrations
from desktop.storage.database import Database
from desktop.storage.index import spell_out
from desktop.storage.search import search

LONG = "lorem ipsum dolor " * 40


def line(hit: SearchHit) -> str:
    return "".join(text for text, _ in hit.snippet)


def marked(hit: SearchHit) -> list[str]:
    return [text for text, is_match in hit.snippet if is_match]


async def find(database: Database, query: str, limit: int = 50) -> list[SearchHit]:
    return await database.run(lambda db: search(db, query, limit))


@pytest.mark.parametrize(
    ("text", "query", "match"),
    [
        ("The Connection was refused", "connection", ["Connection"]),
        ("The connection was refused", "refused conn", ["conn", "refused"]),
        ("Crème brûlée", "creme brul", ["Crème", "brûl"]),
        ("Cre\u0300me is decomposed", "crème", ["Crème"]),
        ("ÄRGER und Straße", "ärger", ["ÄRGER"]),
        ("Ελληνικά", "ελλην", ["Ελλην"]),
        ("call parse_json(x)", "parse_json", ["parse_json"]),
        ("call parse_json(x)", "json", ["json"]),
        ("call getUserName()", "getusername", ["getUserName"]),
        ("call getUserName()", "UserName", ["UserName"]),
        ("call getUserName() twice", "user twice", ["User", "twice"]),
        ("an HTMLParser", "parser", ["Parser"]),
        ("GitHub", "github", ["GitHub"]),
        ("numpy.linalg.norm", "linalg.no", ["linalg.no"]),
        ("Python 3.11.7", "3.11", ["3.11"]),
        ("私は日本語を話します", "日本", ["日本"]),
        ("私は日本語を話します", "語を話", ["語を話"]),
        ("数据库连接失败", "连接", ["连接"]),
        ("数据库连接失败", "库", ["库"]),
        ("학교에서 공부", "교에", ["교에"]),
        ("ภาษาไทยสนุก", "ไทย", ["ไทย"]),
        ("用Python写的", "python写", ["Python写"]),
        ("用getUserName取", "username", ["UserName"]),
        ("a = user.getName.first()", "user.getName.fi", ["user.getName.fi"]),
        ("der fooBaré", "fooBaré", ["fooBaré"]),
    ],
)
async def test_found(database: Database, samples, text: str, query: str, match: list[str]) -> None:
    *_, reply = await samples.turn(database, answer=text)
    (hit,) = await find(database, query)
    assert hit.message_id == reply.id
    assert marked(hit) == match


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("concatenate", "cat"),
        ("connection refused", "connection accepted"),
        ("connections made", "connection made"),  # only the last word may go on
        ("parse the json", "parse_json"),
        ("日本と本語", "日本語"),
        ("apple", "a"),  # a single letter is a word
        ("words", ""),
        ("words", "  \t"),
        ("words", "*"),
        ("words", '"" -- ()'),
    ],
)
async def test_not_found(database: Database, samples, text: str, query: str) -> None:
    await samples.turn(database, answer=text)
    assert await find(database, query) == []


@pytest.mark.parametrize(
    "query",
    [
        "alpha AND beta",
        "alpha OR beta",
        "NOT alpha",
        "alpha NEAR beta",
        "NEAR(alpha beta, 2)",
        '"alpha',
        'alpha" beta"',
        "alpha*beta",
        "-alpha",
        "text:alpha",
        "^alpha",
        "{text} : alpha",
        "alpha + beta",
        "'; DROP TABLE messages; --",
        "(alpha",
        "alpha\0beta",
        "%_alpha",
    ],
)
async def test_nothing_is_syntax(database: Database, samples, query: str) -> None:
    """Each is found where it stands literally, and not where only its words without the operators would be."""
    *_, literal = await samples.turn(database, answer=f"so: {query}")
    await samples.turn(database, answer="gamma delta")
    assert [hit.message_id for hit in await find(database, query)] == [literal.id]


async def test_operators_are_words(database: Database, samples) -> None:
    await samples.turn(database, answer="alpha beta")
    assert await find(database, "alpha AND beta") == []
    assert await find(database, "alpha NOT gamma") == []
    assert len(await find(database, "alpha beta")) == 1


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory):
    """A database without the worker thread, for many quick queries."""
    db = sqlite3.connect(tmp_path_factory.mktemp("search") / "t.db")
    migrations.apply(db)
    with contextlib.closing(db):
        yield db


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=st.text(st.characters(), max_size=300))
@example(query="\ud800")
@example(query="a " * 10_000)
@example(query="x" * 100_000)
@example(query="日" * 10_000)
@example(query='"' * 301)
@example(query="\u0301")
@example(query="ﬁ ﷺ İ ß \u0345")
def test_any_text_is_a_legal_query(filled, query: str) -> None:
    assert isinstance(search(filled, query, 5), list)


WORD = st.text(st.characters(categories=["L", "N", "M"], exclude_characters="\0"), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.lists(
        WORD | st.sampled_from(["getUserName", "日本語", "naïve", "a.b", "x.getUserName.y", "用getName取"]), min_size=1
    ).map(" ".join),
    data=st.data(),
)
def test_what_is_written_is_found_and_deleted_is_gone(filled, samples, text: str, data: st.DataObject) -> None:
    """A title is found by any of its words that has a letter or digit; the snippet is the title."""
    word = data.draw(st.sampled_from(text.split() or [""]))
    conversation = replace(samples.conversation(text), id=f"c{data.draw(st.integers(0, 2**62))}")
    with filled:
        conversations.create(filled, conversation)
        hits = search(filled, word, 10)
        if any(character.isalnum() for character in word[:100]):
            assert conversation.id in {hit.conversation_id for hit in hits}
        conversations.trash(filled, [conversation.id], 1)
        conversations.purge_deleted_before(filled, 2)
        assert search(filled, word, 10) == []


async def test_titles_come_first(database: Database, samples) -> None:
    about, *_ = await samples.turn(database, "Hello", "Tea it is", title="On tea")
    _, question, _ = await samples.turn(database, "Which tea is best?", "Assam.", title="Drinks")
    hits = await find(database, "tea")
    assert (hits[0].conversation_id, hits[0].message_id, hits[0].role) == (about.id, None, None)
    assert hits[0].snippet == (("On ", False), ("tea", True))
    assert {hit.role for hit in hits[1:]} == {Role.USER, Role.ASSISTANT}
    assert question.id in {hit.message_id for hit in hits}
    assert [hit.message_id for hit in await find(database, "tea", 1)] == [None]
    assert len(await find(database, "tea", 2)) == 2


async def test_all_branches_are_searched(database: Database, samples) -> None:
    conversation, question, _ = await samples.turn(database)
    abandoned = samples.reply(question)
    await database.run(lambda db: messages.add_turn(db, None, None, abandoned, "app"))
    await samples.finish(database, samples.finished(abandoned, "The quokka smiles."))
    current = samples.question(conversation, "Something else")
    await database.run(lambda db: messages.add_turn(db, None, current, samples.reply(current), "app"))
    assert [hit.message_id for hit in await find(database, "quokka")] == [abandoned.id]


async def test_reasoning_is_not_searched(database: Database, samples) -> None:
    *_, reply = await samples.turn(database)
    thoughtful = samples.finished(reply, parts=(ReasoningPart("secretly"), TextPart("open"), TextPart("ly")))
    await samples.finish(database, thoughtful)
    assert await find(database, "secretly") == []
    assert len(await find(database, "openly")) == 1


async def test_better_and_newer_come_first(database: Database, samples) -> None:
    *_, passing = await samples.turn(database, answer=f"{LONG} walrus {LONG}")
    *_, old = await samples.turn(database, answer="The walrus and the carpenter")
    for _ in range(20):
        await samples.turn(database, answer="Other animals live in the sea")
    *_, new = await samples.turn(database, answer="The walrus and the carpenter")
    assert [hit.message_id for hit in await find(database, "walrus")] == [new.id, old.id, passing.id]


async def test_a_snippet_shows_the_place(database: Database, samples) -> None:
    text = f"{LONG}\n\n- and *here*\tis the needle,\nin the hay {LONG}"
    await samples.turn(database, answer=text)
    (hit,) = await find(database, "needle")
    shown = line(hit)
    assert "and *here* is the needle, in the hay" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 170
    assert marked(hit) == ["needle"]


async def test_a_snippet_prefers_the_longest_word(database: Database, samples) -> None:
    await samples.turn(database, answer=f"the start {LONG} the extraordinary end")
    (hit,) = await find(database, "the extraordinary")
    assert marked(hit) == ["the", "extraordinary"]


async def test_a_renamed_title_is_found_by_its_new_name(database: Database, samples) -> None:
    conversation, *_ = await samples.turn(database, title="Aardvarks")
    await database.run(lambda db: conversations.rename(db, conversation.id, "Zebras", TitleSource.USER))
    assert await find(database, "aardvarks") == []
    assert [hit.title for hit in await find(database, "zebr")] == ["Zebras"]


async def test_a_huge_message(database: Database, samples) -> None:
    blob = "aB3dE5fG7h" * 200_000
    await samples.turn(database, answer=f"needle {blob} haystack")
    assert len(await find(database, "haystack")) == 1
    assert len(await find(database, "needle")) == 1


def test_encoded_data_does_not_multiply_in_the_index() -> None:
    assert len(spell_out("aB3dE5fG7h" * 1000)) == 10_000
