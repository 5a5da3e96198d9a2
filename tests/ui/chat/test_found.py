"""What is searched of messages, and the order of what was found."""

import asyncio
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.message import Message, ReasoningPart, Role, TextPart
from desktop.render.finding import Matcher, Query
from desktop.ui.chat import searched
from desktop.ui.chat.found import Found, Hit, hits_in, marks
from desktop.ui.chat.search_run import SearchRun
from desktop.ui.transcript import leaves, question
from desktop.ui.transcript.position import Place, TextPosition
from desktop.ui.transcript.written import Written
from tests.render.corpus import CORPUS

TEXTS = [text for group in CORPUS.values() for text in group]


def reply(text: str, thought: str = "", name: str = "r") -> Message:
    parts = (ReasoningPart(thought), TextPart(text)) if thought else (TextPart(text),)
    return Message(name, "c", None, Role.ASSISTANT, parts, 0)


def asked(text: str, name: str = "q") -> Message:
    return Message(name, "c", None, Role.USER, (TextPart(text),), 0)


def columns_of(message: Message) -> searched.Columns:
    *_pieces, columns = searched.read(message)
    assert columns is not None
    return columns


def hits(message: Message, query: str) -> tuple[Hit, ...]:
    return hits_in(message.id, columns_of(message), Matcher(Query(query)))


def place(name: str, column: int = 0, leaf: int = 0, offset: int = 0) -> TextPosition:
    return TextPosition(name, Place(column, leaf, offset))


# What is searched


@pytest.mark.parametrize("text", TEXTS)
def test_columns_are_those_of_the_transcript(text: str) -> None:
    message = reply(text, "thinking **so**")
    written = Written(message)
    written.finish()
    found = columns_of(message)
    for passage, column in zip((written.reasoning, written.answer), found, strict=True):
        for leaf, each in zip(passage.leaves, column, strict=True):
            plain = leaves.plain(leaf)
            assert each.plain_span(0, len(each.text)) == (0, len(plain))
            if not each.objects:
                assert each.text == plain


@given(st.sampled_from(TEXTS), st.data())
def test_every_hit_is_where_its_letters_are(text: str, data: st.DataObject) -> None:
    message = reply(text)
    written = Written(message)
    written.finish()
    words = [word for each in columns_of(message)[1] for word in re.findall(r"\w+", each.text)]
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    found = hits(message, word)
    assert found
    for hit in found:
        plain = leaves.plain(written.answer.leaves[hit.leaf])[hit.start : hit.end]
        assert plain.lower() == word.lower() or leaves.OBJECT in plain


def test_formulas_are_found_by_their_tex() -> None:
    each = searched.Searched("so \\frac{a}{b} is", ((3, 11),))
    assert each.plain_span(0, 2) == (0, 2)
    assert each.plain_span(9, 10) == (3, 4)
    assert each.plain_span(4, 17) == (3, 7)
    assert each.plain_span(14, 17) == (4, 7)
    (block,) = hits(reply("$$\n\\frac{a}{b}\n$$"), "frac")
    assert (block.leaf, block.start, block.end) == (0, 0, 1)


def test_words_broken_by_markup_are_found_and_markup_is_not() -> None:
    message = reply("a **bold**face [link](https://hidden.example) `code`\n\n| one | two |\n|---|---|\n| 3 | 4 |")
    assert [(hit.start, hit.end) for hit in hits(message, "boldface")] == [(2, 10)]
    assert hits(message, "**") == hits(message, "hidden") == ()
    assert [hit.leaf for hit in hits(message, "one two")] == [1]


def test_reasoning_and_long_questions_are_found() -> None:
    (thought,) = hits(reply("the answer", "why not"), "why")
    assert thought.position == place("r", 0)
    long = "word " * 2_000 + "\nneedle"
    (found,) = hits(asked(long), "needle")
    assert found.position == place("q", 0, len(question.pieces(long)) - 1)


def test_marks_are_in_order_and_apart() -> None:
    several = [Hit("r", 1, 0, 0, 3), Hit("r", 1, 0, 2, 3), Hit("r", 1, 0, 5, 6), Hit("r", 0, 4, 1, 2)]
    assert marks(several) == {1: {0: ((0, 3), (5, 6))}, 0: {4: ((1, 2),)}}


# From one to the next


def test_next_goes_round_and_reads_what_is_only_guessed() -> None:
    found = Found()
    found.set_order(["a", "b", "c", "d"])
    a = tuple(Hit("a", 0, 0, at, at + 1) for at in (2, 8))
    c = (Hit("c", 1, 3, 0, 4),)
    found.put("a", a)
    found.guess("b", 2)  # wrongly
    found.guess("c", 1)
    found.put("d", ())
    real = {"b": (), "c": c}
    read = lambda name: found.put(name, real[name])  # noqa: E731
    assert found.total == 5
    assert found.next(place("a"), 1, read) == a[0]
    assert found.next(place("a", 0, 0, 3), 1, read) == a[1]
    assert found.next(place("a", 0, 0, 9), 1, read) == c[0]
    assert found.total == 3
    assert found.next(place("c", 1, 3, 1), 1, read) == a[0]
    assert found.next(place("a", 0, 0, 2), -1, read) == c[0]
    assert found.next(place("a", 0, 0, 8), -1, read) == a[0]
    assert found.next(None, 1, read) == a[0]
    assert [found.number(hit) for hit in (*a, *c)] == [1, 2, 3]
    assert found.outside(["a", "b"]) == 1
    found.set_order(["b", "c"])
    assert found.total == 1
    assert found.next(place("c", 1, 3, 0), -1, read) == c[0]


@given(st.lists(st.lists(st.integers(0, 5), max_size=3), max_size=5), st.integers(0, 4), st.integers(0, 5))
def test_steps_visit_everything_once(offsets: list[list[int]], row: int, offset: int) -> None:
    found = Found()
    found.set_order([str(number) for number in range(len(offsets))])
    every = []
    for number, at in enumerate(offsets):
        each = tuple(Hit(str(number), 0, 0, start, start + 1) for start in sorted(set(at)))
        found.put(str(number), each)
        every += each
    for step in (1, -1):
        start = found.next(place(str(min(row, max(0, len(offsets) - 1))), 0, 0, offset), step, lambda _name: None)
        seen = []
        hit = start
        while hit is not None and hit not in seen:
            seen.append(hit)
            here = TextPosition(hit.message_id, replace(hit.position.place, offset=hit.start + (step > 0)))
            hit = found.next(here, step, lambda _name: None)
        assert sorted(seen, key=every.index) == every
        assert hit == start


# A whole search


class Reader:
    """What a run asks of the transcript."""

    def __init__(self) -> None:
        self.writing: dict[str, Written] = {}
        self.view: list[str] = []
        self.progress = 0

    def run(self, query: Query) -> SearchRun:
        return SearchRun(Matcher(query), {}, self.writing.get, lambda: self.view, self.count)

    def count(self) -> None:
        self.progress += 1


async def test_a_search_ends_with_exact_numbers() -> None:
    reader = Reader()
    run = reader.run(Query("rate"))
    talk = [
        asked("The rate?", "1"),
        reply("A **ra**te is [a rate](https://rate.example/rate)", name="2"),
        reply("No", name="3"),
    ]
    run.take({message.id: message for message in talk})
    assert not run.is_done
    await run.run()
    assert run.is_exact
    assert run.found.total == 3
    assert [len(run.found.hits(name)) for name in "123"] == [1, 2, 0]
    run.take({message.id: message for message in (*talk[:2], reply("At last a rate", name="3"))})
    assert not run.is_surveyed
    await run.run()
    assert run.found.total == 4


async def test_an_expression_is_searched_for_off_the_thread() -> None:
    reader = Reader()
    run = reader.run(Query(r"r\w+e", expression=True))
    run.take({"1": asked("The rate", "1"), "2": reply("**ra**te and rope", name="2")})
    await run.run()
    assert run.found.total == 3


async def test_what_is_being_written_is_taken_from_the_transcript() -> None:
    reader = Reader()
    message = reply("one rate and", name="1")
    reader.writing["1"] = Written(message)
    run = reader.run(Query("rate"))
    run.take({"1": message})
    await run.run()
    reader.writing["1"].add(" another rate", "")
    run.take({"1": replace(message, parts=(TextPart("one rate and another rate"),))})
    await run.run()
    assert run.found.total == 2


async def test_what_is_in_view_is_read_first() -> None:
    reader = Reader()
    reader.view = ["40"]
    run = reader.run(Query("rate"))
    order: list[str] = []
    put = run.found.put

    def noted(name: str, found: tuple[Hit, ...]) -> None:
        order.append(name)
        put(name, found)

    run.found.put = noted  # type: ignore[method-assign]
    run.take({str(n): reply(f"rate {n}", name=str(n)) for n in range(60)}, first="20")
    await run.run()
    assert order[:3] == ["40", "20", "21"]
    assert order[-1] == "19"
    assert run.found.total == 60


async def test_a_long_search_lets_others_go_on() -> None:
    reader = Reader()
    run = reader.run(Query("rate"))
    run.take({str(n): reply("The *rate* is `3.5`. " * 20, name=str(n)) for n in range(100)})
    task = asyncio.ensure_future(run.run())
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert run.found.total == 2_000
    assert reader.progress == turns - 1 or abs(reader.progress - turns) < 5
    assert turns > 3
