from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from desktop.ui.transcript.scrolling.heights import Heights

ROWS = st.lists(st.integers(1, 500), min_size=1, max_size=40)


@given(ROWS, st.lists(st.tuples(st.integers(0, 39), st.integers(1, 500), st.booleans()), max_size=20))
def test_tops_are_sums_whatever_changes(rows: list[int], changes: list[tuple[int, int, bool]]) -> None:
    heights = Heights(rows)
    for row, height, tail in changes:
        row %= len(rows)
        if tail:
            rows[row:] = [height, height + 1]
            heights.replace(row, [height, height + 1])
        else:
            rows[row] = height
            heights[row] = height
        tops = [0, *accumulate(rows)]
        assert [heights.top(row) for row in range(len(rows) + 1)] == tops
        assert heights.total == tops[-1]


@given(ROWS, st.integers(-50, 20_000), st.integers(1, 2000))
def test_rows_between_are_those_that_show(rows: list[int], top: int, height: int) -> None:
    heights = Heights(rows)
    tops = [0, *accumulate(rows)]
    shown = [row for row in range(len(rows)) if tops[row] < top + height and tops[row + 1] > top]
    assert list(heights.rows_between(top, top + height)) == shown


def test_nothing() -> None:
    heights = Heights()
    assert heights.total == 0
    assert heights.row_at(5) == -1
    assert not heights.rows_between(0, 100)
