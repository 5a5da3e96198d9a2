from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop.ui.theme.theme import Theme


@pytest.fixture
def make_theme(qapp: QApplication) -> Iterator[Callable[..., Theme]]:
    """Makes and applies themes; at the end they let go."""
    made: list[Theme] = []

    def make(*args: object, **kwargs: object) -> Theme:
        theme = Theme(*args, **kwargs)  # type: ignore[arg-type]
        theme.apply(qapp)
        made.append(theme)
        return theme

    yield make
    for theme in made:
        theme.release()
