"""A loopback model server that fails in every way there is, in each dialect, the same way for the same seed.

    async with ChaosServer(lambda asked: (FAULTS["reset mid-chunk"], seed)) as server:
        … ask through a provider of providers(server.url) …
        server.requests[-1].text    # what had been sent whole before it broke

Each fault is a function that writes an answer; what the program must make of it stands beside it.
"""

import asyncio
import gzip
import json
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from desktop.domain.model import Dialect, Provider
from desktop.providers.registry import provider_from, service
from tests.helpers import wires
from tests.helpers.wires import TYPE, Event

_PATHS = {
    "/chat/completions": Dialect.OPENAI_CHAT,
    "/responses": Dialect.OPENAI_RESPONSES,
    "/messages": Dialect.ANTHROPIC,
    ":streamGenerateContent": Dialect.GEMINI,
    "/api/chat": Dialect.OLLAMA,
}
_ROOTS = {Dialect.OPENAI_CHAT: "/v1", Dialect.OPENAI_RESPONSES: "/v1", Dialect.GEMINI: "/v1beta"}
_WORDS = ("Grüße", "world", "世界", "🌍", "naïve", "…", "`code`", "\n\n", "and", "so on", "\u2028", "&amp;", "0")
_MB = 1_000_000
_READ_S = 0.02  # for the other side to read what was sent, before a reset may throw it away


def providers(url: str) -> list[Provider]:
    """A provider for each dialect, called after it."""
    made = (provider_from(service("custom"), dialect=d, base_url=url + _ROOTS.get(d, "")) for d in wires.STREAMED)
    return [replace(one, id=one.dialect.value, name=one.dialect.value, key_labels=()) for one in made]


def environment() -> dict[str, str]:
    """A key for each, where a script would put it."""
    return {f"TUPPENCE_KEY_{dialect.name}": f"sk-fake-{dialect.value}" for dialect in wires.STREAMED}


@dataclass
class Asked:
    """One request and the answer to it as far as it went. `text` is what visible text was sent whole; `is_whole` is
    set once the end was sent too.
    """

    dialect: Dialect
    body: str
    writer: asyncio.StreamWriter
    fault: "Fault" = field(init=False)
    draw: random.Random = field(init=False)
    events: list[Event] = field(init=False)
    text: str = ""
    is_whole: bool = False
    keeps_open: bool = False

    async def head(self, status: int = 200, *lines: str, type: str | None = None, length: int | None = None) -> None:
        framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
        type = TYPE[self.dialect] if type is None else type
        head = [f"HTTP/1.1 {status} X", framing, *([f"content-type: {type}"] if type else []), *lines]
        await self.raw("\r\n".join([*head, "", ""]).encode())

    async def raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def chunk(self, data: bytes) -> None:
        await self.raw(b"%x\r\n%b\r\n" % (len(data), data))

    async def send(self, *events: Event) -> None:
        for event in events:
            await self.chunk(event.data)
            self.text += event.text
            self.is_whole = self.is_whole or event.ends

    async def half(self) -> list[Event]:
        """Send the beginning, with some of the text and never all of it; the rest comes back."""
        spoken = [at for at, event in enumerate(self.events) if event.text]
        cut = self.draw.choice(spoken[1:])
        await self.send(*self.events[:cut])
        return self.events[cut:]

    async def end(self) -> None:
        await self.raw(b"0\r\n\r\n")
        self.keeps_open = True

    async def body_of(self, data: bytes, status: int = 200, type: str = "application/json") -> None:
        await self.head(status, type=type)
        await self.chunk(data)
        await self.end()

    async def reset(self) -> None:
        await asyncio.sleep(_READ_S)
        self.writer.transport.abort()

    async def stall(self) -> None:
        """Until the other side has left."""
        while not self.writer.is_closing():
            await asyncio.sleep(0.005)


@dataclass(frozen=True)
class Fault:
    """`code` is the failure it must come to: empty for a complete answer, `stopped` where only the user can end it."""

    name: str
    run: Callable[[Asked], Awaitable[None]]
    code: str


FAULTS: dict[str, Fault] = {}


def _fault(name: str, code: str) -> Callable[[Callable[[Asked], Awaitable[None]]], Callable[[Asked], Awaitable[None]]]:
    def keep(run: Callable[[Asked], Awaitable[None]]) -> Callable[[Asked], Awaitable[None]]:
        FAULTS[name] = Fault(name, run, code)
        return run

    return keep


# Whole answers, some of them odd


@_fault("none", "")
async def healthy(a: Asked) -> None:
    await a.head()
    await a.send(*a.events)
    await a.end()


@_fault("slow drip", "")
async def _(a: Asked) -> None:
    await a.head()
    for event in a.events:
        for byte in event.data:
            await a.chunk(bytes([byte]))
            await asyncio.sleep(0)
        a.text += event.text
    await a.end()


@_fault("awkward pieces", "")
async def _(a: Asked) -> None:
    await a.head()
    data = b"".join(event.data for event in a.events)
    while data:
        size = a.draw.randint(1, 40)
        await a.chunk(data[:size])
        data = data[size:]
    await a.end()
    a.text = "".join(event.text for event in a.events)


@_fault("CRLF and a byte order mark", "")
async def _(a: Asked) -> None:
    await a.head()
    await a.chunk(b"\xef\xbb\xbf" if a.dialect is not Dialect.OLLAMA else b"\r\n")
    await a.send(*(replace(event, data=event.data.replace(b"\n", b"\r\n")) for event in a.events))
    await a.end()


@_fault("unknown events", "")
async def _(a: Asked) -> None:
    await a.head()
    for event in a.events:
        await a.send(event)
        for data in wires.noise(a.dialect):
            await a.chunk(data)
        if event.ends:
            break
    await a.end()


@_fault("wrong content type", "")
async def _(a: Asked) -> None:
    await a.head(type=a.draw.choice(["text/html", "application/json", "application/octet-stream", "text/event-stream"]))
    await a.send(*a.events)
    await a.end()


@_fault("no content type and no length", "")
async def _(a: Asked) -> None:
    await a.raw(b"HTTP/1.0 200 OK\r\n\r\n")
    for event in a.events:
        await a.raw(event.data)
        a.text += event.text


@_fault("status 246", "")
async def _(a: Asked) -> None:
    await a.head(246)
    await a.send(*a.events)
    await a.end()


@_fault("gzip", "")
async def _(a: Asked) -> None:
    await a.head(200, "content-encoding: gzip")
    await a.chunk(gzip.compress(b"".join(event.data for event in a.events)))
    await a.end()
    a.text = "".join(event.text for event in a.events)


@_fault("a line of 10 MB", "")
async def _(a: Asked) -> None:
    await a.head()
    for event in a.events:
        await a.send(event)
        if event.text:
            await a.send(wires.piece(a.dialect, "x" * 10 * _MB))
            break
    await a.send(*a.events[a.events.index(event) + 1 :])
    await a.end()


@_fault("an unknown line of 10 MB", "")
async def _(a: Asked) -> None:
    await a.head()
    for event in a.events:
        await a.send(event)
        if event.text:
            break
    await a.chunk(wires.frame(a.dialect, {"type": "padding", "padding": "0" * 10 * _MB}))
    await a.send(*a.events[a.events.index(event) + 1 :])
    await a.end()


@_fault("counts that are none", "")
async def _(a: Asked) -> None:
    odd = (float("nan"), float("inf"), 10**40, -3, "9" * 100, True, [], "many", 1e308, None)
    await a.head()
    pieces = [event.text for event in a.events if event.text]
    await a.send(*wires.answer(a.dialect, pieces, (a.draw.choice(odd), a.draw.choice(odd))))
    await a.end()


@_fault("reset after the end", "")
async def _(a: Asked) -> None:
    await a.head()
    for event in a.events:
        await a.send(event)
        if event.ends:
            break
    await a.reset()


@_fault("open after the end", "")
async def _(a: Asked) -> None:
    await a.head()
    await a.send(*a.events)
    if a.dialect is Dialect.GEMINI:  # it knows no other end than that of the body
        await a.end()
    else:
        await a.stall()


# Cut off


@_fault("reset before the head", "broken_stream")
async def _(a: Asked) -> None:
    await a.reset()


@_fault("closed before the head", "broken_stream")
async def _(a: Asked) -> None:
    pass


@_fault("reset after the head", "broken_stream")
async def _(a: Asked) -> None:
    await a.head()
    await a.reset()


@_fault("empty body", "broken_stream")
async def _(a: Asked) -> None:
    await a.head()
    await a.end()


@_fault("reset between events", "broken_stream")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    await a.reset()


@_fault("reset mid-chunk", "broken_stream")
async def _(a: Asked) -> None:
    await a.head()
    data = (await a.half())[0].data
    await a.raw(b"%x\r\n%b" % (len(data), data[: a.draw.randint(1, len(data) - 2)]))
    await a.reset()


@_fault("reset mid-letter", "broken_stream")
async def _(a: Asked) -> None:
    await _torn_letter(a)
    await a.reset()


@_fault("end mid-letter", "broken_stream")
async def _(a: Asked) -> None:
    await _torn_letter(a)
    await a.end()


async def _torn_letter(a: Asked) -> None:
    await a.head()
    await a.half()
    data = wires.piece(a.dialect, "🌍").data
    await a.chunk(data[: data.index("🌍".encode()) + a.draw.randint(1, 3)])


@_fault("silent end", "broken_stream")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    await a.end()


@_fault("silent end of a connection", "broken_stream")
async def _(a: Asked) -> None:
    await a.raw(b"HTTP/1.0 200 OK\r\n\r\n")
    spoken = [event for event in a.events if not event.ends]
    for event in spoken[: a.draw.randint(len(spoken) - 2, len(spoken) - 1)]:
        await a.raw(event.data)
        a.text += event.text


@_fault("shorter than it said", "broken_stream")
async def _(a: Asked) -> None:
    data = a.events[0].data
    await a.head(length=len(data) + 100)
    await a.raw(data)
    a.text = a.events[0].text


@_fault("bad chunk size", "bad_answer")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    await a.raw(b"zz\r\nwhat\r\n")


@_fault("half a JSON body", "broken_stream")
async def _(a: Asked) -> None:
    await a.head(type="application/json", length=500)
    await a.raw(b'{\n  "error": {"mess')


@_fault("gzip torn", "broken_stream")
async def _(a: Asked) -> None:
    await a.head(200, "content-encoding: gzip")
    squeezed = gzip.compress(b"".join(event.data for event in a.events))
    await a.chunk(squeezed[:15])
    await a.end()


# Silent


@_fault("silence", "timed_out")
async def _(a: Asked) -> None:
    await a.stall()


@_fault("stall after the head", "timed_out")
async def _(a: Asked) -> None:
    await a.head()
    await a.stall()


@_fault("stall between events", "timed_out")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    await a.stall()


@_fault("stall within a JSON body", "timed_out")
async def _(a: Asked) -> None:
    await a.head(type="application/json")
    await a.chunk(b'{\n  "id": ')
    await a.stall()


# Said to be wrong


@_fault("error event at the start", "overloaded")
async def _(a: Asked) -> None:
    await a.head()
    await a.chunk(wires.frame(a.dialect, wires.error(a.dialect)))
    await a.end()


@_fault("error event in the middle", "overloaded")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    await a.chunk(wires.frame(a.dialect, wires.error(a.dialect)))
    await a.end()


@_fault("error event, then a reset", "overloaded")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    await a.chunk(wires.frame(a.dialect, wires.error(a.dialect)))
    await a.reset()


@_fault("200 with error JSON", "overloaded")
async def _(a: Asked) -> None:
    await a.body_of(json.dumps(wires.error(a.dialect)).encode())


@_fault("200 with error JSON on several lines", "overloaded")
async def _(a: Asked) -> None:
    await a.body_of(json.dumps(wires.error(a.dialect), indent=2).encode())


@_fault("an error answer that stalls", "overloaded")
async def _(a: Asked) -> None:
    await a.head(503, type="application/json")
    await a.chunk(b'{"error": {"message": "bu')
    await a.stall()


@_fault("an error answer that breaks", "overloaded")
async def _(a: Asked) -> None:
    await a.head(503, "retry-after: inf", type="application/json")
    await a.chunk(b'{"error": {"message": "bu')
    await a.reset()


@_fault("when to come back, in nonsense", "rate_limited")
async def _(a: Asked) -> None:
    odd = ["inf", "1e999", "nan", "-5", "soon", "Fri, 99 Foo 99 99:99:99 GMT", "Fri, 01 Jan 99999999999 00:00:00 GMT"]
    names = ("retry-after", "retry-after-ms", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests")
    await a.head(429, *(f"{name}: {a.draw.choice(odd)}" for name in names))
    await a.end()


# No answer at all


@_fault("200 with HTML", "bad_answer")
async def _(a: Asked) -> None:
    page = b"<!doctype html><html><head><title>Sign in</title></head><body>data: {}\n\n</body></html>"
    await a.body_of(page, type=a.draw.choice(["text/html", TYPE[a.dialect]]))


@_fault("200 with plain text", "bad_answer")
async def _(a: Asked) -> None:
    await a.body_of(b"upstream connect error or disconnect/reset before headers", type="text/plain")


@_fault("gzip that is none", "bad_answer")
async def _(a: Asked) -> None:
    await a.head(200, "content-encoding: gzip")
    await a.chunk(a.draw.randbytes(200))
    await a.end()


@_fault("bytes that are none of it", "bad_answer")
async def _(a: Asked) -> None:
    await a.head()
    await a.chunk(b"\x00" + a.draw.randbytes(2000))
    await a.end()


@_fault("broken JSON in the middle", "bad_answer")
async def _(a: Asked) -> None:
    await a.head()
    rest = await a.half()
    await a.chunk(rest[0].data.replace(b"{", b"[", 1))
    for event in rest[1:]:
        with suppress(ConnectionError):  # nobody reads on
            await a.chunk(event.data)
    with suppress(ConnectionError):
        await a.end()


@_fault("a delta that is no text", "bad_answer")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    await a.chunk(wires.piece(a.dialect, a.draw.choice([7, {"a": 1}, 1.5])).data)
    await a.end()


@_fault("not HTTP", "bad_answer")
async def _(a: Asked) -> None:
    await a.raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")


@_fault("a head without end", "bad_answer")
async def _(a: Asked) -> None:
    await a.raw(b"HTTP/1.1 200 OK\r\nx-filler: " + b"0" * 300_000)
    await a.stall()


@_fault("a line without end", "bad_answer")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    with suppress(ConnectionError):
        await a.chunk(b"data: " if a.dialect is not Dialect.OLLAMA else b'{"a": "')
        while not a.writer.is_closing():
            await a.chunk(b"0" * _MB)


# Without end


@_fault("an answer without end", "stopped")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    more = wires.piece(a.dialect, "on and ")
    with suppress(ConnectionError):
        while not a.writer.is_closing():
            await a.send(more)
            await asyncio.sleep(0.001)


@_fault("noise without end", "stopped")
async def _(a: Asked) -> None:
    await a.head()
    await a.half()
    with suppress(ConnectionError):
        while not a.writer.is_closing():
            for data in wires.noise(a.dialect):
                await a.chunk(data)
            await asyncio.sleep(0.005)


def status(number: int, code: str) -> Fault:
    """An answer with that status and a body of the kind that proxies add."""

    async def run(a: Asked) -> None:
        await a.body_of(b'{"error": {"message": "It did not work"}}', number)

    return Fault(f"status {number}", run, code)


Choose = Callable[[Asked], tuple[Fault, object]]


class ChaosServer:
    """`choose` gives the fault for a request, and a seed; what has been asked and sent stands in `requests`."""

    def __init__(self, choose: Choose) -> None:
        self.requests: list[Asked] = []
        self.url = ""
        self._choose = choose
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._tasks)

    @property
    def tasks(self) -> frozenset[asyncio.Task[Any]]:
        return frozenset(self._tasks)

    async def __aenter__(self) -> "ChaosServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=64 * _MB, backlog=1000)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # they left, or the test is over; asyncio.streams would log what it takes for a failure
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length: ")[2].partition("\r")[0]
        body = (await reader.readexactly(int(length or 0))).decode()
        path = head.split(" ", 2)[1]
        asked = Asked(next(d for part, d in _PATHS.items() if part.lower() in path), body, writer)
        asked.fault, seed = self._choose(asked)
        asked.draw = random.Random(str(seed))
        asked.events = wires.answer(asked.dialect, list(_pieces(asked.draw)))
        self.requests.append(asked)
        watch = asyncio.create_task(_close_when_left(reader, writer))
        try:
            await asked.fault.run(asked)
        finally:
            watch.cancel()
        return asked.keeps_open and not writer.is_closing()


async def _close_when_left(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while not reader.at_eof():
            await asyncio.sleep(0.01)
    writer.close()


def _pieces(draw: random.Random) -> Iterator[str]:
    """Some text in pieces, the first of them ordinary."""
    yield "Well, "
    for _each in range(draw.randint(4, 12)):
        yield " ".join(draw.choices(_WORDS, k=draw.randint(1, 4))) + " "
