"""The window as a screen reader has it: everything here is asked and heard over AT-SPI, in another process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.domain.model import ModelRef
from tests.helpers import seed
from tests.helpers.program import Program, until
from tests.helpers.seed import Answer, Chat, Exchange
from tests.helpers.x11 import SHIFT, Screen
from tests.whole.test_window import QUESTION, open_window, quit_program, replies, type_text

if not sys.platform.startswith("linux"):
    pytest.skip("AT-SPI is how Linux serves screen readers", allow_module_level=True)

from tests.helpers import atspi
from tests.helpers.atspi import Event, Node, Reader

TOUR = ModelRef("tour", "tour")
EARLIER = 40  # exchanges above the one that is read, of which most have no widget
ALT = 0xFFE9
LEFT, DOWN = map(chr, (0xFF51, 0xFF54))  # X's own numbers, where characters have theirs

ANSWER = r"""# Tea

Pour *hot* water, see [the guide](https://example.org/tea) 😀.

## Steps

1. boil
2. pour
   - slowly

- [x] kettle
- [ ] cup

> Patience

```python
def steep(minutes):
    return minutes * 60
```

| Kind | Price |
|------|------:|
| Green | $2.50 |

$$
\frac{d}{dt} T = -k
$$

Half is $\frac12$.
"""

READ = r"""
heading: Tea
paragraph: Pour hot water, see the guide 😀.
  link: the guide
heading: Steps
list item: 1. boil
list item: 2. pour
list item: • slowly
list item: kettle
list item: cup
block quote: Patience
label: Python code, 2 lines
table: Table, 2 rows, 2 columns
  row: Kind, Price
    column header: Kind
    column header: Price
  row: Green, $2.50
    cell: Green
    cell: $2.50
equation: Formula: \frac{d}{dt} T = -k
paragraph: Half is \frac12.
""".strip().split("\n")


@dataclass(frozen=True)
class Heard:
    """A running program, who listens to it, and what can be done to it."""

    reader: Reader
    screen: Screen
    process: subprocess.Popen[str]
    top: Node

    @property
    def messages(self) -> Node:
        return self.top.find("list", "Messages")

    def hears(self, kind: str, role: str, name: str, detail: str = "") -> bool:
        """Whether something of that kind came from there."""
        return any(_is_from(event, role, name) for event in self._of(kind, detail))

    def _of(self, kind: str, detail: str) -> list[Event]:
        return [event for event in self.reader.listen() if (event.kind, event.detail) == (kind, detail)]

    def said(self, start: str) -> bool:
        return any(text.startswith(start) for text in self.reader.announcements())


def _is_from(event: Event, role: str, name: str) -> bool:
    return event.numbers[0] != 0 and (event.source.role, event.source.name[: len(name)]) == (role, name)


@pytest.fixture
def listened(program: Program, screen: Screen, tmp_path: Path) -> Iterator[Heard]:
    """The program with a long conversation in it, and a screen reader that was there first."""
    if not atspi.is_available():
        pytest.skip("install at-spi2-core and dbus")
    with _listened(program, screen, tmp_path) as heard:
        yield heard


@contextmanager
def _listened(program: Program, screen: Screen, tmp_path: Path) -> Iterator[Heard]:
    small = [Exchange(f"Question {n}", (Answer(TOUR, "Tour", "Tuppence", f"Answer {n}."),)) for n in range(EARLIER)]
    last = Exchange("How is tea made?\nBriefly.", (Answer(TOUR, "Tour", "Tuppence", ANSWER, reasoning="Hm."),))
    seed.default_model(program.data, TOUR)
    seed.chats(program.data, [Chat("Tea", (*small, last), at_ms=1_700_000_000_000)])
    with atspi.session(tmp_path / "run") as session, atspi.reader(session) as reader:
        own = Program(program.data, {**program.environment, "DBUS_SESSION_BUS_ADDRESS": session})
        with own.started(display=screen.name) as process:
            open_window(own, screen, process.pid)
            yield Heard(reader, screen, process, reader.program(process.pid))


def open_chat(heard: Heard) -> Node:
    """By the menu, as one would without eyes."""
    chats = heard.top.find("menu item", "Next chat")
    chats.act(chats.actions[0])
    until(lambda: heard.messages.child_count > 2 * EARLIER, "the chat is shown")
    return heard.messages


def test_a_conversation_is_read_from_its_first_message_to_its_last_cell(listened: Heard) -> None:
    messages = open_chat(listened).children[: 2 * (EARLIER + 1)]
    assert [message.role for message in messages] == ["panel"] * len(messages)
    assert [message.child(0).text for message in messages[:-2]] == [
        text for n in range(EARLIER) for text in (f"Question {n}", f"Answer {n}.")
    ]
    question, reply = messages[-2:]
    assert question.name.startswith("You, ")
    assert [line.text for line in question.children if line.role == "paragraph"] == ["How is tea made?", "Briefly."]
    assert reply.name == "Tour, reply"
    assert messages[0].description == "Question 0"
    outline = reply.outline().split("\n")[1:]
    spoken = [line.removeprefix("  ") for line in outline]
    buttons = [line for line in spoken if "button" in line or "check box" in line]
    assert [line for line in spoken if line in READ] == READ
    assert {"  check box: Wrap lines", "  push button: Copy", "  push button: Regenerate"} <= set(buttons)
    assert any(line.startswith("check box: Reasoning") for line in buttons)

    assert reply.find("heading", "Tea").attributes["level"] == "1"
    assert reply.find("heading", "Steps").attributes["level"] == "2"
    assert reply.find("label", "Python code, 2 lines").text == "def steep(minutes):\n    return minutes * 60"
    assert reply.find("equation").text == r"\frac{d}{dt} T = -k"
    assert reply.find("cell", "$2.50").description == "Price, row 1"
    assert reply.find("link").description == "https://example.org/tea"
    assert reply.find("paragraph").word_at(6) == "hot"
    assert "checked" in reply.find("list item", "kettle").states
    assert {"checkable"} == reply.find("list item", "cup").states & {"checkable", "checked"}
    assert "read-only" in reply.states
    assert all(node.parent == reply for node in reply.children if node.role != "filler" and "Text" in node.interfaces)


def test_the_focus_and_the_caret_are_followed(listened: Heard) -> None:
    messages = open_chat(listened)
    first = messages.child(0)
    assert "showing" not in first.states
    first.take_focus()
    until(lambda: listened.hears("StateChanged", "panel", "You, ", "focused"), "the question has the focus")
    assert {"showing", "focused"} <= first.states
    listened.screen.press(DOWN, ALT)
    until(lambda: listened.hears("StateChanged", "panel", "Tour, reply", "focused"), "the reply has the focus")
    assert {"focused"} <= messages.child(1).states

    line = first.child(0)
    assert line.set_caret(3)
    until(lambda: listened.hears("TextCaretMoved", "paragraph", "Question 0"), "the caret stands in the question")
    assert (line.caret, "focused" in line.states) == (3, True)
    left, top, width, height = line.box
    x, y, *_size = line.letter_box(3)
    assert left < x < left + width
    assert abs(y - top) < height
    listened.screen.press(DOWN)
    until(lambda: listened.hears("TextCaretMoved", "paragraph", "Answer 0."), "the caret stands in the reply")
    listened.screen.press(LEFT, SHIFT)
    until(lambda: listened.reader.announcements() == ["., selected"], "what is selected is said")
    quit_program(listened.screen, listened.process)


def test_a_reply_s_beginning_and_end_are_said(listened: Heard, program: Program) -> None:
    field = listened.top.find("text", "Message")
    field.take_focus()
    until(lambda: "focused" in field.states, "the field has the focus")
    type_text(listened.screen, QUESTION)
    listened.screen.press("\n")
    until(lambda: replies(program, "complete") > EARLIER + 1, "the tour has answered", seconds=60)
    until(lambda: listened.said("Reply finished"), "the end is said")
    started, finished = listened.reader.announcements()
    assert started == "Reply started"
    assert "tokens" in finished
    reply = listened.messages.child(1)
    assert {"heading", "table"} & {block.role for block in reply.children}
    assert "busy" not in reply.states
