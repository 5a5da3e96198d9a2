"""TeX formulas -> pictures (SVG) and MathML. No Qt; nothing heavy is imported until the first formula is drawn.

`draw` never raises and never draws something else than what was written: what the libraries get wrong without an error
is told apart and refused, so that its source can be shown.
"""

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from desktop.i18n import gettext as _
from desktop.render.tex import Unsupported, prepared

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SIZE = 24  # pixels of an em in the SVG; a fraction of it is the smallest size of an exponent's exponent
_MARGIN = 1  # around the picture, as letters may lean out of their boxes
_MOST_WORK = 2000  # a quarter of a second
_LARGEST = 400  # em
_KEPT = 1000  # of 5 KB
_COLOR = "currentColor"  # stands for the text's colour, which QtSvg does not know


@dataclass(frozen=True, slots=True)
class Picture:
    """A formula drawn. Measures are in em of the text around it, from its baseline; the SVG has a margin besides.

    The SVG's viewBox is `margin` larger than width x (ascent + descent) on each side.
    """

    svg: str
    width: float
    ascent: float
    descent: float
    margin: float

    def colored(self, color: str) -> bytes:
        """The SVG in a colour like `#1a1a1a`; what the TeX coloured keeps its own."""
        return self.svg.replace(_COLOR, color).encode()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a formula is shown as its source, in words for a person."""

    reason: str


_lock = Lock()  # the libraries keep settings of their own in modules
_cache: dict[tuple[str, bool], Picture | Refused] = {}


def known(tex: str, display: bool) -> Picture | Refused | None:
    """What `draw` returned before, if it is still kept; at once and from any thread."""
    return _cache.get((tex, display))


def draw(tex: str, display: bool) -> Picture | Refused:
    """The picture of a formula, `display` for the large form. Not for the UI thread: 2 to 100 ms."""
    found = known(tex, display)
    if found is None:
        with _lock:
            found = _drawn(tex, display)
            if len(_cache) >= _KEPT:
                del _cache[next(iter(_cache))]
            _cache[tex, display] = found
    return found


def mathml(tex: str, display: bool) -> str | None:
    """MathML for other programs, None where a formula is refused."""
    from xml.etree.ElementTree import tostring

    try:
        element = _element(tex, display)
        element.set("xmlns", "http://www.w3.org/1998/Math/MathML")
        return tostring(element, encoding="unicode")
    except Exception:  # whatever the library finds in what a model wrote
        return None


def _drawn(tex: str, display: bool) -> Picture | Refused:
    try:
        return _picture(_element(tex, display))
    except Unsupported as error:
        return Refused(str(error))
    except Exception:  # the libraries raise anything from IndexError to RecursionError at broken TeX
        return Refused(_("This is not complete or not valid."))


def _element(tex: str, display: bool) -> "Element":
    from latex2mathml.converter import convert_to_element

    from desktop.render.mathml import tidy

    element = convert_to_element(prepared(tex), display="block" if display else "inline")
    del element.attrib["xmlns"]  # the second library knows elements without only
    tidy(element)
    return element


def _picture(element: "Element") -> Picture:
    from xml.etree.ElementTree import tostring

    library = _library()
    if _work(element, 1) > _MOST_WORK:
        raise Unsupported(_("It is too large."))
    math = library.Math(element, size=_SIZE, margin=_MARGIN)
    _check_letters(element, math.font)
    _rule(math.node)
    box = math.node.bbox
    left = min(0.0, box.xmin)  # the space before the first letter belongs to it
    width, height = box.xmax - left, box.ymax - box.ymin
    if box.xmax <= box.xmin or height < 0:
        raise Unsupported(_("There is nothing to draw."))
    if max(width, height) > _LARGEST * _SIZE:
        raise Unsupported(_("It is too large."))
    svg = math.svgxml()
    view = (left - _MARGIN, -box.ymax - _MARGIN, width + 2 * _MARGIN, height + 2 * _MARGIN)
    svg.set("viewBox", " ".join(f"{number:.3f}" for number in view))
    for item in svg.iter():
        for name in ("fill", "stroke"):
            if item.get(name) == "black":
                item.set(name, _COLOR)
    return Picture(
        tostring(svg, encoding="unicode"), width / _SIZE, box.ymax / _SIZE, -box.ymin / _SIZE, _MARGIN / _SIZE
    )


def _rule(node: Any) -> None:
    """Draw the lines between rows and columns of tables, which the library leaves out."""
    for child in node.nodes:
        _rule(child)
    if node.mtag != "mtable":
        return
    from ziamath.drawable import HLine, VLine

    thick = node.units_to_points(node.font.math.consts.fractionRuleThickness)
    cells, at, rows = node.nodes[:], node.nodexy[:], []
    for row in node.element:
        count = len(row)
        rows.append(list(zip(cells[:count], at[:count], strict=True)))
        del cells[:count], at[:count]
    spaces = [node.size_px(space) for space in node.element.get("columnspacing", "").split()] or [0.0]
    widths = [max(row[c][0].bbox.xmax for row in rows if c < len(row)) for c in range(max(map(len, rows), default=0))]
    gaps = [spaces[c % len(spaces)] for c in range(len(widths))]
    left = (node.bbox.xmax - sum(widths) - sum(gaps[:-1])) / 2
    for c, line in enumerate(node.element.get("columnlines", "").split()[: max(len(widths) - 1, 0)]):
        if line == "solid":
            x = left + sum(widths[: c + 1]) + sum(gaps[:c]) + gaps[c] / 2
            node.nodes.append(VLine(node.bbox.ymax - node.bbox.ymin, thick, style=node.style))
            node.nodexy.append((x, -node.bbox.ymax))
    for r, line in enumerate(node.element.get("rowlines", "").split()[: max(len(rows) - 1, 0)]):
        if line == "solid":
            above = max(y - cell.bbox.ymin for cell, (_x, y) in rows[r])
            below = min(y - cell.bbox.ymax for cell, (_x, y) in rows[r + 1])
            node.nodes.append(HLine(node.bbox.xmax, thick, style=node.style))
            node.nodexy.append((0, (above + below - thick) / 2))


def _check_letters(element: "Element", font: Any) -> None:
    for item in element.iter():
        for letter in item.text or "":
            if not letter.isspace() and font.glyphindex(letter) == 0:
                raise Unsupported(_("“{letter}” cannot be drawn.").format(letter=letter))


@cache
def _library() -> Any:
    """ziamath (0.3 s to import), set up."""
    import ziamath
    from ziafont.config import config
    from ziamath.nodes.mrow import Mrow

    config.svg2 = False  # one path for each letter: QtSvg knows no symbols

    class Row(Mrow, tag="mrow"):  # defining it makes the library use it
        """Does not lay out everything twice, in every row inside of a row, where nothing grows with what is beside."""

        def _get_height_nostretch(self, line: "list[Element]", **options: Any) -> tuple[float, float]:
            if not any(_may_stretch(item) for child in line for item in child.iter()):
                return 0, 0
            found: tuple[float, float] = super()._get_height_nostretch(line, **options)
            return found

    return ziamath


@cache
def _stretching() -> frozenset[str]:
    from ziamath.operators import operators

    return frozenset(sign for (sign, _form), how in operators.items() if how.get("stretchy") == "true")


def _may_stretch(item: "Element") -> bool:
    if item.tag not in ("mo", "mi") or item.get("stretchy") == "false":
        return False
    return item.get("stretchy") == "true" or (item.text or "").strip() in _stretching()


def _work(element: "Element", factor: int) -> int:
    """How many letters are going to be laid out: a row with brackets measures all that is in it first."""
    row = element.tag in ("mrow", "mtd", "mtr", "math", "mstyle", "mpadded", "mphantom")
    below = factor * 2 if row and any(map(_may_stretch, element.iter())) else factor
    own = factor * max(1, len(element.text or ""))
    return own + (sum(_work(child, below) for child in element) if below < _MOST_WORK else _MOST_WORK)
