"""Where things stand in a column of rows, most of which have never been measured. No Qt."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Heights:
    """The heights of rows, in pixels, and their tops.

    Changing a row costs as much as it is far from the row changed before, for changes come where the reader is.
    """

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._ends = list(accumulate(self._heights))  # sums up to and with each row, but:
        self._late = len(self._heights)  # from this row on they are `_lag` too small
        self._lag = 0

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, row: int) -> int:
        return self._heights[row]

    def __setitem__(self, row: int, height: int) -> None:
        more = height - self._heights[row]
        if more:
            self._heights[row] = height
            self._settle(row)
            self._lag += more

    def replace(self, start: int, heights: Iterable[int]) -> None:
        """Put other rows in the place of all from `start` on."""
        top = self.top(start)
        self._settle(start)
        new = list(heights)
        self._heights[start:] = new
        self._ends[start:] = [top + end for end in accumulate(new)]
        self._late, self._lag = len(self._heights), 0

    def top(self, row: int) -> int:
        """Where a row begins; for the number of rows, where the last one ends."""
        return self.bottom(row - 1) if row else 0

    def bottom(self, row: int) -> int:
        return self._ends[row] + (self._lag if row >= self._late else 0)

    @property
    def total(self) -> int:
        return self.top(len(self._heights))

    def row_at(self, y: int) -> int:
        """The row that holds `y`, the first or last one for a place outside; -1 where there are no rows."""
        row = bisect_right(self._ends, y, 0, self._late)
        if row == self._late:
            row = bisect_right(self._ends, y - self._lag, self._late)
        return min(row, len(self._heights) - 1)

    def rows_between(self, top: int, bottom: int) -> range:
        """The rows that show any part of themselves from `top` up to `bottom`."""
        if not self._heights or bottom <= 0 or top >= self.total:
            return range(0)
        return range(self.row_at(top), self.row_at(max(top, bottom - 1)) + 1)

    def _settle(self, row: int) -> None:
        """Make `row` the first whose sum lags behind."""
        low, high = sorted((row, self._late))
        lag = self._lag if row > self._late else -self._lag
        if lag:
            self._ends[low:high] = [end + lag for end in self._ends[low:high]]
        self._late = row
