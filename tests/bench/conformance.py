"""How much of Markdown is read as it should be, and what the reading costs at worst."""

import time
from collections.abc import Iterator
from pathlib import Path

from desktop.render.blocks import IncrementalParser, parse
from desktop.render.markdown import to_html
from tests.bench.figure import Figure
from tests.bench.model_server import TOKEN, markdown
from tests.helpers.x11 import Screen
from tests.render.cases import CASES
from tests.render.hostile import HOSTILE
from tests.render.specification import EXCEPTIONS, dom, examples, passes
from tests.render.test_cases import without_sources, written_out

LONG = 100_000
LONGEST = 1_000_000


def measure(_screen: Screen, _scratch: Path) -> Iterator[Figure]:
    for name, title in (("commonmark", "CommonMark 0.31.2"), ("gfm", "GFM tables, tasks, strikethrough, autolinks")):
        found, exceptions = examples(name), EXCEPTIONS[name]
        right = sum(passes(example) for example in found)
        note = f"of {len(found)}; {len(exceptions)} read otherwise on purpose"
        limit = len(found) - len(exceptions)
        yield Figure(title, "examples", right, limit, limits="figure", at_least=True, note=note)
    cases = [case for group in CASES.values() for case in group]
    right = sum(without_sources(dom(to_html(text))) == dom(written_out(expected)) for text, expected in cases)
    note = f"of {len(cases)}"
    yield Figure("what models emit", "texts", right, len(cases), limits="figure", at_least=True, note=note)
    costs = [seconds * 1000 for seconds in streamed(markdown(LONG))]
    note = f"{LONG // 1000} KB, {TOKEN} characters at a time; the longest {max(costs):.1f} ms"
    yield Figure("parse of an answer per delta", "ms", sum(costs) / len(costs), 0.5, limits="figure", note=note)
    yield from hostile()


def streamed(text: str) -> list[float]:
    """Processor seconds for each piece."""
    parser = IncrementalParser()
    costs = []
    for start in range(0, len(text), TOKEN):
        began = time.process_time()
        parser.feed(text[start : start + TOKEN])
        costs.append(time.process_time() - began)
    return costs


def hostile() -> Iterator[Figure]:
    costs = {}
    for kind, text_of in HOSTILE.items():
        text = text_of(LONGEST)
        began = time.process_time()
        parse(text)
        costs[kind] = time.process_time() - began
    worst = sorted(costs, key=lambda kind: -costs[kind])[:5]
    note = ", ".join(f"{kind!r} {costs[kind]:.2f}" for kind in worst)
    yield Figure("hostile text of 1 MB", "s", costs[worst[0]], 1.0, limits="figure", note=note)
