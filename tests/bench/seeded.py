"""The data folders that the benchmarks run on."""

from pathlib import Path

from desktop.domain.ids import now_ms
from desktop.domain.model import Dialect, Model, ModelRef, Provider
from desktop.domain.usage import Usage
from tests.helpers import seed

PROVIDER = "bench"
TEXT = "An index on `user_id` turns the scan into a lookup.\n\n- It costs space.\n- Writes get a little slower.\n"


def fill(data: Path, *, conversations: int, base_url: str = "http://127.0.0.1:9/v1", model: str = "paced") -> None:
    """A provider at `base_url` with a chosen model, and so many conversations over the last months."""
    served = ModelRef(PROVIDER, model)
    seed.provider(data, Provider(PROVIDER, "custom", "Bench", Dialect.OPENAI_CHAT, base_url, custom=True))
    seed.model_list(data, PROVIDER, [Model(served, "Bench model")])
    seed.default_model(data, served)
    usage = Usage(input_tokens=40, output_tokens=60)
    answers = (seed.Answer(served, "Bench model", "Bench", TEXT, usage),)
    now = now_ms()
    seed.chats(
        data,
        [
            seed.Chat(
                f"Question {n} about an index", (seed.Exchange(f"What does index {n} do?", answers),), now - n * 900_000
            )
            for n in range(conversations)
        ],
    )
