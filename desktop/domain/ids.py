"""Identifiers of stored things."""

import os
import time


def new_id() -> str:
    """A new identifier: 12 hex digits of Unix milliseconds and 10 random ones, so that ids sort by age."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(5).hex()}"


def now_ms() -> int:
    """Milliseconds since the Unix epoch (UTC): the unit of every stored time."""
    return time.time_ns() // 1_000_000
