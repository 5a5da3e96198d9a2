"""Logging to a file, with everything that looks like a key taken out first."""

import logging
import logging.handlers
from pathlib import Path

from desktop.domain.errors import redact


class RedactingFormatter(logging.Formatter):
    """Formats as usual, tracebacks included, then removes keys from the whole text."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up(path: Path) -> None:
    """Log warnings and errors to `path`: 1 MB, and one older file. A folder that cannot be written means no log."""
    root = logging.getLogger()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
