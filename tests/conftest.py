"""What every test shares: an offscreen Qt and a data folder of its own."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for _name in [name for name in os.environ if name.startswith("TUPPENCE_") or name.lower().endswith("_proxy")]:
    del os.environ[_name]  # the developer's own keys, folders and proxies stay out of the tests

import pytest  # noqa: E402 - after the environment is set
from hypothesis import settings  # noqa: E402

from desktop.ui.theme.theme import QT_ARGUMENTS  # noqa: E402

# On a CI server the same examples every time, so that a run tells about the change; elsewhere the search goes on.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """What pytest-qt starts Qt with: the style that the program has."""
    return ["tuppence", *QT_ARGUMENTS]
