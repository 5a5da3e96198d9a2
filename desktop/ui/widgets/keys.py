"""How a shortcut is written on the screen."""

from PySide6.QtGui import QKeySequence


def key_text(keys: str) -> str:
    """A shortcut as the platform writes it, with spaces for plus signs: "Ctrl Shift P", "Ctrl Enter", "⇧⌘P"."""
    text = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return text.replace("Return", "Enter").replace("+", " ")
