"""Bytes -> payloads: the same whatever way the bytes are cut."""

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.providers.sse import Lines, NdjsonDecoder, SseDecoder
from tests.helpers.fake_service import STREAMS


def decode(decoder: SseDecoder | NdjsonDecoder, chunks: list[bytes]) -> list[bytes]:
    return [payload for chunk in chunks for payload in decoder.feed(chunk)] + decoder.flush()


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


PIECES = st.sampled_from(
    [b"data: ", b"data:", b"data", b"event: error", b"event: ping", b":", b"id: 1", b'{"a":1}', b"x", b" ", b"\n",
     b"\r", b"\r\n", "\u2028".encode(), "é\U0001f30d".encode(), b"\xff", b"\x85", b"\x0b", b"\x1c", b"[DONE]",
     b"\xef\xbb\xbf"]
)  # fmt: skip
BYTES = st.lists(PIECES, max_size=40).map(b"".join)


@given(data=BYTES, places=st.lists(st.integers(0, 10_000), max_size=20))
def test_any_cut_gives_the_same_events(data, places):
    assert decode(SseDecoder(), cut(data, places)) == decode(SseDecoder(), [data])


@given(data=BYTES, places=st.lists(st.integers(0, 10_000), max_size=20))
def test_any_cut_gives_the_same_lines(data, places):
    lines = Lines()
    found = [line for chunk in cut(data, places) for line in lines.feed(chunk)] + lines.flush()
    assert found == data.splitlines()


@pytest.mark.parametrize("path", sorted(STREAMS.glob("*.sse")), ids=lambda path: path.name)
def test_recordings_byte_by_byte(path):
    data = path.read_bytes()
    payloads = decode(SseDecoder(), [data[n : n + 1] for n in range(len(data))])
    assert payloads == decode(SseDecoder(), [data])
    assert all(json.loads(payload) for payload in payloads if payload != b"[DONE]")


@pytest.mark.parametrize(
    ("data", "payloads"),
    [
        (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data: a\r\n\r\ndata: b\r\r", [b"a", b"b"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"data\n\n", []),
        (b": comment\n\n: OPENROUTER PROCESSING\n\ndata: a\n\n", [b"a"]),
        (b"event: ping\nid: 7\nretry: 9\ndata: a\n\n", [b"a"]),
        (b"event: ping\n\ndata: a\n\n", [b"a"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b"data: a", [b"a"]),
        (b"data: a\n\ndata: torn", [b"a", b"torn"]),
        ("data: a\u2028b\u0085c\x0bd\n\n".encode(), ["a\u2028b\u0085c\x0bd".encode()]),
        (b"", []),
    ],
)
def test_framing(data, payloads):
    assert decode(SseDecoder(), [data]) == payloads


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"event: error\ndata: it broke\n\n", "it broke"),
        (b'event: error\ndata: {"message": "no"}\n\n', {"message": "no"}),
        (b'event:error\r\ndata: {"type": "error", "error": {"type": "x"}}\r\n\r\n', {"type": "x"}),
        (b'event: error\ndata: {"error": "no"}\n\n', "no"),
    ],
)
def test_an_event_named_error_is_one(data, error):
    (payload,) = decode(SseDecoder(), [data])
    assert json.loads(payload)["error"] == error


def test_the_name_holds_for_one_event_only():
    assert decode(SseDecoder(), [b"event: error\n\ndata: {}\n\n"]) == [b"{}"]


def test_lines_of_json():
    assert decode(NdjsonDecoder(), [b'{"a":1}\r\n\n {"b"', b":2}\n{}"]) == [b'{"a":1}', b' {"b":2}', b"{}"]


def test_a_long_line_in_small_pieces_takes_linear_time():
    decoder = SseDecoder()
    started = time.process_time()
    decoder.feed(b"data: ")
    for _piece in range(100_000):
        decoder.feed(b"x" * 100)
    assert len(decoder.feed(b"\n\n")[0]) == 10_000_000
    assert time.process_time() - started < 2  # half a second; adding up strings takes minutes
