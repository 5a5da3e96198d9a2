"""A screen of one's own and hands on it: starts Xvfb, finds windows, presses keys, reads pixels.

Talks to libX11 and libXtst through ctypes, because a measurement of milliseconds cannot wait for a process per key.
There is no window manager on such a screen, so `focus` does what one would do when a window appears.
"""

import ctypes
import ctypes.util
import os
import shutil
import struct
import subprocess
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = (1280, 800)
ALL_PLANES, Z_PIXMAP, VIEWABLE, REVERT_TO_PARENT, ANY_PROPERTY = 0xFFFFFFFF, 2, 2, 2, 0
# X names for characters that are not their own keysym name; the flag says that Shift is held.
KEYSYMS = {" ": 0x20, "\n": 0xFF0D, "\b": 0xFF08, "\t": 0xFF09, "\x1b": 0xFF1B}
SHIFT, CONTROL = 0xFFE1, 0xFFE3

Box = tuple[int, int, int, int]  # left, top, width, height


class _Attributes(ctypes.Structure):
    """XWindowAttributes, as far as it is read here; the rest is padding."""

    _fields_ = (
        *[(name, ctypes.c_int) for name in ("x", "y", "width", "height", "border_width", "depth")],
        ("visual", ctypes.c_void_p),
        ("root", ctypes.c_ulong),
        *[(name, ctypes.c_int) for name in ("kind", "bit_gravity", "win_gravity", "backing_store")],
        ("backing_planes", ctypes.c_ulong),
        ("backing_pixel", ctypes.c_ulong),
        ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("map_installed", ctypes.c_int),
        ("map_state", ctypes.c_int),
        ("rest", ctypes.c_long * 8),
    )


class _Image(ctypes.Structure):
    """The head of an XImage."""

    _fields_ = (
        *[(name, ctypes.c_int) for name in ("width", "height", "xoffset", "format")],
        ("data", ctypes.c_void_p),
        *[(name, ctypes.c_int) for name in ("byte_order", "bitmap_unit", "bitmap_bit_order", "bitmap_pad", "depth")],
        ("bytes_per_line", ctypes.c_int),
    )


_ErrorHandler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_ignore_errors = _ErrorHandler(lambda _display, _event: 0)  # a window may go between being seen and being asked


@dataclass(frozen=True)
class Window:
    id: int
    box: Box


class Screen:
    """One X display. Pixels are 32-bit BGRX, rows top to bottom."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._x = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._x.XInternAtom.restype = ctypes.c_ulong
        self._x.XGetImage.restype = ctypes.POINTER(_Image)
        self._x.XSetErrorHandler(_ignore_errors)
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(name.encode()))
        assert self._display, f"no X display {name}"
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        self._pid_atom = ctypes.c_ulong(self._x.XInternAtom(self._display, b"_NET_WM_PID", 0))

    def windows(self, pid: int | None = None) -> list[Window]:
        """The visible top-level windows, lowest first; only those of a process when its id is given."""
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        self._x.XQueryTree(
            self._display, self._root, *map(ctypes.byref, (root, parent)), ctypes.byref(children), ctypes.byref(count)
        )
        ids = [children[i] for i in range(count.value)]
        if count.value:
            self._x.XFree(children)
        found = []
        for window in ids:
            attributes = _Attributes()
            self._x.XGetWindowAttributes(self._display, ctypes.c_ulong(window), ctypes.byref(attributes))
            # Qt keeps a tiny window of its own for its bookkeeping.
            if attributes.map_state != VIEWABLE or attributes.width < 20:
                continue
            if pid is None or self._pid_of(window) == pid:
                box = (attributes.x, attributes.y, attributes.width, attributes.height)
                found.append(Window(window, box))
        return found

    def _pid_of(self, window: int) -> int | None:
        kind, form = ctypes.c_ulong(), ctypes.c_int()
        count, after = ctypes.c_ulong(), ctypes.c_ulong()
        value = ctypes.POINTER(ctypes.c_ulong)()
        outputs = [ctypes.byref(each) for each in (kind, form, count, after, value)]
        wanted = (ctypes.c_ulong(window), self._pid_atom, ctypes.c_long(0), ctypes.c_long(1), 0, ctypes.c_ulong(0))
        self._x.XGetWindowProperty(self._display, *wanted, *outputs)
        if not count.value:
            return None
        pid = int(value[0])
        self._x.XFree(value)
        return pid

    def wait_for_window(self, pid: int, seconds: float = 20.0, other_than: tuple[int, ...] = ()) -> Window:
        """The first window of a process, as soon as it is visible."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for window in self.windows(pid):
                if window.id not in other_than:
                    return window
            time.sleep(0.001)
        raise TimeoutError(f"no window of process {pid} within {seconds} s")

    def focus(self, window: Window) -> None:
        self._x.XSetInputFocus(self._display, ctypes.c_ulong(window.id), REVERT_TO_PARENT, ctypes.c_ulong(0))
        self._x.XSync(self._display, 0)

    def press(self, character: str, *held: int) -> None:
        """One key, down and up, with SHIFT or CONTROL held if given."""
        keysym = KEYSYMS.get(character) or ord(character)
        held = (*held, SHIFT) if character.isupper() else held
        codes = [self._x.XKeysymToKeycode(self._display, ctypes.c_ulong(each)) for each in (*held, keysym)]
        for code in codes:
            self._test.XTestFakeKeyEvent(self._display, code, 1, ctypes.c_ulong(0))
        for code in reversed(codes):
            self._test.XTestFakeKeyEvent(self._display, code, 0, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def click(self, x: int, y: int) -> None:
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, ctypes.c_ulong(0))
        for down in (1, 0):
            self._test.XTestFakeButtonEvent(self._display, 1, down, ctypes.c_ulong(0))
        self._x.XFlush(self._display)

    def pixels(self, box: Box) -> bytes:
        x, y, width, height = box
        size = (ctypes.c_uint(width), ctypes.c_uint(height), ctypes.c_ulong(ALL_PLANES))
        image = self._x.XGetImage(self._display, self._root, x, y, *size, Z_PIXMAP)
        assert image, f"{box} is not on the screen"
        pixels = ctypes.string_at(image.contents.data, image.contents.bytes_per_line * height)
        self._x.XFree(ctypes.c_void_p(image.contents.data))
        self._x.XFree(image)
        return pixels

    def save_png(self, path: Path, box: Box | None = None) -> None:
        box = box or (0, 0, *SIZE)
        path.write_bytes(png(self.pixels(box), box[2], box[3]))

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)


def png(pixels: bytes, width: int, height: int) -> bytes:
    """A PNG file of BGRX pixels."""
    rows = bytearray()
    for y in range(height):
        row = pixels[y * width * 4 : (y + 1) * width * 4]
        rgb = bytearray(width * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
        rows += b"\0" + rgb

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")
    )


def is_available() -> bool:
    return shutil.which("Xvfb") is not None and ctypes.util.find_library("Xtst") is not None


@contextmanager
def screen(size: tuple[int, int] = SIZE) -> Iterator[Screen]:
    """An Xvfb of its own on a free display number; gone afterwards."""
    reader, writer = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        f"{size[0]}x{size[1]}x24",
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    server = subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as answers:
            number = answers.readline().strip()
        assert number, "Xvfb did not start"
        on = Screen(f":{number}")
        try:
            yield on
        finally:
            on.close()
    finally:
        server.terminate()
        server.wait()
