"""What has been learnt of how models cut text into tokens."""

from dataclasses import dataclass

from desktop.domain.model import ModelRef
from desktop.storage.values import Db


@dataclass(frozen=True, slots=True)
class Ratio:
    """Of one model and one kind of text: `rough` tokens guessed and `tokens` counted by the provider, lately.

    `worst` is the most tokens there were for 1,000 guessed ones; `off` how far whole estimates were from what was
    counted, in thousandths, None where none has been compared.
    """

    rough: int
    tokens: int
    worst: int
    off: int | None = None


def all_ratios(db: Db) -> dict[tuple[ModelRef, bool], Ratio]:
    """By model, and by whether it is about wide characters."""
    rows = db.execute("SELECT provider, model_id, wide, rough, tokens, worst_permille, off_permille FROM token_ratios")
    return {
        (ModelRef(provider_id, model_id), bool(wide)): Ratio(*ratio) for provider_id, model_id, wide, *ratio in rows
    }


def put(db: Db, ref: ModelRef, wide: bool, ratio: Ratio) -> None:
    """In place of what stood there."""
    db.execute(
        """
        INSERT OR REPLACE INTO token_ratios (
            provider, model_id, wide, rough, tokens, worst_permille, off_permille
        ) VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        (ref.provider_id, ref.model_id, wide, ratio.rough, ratio.tokens, ratio.worst, ratio.off),
    )
