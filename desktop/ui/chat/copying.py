"""What the copy commands take from a reply."""


def last_code(markdown: str) -> str | None:
    """The text of the last code block, wherever it is nested; None without one."""
    from desktop.render.blocks import CodeBlock, parse  # loads the Markdown parser
    from desktop.render.excerpt import leaves

    found = [leaf.text for leaf in leaves(parse(markdown)) if isinstance(leaf, CodeBlock)]
    return found[-1] if found else None
