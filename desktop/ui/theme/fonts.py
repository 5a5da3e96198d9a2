"""The fonts of the interface, of reading text and of code, at pixel sizes."""

from PySide6.QtGui import QFont, QFontDatabase

_CODE_FAMILIES = ("Cascadia Mono", "SF Mono", "JetBrains Mono")


class Fonts:
    """Makes fonts. Sizes are final pixels. Families that are not installed fall through to the system's."""

    def __init__(self, reading_family: str, code_family: str) -> None:
        self._interface = _base(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))
        self._reading = QFont(self._interface)
        if reading_family:
            self._reading.setFamilies([reading_family, *self._interface.families()])
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self._code = _base(fixed)
        # Qt looks through the list when it first draws; asking the font database here would fill it at the start.
        self._code.setFamilies([*([code_family] if code_family else []), *_CODE_FAMILIES, *fixed.families()])
        self._code.setStyleHint(QFont.StyleHint.Monospace)
        self._code.setFixedPitch(True)
        for feature in ("liga", "calt"):
            self._code.setFeature(QFont.Tag(feature), 0)
        self._made: dict[tuple[str, int, int, float], QFont] = {}

    def interface(self, size: int, weight: int, tracking: float) -> QFont:
        return self._sized("interface", self._interface, size, weight, tracking)

    def reading(self, size: int, weight: int) -> QFont:
        return self._sized("reading", self._reading, size, weight, 0)

    def code(self, size: int) -> QFont:
        return self._sized("code", self._code, size, 400, 0)

    def _sized(self, kind: str, base: QFont, size: int, weight: int, tracking: float) -> QFont:
        key = (kind, size, weight, tracking)
        made = self._made.get(key)
        if made is None:
            made = QFont(base)
            made.setPixelSize(size)
            made.setWeight(QFont.Weight(weight))
            if tracking:
                made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, tracking)
            self._made[key] = made
        return QFont(made)  # fonts are shared until written to; a caller may change what it gets


def _base(system: QFont) -> QFont:
    font = QFont(system)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
