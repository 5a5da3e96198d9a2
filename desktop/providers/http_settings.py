"""How to reach the network: a value of its own, so that reading settings does not import an HTTP client."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """`proxy` is a URL (http, https, socks5, socks5h); None follows the system's. Timeouts are seconds.

    The read timeout is the longest silence allowed, before the first byte and between any two.
    """

    proxy: str | None = None
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 120.0
