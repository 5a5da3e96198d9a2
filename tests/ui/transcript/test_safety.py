"""Drawing opens nothing, whatever the text."""

import sys
from collections.abc import Callable, Iterator

import pytest

from desktop.render import addresses, highlight
from desktop.ui.transcript.view import Transcript
from tests.ui.transcript.turns import question, reply

_WATCHED = ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system")
_seen: list[tuple[str, object]] = []
_watching = False


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event in _WATCHED:
        _seen.append((event, arguments[0]))


@pytest.fixture
def watched() -> Iterator[list[tuple[str, object]]]:
    """What Python opens; a hook cannot be taken away again, so it is only switched off."""
    global _watching
    if not _seen and not getattr(sys, "_transcript_hook", False):
        sys.addaudithook(_hook)
        sys._transcript_hook = True  # type: ignore[attr-defined]
    _seen.clear()
    _watching = True
    yield _seen
    _watching = False


HOSTILE = """
<img src="file:///etc/passwd"> <img src="/etc/passwd"> <img src="http://127.0.0.1:9/x.png">
![a](file:///etc/passwd) ![b](/etc/passwd) ![c](http://127.0.0.1:9/y.png) ![d](data:image/png;base64,AAAA)

<style>@import url(http://127.0.0.1:9/z.css)</style> <iframe src="http://127.0.0.1:9/"></iframe>

| ![e](/etc/passwd) | <object data="/etc/passwd"></object> |
|---|---|
| <link rel=stylesheet href="/etc/passwd"> | x |

```html
<img src="/etc/passwd">
```
"""


def test_nothing_is_opened(qtbot, transcript: Transcript, settle: Callable[[], None], watched: list[object]) -> None:
    transcript.set_entries([question("Warm"), reply("up ```x``` \n\n```html\n<a>\n```\n")])
    settle()
    transcript.grab()
    qtbot.waitUntil(lambda: highlight.prepare("html"))
    watched.clear()
    transcript.set_entries([question(HOSTILE), reply(HOSTILE, "r2", thought=HOSTILE)])
    settle()
    transcript.grab()
    assert watched == []


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://x.org", True),
        ("HTTP://x.org", True),
        ("mailto:a@b.co", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("data:text/html,x", False),
        ("vscode://file/x", False),
        ("//x.org", False),
        ("x.org", False),
        ("http://[", False),
    ],
)
def test_what_may_be_opened(url: str, allowed: bool) -> None:
    assert addresses.may_open(url) is allowed


@pytest.mark.parametrize(
    ("url", "words", "disagrees"),
    [
        ("https://x.org/a", "the page", False),
        ("https://x.org/a", "x.org", False),
        ("https://www.x.org/a", "https://x.org/", False),
        ("https://evil.example", "https://x.org", True),
        ("https://evil.example", "x.org/login", True),
        ("https://x.org.evil.example", "x.org", True),
        ("https://x.org@evil.example", "https://x.org", True),
        ("mailto:a@x.org", "a@x.org", False),
        ("mailto:a@evil.example", "a@x.org", True),
        ("https://x.org", "v1.2 of it", False),
        ("https://evil.example/x", "go to x.org now", True),
        ("https://evil.example/x", "“paypal.com”", True),
        ("https://github.com/a/main.py", "main.py", False),
        ("https://github.com/a/main.py", "https://main.py", True),
        ("https://docs.x.org/a", "x.org", False),
        ("https://x.org/a", "docs.x.org", True),
        ("https://xn--bcher-kva.example/", "bücher.example", False),
        ("https://xn--pple-43d.com/", "apple.com", True),
        ("https://evil.example", "x\u200b.org", True),
        ("https://x.org", "the p\u202eage", True),
        ("https://x.org@evil.example", "the page", True),
        ("https://evil.example", "write to a@x.org", True),
    ],
)
def test_words_that_say_something_else(url: str, words: str, disagrees: bool) -> None:
    assert addresses.disagrees(url, words) is disagrees
