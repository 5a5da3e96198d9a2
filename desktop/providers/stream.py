"""The body of an answer, as it arrives -> events. Pure: fed with bytes by `http.py`, and by tests."""

import json
from typing import Any, Protocol

from desktop.domain.errors import BadAnswer, ProviderError
from desktop.domain.events import Finished, ProviderEvent
from desktop.domain.message import FinishReason
from desktop.providers import errors
from desktop.providers.gather import Gather
from desktop.providers.sse import NdjsonDecoder, SseDecoder

_SPACE = b" \t\r\n\xef\xbb\xbf"
_DONE = b"[DONE]"
_MARKS = (b"data:", b"event:", b"id:", b"retry:", b":", b"{")
_LARGEST = 64_000_000  # bytes without one event in them; what is larger than that is no answer


class Reader(Protocol):
    """Understands a dialect's objects. `finish` is set once the provider said why it ended; `done` when nothing more
    is awaited. `read` may raise ProviderError; what is not shaped as the protocol says may raise as it happens to.
    """

    out: Gather
    finish: FinishReason | None
    done: bool

    def read(self, item: dict[str, Any]) -> None: ...


class EventStream:
    """Decodes, parses and reads. `error` is looked at after the events of `feed` and `end` have been passed on."""

    def __init__(self, origin: errors.Origin, reader: Reader, *, ndjson: bool = False) -> None:
        self.error: ProviderError | None = None
        self._origin = origin
        self._reader = reader
        self._decoder: SseDecoder | NdjsonDecoder = NdjsonDecoder() if ndjson else SseDecoder()
        self._whole: list[bytes] | None = None  # gathered here: what is no stream, such as a web page or one JSON body
        self._started = False
        self._start = b""  # up to the first bytes that are not space: they tell what this is
        self._unread = 0  # bytes since the last event
        self._any_item = False
        self._ndjson = ndjson

    @property
    def done(self) -> bool:
        """Nothing more is awaited, though the connection may still be open."""
        return self._reader.done or self.error is not None

    def feed(self, chunk: bytes) -> list[ProviderEvent]:
        if not self._started:
            self._start += chunk
            head = self._start.lstrip(_SPACE)[:2]
            if len(head) < 2:
                return []
            self._started = True
            chunk = self._start
            # An object that goes on in the next line is not one of many.
            if head[:1] in b"<[" or (head[:1] == b"{" and (not self._ndjson or head[1:].isspace())):
                self._whole = []
        self._unread += len(chunk)
        if self._unread > _LARGEST:
            self.error = self._bad(b"")
            return []
        if self._whole is not None:
            self._whole.append(chunk)
            return []
        payloads = self._decoder.feed(chunk)
        if payloads:
            self._unread = 0
        return self._read(payloads)

    def end(self, broken: ProviderError | None = None) -> list[ProviderEvent]:
        """The body has ended, or `broken` off. Gives the last events and Finished, or sets `error`."""
        events: list[ProviderEvent] = []
        if self._whole is not None:
            body = b"".join(self._whole)
            if body.lstrip(_SPACE).startswith(b"<"):
                self.error = errors.web_page(self._origin, body)
                return []
            if self.error is None:
                events = self._read([body], torn=broken is not None)
        elif self.error is None:
            events = self._read(self._decoder.flush(), torn=True)
        self._reader.out.end()
        events += self._reader.out.take()
        if self.error is not None:
            return events
        finish = self._reader.finish
        if finish is None:
            if broken is None and not self._any_item and not _begins_event(self._start.lstrip(_SPACE)):
                broken = self._bad(self._start)
            elif isinstance(broken, BadAnswer):
                broken = self._bad(broken.detail.encode())
            self.error = broken or errors.broken_stream(self._origin)
        elif finish is FinishReason.FILTERED and not self._reader.out.any_text:
            self.error = errors.refused(self._origin)
        else:
            events.append(Finished(finish))
        return events

    def _read(self, payloads: list[bytes], *, torn: bool = False) -> list[ProviderEvent]:
        if not payloads:
            return []
        items, bad = _parse(payloads)
        reader = self._reader
        try:
            for item in items:
                if not isinstance(item, dict):
                    continue
                self._any_item = True
                if item.get("error") or item.get("type") == "error":
                    raise errors.provider_error(self._origin, body=item)
                reader.read(item)
        except ProviderError as error:
            self.error = error
        except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError):
            # What is not shaped as the protocol says; caught here once, so that readers can be read.
            bad = json.dumps(item).encode()
        if _DONE in payloads:
            reader.done = True
        events = reader.out.take()
        if bad is not None and self.error is None and not torn:
            self.error = self._bad(bad)
        return events

    def _bad(self, data: bytes) -> ProviderError:
        return errors.bad_answer(self._origin, data, midway=self._reader.out.any_text)


def _begins_event(start: bytes) -> bool:
    """Whether what came may be an event of which the rest is missing; also if nothing came."""
    return any(start.startswith(mark) or mark.startswith(start) for mark in _MARKS)


def _parse(payloads: list[bytes]) -> tuple[list[Any], bytes | None]:
    """All payloads as JSON, and the first that is none. Invalid UTF-8 is replaced, never fatal."""
    wanted = [payload for payload in payloads if payload != _DONE] if _DONE in payloads else payloads
    try:
        # One call for all that came together is faster than one for each.
        items = json.loads(f"[{b','.join(wanted).decode('utf-8', 'replace')}]")
        if len(items) == len(wanted):
            return _flat(items), None
    except (ValueError, RecursionError):
        pass
    items = []
    for payload in wanted:
        try:
            items.append(json.loads(payload.decode("utf-8", "replace")))
        except (ValueError, RecursionError):
            return _flat(items), payload
    return _flat(items), None


def _flat(items: list[Any]) -> list[Any]:
    """Gemini without `alt=sse`, and its errors, come as one array."""
    if len(items) == 1 and isinstance(items[0], list):
        inner: list[Any] = items[0]
        return inner
    return items
