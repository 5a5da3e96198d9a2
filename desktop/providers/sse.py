"""Bytes from the network -> payloads. Pure: no HTTP, no JSON but for errors.

Lines end at LF, CRLF or CR only. (`httpx.aiter_lines` also splits at U+2028 and others, which may stand raw inside a
JSON string.) Whatever way the bytes are cut into chunks, the payloads are the same, and in time linear in the bytes.
"""

import json

_BOM = b"\xef\xbb\xbf"


class Lines:
    """Complete lines, without their ends, from chunks of bytes."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []  # pieces of the unfinished line, joined once, when its end arrives
        self._after_cr = False

    def feed(self, chunk: bytes) -> list[bytes]:
        if self._after_cr and chunk:
            self._after_cr = False
            if chunk[0] == 10:
                chunk = chunk[1:]
        if not chunk:
            return []
        lines = chunk.splitlines()  # of bytes: at LF, CRLF and CR only
        last = chunk[-1]
        self._after_cr = last == 13
        rest = None if last in (10, 13) else lines.pop()
        if lines and self._pending:
            self._pending.append(lines[0])
            lines[0] = b"".join(self._pending)
            self._pending = []
        if rest is not None:
            self._pending.append(rest)
        return lines

    def flush(self) -> list[bytes]:
        """The line that was not ended, if there is one."""
        pending, self._pending = self._pending, []
        return [b"".join(pending)] if pending else []


class NdjsonDecoder:
    """One payload a line."""

    def __init__(self) -> None:
        self._lines = Lines()

    def feed(self, chunk: bytes) -> list[bytes]:
        return [line for line in self._lines.feed(chunk) if line and not line.isspace()]

    def flush(self) -> list[bytes]:
        return [line for line in self._lines.flush() if line and not line.isspace()]


class SseDecoder:
    """The data of each server-sent event. Names are ignored (some servers leave them out) but for `error`."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._data: list[bytes] = []
        self._is_error = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[bytes]:
        return self._read(self._lines.feed(chunk))

    def flush(self) -> list[bytes]:
        """The last event of a server that ends without the blank line."""
        return self._read([*self._lines.flush(), b""])

    def _read(self, lines: list[bytes]) -> list[bytes]:
        payloads = []
        data = self._data
        if self._at_start and lines:
            self._at_start = False
            lines[0] = lines[0].removeprefix(_BOM)
        for line in lines:
            if line.startswith(b"data:"):
                data.append(line[6:] if line.startswith(b" ", 5) else line[5:])
            elif not line:
                if data:
                    payload = data[0] if len(data) == 1 else b"\n".join(data)
                    if payload or self._is_error:
                        payloads.append(_as_error(payload) if self._is_error else payload)
                    data.clear()
                self._is_error = False
            elif line.startswith(b"event:"):
                self._is_error = line[6:].strip() == b"error"
        return payloads


def _as_error(payload: bytes) -> bytes:
    """An event named `error`, in the one shape that is looked for later whatever the server put in it."""
    text = payload.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(value, dict) and (value.get("error") or value.get("type") == "error"):
        return payload
    return json.dumps({"type": "error", "error": value or "error"}).encode()
