"""A screen reader's ears and eyes: starts an accessibility bus, walks a program's tree, hears its events.

Speaks AT-SPI 2 over D-Bus (https://gnome.pages.gitlab.gnome.org/at-spi2-core/devel-docs) through jeepney, because a
test must see what crosses the process boundary and no more.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, MatchRule, MessageType, Properties, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

_SERVICE = Path("/usr/share/dbus-1/services/org.a11y.Bus.service")
_PREFIX = "org.a11y.atspi."
_ROOT = "/org/a11y/atspi/accessible/root"
_NULL = "/org/a11y/atspi/null"
_WAIT_S = 15.0
_STATES = {  # AtspiStateType, as far as it is asked for here
    1: "active",
    3: "busy",
    4: "checked",
    7: "editable",
    8: "enabled",
    11: "focusable",
    12: "focused",
    17: "multi-line",
    25: "showing",
    30: "visible",
    38: "selectable-text",
    41: "checkable",
    43: "read-only",
}


def is_available() -> bool:
    """Whether D-Bus and at-spi2-core are installed."""
    return shutil.which("dbus-run-session") is not None and _SERVICE.exists()


class Gone(LookupError):
    """The program did not do what it was asked, mostly because the object is no longer there."""


@dataclass(frozen=True)
class Event:
    """What a program told: `kind` as "Announcement" or "TextCaretMoved", and who sent it."""

    kind: str
    source: "Node"
    detail: str
    numbers: tuple[int, int]
    value: Any


@dataclass(frozen=True)
class Node:
    """One accessible object of a program."""

    reader: "Reader"
    owner: str
    path: str

    @property
    def name(self) -> str:
        return str(self._property("Accessible", "Name"))

    @property
    def description(self) -> str:
        return str(self._property("Accessible", "Description"))

    @property
    def role(self) -> str:
        """As AT-SPI calls it: "list", "heading", "push button"."""
        return str(self._call("Accessible", "GetRoleName")[0])

    @property
    def child_count(self) -> int:
        return int(self._property("Accessible", "ChildCount"))

    @property
    def children(self) -> list["Node"]:
        found = self._call("Accessible", "GetChildren")[0]
        return [Node(self.reader, owner, path) for owner, path in found if path != _NULL]

    def child(self, index: int) -> "Node":
        owner, path = self._call("Accessible", "GetChildAtIndex", "i", index)[0]
        return Node(self.reader, owner, path)

    @property
    def parent(self) -> "Node":
        owner, path = self._property("Accessible", "Parent")
        return Node(self.reader, owner, path)

    @property
    def index(self) -> int:
        return int(self._call("Accessible", "GetIndexInParent")[0])

    @property
    def states(self) -> set[str]:
        low, high = self._call("Accessible", "GetState")[0]
        bits = low | high << 32
        return {name for bit, name in _STATES.items() if bits >> bit & 1}

    @property
    def attributes(self) -> dict[str, str]:
        return dict(self._call("Accessible", "GetAttributes")[0])

    @property
    def interfaces(self) -> set[str]:
        return {name.removeprefix(_PREFIX) for name in self._call("Accessible", "GetInterfaces")[0]}

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width and height on the screen."""
        left, top, width, height = self._call("Component", "GetExtents", "u", 0)[0]
        return left, top, width, height

    def at(self, x: int, y: int) -> "Node":
        """What stands at a point of the screen."""
        owner, path = self._call("Component", "GetAccessibleAtPoint", "iiu", x, y, 0)[0]
        return Node(self.reader, owner, path)

    @property
    def text(self) -> str:
        return str(self._call("Text", "GetText", "ii", 0, -1)[0])

    def text_between(self, start: int, end: int) -> str:
        return str(self._call("Text", "GetText", "ii", start, end)[0])

    @property
    def caret(self) -> int:
        return int(self._property("Text", "CaretOffset"))

    def set_caret(self, offset: int) -> bool:
        return bool(self._call("Text", "SetCaretOffset", "i", offset)[0])

    @property
    def length(self) -> int:
        return int(self._property("Text", "CharacterCount"))

    def word_at(self, offset: int) -> str:
        return str(self._call("Text", "GetStringAtOffset", "iu", offset, 1)[0])

    def letter_box(self, offset: int) -> tuple[int, int, int, int]:
        """Left, top, width and height on the screen of one letter."""
        left, top, width, height = self._call("Text", "GetCharacterExtents", "iu", offset, 0)
        return left, top, width, height

    @property
    def selections(self) -> int:
        return int(self._call("Text", "GetNSelections")[0])

    @property
    def actions(self) -> list[str]:
        """The names of what can be done with it."""
        return [str(name) for name, _words, _keys in self._call("Action", "GetActions")[0]]

    def act(self, name: str) -> None:
        assert self._call("Action", "DoAction", "i", self.actions.index(name))[0]

    def take_focus(self) -> None:
        self._call("Component", "GrabFocus")

    def find(self, role: str, name: str = "") -> "Node":
        """The first below of a role, and with a name if one is given, as soon as there is one."""
        end = time.monotonic() + _WAIT_S
        while time.monotonic() < end:
            if (found := self._search(role, name)) is not None:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no {role} {name!r} in:\n{self.outline()}")

    def _search(self, role: str, name: str) -> "Node | None":
        with suppress(Gone):  # what is being built is also being taken down
            if self.role == role and name in ("", self.name):
                return self
            found = (child._search(role, name) for child in self.children)
            return next(filter(None, found), None)
        return None

    def outline(self, indent: int = 0) -> str:
        """Everything below in words, for a failed test to show."""
        line = f"{'  ' * indent}{self.role}: {self.name}"
        return "\n".join([line, *(child.outline(indent + 1) for child in self.children)])

    def _call(self, interface: str, method: str, signature: str = "", *arguments: Any) -> tuple[Any, ...]:
        address = DBusAddress(self.path, self.owner, _PREFIX + interface)
        return self.reader.ask(new_method_call(address, method, signature or None, arguments))

    def _property(self, interface: str, name: str) -> Any:
        address = DBusAddress(self.path, self.owner, _PREFIX + interface)
        return self.reader.ask(Properties(address).get(name))[0][1]


class Reader:
    """A connection to the accessibility bus as a screen reader has it. It must be closed."""

    def __init__(self, session: str) -> None:
        self._session = open_dbus_connection(session)
        status = Properties(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Status"))
        for name in ("IsEnabled", "ScreenReaderEnabled"):
            _answer(self._session, status.set(name, "b", True))
        bus = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        (address,) = _answer(self._session, new_method_call(bus, "GetAddress"))
        self._bus: DBusConnection = open_dbus_connection(address)
        self.heard: list[Event] = []
        registry = DBusAddress("/org/a11y/atspi/registry", "org.a11y.atspi.Registry", _PREFIX + "Registry")
        for kind in ("object:", "focus:", "window:"):
            self.ask(new_method_call(registry, "RegisterEvent", "sass", (kind, [], "")))
        self.ask(message_bus.AddMatch(MatchRule(type="signal", interface=_PREFIX + "Event.Object")))

    @cached_property
    def desktop(self) -> Node:
        return Node(self, "org.a11y.atspi.Registry", _ROOT)

    def program(self, pid: int) -> Node:
        """The tree of a process, as soon as it has one."""
        end = time.monotonic() + _WAIT_S
        while time.monotonic() < end:
            for node in self.desktop.children:
                if self._pid(node.owner) == pid:
                    return node
            time.sleep(0.05)
        raise TimeoutError(f"process {pid} is not on the accessibility bus")

    def ask(self, message: Any) -> tuple[Any, ...]:
        return _answer(self._bus, message, self._hear)

    def listen(self, seconds: float = 0.05) -> list[Event]:
        """Everything heard so far, after waiting a moment for more."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self._hear(self._bus.receive(timeout=left))
            except TimeoutError:
                break
        return self.heard

    def announcements(self) -> list[str]:
        """What a screen reader would have said of itself so far."""
        return [str(event.value) for event in self.listen() if event.kind == "Announcement"]

    def close(self) -> None:
        self._bus.close()
        self._session.close()

    def _hear(self, message: Any) -> None:
        header = message.header
        if header.message_type is not MessageType.signal or "Event" not in str(header.fields.get(2)):
            return
        kind, source = header.fields[3], Node(self, header.fields[7], header.fields[1])
        detail, first, second, value, *_rest = message.body
        self.heard.append(Event(kind, source, detail, (first, second), value[1]))

    def _pid(self, owner: str) -> int:
        return int(self.ask(message_bus.GetConnectionUnixProcessID(owner))[0])


def _answer(connection: DBusConnection, message: Any, aside: Any = lambda message: None) -> tuple[Any, ...]:
    """Send a call and wait for its answer; what arrives meanwhile is handed on. Raises Gone."""
    serial = next(connection.outgoing_serial)
    connection.send(message, serial=serial)
    end = time.monotonic() + _WAIT_S
    while True:
        got = connection.receive(timeout=end - time.monotonic())
        if got.header.fields.get(5) != serial:
            aside(got)
            continue
        if got.header.message_type is not MessageType.method_return:
            raise Gone(f"{message.header.fields}: {got.body}")
        body: tuple[Any, ...] = got.body
        return body


@contextmanager
def session(runtime: Path) -> Iterator[str]:
    """The address of a session bus of its own on which accessibility is served; `runtime` is a folder for sockets."""
    runtime.mkdir(mode=0o700)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS", "AT_SPI"))}
    script = 'echo "$DBUS_SESSION_BUS_ADDRESS"; exec sleep 600'  # the bus starts accessibility when it is asked for
    bus = subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", script],
        env=environment | {"XDG_RUNTIME_DIR": str(runtime)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        assert address, "the session bus did not start"
        yield address
    finally:
        os.killpg(bus.pid, signal.SIGTERM)
        bus.communicate()


@contextmanager
def reader(session_address: str) -> Iterator[Reader]:
    """A screen reader on a session bus."""
    made = Reader(session_address)
    try:
        yield made
    finally:
        made.close()
