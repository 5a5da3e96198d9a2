"""Answers that go wrong: torn, cut, silent, not an answer at all. What arrived before is never lost."""

import asyncio
import json
import time
from contextlib import aclosing
from dataclasses import replace

import pytest

from desktop import providers
from desktop.domain.errors import (
    BadAddress,
    BadAnswer,
    BadRequest,
    BrokenStream,
    KeyRejected,
    NoConnection,
    Overloaded,
    RateLimited,
    Refused,
    TimedOut,
)
from desktop.domain.events import Finished, ReasoningDelta, TextDelta, UsageReported
from desktop.domain.message import FinishReason
from desktop.domain.model import Dialect, Endpoint
from desktop.providers.registry import provider_from, service
from tests.helpers.fake_service import FakeService, Reply, recording
from tests.providers.conftest import HTTP, ask, question

PATH = "/chat/completions"
STREAMS = {
    Dialect.OPENAI_CHAT: "openai_chat.sse",
    Dialect.OPENAI_RESPONSES: "openai_responses.sse",
    Dialect.ANTHROPIC: "anthropic.sse",
    Dialect.GEMINI: "gemini.sse",
    Dialect.OLLAMA: "ollama.ndjson",
}
every_dialect = pytest.mark.parametrize("dialect", STREAMS)


def delta(text: str, finish: str | None = None) -> dict:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


def text_of(events: list) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def up_to_text(name: str) -> int:
    """The length of a recording up to the end of the event with the first text."""
    body = recording(name)
    start = body.index("Grü".encode())
    ends = [end + 4 for mark in (b"\n\n", b"\r\n\r\n", b"}\n") if (end := body.find(mark, start)) >= 0]
    return min(ends)


@every_dialect
@pytest.mark.parametrize("fault", ["cut", "reset"])
async def test_a_stream_that_ends_too_early(fake, endpoint, dialect, fault):
    fake.reply("/", Reply.stream(STREAMS[dialect], keep=up_to_text(STREAMS[dialect]), pause_s=0.01, fault=fault))
    with pytest.raises(BrokenStream) as caught:
        await ask(endpoint("litellm" if dialect is not Dialect.OLLAMA else "ollama", dialect))
    assert text_of(caught.value.events) == "Grü"


async def test_a_reset_after_the_finish_reason_is_no_loss(fake, endpoint):
    body = b"data: " + json.dumps(delta("Hello", "stop")).encode() + b"\n\n"
    fake.reply(PATH, Reply(body + b"data: {", content_type="text/event-stream", pause_s=0.01, fault="reset"))
    assert await ask(endpoint()) == [TextDelta("Hello"), Finished(FinishReason.END)]


async def test_an_empty_body(fake, endpoint):
    fake.reply(PATH, Reply(b"", content_type="text/event-stream"))
    with pytest.raises(BrokenStream):
        await ask(endpoint())


@every_dialect
async def test_a_web_page_with_status_200(fake, endpoint, dialect):
    page = b"\n<!DOCTYPE html><html><head><title>Sign in to the hotel</title></head></html>"
    fake.reply("/", Reply(page, content_type="text/html", piece=10))
    with pytest.raises(BadAnswer) as caught:
        await ask(endpoint("custom", dialect))
    assert "web page" in caught.value.explanation
    assert "Sign in to the hotel" in caught.value.detail


async def test_damage_after_some_text_is_told_from_a_wrong_address(fake, endpoint):
    fake.reply(PATH, Reply.sse(delta("So far"), "{torn"))
    with pytest.raises(BadAnswer) as late:
        await ask(endpoint())
    fake.reply(PATH, Reply.sse("{torn"))
    with pytest.raises(BadAnswer) as early:
        await ask(endpoint())
    assert "The text so far is kept" in late.value.explanation
    assert "Check the base URL" in early.value.explanation


async def test_plain_text_with_status_200(fake, endpoint):
    fake.reply(PATH, Reply(b"OK\n\nready\n", content_type="text/plain"))
    with pytest.raises(BadAnswer):
        await ask(endpoint())


async def test_a_json_error_with_status_200(fake, endpoint):
    fake.reply(PATH, Reply.json({"error": {"message": "Slow down", "type": "rate_limit_error", "code": "429"}}))
    with pytest.raises(RateLimited):
        await ask(endpoint())


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"error": {"message": "busy", "code": 502}}, Overloaded),
        ({"error": "it broke"}, Overloaded),
        ({"error": {"message": "no", "metadata": {"error_type": "rate_limit_exceeded"}}}, RateLimited),
        ({"choices": [{"delta": {}, "finish_reason": "error"}]}, Overloaded),
        ({"choices": [], "x_groq": {"error": "over capacity"}}, Overloaded),
        ({"choices": "?"}, BadAnswer),
        ("{not json", BadAnswer),
    ],
)
async def test_an_error_inside_the_stream_keeps_what_came_before(fake, endpoint, payload, kind):
    fake.reply(PATH, Reply.sse(delta("So far"), payload, delta(" never"), "[DONE]"))
    with pytest.raises(kind) as caught:
        await ask(endpoint())
    assert text_of(caught.value.events) == "So far"


@pytest.mark.parametrize(
    ("dialect", "body", "kind"),
    [
        (
            Dialect.ANTHROPIC,
            'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
            Overloaded,
        ),
        (Dialect.ANTHROPIC, "event: error\ndata: it broke\n\n", Overloaded),
        (
            Dialect.OPENAI_RESPONSES,
            'data: {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"x"}}}\n\n',
            RateLimited,
        ),
        (Dialect.OPENAI_RESPONSES, 'data: {"type":"error","code":"server_error","message":"x"}\n\n', Overloaded),
        (
            Dialect.GEMINI,
            'data: {"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}}\n\n',
            RateLimited,
        ),
        (Dialect.GEMINI, 'data: {"promptFeedback":{"blockReason":"SAFETY"}}\n\n', Refused),
        (Dialect.OLLAMA, '{"error":"llama runner process has terminated"}\n', Overloaded),
    ],
)
async def test_errors_inside_streams_of_other_dialects(fake, endpoint, dialect, body, kind):
    fake.reply("/", Reply(body.encode(), content_type="text/event-stream"))
    with pytest.raises(kind):
        await ask(endpoint("custom", dialect))


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (Dialect.OPENAI_CHAT, 'data: {"choices":[{"delta":{},"finish_reason":"content_filter"}]}\n\n'),
        (
            Dialect.ANTHROPIC,
            'data: {"type":"message_delta","delta":{"stop_reason":"refusal"},"usage":{"output_tokens":0}}\n\n'
            'data: {"type":"message_stop"}\n\n',
        ),
        (Dialect.GEMINI, 'data: {"candidates":[{"finishReason":"SAFETY"}]}\n\n'),
        (
            Dialect.OPENAI_RESPONSES,
            'data: {"type":"response.incomplete","response":{"incomplete_details":{"reason":"content_filter"}}}\n\n',
        ),
    ],
)
async def test_a_reply_filtered_whole_is_refused(fake, endpoint, dialect, body):
    fake.reply("/", Reply(body.encode(), content_type="text/event-stream"))
    with pytest.raises(Refused):
        await ask(endpoint("custom", dialect))


async def test_a_reply_filtered_in_part_keeps_its_text(fake, endpoint):
    fake.reply(PATH, Reply.sse(delta("Half"), delta("", "content_filter"), "[DONE]"))
    assert (await ask(endpoint()))[-2:] == [TextDelta("Half"), Finished(FinishReason.FILTERED)]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("length", FinishReason.LENGTH), ("eos", FinishReason.END), ("tool_calls", FinishReason.TOOL)],
)
async def test_finish_reasons(fake, endpoint, reason, expected):
    fake.reply(PATH, Reply.sse(delta("x", reason), "[DONE]"))
    assert (await ask(endpoint()))[-1] == Finished(expected)


async def test_invalid_utf_8_is_replaced(fake, endpoint):
    body = b'data: {"choices":[{"delta":{"content":"a\xff\xc3"},"finish_reason":"stop"}]}\n\n'
    fake.reply(PATH, Reply(body, content_type="text/event-stream", piece=1))
    assert text_of(await ask(endpoint())) == "a��"


async def test_half_a_surrogate_pair_waits_for_the_other(fake, endpoint):
    body = "".join(
        f'data: {{"choices":[{{"delta":{{"content":"{text}"}},"finish_reason":{finish}}}]}}\n\n'
        for text, finish in (("a\\ud83d", "null"), ("\\ude00b\\ud800", "null"), ("c\\ud83d", '"stop"'))
    )
    fake.reply(PATH, Reply(body.encode(), content_type="text/event-stream", piece=10))
    assert text_of(await ask(endpoint())) == "a😀b�c�"


async def test_a_line_of_ten_megabytes(fake, endpoint):
    text = "ä" * 5_000_000
    fake.reply(PATH, Reply.sse(json.dumps(delta(text, "stop"), ensure_ascii=False), piece=65536))
    started = time.process_time()
    assert text_of(await ask(endpoint())) == text
    assert time.process_time() - started < 5  # linear; a quadratic reader takes minutes


@pytest.mark.parametrize("fault", ["silence", "stall"])
async def test_cancelling_before_the_first_byte_hangs_up(fake, endpoint, fault):
    fake.reply(PATH, Reply(keep=0, fault=fault))
    asking = asyncio.create_task(ask(endpoint()))
    await _until(lambda: fake.requests)
    started = time.monotonic()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.wait_for(fake.hung_up.wait(), 1)
    assert time.monotonic() - started < 0.2


@every_dialect
async def test_closing_the_stream_hangs_up(fake, endpoint, dialect):
    fake.reply("/", Reply.stream(STREAMS[dialect], keep=up_to_text(STREAMS[dialect]), fault="stall"))
    here = endpoint("litellm" if dialect is not Dialect.OLLAMA else "ollama", dialect)
    async with aclosing(providers.client(dialect, HTTP).stream(here, question())) as stream:
        async for event in stream:
            if isinstance(event, TextDelta | ReasoningDelta):
                break
    started = time.monotonic()
    await asyncio.wait_for(fake.hung_up.wait(), 1)
    assert time.monotonic() - started < 0.2


async def test_connections_are_used_again(fake, endpoint):
    fake.reply(PATH, Reply.stream("openai_chat.sse"))
    here = endpoint()
    for _again in range(3):
        await ask(here)
    assert len(fake._tasks) == 1


async def test_a_server_that_stays_open_after_the_end(fake, endpoint):
    fake.reply(PATH, Reply.stream("openai_chat.sse", fault="stall"))
    started = time.monotonic()
    assert (await ask(endpoint()))[-1] == Finished(FinishReason.END)
    assert time.monotonic() - started < 2


async def test_a_server_that_says_nothing(fake, endpoint):
    fake.reply(PATH, Reply(keep=0, fault="silence"))
    with pytest.raises(TimedOut) as caught:
        await ask(endpoint(), http=replace(HTTP, read_timeout_s=0.1))
    assert "0.1 s" in caught.value.title


async def test_a_dead_server(unused_tcp_port):
    local = provider_from(service("llamacpp"), base_url=f"http://localhost:{unused_tcp_port}/v1")
    with pytest.raises(NoConnection) as caught:
        await ask(Endpoint(local))
    assert caught.value.title == "llama.cpp server is not running"
    await providers.aclose()


async def test_a_host_that_does_not_exist():
    provider = provider_from(service("custom"), base_url="http://nowhere.invalid/v1")
    with pytest.raises(NoConnection) as caught:
        await ask(Endpoint(provider))
    assert "nowhere.invalid" in caught.value.explanation
    await providers.aclose()


@pytest.mark.parametrize("proxy", ["nonsense", "ftp://proxy:1", "http://[::1"])
async def test_a_proxy_that_is_none(fake, endpoint, proxy):
    with pytest.raises(BadAddress) as caught:
        await ask(endpoint(), http=replace(HTTP, proxy=proxy))
    assert proxy.rpartition("//")[2] in caught.value.title


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_dead_proxy_is_named_and_loopback_goes_past_it(fake, endpoint, unused_tcp_port, scheme):
    http = replace(HTTP, proxy=f"{scheme}://me:secret@127.0.0.1:{unused_tcp_port}", connect_timeout_s=1)
    fake.reply(PATH, Reply.stream("openai_chat.sse"))
    assert (await ask(endpoint(), http=http))[-1] == Finished(FinishReason.END)
    elsewhere = provider_from(service("custom"), base_url="http://203.0.113.1/v1")
    with pytest.raises(NoConnection) as caught:
        await ask(Endpoint(elsewhere), http=http)
    assert "proxy" in caught.value.title
    assert f"127.0.0.1:{unused_tcp_port}" in caught.value.explanation
    assert "secret" not in str(caught.value.failure())


@pytest.mark.parametrize("key", ["sk-clé", "sk two words", "sk-a\nb", "sk-\u200bzero-width"])
async def test_a_key_that_cannot_be_one(fake, endpoint, key):
    with pytest.raises(KeyRejected) as caught:
        await ask(endpoint(key=key))
    assert key not in str(caught.value)
    assert fake.requests == []


async def test_a_header_that_cannot_be_sent(fake, endpoint):
    here = endpoint()
    provider = replace(here.provider, headers=(("x-name", "Zoë"),))
    with pytest.raises(BadAddress) as caught:
        await ask(replace(here, provider=provider))
    assert "x-name" in caught.value.title


async def test_what_a_server_does_not_know_is_left_out(fake, endpoint):
    refusal = Reply.json({"error": {"message": "Unknown parameter: 'stream_options'.", "param": "stream_options"}}, 400)
    fake.reply(PATH, refusal, Reply.stream("openai_chat.sse"))
    assert (await ask(endpoint()))[-1] == Finished(FinishReason.END)
    assert ["stream_options" in request.json for request in fake.requests] == [True, False]


async def test_a_refusal_is_not_repeated_for_ever(fake, endpoint):
    fake.reply(PATH, Reply.json({"error": {"message": "stream_options are wrong and so is the rest"}}, 400))
    with pytest.raises(BadRequest):
        await ask(endpoint())
    assert len(fake.requests) == 2


async def test_an_error_answer_that_breaks_off(fake, endpoint):
    fake.reply(PATH, Reply(b'{"error": {"mess', status=503, pause_s=0.01, fault="reset"))
    with pytest.raises(Overloaded) as caught:
        await ask(endpoint())
    assert caught.value.http_status == 503


async def test_deltas_that_come_together_are_one_event(fake, endpoint):
    fake.reply(PATH, Reply.sse(*[delta("x")] * 100, delta("", "stop"), "[DONE]"))
    events = await ask(endpoint())
    assert events == [TextDelta("x" * 100), Finished(FinishReason.END)]


async def test_usage_that_runs_is_replaced(fake, endpoint):
    usages = [{"prompt_tokens": 3, "completion_tokens": n} for n in (1, 2, 7)]
    fake.reply(PATH, Reply.sse(*[delta("x") | {"usage": usage} for usage in usages], delta("", "stop"), piece=30))
    reported = [event.usage.output_tokens for event in await ask(endpoint()) if isinstance(event, UsageReported)]
    assert reported == sorted(reported)
    assert reported[-1] == 7


async def _until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_an_error_answer_that_stalls_is_not_waited_for(fake, endpoint, monkeypatch):
    monkeypatch.setattr("desktop.providers.http._REFUSAL_S", 0.05)
    fake.reply(PATH, Reply(b'{"error": {"mess', status=429, fault="stall"))
    with pytest.raises(RateLimited):
        await asyncio.wait_for(ask(endpoint()), 5)


async def test_a_host_whose_connections_all_hang_does_not_hold_up_another(fake, endpoint):
    fake.reply(PATH, Reply(keep=0, fault="silence"))
    hanging = [asyncio.create_task(ask(endpoint())) for _each in range(70)]
    await _until(lambda: len(fake.requests) == 64)
    async with FakeService() as other:
        other.reply(PATH, Reply.stream("openai_chat.sse"))
        here = endpoint(base_url=f"{other.url}/v1")
        assert (await asyncio.wait_for(ask(here), 5))[-1] == Finished(FinishReason.END)
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_first_event_that_is_torn_is_a_break_and_no_wrong_address(fake, endpoint):
    fake.reply(PATH, Reply(b'data: {"choi', content_type="text/event-stream"))
    with pytest.raises(BrokenStream):
        await ask(endpoint())


@pytest.mark.parametrize("cost", [True, "1", -1, float("nan"), float("inf"), 1e300])
async def test_a_cost_that_is_none(fake, endpoint, cost):
    usage = {"prompt_tokens": 3, "completion_tokens": 10**30, "cost": cost, "cost_in_usd_ticks": cost}
    fake.reply(PATH, Reply.sse(delta("x", "stop") | {"usage": usage}, "[DONE]"))
    (reported,) = [event.usage for event in await ask(endpoint()) if isinstance(event, UsageReported)]
    assert (reported.input_tokens, reported.output_tokens, reported.cost) == (3, 0, None)
