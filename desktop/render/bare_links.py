"""Addresses written without brackets: `https://`, `http://`, `www.` and e-mail, and nothing else.

`main.py` and `lib.rs` are files. An address ends before full-width punctuation, which in Chinese and Japanese follows
without a space.
"""

import re

from markdown_it.rules_inline import StateInline

_ENDS = r"\s<>`\"“”‘’„«»，。；：！？、（）「」『』【】《》〈〉…"
_WEB = re.compile(rf"https?://[^{_ENDS}\x00-\x1f/][^{_ENDS}\x00-\x1f]*")
_WWW = re.compile(rf"www\.[^{_ENDS}\x00-\x1f./]+\.[^{_ENDS}\x00-\x1f]+")
_MAILBOX = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+_-")
_LONGEST_MAILBOX = 64
_PAIRS = {")": "(", "]": "["}
# An end of one letter is for a host that has others: `a@b.c` is one, `react@18.x` is a version.
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![A-Za-z0-9_@-])|(?=[\d.-]*[A-Za-z][^@\s]*\.)(?:[A-Za-z0-9-]+\.)+[A-Za-z](?![A-Za-z0-9_@-])"
)
_ENTITY = re.compile(r"&[A-Za-z0-9]+;\Z")


def bare_link(state: StateInline, silent: bool) -> bool:
    """The inline rule. What was read before the `:` or `@` is taken back from the pending text."""
    if state.linkLevel or silent:
        return False
    source, at = state.src, state.pos
    match source[at]:
        case ":":
            start = at - _length_of_scheme(state.pending)
            found, prefix = _WEB.match(source, start, state.posMax) if start < at else None, ""
        case "@":
            start = at - _length_of_mailbox(state.pending)
            found, prefix = _DOMAIN.match(source, at + 1, state.posMax) if start < at else None, "mailto:"
        case "w" if not (at and source[at - 1].isascii() and source[at - 1].isalnum()):
            start = at
            found, prefix = _WWW.match(source, at, state.posMax), "http://"
        case _:
            return False
    if not found:
        return False
    end = start + len(_without_trailing(source[start : found.end()]))
    text = source[start:end]
    url = state.md.normalizeLink(prefix + text)
    if end <= at or not state.md.validateLink(url):
        return False
    state.pending = state.pending[: len(state.pending) - (at - start)]
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": url}
    token = state.push("text", "", 0)
    token.content = text
    state.push("link_close", "a", -1)
    state.pos = end
    return True


def _length_of_scheme(pending: str) -> int:
    for scheme in ("https", "http"):
        before = pending[-len(scheme) - 1 : -len(scheme)]
        if pending.endswith(scheme) and not (before.isascii() and before.isalnum()):
            return len(scheme)
    return 0


def _length_of_mailbox(pending: str) -> int:
    length = 0
    while length < len(pending) and pending[-length - 1] in _MAILBOX:
        length += 1
        if length > _LONGEST_MAILBOX:
            return 0
    return length


def _without_trailing(url: str) -> str:
    """The address without the punctuation of the sentence around it."""
    while url:
        if entity := _ENTITY.search(url):
            url = url[: entity.start()]
            continue
        last = url[-1]
        unpaired = last in _PAIRS and url.count(last) > url.count(_PAIRS[last])
        if last not in "?!.,:;*_~'|" and not unpaired:
            break
        url = url[:-1]
    return url
