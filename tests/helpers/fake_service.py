"""A loopback HTTP server that plays a model service: recorded answers, given out in awkward pieces, with faults.

    async with FakeService() as fake:
        fake.reply("/chat/completions", Reply.stream("openai_chat.sse", piece=1))
        … talk to fake.url …
        fake.requests[-1].json

No third party, so that it can fail in ways a proper server would not let it.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STREAMS = Path(__file__).resolve().parents[1] / "data" / "streams"
_TYPES = {".sse": "text/event-stream", ".ndjson": "application/x-ndjson", ".json": "application/json"}


def recording(name: str) -> bytes:
    return (STREAMS / name).read_bytes()


@dataclass(frozen=True)
class Reply:
    """One answer. `piece` is bytes in each network write (0 = all at once), `pause_s` the wait between them.

    `keep` is how many bytes are sent before the fault; then `fault` is "reset" (the connection is torn), "cut" (the
    body ends cleanly, too early) or "stall" (nothing more comes). With keep=0, "stall" comes before the first byte of
    the body; "silence" sends not even the status.
    """

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    piece: int = 0
    pause_s: float = 0
    keep: int | None = None
    fault: str = ""

    @classmethod
    def stream(cls, name: str, **more: Any) -> "Reply":
        """A recording out of tests/data/streams."""
        return cls(recording(name), content_type=_TYPES[Path(name).suffix], **more)

    @classmethod
    def sse(cls, *payloads: Any, **more: Any) -> "Reply":
        """Server-sent events of JSON values; text stands as it is."""
        lines = (item if isinstance(item, str) else json.dumps(item) for item in payloads)
        return cls("".join(f"data: {line}\n\n" for line in lines).encode(), content_type="text/event-stream", **more)

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> "Reply":
        pairs = tuple((name.replace("_", "-"), text) for name, text in headers.items())
        return cls(json.dumps(value).encode(), status=status, headers=pairs)


@dataclass(frozen=True)
class Request:
    method: str
    path: str  # with the query
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class FakeService:
    """`requests` are in order of arrival. `hung_up` is set when a client leaves before it had everything."""

    requests: list[Request] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    _replies: dict[str, list[Reply]] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def reply(self, path: str, *replies: Reply) -> None:
        """What requests get whose path contains `path`, in order; the last goes on for ever."""
        self._replies[path] = list(replies)

    async def __aenter__(self) -> "FakeService":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                if not await self._answer(reader, writer, self._next(request.path)):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            pass  # the test is over; asyncio.streams would log what it takes for a failure
        finally:
            self._tasks.discard(task)
            writer.close()

    def _next(self, path: str) -> Reply:
        for part, replies in self._replies.items():
            if part in path:
                return replies.pop(0) if len(replies) > 1 else replies[0]
        return Reply.json({"detail": "Not Found"}, 404)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Reply) -> bool:
        """Whether the connection goes on."""
        if reply.fault == "silence":
            await self._until_hung_up(reader)
            return False
        head = [f"HTTP/1.1 {reply.status} X", f"content-type: {reply.content_type}", "transfer-encoding: chunked"]
        head += [f"{name}: {value}" for name, value in reply.headers]
        writer.write("\r\n".join([*head, "", ""]).encode())
        body = reply.body if reply.keep is None else reply.body[: reply.keep]
        size = reply.piece or max(1, len(body))
        watch = asyncio.create_task(self._until_hung_up(reader)) if reply.pause_s else None
        for start in range(0, len(body), size):
            piece = body[start : start + size]
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
            if reply.pause_s:
                await asyncio.sleep(reply.pause_s)
        if watch is not None:
            watch.cancel()
        if reply.fault == "reset":
            assert writer.transport is not None
            writer.transport.abort()
            return False
        if reply.fault == "stall":
            await self._until_hung_up(reader)
            return False
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _until_hung_up(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):  # raised where the client left without reading what was sent
            await reader.read(1)
        self.hung_up.set()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ")
    pairs = (line.split(": ", 1) for line in lines if line)
    headers = {name.lower(): value for name, value in pairs}
    return Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
