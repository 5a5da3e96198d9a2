"""How each dialect writes an answer, event by event, so that a server can break it anywhere.

The shapes are those of the vendors' streams; nothing here knows the code that reads them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.model import Dialect

STREAMED = (
    Dialect.OPENAI_CHAT, Dialect.OPENAI_RESPONSES, Dialect.ANTHROPIC, Dialect.GEMINI, Dialect.OLLAMA,
)  # fmt: skip
TYPE = dict.fromkeys(STREAMED, "text/event-stream") | {Dialect.OLLAMA: "application/x-ndjson"}

_ANTHROPIC_START = {
    "type": "message_start",
    "message": {"type": "message", "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}},
}
_SAID = "The upstream is unwell"


@dataclass(frozen=True)
class Event:
    """Bytes on the wire, and the visible text in them. From the event that `ends` on, the answer is whole."""

    data: bytes
    text: str = ""
    ends: bool = False


def answer(dialect: Dialect, pieces: Sequence[str], usage: tuple[object, object] = (9, 5)) -> list[Event]:
    """A whole answer, one event for each piece; `usage` is what is claimed as input and output."""
    return [*_opening(dialect), *(piece(dialect, text) for text in pieces), *_closing(dialect, usage)]


def piece(dialect: Dialect, text: object) -> Event:
    """One delta; `text` may be something that is no text."""
    match dialect:
        case Dialect.OPENAI_CHAT:
            value: dict[str, object] = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
        case Dialect.OPENAI_RESPONSES:
            value = {"type": "response.output_text.delta", "item_id": "msg_1", "delta": text}
        case Dialect.ANTHROPIC:
            value = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        case Dialect.GEMINI:
            value = {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": text}]}}]}
        case _:
            value = {"model": "m", "message": {"role": "assistant", "content": text}, "done": False}
    return Event(frame(dialect, value), text if isinstance(text, str) else "")


def frame(dialect: Dialect, value: object) -> bytes:
    """A value as one event. Text goes out raw, as most vendors send it, so that an event can be cut inside a letter."""
    body = json.dumps(value, ensure_ascii=False).encode()
    if dialect is Dialect.OLLAMA:
        return body + b"\n"
    name = value.get("type") if isinstance(value, dict) else None
    named = dialect in (Dialect.ANTHROPIC, Dialect.OPENAI_RESPONSES) and isinstance(name, str)
    return (f"event: {name}\n".encode() if named else b"") + b"data: " + body + b"\n\n"


def error(dialect: Dialect) -> dict[str, object]:
    """The vendor's own words for trouble on its side, inside a stream."""
    match dialect:
        case Dialect.OPENAI_CHAT:
            return {"error": {"message": _SAID, "type": "server_error", "code": 500}}
        case Dialect.OPENAI_RESPONSES:
            return {"type": "error", "code": "server_error", "message": _SAID, "param": None, "sequence_number": 9}
        case Dialect.ANTHROPIC:
            return {"type": "error", "error": {"type": "overloaded_error", "message": _SAID}, "request_id": "req_1"}
        case Dialect.GEMINI:
            return {"error": {"code": 503, "message": _SAID, "status": "UNAVAILABLE"}}
        case _:
            return {"error": _SAID}


def noise(dialect: Dialect) -> list[bytes]:
    """Events that nobody has heard of, and what servers send to keep a connection open."""
    values: list[object] = [{"type": "response.brand_new.delta", "delta": "no"}, {"object": "chat.surprise"}, {}]
    values += [
        None,
        7,
        "text",
        [],
        {"type": "content_block_start", "content_block": {"type": "hologram"}},
        {"candidates": []},
    ]
    frames = [frame(dialect, value) for value in values]
    if dialect is Dialect.OLLAMA:
        return [*frames, b"\n", b"  \r\n"]
    odd = (b": keep-alive\n\n", b"\n\n", b"event: ping\n\n", b"id: 7\nretry: 10\n\n", b"data:\n\n", b"junk\n\n")
    return [*frames, *odd]


def _opening(dialect: Dialect) -> list[Event]:
    match dialect:
        case Dialect.OPENAI_CHAT:
            values: list[object] = [{"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}]
        case Dialect.OPENAI_RESPONSES:
            values = [{"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}}]
        case Dialect.ANTHROPIC:
            block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
            values = [_ANTHROPIC_START, {"type": "ping"}, block]
        case _:
            values = []
    return [Event(frame(dialect, value)) for value in values]


def _closing(dialect: Dialect, usage: tuple[object, object]) -> list[Event]:
    read, written = usage
    tokens = {"input_tokens": read, "output_tokens": written}
    match dialect:
        case Dialect.OPENAI_CHAT:
            end: object = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
            count = {"choices": [], "usage": {"prompt_tokens": read, "completion_tokens": written}}
            return [Event(frame(dialect, end), ends=True), Event(frame(dialect, count)), Event(b"data: [DONE]\n\n")]
        case Dialect.OPENAI_RESPONSES:
            response = {"id": "resp_1", "status": "completed", "output": [], "usage": tokens}
            return [Event(frame(dialect, {"type": "response.completed", "response": response}), ends=True)]
        case Dialect.ANTHROPIC:
            end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": tokens}
            stop = {"type": "content_block_stop", "index": 0}
            last = frame(dialect, {"type": "message_stop"})
            return [Event(frame(dialect, stop)), Event(frame(dialect, end), ends=True), Event(last)]
        case Dialect.GEMINI:
            end = {
                "candidates": [{"index": 0, "content": {"parts": [{"text": ""}]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": read, "candidatesTokenCount": written},
            }
        case _:
            end = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
            end = end | {"prompt_eval_count": read, "eval_count": written}
    return [Event(frame(dialect, end), ends=True)]
