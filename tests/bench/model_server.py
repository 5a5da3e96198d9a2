"""A loopback model server that is fast or paced as asked: `python -m tests.bench.model_server` prints its port.

It speaks streaming chat completions over HTTP/1.1, one event per chunk as real servers do. The model's name says how:

    quick   a short reply, its first token at once
    paced   50 KB of Markdown at 100 tokens a second
    burst   20,000 events as fast as the socket takes them

`GET /times` tells when the last paced reply began and ended, on the clock of `time.monotonic`.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator

TOKENS_PER_S = 100
TOKEN = 4  # characters
PACED_BYTES = 50_000
BURST_EVENTS = 20_000

SECTION = """\
## {n}. How an index is chosen

The planner weighs **cost** against *selectivity*; for `WHERE user_id = $1` a B-tree wins when fewer than about
five rows in a hundred match. See [the manual](https://www.postgresql.org/docs/) for the details.

1. Collect statistics with `ANALYZE`.
2. Read the plan:
   - sequential scans on large tables,
   - rows removed by a filter.
3. Add the index, then measure again.

| Extra a month | Paid off in | Interest | Saved |
| --- | ---: | ---: | ---: |
| £100 | 22 years 1 month | £128,260 | £19,778 |
| £250 | 18 years 9 months | £107,122 | **£40,916** |

```python
def months_to_clear(balance: float, rate: float, payment: float) -> float:
    # {n}: solved for the number of payments
    return -log(1 - balance * rate / payment) / log(1 + rate)
```

> A partial index covers only the rows that a query asks for, and costs less to keep.

"""


def markdown(size: int = PACED_BYTES) -> str:
    """So many characters of an answer with everything in it."""
    text = ""
    while len(text) < size:
        text += SECTION.format(n=text.count("##") + 1)
    return text[:size]


def event(delta: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": delta} if delta else {}, "finish_reason": finish}
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "bench", "choices": [choice]}
    return chunk(b"data: " + json.dumps(body).encode() + b"\n\n")


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


END = event("", "stop") + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
BURST = b"".join(event(f"word {n} ") for n in range(BURST_EVENTS)) + END


def tokens(text: str) -> Iterator[str]:
    return (text[start : start + TOKEN] for start in range(0, len(text), TOKEN))


class Server:
    def __init__(self) -> None:
        self._began = self._ended = 0.0

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                lengths = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
                body = await reader.readexactly(int(lengths[0])) if lengths else b""
                async for data in self._answer(lines[0].split()[1], body):
                    writer.write(data)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, body: bytes) -> AsyncIterator[bytes]:
        if path.endswith("/chat/completions"):
            yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            match json.loads(body)["model"]:
                case "paced":
                    async for data in self._paced():
                        yield data
                case "burst":
                    yield BURST
                case _:
                    yield event("Hello")
                    yield b"".join(map(event, tokens(" there, this is a short reply."))) + END
            return
        if path.endswith("/models"):
            said = {"object": "list", "data": [{"id": name, "object": "model"} for name in ("quick", "paced", "burst")]}
        else:
            said = {"began": self._began, "ended": self._ended}
        data = json.dumps(said).encode()
        yield (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
        )

    async def _paced(self) -> AsyncIterator[bytes]:
        self._began, self._ended = time.monotonic(), 0.0
        for number, token in enumerate(tokens(markdown())):
            due = self._began + number / TOKENS_PER_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            yield event(token)
        yield END
        self._ended = time.monotonic()


async def main() -> None:
    serving = await asyncio.start_server(Server().connection, "127.0.0.1", 0)
    print(serving.sockets[0].getsockname()[1], flush=True)
    await serving.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
