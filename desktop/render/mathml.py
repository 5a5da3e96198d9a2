"""MathML of latex2mathml -> MathML that ziamath draws well: letters of an alphabet, space around signs, tables."""

from html import unescape
from xml.etree.ElementTree import Element

from desktop.i18n import gettext as _
from desktop.render.tex import Unsupported

_ALPHABETS = {"double-struck": "double", "sans-serif": "sans", "monospace": "mono"}  # ziamath's names
_ESCAPED = {"\\{": "{", "\\}": "}", "\\|": "‖"}
_BINARY = "×÷·⋅∗⋆∘∙∩∪⊎⊓⊔∧∨∖⊕⊖⊗⊘⊙⊞⊠†‡⋉⋊"
_SIGNS = ("−", "+", "±", "∓")
_LARGE = "∏∐∑∫∬∭∮∯∰∱∲∳⋀⋁⋂⋃⨀⨁⨂⨄⨆"
_RELATIONS = (  # blocks of Unicode that hold arrows and relations
    range(0x2190, 0x2200),
    range(0x2234, 0x2290),
    range(0x22A2, 0x22BA),
    range(0x22C8, 0x2300),
    range(0x27F5, 0x2800),
)
_THIN, _MEDIUM, _THICK = "thinmathspace", "mediummathspace", "thickmathspace"
_CLOSE = "0.1em"
_SPACED = {"mo", "mspace", "mtext"}


def tidy(root: Element) -> None:
    """Change a tree in place. Raises `Unsupported` where a command was not known and stands there as a word."""
    for item in list(root.iter()):
        _letters(item)
    _unwrap(root)
    for item in list(root.iter()):
        if item.tag in ("mrow", "mtd", "mstyle"):
            if item.get("scriptlevel") == "1" and len(item) and item[0].tag == "mtable":
                item[0].set("rowspacing", _CLOSE)
            _space_out(item)
        elif item.tag == "mtable":
            _set_table(item)
        elif item.tag == "mfrac":
            _set_fraction(item)


def _letters(item: Element) -> None:
    text = unescape(item.text) if item.text else ""  # the library leaves names of letters in its text
    text = _ESCAPED.get(text, text)
    if item.get("minsize"):
        text = _sign(text)
    if "\\" in text and text != "\\":
        raise Unsupported(_("{command} is not supported.").format(command=text.split()[0][:40]))
    if item.tag == "mi" and len(text) == 1 and _is_relation(text):
        item.tag = "mo"
    if item.tag == "mo":
        if text == "-":
            text = "\N{MINUS SIGN}"
        elif text == "~" and item.get("stretchy") != "false":
            text = "\N{COMBINING TILDE}"
        elif text == "mod":
            item.attrib.update(lspace=_MEDIUM, rspace=_MEDIUM)
    if item.tag in ("mo", "mi") and text and (text in "↑↓⟨⟩" or _is_large(text)):
        item.attrib.setdefault("stretchy", "false")
    if item.tag == "mtext":
        text = text.replace("-", "\N{HYPHEN}")  # it draws a line for the other
        if not text:
            item.tag = "mspace"
    item.text = _styled(item, text) or None


def _is_large(text: str) -> bool:
    """Whether it is a sum or an integral, which have two sizes and grow no further."""
    return len(text) == 1 and text in _LARGE


def _sign(command: str) -> str:
    """What a command like `\\langle` stands for, or itself."""
    from latex2mathml.symbols_parser import convert_symbol

    code = convert_symbol(command) if command.startswith("\\") else None
    return chr(int(code, 16)) if code and "-" not in code else command


def _unwrap(item: Element) -> None:
    """Take away rows of one item, which cost time; but a sign alone in braces has no space around it."""
    for number, child in enumerate(item):
        while child.tag == "mrow" and not child.attrib and len(child) == 1 and child[0].tag != "mo":
            child = item[number] = child[0]
        _unwrap(child)
    if item.tag == "mover" and len(item) == 2 and item[1].text == "^":
        item[1].text = "\N{MODIFIER LETTER CIRCUMFLEX ACCENT}" if item.get("accent") else "\u0302"
        if item.get("accent"):
            item[1].set("stretchy", "false")


def _styled(item: Element, text: str) -> str:
    """The letters themselves in the alphabet that an attribute asks for: several of its names are not known."""
    variant = item.get("mathvariant")
    if not text or variant is None or variant == "normal":
        return text
    from ziamath.styles import MathVariant, styledstr

    del item.attrib["mathvariant"]
    words = set(variant.split("-")) if variant not in _ALPHABETS else set()
    style = _ALPHABETS.get(variant) or next((name for name in ("script", "fraktur", "sans") if name in words), "serif")
    if variant == "sans-serif-italic":
        style = "sans"
    bold, italic = "bold" in words, "italic" in words
    made: str = styledstr(text, MathVariant(style=style, bold=bold, italic=italic))
    if made == text:
        item.set("mathvariant", "normal")
    return made


def _space_out(row: Element) -> None:
    """Space around signs that the second library's table leaves out, and after the names of functions."""
    children = list(row)
    done: list[Element] = []
    bars = 0  # every other one opens
    for number, child in enumerate(children):
        inside = 0 < number < len(children) - 1
        core = _core(child)
        text = (core.text or "").strip() if core is not None else ""
        if core is None or not text:
            done.append(child)
        elif core is child and text in _SIGNS and (number == 0 or _opens(children[number - 1], bars)):
            child.set("form", "prefix")
            done.append(child)
        elif core is child and inside and len(text) == 1 and text in _BINARY:
            child.attrib.update(lspace=_MEDIUM, rspace=_MEDIUM)
            done.append(child)
        elif inside and len(text) == 1 and _is_relation(text) and (core is not child or not _has_space(text)):
            done += [_space(_THICK), child, _space(_THICK)]
        elif text.replace("\u2009", "").isalpha() and len(text) > 1:
            if done and done[-1].tag not in _SPACED:
                done.append(_space(_THIN))
            done.append(child)
            if number + 1 < len(children) and children[number + 1].tag not in _SPACED:
                done.append(_space(_THIN))
        else:
            done.append(child)
        bars += text == "|"
    row[:] = done


def _opens(item: Element, bars: int) -> bool:
    """Whether a minus after it is a number's sign."""
    if item.tag == "mi" and not item.text:
        return True
    text = (item.text or "").strip()
    if text == "|":
        return bars % 2 == 1
    return item.tag == "mo" and (text in "([{,;:⟨" or text in _BINARY or _is_relation(text[:1]))


def _core(item: Element) -> Element | None:
    """The sign itself below what stands over, under or beside it."""
    while item.tag in ("mover", "munder", "munderover", "msub", "msup", "msubsup") and len(item):
        if item.tag in ("msub", "msup", "msubsup") and item[0].tag == "mo" and not (item[0].text or "").isalpha():
            return None  # such as a closing bracket with an exponent
        item = item[0]
        if item.tag == "mrow" and len(item) == 1:
            item = item[0]
    return item if item.tag == "mo" else None


def _is_relation(sign: str) -> bool:
    return sign != "" and (sign in "=<>" or any(ord(sign) in part for part in _RELATIONS))


def _has_space(sign: str) -> bool:
    from ziamath.operators import get_params

    return get_params(sign, "infix").get("lspace", "0em") != "0em"


def _space(width: str) -> Element:
    return Element("mspace", width=width)


def _set_fraction(fraction: Element) -> None:
    """A fraction in a fraction is narrower than the outer line, which otherwise could be any of them."""
    for number, child in enumerate(fraction):
        if child.tag == "mfrac":
            row = Element("mrow")
            row.extend([_space("0.12em"), child, _space("0.12em")])
            fraction[number] = row


def _set_table(table: Element) -> None:
    """Rows at least as high as a bracket, and columns as far apart as in TeX."""
    spacing = table.get("columnspacing")
    if spacing is None:
        table.set("columnspacing", "1em")
    elif spacing.startswith("0em 2em"):
        table.set("columnspacing", spacing.replace("2em", "1em"))
    if table.get("rowspacing") == _CLOSE:
        return
    table.attrib.setdefault("rowspacing", "0.2em")
    for row in table:
        if len(row):
            row[0].append(Element("mspace", width="0", height="0.75em", depth="0.25em"))
