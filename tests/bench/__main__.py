"""`make bench`, or `python -m tests.bench NAME…` (those of BENCHMARKS): one JSON line for each figure.

The real program runs on a screen of its own (Xvfb), floors and program by turns, and medians are told. A figure that
misses its limit says `"ok": false`; the run itself fails only when something could not be measured.
"""

import sys
import tempfile
from pathlib import Path

from tests.bench import answer, at_rest, client, conformance, estimate, startup, transcript, turns, usage
from tests.helpers.x11 import screen

BENCHMARKS = {
    "conformance": conformance,
    "startup": startup,
    "at_rest": at_rest,
    "client": client,
    "estimate": estimate,
    "transcript": transcript,
    "answer": answer,
    "turns": turns,
    "usage": usage,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    with screen() as on, tempfile.TemporaryDirectory(prefix="tuppence-bench-") as scratch:
        for name in names or BENCHMARKS:
            for figure in BENCHMARKS[name].measure(on, Path(scratch)):
                print(figure.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
