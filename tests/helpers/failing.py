"""The scene of what goes wrong: tries, waits, routes, replies cut off, and what the settings tell of them."""

import asyncio
from dataclasses import replace
from typing import Any

from desktop.domain.errors import Overloaded
from desktop.domain.model import ModelRef
from desktop.domain.route import Route, Target
from desktop.ui.transcript.blocks.attempts import AttemptsBadge
from tests.helpers import samples
from tests.helpers.fake_service import FakeService, Reply
from tests.helpers.screenshots import SETTLE_S, Studio, ask, point_to, streaming_reply, waiting

MISTRAL, DEEPSEEK = samples.model("mistral")[0], samples.model("deepseek")[0]
EVERYDAY = Route("everyday", "Everyday", (Target(MISTRAL, "Personal"), Target(DEEPSEEK, "Personal")))
TO_MISTRAL, TO_DEEPSEEK = "/mistral/chat/completions", "/deepseek/chat/completions"

REJECTED = Reply.json({"message": "Unauthorized", "request_id": "4f2a"}, 401)
LIMITED = Reply.json({"message": "Requests rate limit exceeded"}, 429, retry_after="8")
BUSY = Reply.json({"message": "Service tier capacity exceeded for this model"}, 503)
SILENT = Reply(fault="silence")


def said(text: str, finish: str = "stop", usage: tuple[int, int] = (1204, 320), **more: Any) -> Reply:
    """A reply that comes at once and whole; `usage` is tokens in and out."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    used = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return Reply.sse({"id": "1", "model": "sample", "choices": [choice], "usage": used}, "[DONE]", **more)


def cut_off(text: str) -> Reply:
    whole = streaming_reply(text)
    return replace(whole, body=whole.body.removesuffix(waiting(20)))


def broken_down() -> Reply:
    """The question was read, and billed, and then the server had a problem."""
    used = {"prompt_tokens": 1204, "completion_tokens": 0, "total_tokens": 1204}
    return Reply.sse(
        {"id": "1", "model": "sample", "choices": [], "usage": used},
        {"error": {"message": "The server had an error", "type": "server_error", "code": 503}},
    )


async def failing(studio: Studio) -> None:
    app = studio.app
    for provider_id, labels in samples.KEYS.items():
        for label in labels:
            await app.catalogue.add_key(provider_id, label, f"sample-{label.lower()}-4f2a")
    async with FakeService() as fake:
        await point_to(studio, "mistral", f"{fake.url}/mistral")
        await point_to(studio, "deepseek", f"{fake.url}/deepseek")
        await app.catalogue.save_routes([EVERYDAY])

        fake.reply(TO_DEEPSEEK, LIMITED)
        await shoot(studio, "retrying", samples.FOLLOW_UP, DEEPSEEK)
        forgive(studio)

        left = (("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "40s"))
        fake.reply(TO_DEEPSEEK, said("It rises to £1,395.80 a month.", headers=left), SILENT)
        question = "What is the payment at 5%?"
        await app.chat.send(None, question, DEEPSEEK)
        await asyncio.sleep(SETTLE_S)
        await ask(studio, question, "And at 6%?")
        await studio.open(question)
        await studio.shoot("waiting")
        app.window.page.stop()
        forgive(studio)

        for target, name in zip(EVERYDAY.targets, ("Mistral", "DeepSeek"), strict=True):
            for _failure in range(3):
                app.routes.standing.failed(target, Overloaded(f"{name} is overloaded", http_status=503))
        fake.reply(TO_MISTRAL, SILENT)
        await shoot(studio, "cooling", "Should I fix the rate for five years?", EVERYDAY.ref)
        forgive(studio)

        fake.reply(TO_MISTRAL, said("", "content_filter", (1204, 0)))
        await shoot(studio, "refused", "Which chemicals must I never mix when I clean the drains?", EVERYDAY.ref)
        forgive(studio)

        soon = Reply.json({"message": "Requests rate limit exceeded"}, 429, retry_after="0.5")
        fake.reply(TO_MISTRAL, soon, broken_down(), BUSY)
        some = (("x-ratelimit-remaining-requests", "12"), ("x-ratelimit-reset-requests", "240s"))
        fake.reply(TO_DEEPSEEK, said(samples.FOLLOW_UP_ANSWER + "est paid.", headers=some))
        question = "What does a five-year fix cost me?"
        await app.chat.send(None, question, EVERYDAY.ref)
        await asyncio.sleep(4)
        await studio.open(question)
        next(badge for badge in app.window.findChildren(AttemptsBadge) if badge.isVisible()).click()
        await studio.shoot("fell-back")
        others = Target(samples.model("anthropic", 2)[0]), Target(samples.model("ollama")[0])
        await app.catalogue.save_routes([replace(EVERYDAY, targets=(*EVERYDAY.targets, *others))])
        await studio.shoot_settings({"routes": "", "health": ""})

        fake.reply(TO_MISTRAL, cut_off(samples.FOLLOW_UP_ANSWER))
        await app.chat.send(None, "Does overpaying still help at 5%?", MISTRAL)
        await asyncio.sleep(4)
        await studio.open("Does overpaying still help at 5%?")
        await studio.shoot("cut-off")

        fake.reply(TO_MISTRAL, REJECTED, REJECTED, cut_off("Start with the figures of the offer:"), LIMITED)
        first, *others = "Is my offer any good?", "Is it now?", "Then what should I ask the bank?"
        await app.chat.send(None, first, MISTRAL)
        for question in others:
            await asyncio.sleep(3 * SETTLE_S)
            await ask(studio, first, question)
        await studio.open(first)
        await studio.shoot("errors")
        app.window.page.stop()


async def shoot(studio: Studio, name: str, question: str, model: ModelRef) -> None:
    """A question in a chat of its own, while it waits or has failed; then it is stopped."""
    await studio.app.chat.send(None, question, model)
    await studio.open(question)
    await studio.shoot(name)
    studio.app.window.page.stop()
    await asyncio.sleep(SETTLE_S)


def forgive(studio: Studio) -> None:
    """Nothing is held against anybody any more."""
    for target in (*EVERYDAY.targets, Target(MISTRAL, "Work")):
        studio.app.routes.standing.succeeded(target)
        studio.app.routes.standing.forget_limits(target)
