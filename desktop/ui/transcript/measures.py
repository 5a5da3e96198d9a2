"""The transcript's measures in design pixels; `theme.px` makes them the screen's."""

COLUMN = 720
MARGIN = 32  # the least space beside the column in a narrow window
OUTSET = 16  # how far bubbles stand out of the column
TOP = 12
BOTTOM = 16

BUBBLE_WIDTH = 600
BUBBLE_PAD_X = 16
BUBBLE_PAD_Y = 10
BUBBLE_LINES = 12  # more are folded
AFTER_BUBBLE = 16
AFTER_REPLY = 20

HEAD = 20
HEAD_GAP = 8
FOOTER = 28
FOOTER_GAP = 8

LINE = 24
GAP = 10
LIST_INDENT = 22
NESTED_INDENT = 20
QUOTE_INDENT = 16  # the bar of 2 and 14 beside it
FOLD_INDENT = 19  # a caret of 12 and 7 beside it
ALERT_TITLE = 28  # the line above an alert's text, with the space between
"""Headings: size, line, above, below."""
HEADINGS = {1: (26, 32, 24, 10), 2: (20, 26, 20, 8), 3: (17, 24, 16, 6)}
SMALL_HEADING = (15, 24, 16, 6)
