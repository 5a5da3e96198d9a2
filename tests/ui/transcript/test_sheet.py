"""A message laid open: nothing folded or cut off, and divided only between lines."""

import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from desktop.domain.errors import Failure
from desktop.domain.message import Status
from desktop.render.blocks import parse
from desktop.render.formulas import draw
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.paper.picture import TALLEST, Drawing
from desktop.ui.transcript.paper.sheet import Part, Sheet
from desktop.ui.transcript.styles import Styles
from tests.ui.transcript.turns import question, reply

WIDTH, PAGE = 700, 240
CODE = "```python\n" + "\n".join(
    f"value_{n} = {n}  # a comment that is long enough to need two lines" for n in range(60)
)
TABLE = "| a | b |\n|---|---|\n" + "".join(f"| row {n} | some words {n} |\n" for n in range(40))
TEXTS = {
    "prose": "Some words in a long paragraph. " * 120,
    "chinese": "一段很长的中文文字，要分成好几页。" * 120,
    "right to left": "نص عربي طويل يستمر على عدة صفحات. " * 120,
    "code": CODE + "\n```\n",
    "table": TABLE,
    "lists": "".join(f"{n}. item **{n}**\n\n   ```\n   code\n   ```\n\n   > quoted\n" for n in range(1, 20)),
    "headings": "".join(f"# Heading {n}\n\ntext\n\n" for n in range(20)),
}


@pytest.fixture
def made(theme: Theme) -> Iterator[Callable[[Part], Sheet]]:
    sheets: list[Sheet] = []

    def make(part: Part) -> Sheet:
        sheet = Sheet(Styles(theme), part, WIDTH)
        sheets.append(sheet)
        return sheet

    yield make
    for sheet in sheets:
        sheet.dispose()


def prepared(sheet: Sheet, top: int, bottom: int) -> None:
    end = time.monotonic() + 10
    while not sheet.prepare(top, bottom):
        assert time.monotonic() < end
        QApplication.processEvents()


def painted(sheet: Sheet, top: int, bottom: int) -> QImage:
    image = QImage(WIDTH, bottom - top, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    painter.translate(0, -top)
    sheet.paint(painter, top, bottom)
    painter.end()
    return image


def pages(sheet: Sheet, height: int = PAGE) -> list[tuple[int, int]]:
    found = []
    top = 0
    while top == 0 or top < sheet.whole_height:
        prepared(sheet, top, top + height)
        bottom = sheet.cut(top, top + height)
        assert top < bottom <= top + height
        found.append((top, bottom))
        top = bottom
    return found


def is_inked(image: QImage, y: int) -> bool:
    """Whether something dark stands in a row of pixels, as letters are and no background is."""
    return any(image.pixelColor(x, y).lightness() < 110 for x in range(image.width()))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_it_is_divided_between_lines(made: Callable[[Part], Sheet], text: str) -> None:
    sheet = made(Part(reply(text)))
    found = pages(sheet)
    assert len(found) > 2
    for top, bottom in found:
        prepared(sheet, top, bottom)
        image = painted(sheet, top, bottom)
        assert not is_inked(image, image.height() - 1)
        assert any(is_inked(image, y) for y in range(image.height()))


def test_a_heading_is_not_parted_from_its_text(made: Callable[[Part], Sheet]) -> None:
    sheet = made(Part(reply(TEXTS["headings"])))
    column = sheet._column
    starts = [top for top, _bottom in pages(sheet)][1:]
    for start in starts:
        row = column.place_at(start)[0]
        assert column.leaf(row).level == 1


def test_the_head_of_a_table_is_not_parted_from_its_first_row(made: Callable[[Part], Sheet]) -> None:
    sheet = made(Part(reply(f"Words before it.\n\n{TABLE}")))
    prepared(sheet, 0, 10_000)
    head_top, head_bottom = sheet.table_head(sheet.whole_height - 5)
    assert head_top < head_bottom
    cuts = {sheet.cut(0, limit) for limit in range(head_top + 1, head_bottom + 120)}
    assert min(cuts) <= head_top
    assert not any(head_top < cut <= head_bottom for cut in cuts)
    assert sheet.table_head(head_top) == (head_top, head_top)


def test_a_question_and_its_lines(made: Callable[[Part], Sheet]) -> None:
    sheet = made(Part(question("\n".join(f"line {n}" for n in range(60)))))
    assert len(pages(sheet)) > 3


def test_a_head_alone_is_no_page(made: Callable[[Part], Sheet]) -> None:
    sheet = made(Part(reply("text")))
    sheet.prepare(0, 40)
    assert sheet.cut(0, 40) == 0


def test_what_folds_is_open(made: Callable[[Part], Sheet]) -> None:
    inner = "<details>\n<summary>B</summary>\n\ninside\n\n</details>"
    folded = made(Part(reply(f"<details>\n<summary>A</summary>\n\n{inner}\n\n</details>\n")))
    prepared(folded, 0, 1000)
    assert all(folded._column.drawn(row) is not None for row in range(3))
    long = "\n".join(f"line {n}" for n in range(900))
    code = made(Part(reply(f"```\n{long}\n```\n")))
    prepared(code, 0, 100)
    assert code.whole_height > 900 * 20


def test_what_is_too_wide_is_smaller(made: Callable[[Part], Sheet]) -> None:
    wide = "| " + " | ".join(f"Widecolumn{n}" for n in range(14)) + " |\n" + "|---" * 14 + "|\n"
    formula = "\n$$\n" + " + ".join(f"x_{{{n}}}" for n in range(80)) + "\n$$\n"
    sheet = made(Part(reply(wide + formula)))
    for tex, display in sheet.formulas():
        draw(tex, display)
    prepared(sheet, 0, 2000)
    drawn = [leaf for row in range(2) if (leaf := sheet._column.drawn(row)) is not None]
    assert [(leaf.overflow() <= 1, leaf.theme.zoom < 100) for leaf in drawn] == [(True, True)] * 2


def test_what_is_selected_and_what_went_wrong(made: Callable[[Part], Sheet]) -> None:
    whole, blocks = reply("first\n\nsecond"), parse("first\n\nsecond")
    assert made(Part(whole, blocks[:1]))._column.plain_texts() == ["first"]
    assert made(Part(question("a\nb\nc"), "b\nc"))._column.plain_texts() == ["b", "c"]
    failed = reply("half", status=Status.FAILED, failure=Failure("busy", "Busy", "Try again later."))
    assert made(Part(failed))._column.plain_texts() == ["half", "Busy · Try again later."]
    thinking = made(Part(reply("<think>thought</think>answer", thought="more")))
    assert thinking._column.plain_texts() == ["answer"]


def drawing(qtbot, theme: Theme, entries: list[Entry]) -> QImage:
    found: list[QImage] = []
    parent = QObject()
    Drawing(theme, [Part(entry) for entry in entries], found.append, parent)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    return found[0]


def test_a_picture_is_sharp_and_holds_every_message(qtbot, qapp: QApplication) -> None:
    for mode in ("light", "dark"):
        theme = Theme(mode)
        image = drawing(qtbot, theme, [question("Why?"), reply("Because $x$.\n\n```py\nx = 1\n```\n")])
        assert image.devicePixelRatio() == 2
        assert image.pixelColor(2, 2) == theme.color("surface")
        one = drawing(qtbot, theme, [question("Why?")])
        assert one.height() < image.height() < 1000


def test_a_picture_has_a_bound(qtbot, theme: Theme) -> None:
    tall = drawing(qtbot, theme, [reply("word\n\n" * 500)])
    assert tall.devicePixelRatio() == 1
    assert 15_000 < tall.height() < TALLEST
    cut = drawing(qtbot, theme, [reply("word\n\n" * 1000), question("not any more")])
    assert cut.height() == TALLEST
