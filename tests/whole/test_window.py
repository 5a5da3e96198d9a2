"""The window, used from outside with keys, and looked at."""

import subprocess
import sys
import time

from desktop.domain.model import ModelRef
from tests.helpers import seed
from tests.helpers.program import Program, until
from tests.helpers.x11 import CONTROL, Screen, Window
from tests.whole.test_commands import run
from tests.whole.test_crash import rows

QUESTION = "show me what you can render"
HEAVY = (
    *("httpx", "keyring", "pyrage", "pygments.lexers", "markdown", "markdown_it", "sqlite_utils", "genai_prices"),
    *("csv", "html", "html.entities", "multiprocessing", "concurrent.futures.process"),
)


def colours(screen: Screen, window: Window) -> int:
    return len(set(memoryview(screen.pixels(window.box)).cast("I")))


def replies(program: Program, status: str) -> int:
    return len(rows(program, f"SELECT id FROM messages WHERE role = 'assistant' AND status = '{status}'"))


def type_text(screen: Screen, text: str) -> None:
    for character in text:
        screen.press(character)


def open_window(program: Program, screen: Screen, pid: int) -> Window:
    window = screen.wait_for_window(pid)
    screen.focus(window)
    until(lambda: (program.data / "tuppence.db").exists(), "the window has opened its database")
    until(lambda: colours(screen, window) > 20, "the window is drawn")
    return window


def quit_program(screen: Screen, process: subprocess.Popen[str]) -> None:
    """By its key, which the window hears once its menus are there."""

    def has_ended() -> bool:
        screen.press("q", CONTROL)
        time.sleep(0.3)
        return process.poll() is not None

    until(has_ended, "the program has ended")
    assert process.returncode == 0


def test_a_question_typed_into_the_window_is_answered_and_found_again(program: Program, screen: Screen) -> None:
    seed.default_model(program.data, ModelRef("tour", "tour"))
    with program.started(display=screen.name) as process:
        window = open_window(program, screen, process.pid)
        empty = colours(screen, window)
        type_text(screen, QUESTION)
        screen.press("\n")
        until(lambda: replies(program, "complete") == 1, "the tour has answered", seconds=60)
        time.sleep(0.5)
        assert colours(screen, window) > empty, "an answer with code and a table has more colours than an empty page"
        quit_program(screen, process)
    question, reply = program.last_messages()
    assert question["text"] == QUESTION
    assert len(reply["text"]) > 200
    with program.started(display=screen.name) as process:
        window = open_window(program, screen, process.pid)
        until(lambda: colours(screen, window) > empty, "the conversation is shown again")
    assert len(program.conversations()) == 1


def test_escape_stops_a_reply_and_keeps_its_text(program: Program, screen: Screen) -> None:
    seed.default_model(program.data, ModelRef("tour", "tour"))
    with program.started("--send", QUESTION, display=screen.name) as process:
        open_window(program, screen, process.pid)
        until(lambda: replies(program, "streaming") == 1, "the reply has begun")
        screen.press("\x1b")
        until(lambda: replies(program, "stopped") == 1, "the reply has stopped", seconds=5)


def test_a_draft_survives_the_end(program: Program, screen: Screen) -> None:
    with program.started(display=screen.name) as process:
        open_window(program, screen, process.pid)
        type_text(screen, "not yet sent")
        quit_program(screen, process)
    assert rows(program, "SELECT text FROM drafts") == ["not yet sent"]


def test_no_display_is_told_in_words(program: Program) -> None:
    without = Program(program.data, {**program.environment, "QT_QPA_PLATFORM": ""})
    done = without.run()
    assert done.code == 1
    assert "xvfb-run" in done.err
    assert "Traceback" not in done.err


def test_nothing_heavy_is_imported_on_the_way_to_the_window(program: Program) -> None:
    code = f"import sys, desktop.app, desktop.application; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    assert run([sys.executable, "-c", code], program).out.split() == []


def test_no_module_is_read_as_text_to_be_imported(program: Program) -> None:
    code = """
import desktop.app, linecache, PySide6.QtWidgets
desktop.app._import_as_before()
import PySide6.QtPrintSupport, desktop.application
print(*(name for name in linecache.cache if "desktop" in name))
"""
    assert run([sys.executable, "-c", code], program).out.split() == []
