"""The real program in processes of its own: headless commands, and the window on a screen that can be watched."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TUPPENCE = [sys.executable, "-m", "desktop"]
WARNINGS = "error,ignore:path is deprecated:DeprecationWarning:ziamath.zmath"  # the same as in pyproject.toml


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The lines of `--json`; texts in them may hold other signs that `splitlines` would cut at."""
        return [json.loads(line) for line in self.out.split("\n") if line]

    def said(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == event]

    @property
    def text(self) -> str:
        return "".join(each["text"] for each in self.said("text"))


@dataclass(frozen=True)
class Program:
    """The program on one data folder. `environment` is all that it sees besides what Python and Qt need."""

    data: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str, stdin: str = "", seconds: float = 60) -> Done:
        done = subprocess.run(
            self.command(*words), env=self.env(), cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=seconds
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def ask(self, *words: str, seconds: float = 60) -> Done:
        return self.run("ask", "--json", *words, seconds=seconds)

    def must(self, *words: str, stdin: str = "") -> str:
        """What a command prints that has to work."""
        done = self.run(*words, stdin=stdin)
        assert done.code == 0, f"{words} ended with {done.code}: {done.err}"
        return done.out

    def add_server(self, provider_id: str, dialect: str, base_url: str) -> None:
        self.must("provider", "add", "--id", provider_id, "--dialect", dialect, "--base-url", base_url)

    def conversations(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.must("conversations", "--json").split("\n") if line]

    def show(self, conversation_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.must("show", conversation_id, "--json"))
        return shown

    def last_messages(self) -> list[dict[str, Any]]:
        """The shown branch of the newest conversation."""
        messages: list[dict[str, Any]] = self.show(self.conversations()[0]["id"])["messages"]
        return messages

    @contextmanager
    def started(self, *words: str, display: str | None = None) -> Iterator[subprocess.Popen[str]]:
        """The program while it runs; killed afterwards if it still does."""
        environment = self.env() | ({"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"} if display else {})
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(self.command(*words), env=environment, cwd=ROOT, text=True, **pipes)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def command(self, *words: str) -> list[str]:
        return [*TUPPENCE, "--data-dir", str(self.data), *words]

    def env(self) -> dict[str, str]:
        kept = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP", "QT_QPA_PLATFORM")
        own = {name: os.environ[name] for name in kept if name in os.environ}
        return own | {"PYTHONWARNINGS": WARNINGS} | dict(self.environment)


def interrupt(process: subprocess.Popen[str]) -> None:
    """As Ctrl C does."""
    process.send_signal(signal.SIGINT)


def until(condition: Callable[[], bool], what: str, seconds: float = 15) -> None:
    """Waits for something in another process that tells nobody when it has happened."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"after {seconds} s still not so: {what}")
        time.sleep(0.02)
