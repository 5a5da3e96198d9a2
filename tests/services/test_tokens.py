"""Estimates of tokens, and what they learn from what providers count."""

import base64
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.message import Message, Role, Status, TextPart
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.services.tokens import FRAMING, Size, Tokens
from desktop.storage.database import Database

REF = ModelRef("mistral", "medium")
OTHER = ModelRef("openai", "luna")
ENGLISH = "The index turns the scan into a lookup and costs a little space. " * 40
CHINESE = "数据库索引让扫描变成查找，只占用一点空间。" * 40


def said(text: str, role: Role = Role.USER, message_id: str = "", **others: object) -> Message:
    message = Message(message_id or text[:20], "c", None, role, (TextPart(text),), 0)
    return replace(message, **others)  # type: ignore[arg-type]


def asked(*texts: str, system: str | None = None) -> ChatRequest:
    return ChatRequest("medium", tuple(said(text) for text in texts), system)


@given(st.text())
def test_a_size_has_every_character_and_every_byte(text: str) -> None:
    size = Size.of(text)
    assert size.words + size.wide + size.others == len(text)
    assert size.words + size.wide_bytes + size.other_bytes == len(text.encode(errors="surrogatepass"))


@given(st.text())
def test_of_an_unknown_model_no_text_has_more_tokens_than_bytes(text: str) -> None:
    tokens = Tokens(Database.__new__(Database))
    assert tokens.most(REF, text) == len(text.encode(errors="surrogatepass"))
    assert tokens.count(REF, text) <= tokens.most(REF, text) or not text.isascii()


async def test_it_learns_letters_and_characters_of_a_model_apart(database: Database) -> None:
    tokens = Tokens(database)
    guessed = tokens.count(REF, ENGLISH)
    await tokens.learn(REF, asked(ENGLISH), "", Usage(round(guessed * 0.8) + FRAMING, 0))
    assert tokens.count(REF, ENGLISH) == pytest.approx(0.8 * guessed, abs=2)
    wide = tokens.count(REF, CHINESE)
    await tokens.learn(REF, asked(CHINESE), "", Usage(round(wide * 0.6) + FRAMING, 0))
    assert tokens.count(REF, CHINESE) == pytest.approx(0.6 * wide, abs=2)
    assert tokens.count(REF, ENGLISH) == pytest.approx(0.8 * guessed, abs=2)
    assert tokens.count(OTHER, ENGLISH) == guessed
    again = Tokens(database)
    await again.load()
    assert again.count(REF, ENGLISH) == tokens.count(REF, ENGLISH)
    assert again.off(REF) == tokens.off(REF)


async def test_the_reply_teaches_too_unless_it_was_thought_about(database: Database) -> None:
    tokens = Tokens(database)
    guessed = tokens.count(REF, ENGLISH)
    await tokens.learn(REF, asked("Hi"), ENGLISH, Usage(9, guessed // 2, reasoning_tokens=100))
    assert tokens.count(REF, ENGLISH) == guessed
    await tokens.learn(REF, asked("Hi"), ENGLISH, Usage(9, guessed // 2))
    assert tokens.count(REF, ENGLISH) == pytest.approx(guessed / 2, abs=2)


@pytest.mark.parametrize("usage", [Usage(0, 5), Usage(500_000, 5), Usage(3, 5), Usage(900, 5, estimated=True)], ids=str)
async def test_nothing_is_learnt_of_what_cannot_be_this_text(database: Database, usage: Usage) -> None:
    tokens = Tokens(database)
    guessed = tokens.count(REF, ENGLISH)
    await tokens.learn(REF, asked(ENGLISH), "", usage)
    assert tokens.count(REF, ENGLISH) == guessed
    assert tokens.most(REF, ENGLISH) == len(ENGLISH)


async def test_it_says_how_far_off_it_was_lately(database: Database) -> None:
    tokens = Tokens(database)
    assert tokens.off(REF) is None
    counted = tokens.request(REF, asked(ENGLISH).messages, None).likely
    await tokens.learn(REF, asked(ENGLISH), "", Usage(counted * 100 // 80, 0))
    first = tokens.off(REF)
    assert first == Decimal("0.2")
    for _again in range(8):
        await tokens.learn(REF, asked(ENGLISH), "", Usage(counted * 100 // 80, 0))
    latest = tokens.off(REF)
    assert latest is not None
    assert latest < Decimal("0.04")


async def test_a_learnt_bound_holds_for_prose_and_for_what_is_not_prose(database: Database) -> None:
    tokens = Tokens(database)
    guessed = tokens.count(REF, ENGLISH)
    await tokens.learn(REF, asked(ENGLISH), "", Usage(guessed + FRAMING, 0))
    assert guessed * 1.2 < tokens.most(REF, ENGLISH) < len(ENGLISH) / 2
    rng = random.Random(4)
    key = base64.b64encode(rng.randbytes(3000)).decode()
    for dense, real in ((key, len(key) / 1.3), ("12345 67890 " * 200, 2400), ("{[()]};" * 300, 2100)):
        assert tokens.most(REF, dense) >= 0.85 * real, dense[:20]
    assert tokens.most(REF, "ж" * 100) == 200


async def test_what_the_provider_counted_for_the_reply_before_is_believed(database: Database) -> None:
    tokens = Tokens(database)
    question, follow = said("Why? " * 300, message_id="q"), said("And then? " * 10, message_id="f")
    usage = Usage(1000, 500, cache_read_tokens=800, reasoning_tokens=100)
    reply = said("Because.", Role.ASSISTANT, "r", model=REF, usage=usage)
    sent = tokens.request(REF, [question, reply, follow], "Be brief.")
    fresh = tokens.count(REF, follow.text) + FRAMING
    assert sent.is_counted
    assert sent.likely == 1000 + 500 - 100 + FRAMING + fresh
    assert sent.cached == 1000
    assert sent.most >= 1500 + tokens.most(REF, follow.text)
    for other in (
        replace(reply, model=OTHER),
        replace(reply, usage=replace(usage, estimated=True)),
        replace(reply, status=Status.STOPPED),
    ):
        guess = tokens.request(REF, [question, other, follow], "Be brief.")
        assert not guess.is_counted
        assert guess.cached == 0
        assert guess.likely == sum(
            tokens.count(REF, text) + FRAMING for text in ("Be brief.", question.text, reply.text)
        ) + fresh - _rounding(tokens, "Be brief.", question.text, reply.text, follow.text)


def _rounding(tokens: Tokens, *texts: str) -> int:
    """Texts that are counted together are rounded up once."""
    return sum(tokens.count(REF, text) for text in texts) - tokens.likely(REF, sum(map(Size.of, texts), Size()))


async def test_a_reply_that_has_gone_on_is_looked_at_again(database: Database) -> None:
    tokens = Tokens(database)
    short = tokens.request(REF, [said("One.", message_id="r")], None)
    long = tokens.request(REF, [said("One. " + ENGLISH, message_id="r")], None)
    assert long.likely > short.likely + 100
