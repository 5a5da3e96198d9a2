"""Where things stand in a column of rows, most of which have never been measured. No Qt."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Heights:
    """The heights of rows, in pixels, and their tops. A change costs nothing until a place below it is asked for."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._ends: list[int] = []  # sums up to and with each row, right as far as it goes

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, row: int) -> int:
        return self._heights[row]

    def __setitem__(self, row: int, height: int) -> None:
        if self._heights[row] != height:
            self._heights[row] = height
            del self._ends[row:]

    def replace(self, start: int, heights: Iterable[int]) -> None:
        """Put other rows in the place of all from `start` on."""
        self._heights[start:] = heights
        del self._ends[start:]

    def top(self, row: int) -> int:
        """Where a row begins; for the number of rows, where the last one ends."""
        return self._sums()[row - 1] if row else 0

    def bottom(self, row: int) -> int:
        return self._sums()[row]

    @property
    def total(self) -> int:
        return self.top(len(self._heights))

    def row_at(self, y: int) -> int:
        """The row that holds `y`, the first or last one for a place outside; -1 where there are no rows."""
        return min(bisect_right(self._sums(), y), len(self._heights) - 1)

    def rows_between(self, top: int, bottom: int) -> range:
        """The rows that show any part of themselves from `top` up to `bottom`."""
        if not self._heights or bottom <= 0 or top >= self.total:
            return range(0)
        return range(self.row_at(top), self.row_at(max(top, bottom - 1)) + 1)

    def _sums(self) -> list[int]:
        known = len(self._ends)
        if known < len(self._heights):
            start = self._ends[-1] if known else 0
            self._ends.extend(accumulate(self._heights[known:], initial=start))
            del self._ends[known]  # `accumulate` yields the start itself first
        return self._ends
