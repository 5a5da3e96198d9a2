"""How to reach the network: a value of its own, so that reading settings does not import an HTTP client."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """`proxy` is a URL (http, https, socks5, socks5h); None follows the system's. Timeouts are seconds.

    The read timeout is the longest silence allowed: reasoning models are quiet for minutes before their first token.
    """

    proxy: str | None = None
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 600.0
