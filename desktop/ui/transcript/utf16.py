"""Qt counts letters in UTF-16 units, Python in code points."""


def length(text: str) -> int:
    """How many units a text has."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def units(text: str, offset: int) -> int:
    """The unit at which a code point begins."""
    return offset if text.isascii() else length(text[:offset])


def offset(text: str, unit: int) -> int:
    """The code point that begins at a unit."""
    if text.isascii():
        return min(unit, len(text))
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * unit].decode("utf-16-le", "ignore"))
