"""What a benchmark says: a figure, the floor it was measured against in the same run, and the limit."""

import json
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`ratio` is figure over floor; `limit` bounds the ratio where there is one, else the figure itself."""

    name: str
    unit: str
    figure: float
    limit: float
    floor: float | None = None
    limits: str = "ratio"  # what the limit bounds: "ratio", "figure", or "extra" (figure less floor)
    at_least: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.figure / self.floor if self.floor else None

    @property
    def ok(self) -> bool:
        match self.limits:
            case "ratio":
                bounded = self.ratio if self.ratio is not None else float("nan")
            case "extra":
                bounded = self.figure - (self.floor or 0.0)
            case _:
                bounded = self.figure
        return bounded >= self.limit if self.at_least else bounded <= self.limit

    def line(self) -> str:
        said = {
            "name": self.name,
            "unit": self.unit,
            "figure": round(self.figure, 4),
            "floor": None if self.floor is None else round(self.floor, 4),
            "ratio": None if self.ratio is None else round(self.ratio, 2),
            "limit": self.limit,
            "limits": ("at least " if self.at_least else "at most ") + self.limits,
            "ok": self.ok,
            "load": round(os.getloadavg()[0], 1),  # of the machine: above 1 or so, others have disturbed the figure
        }
        return json.dumps(said | ({"note": self.note} if self.note else {}))
