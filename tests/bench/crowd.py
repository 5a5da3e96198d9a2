"""Runs the program with a beating heart (heartbeat.py) and fifty questions that are all asked at once.

python -m tests.bench.crowd LATE_BEATS_FILE ARGUMENTS_OF_TUPPENCE…
"""

import asyncio
import sys

from desktop.domain.model import ModelRef
from tests.bench import heartbeat, seeded

STREAMS = 50


def main() -> int:
    import desktop.application

    class Application(desktop.application.Application):
        def run(self, send: str = "") -> int:
            self.tasks.start(self._ask_all())
            return super().run(send)

        async def _ask_all(self) -> None:
            await self.ready.wait()
            asked = (self.chat.send(None, f"Question {n}", ModelRef(seeded.PROVIDER, "paced")) for n in range(STREAMS))
            await asyncio.gather(*asked)

    desktop.application.Application = Application  # type: ignore[misc]
    return heartbeat.main()


if __name__ == "__main__":
    sys.exit(main())
