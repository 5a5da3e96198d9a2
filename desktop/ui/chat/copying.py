"""What the copy commands take from a reply."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.render.blocks import Block


def last_code(markdown: str) -> str | None:
    """The text of the last code block, wherever it is nested; None without one."""
    from desktop.render.blocks import parse  # loads the Markdown parser

    found = _code(parse(markdown))
    return found[-1] if found else None


def _code(blocks: "tuple[Block, ...]") -> list[str]:
    from desktop.render.blocks import CodeBlock, Details, List, Quote

    found: list[str] = []
    for block in blocks:
        match block:
            case CodeBlock(text=text):
                found.append(text)
            case Quote(blocks=inner) | Details(blocks=inner):
                found += _code(inner)
            case List(items=items):
                for item in items:
                    found += _code(item.blocks)
    return found
