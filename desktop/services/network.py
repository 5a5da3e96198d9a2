"""How the user wants the network to be reached."""

from desktop.providers.http_settings import HttpSettings
from desktop.settings import options
from desktop.settings.store import Settings


def http_settings(settings: Settings) -> HttpSettings:
    """As the options stand now."""
    return HttpSettings(
        proxy=settings.get(options.PROXY) or None,
        connect_timeout_s=settings.get(options.CONNECT_TIMEOUT_S),
        read_timeout_s=settings.get(options.READ_TIMEOUT_S),
    )
