"""Pages of a conversation: all of it, in slices, and what goes wrong is said."""

import asyncio
import re
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from desktop.domain.errors import AppError
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.paper import printing
from desktop.ui.transcript.paper.pages import Paper
from desktop.ui.transcript.paper.sheet import Sheet
from tests.ui.transcript.turns import question, reply, talk


def pages_of(data: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", data))


async def pdf(folder: Path, theme: Theme, entries: list[Entry]) -> bytes:
    path = folder / "chat.pdf"
    await printing.write_pdf(path, theme, "A title", entries, lambda done: None)
    return path.read_bytes()


async def test_a_pdf_has_text_and_pages(tmp_path: Path, theme: Theme) -> None:
    one = await pdf(tmp_path, theme, [question("Why?"), reply("Because **so**, `code`, 中文 and عربي.")])
    assert one.startswith(b"%PDF")
    assert pages_of(one) == 1
    assert b"/ToUnicode" in one  # text, not pictures of it
    code = "```py\n" + "\n".join(f"x = {n}" for n in range(200)) + "\n```\n"
    assert pages_of(await pdf(tmp_path, theme, [reply(code)])) == 5
    assert list(tmp_path.iterdir()) == [tmp_path / "chat.pdf"]
    assert pages_of(await pdf(tmp_path, theme, [])) == 1


async def test_every_part_of_every_message_is_on_a_page(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: dict[Sheet, list[tuple[int, int]]] = {}
    heights: dict[Sheet, int] = {}
    paint = Sheet.paint

    def record(sheet: Sheet, painter: QPainter, top: int, bottom: int) -> None:
        painted.setdefault(sheet, []).append((top, bottom))
        heights[sheet] = sheet.whole_height
        paint(sheet, painter, top, bottom)

    monkeypatch.setattr(Sheet, "paint", record)
    entries = [question("word\n" * 90), *talk(6), reply("# Heading\n\ntext\n\n- a\n- b\n\n$$x$$\n\n" * 20, "last")]
    await pdf(tmp_path, theme, entries)
    assert len(painted) == len(entries)
    for sheet, parts in painted.items():
        assert parts[0][0] == 0
        assert [top for top, _bottom in parts[1:]] == [bottom for _top, bottom in parts[:-1]]
        assert parts[-1][1] == heights[sheet]


async def test_the_program_goes_on_meanwhile(tmp_path: Path, theme: Theme) -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    heart = asyncio.ensure_future(beat())
    done: list[int] = []
    await printing.write_pdf(tmp_path / "a.pdf", theme, "T", talk(40), done.append)
    heart.cancel()
    assert beats > 10
    assert done == sorted(done)
    assert set(done) == set(range(81))


async def test_each_page_tells_how_many_there_are(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    feet: list[tuple[int, int]] = []
    monkeypatch.setattr(Paper, "_paint_foot", lambda paper: feet.append((paper.pages, paper._count)))
    pages = pages_of(await pdf(tmp_path, theme, talk(12)))
    assert pages > 2
    assert feet == [(number, pages) for number in range(1, pages + 1)]


async def test_the_head_of_a_table_is_on_each_page_it_goes_on_to(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[tuple[int, int]] = []
    paint = Sheet.paint

    def record(sheet: Sheet, painter: QPainter, top: int, bottom: int) -> None:
        painted.append((top, bottom))
        paint(sheet, painter, top, bottom)

    monkeypatch.setattr(Sheet, "paint", record)
    rows = "".join(f"| row {n} | some words {n} |\n" for n in range(120))
    pages = pages_of(await pdf(tmp_path, theme, [reply(f"A table:\n\n| a | b |\n|---|---|\n{rows}\nThe end.")]))
    assert pages > 2
    head, parts = painted[1], painted[::2]
    assert painted[1::2] == [head] * (pages - 1)
    assert parts[0][0] < head[0] < head[1] < parts[0][1]
    assert [top for top, _bottom in parts[1:]] == [bottom for _top, bottom in parts[:-1]]


async def test_what_goes_wrong_is_said_and_leaves_nothing(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AppError) as gone:
        await printing.write_pdf(tmp_path / "gone" / "a.pdf", theme, "T", talk(1), lambda done: None)
    assert (gone.value.title, gone.value.explanation) == ("a.pdf was not saved", "The folder is not there any more.")

    def full(path: Path, data: bytes) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(AppError) as no_room:
        await printing.write_pdf(tmp_path / "a.pdf", theme, "T", talk(1), lambda done: None)
    assert no_room.value.explanation == "There is no room left on the disk."
    assert list(tmp_path.iterdir()) == []


def test_names_for_files() -> None:
    assert printing.file_name("How: to/do? it") == "How to do it.pdf"
    assert printing.file_name(" ..\n") == "Tuppence.pdf"
    assert len(printing.file_name("x" * 500)) == 84


class Stage:
    def __init__(self) -> None:
        self.errors: list[AppError] = []
        self.bugs: list[BaseException] = []
        self.said: list[str] = []
        self.tasks = Tasks(self.errors.append, self.bugs.append)
        self.window = QWidget()

    def save(self, theme: Theme, entries: list[Entry], path: Path) -> None:
        printing.save_pdf(self.window, theme, self.tasks, "T", entries, self.said.append)
        (dialog,) = self.window.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(path))
        dialog.reject()

    def progress(self) -> list[printing.Progress]:
        return [found for found in self.window.findChildren(printing.Progress) if not found.isHidden()]


async def test_saving_asks_writes_and_tells(tmp_path: Path, theme: Theme) -> None:
    stage = Stage()
    stage.save(theme, talk(1), tmp_path / "chat.pdf")
    await stage.tasks.finish()
    assert stage.said == ["Saved as chat.pdf"]
    assert (tmp_path / "chat.pdf").exists()
    stage.save(theme, talk(1), tmp_path / "gone" / "chat.pdf")
    await stage.tasks.finish()
    assert [error.title for error in stage.errors] == ["chat.pdf was not saved"]
    assert stage.bugs == []


async def test_long_ones_tell_how_far_they_are_and_can_be_cancelled(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "PATIENCE_MS", 0)
    stage = Stage()
    stage.save(theme, talk(400), tmp_path / "chat.pdf")
    while not stage.progress():
        await asyncio.sleep(0.001)
    (progress,) = stage.progress()
    assert "of 800 messages" in progress.text
    progress.reject()
    await stage.tasks.finish()
    assert stage.said == []
    assert stage.bugs == []
    assert stage.progress() == []
    assert list(tmp_path.iterdir()) == []


async def test_printing_asks_for_a_printer(tmp_path: Path, theme: Theme) -> None:
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    stage = Stage()
    printing.print_conversation(stage.window, theme, stage.tasks, "T", talk(1))
    (dialog,) = stage.window.findChildren(QPrintDialog)
    assert dialog.isVisible()
    assert dialog.isModal()
    dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    dialog.printer().setOutputFileName(str(tmp_path / "out.pdf"))
    dialog.done(1)
    await stage.tasks.finish()
    assert pages_of((tmp_path / "out.pdf").read_bytes()) == 1
    assert stage.errors == stage.bugs == []


@pytest.mark.qt_log_ignore("QPainter::begin")
async def test_a_printer_that_does_not_answer(tmp_path: Path, theme: Theme) -> None:
    from PySide6.QtPrintSupport import QPrinter

    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "gone" / "out.pdf"))
    with pytest.raises(AppError, match="Printing could not begin"):
        await printing.draw(theme, printer, "T", talk(1), lambda done: None)


async def test_a_cancelled_print_is_not_sent(tmp_path: Path, theme: Theme) -> None:
    from PySide6.QtPrintSupport import QPrinter

    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    events: list[str] = []

    def abort() -> None:
        assert printer.printerState() is QPrinter.PrinterState.Active
        events.append("abort")

    task = asyncio.ensure_future(printing.draw(theme, printer, "T", talk(40), lambda done: task.cancel(), abort))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert events == ["abort"]


def test_print_support_is_imported_only_to_print(qapp: QApplication) -> None:
    import subprocess

    code = "import sys, desktop.ui.transcript.paper.printing; print('PySide6.QtPrintSupport' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
