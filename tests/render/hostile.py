"""Texts made to take long: each is one pattern over and over, of about the length that is asked for."""

from collections.abc import Callable


def repeated(pattern: str) -> Callable[[int], str]:
    return lambda length: (pattern * (length // len(pattern) + 1))[:length]


def counted(pattern: str) -> Callable[[int], str]:
    """With `{n}` counting."""
    return lambda length: "".join(pattern.format(n=n) for n in range(length // (len(pattern) + 2)))


def growing_backticks(length: int) -> str:
    return " ".join("`" * n for n in range(1, int((2 * length) ** 0.5)))


def deeper_list(length: int) -> str:
    return "".join("  " * min(n, 200) + "- a\n" for n in range(length // 400))


HOSTILE: dict[str, Callable[[int], str]] = {
    **{
        pattern: repeated(pattern)
        for pattern in (
            *(
                "[",
                "![[",
                "](",
                "[a](",
                "[a][",
                "[a](b ",
                "[^1] ",
                "[a]: ",
                "`a ``b ",
                "*a_ ",
                "*a **b ",
                "_a ",
                "~~a ",
            ),
            *("<a ", "<b>", "<x y='", "<br>", "<td>", "<img src=x ", "<a href='x'>", "<!-- ", "<!--\n", "a<think>"),
            *("<details>\n", "<details>\n\n", "<details><summary>\n", "<think>\n", "</think>\n", "&amp", "\\", "| "),
            *("$ $ $", "$a ", "$$ a\n", "\\[ a\n", "\\(a ", "\\begin{align}\n", "a@", "a.a@", "http://", "www."),
            *("> ", ">> a\n> b\n", "- ", "-\n", "1. a\n\n", "> - a\n> > b\n", "\t- a\n", "# a\n", "a\n=\n", "a  \n"),
            *(
                "- item **x**\n",
                "words *more*; ",
                "words *more*\n",
                "中**文**，",
                "```\na\n",
                "~~~ x\n```\n",
                "> [!NOTE]\n> a\n\n",
            ),
            *("\n", "a\n", "x", " ", "\r", "\u202e"),
        )
    },
    "notes": counted("[^{n}]: note\n"),
    "references": counted("[r{n}]: https://x.org\n"),
    "backticks": growing_backticks,
    "deeper list": deeper_list,
    "parentheses": lambda length: "[a](" + "(" * length,
    "table": lambda length: "|a|b|c|\n|-|-|-|\n" + repeated("|1|**2**|3|\n")(length),
    "wide table": lambda length: "|a" * (length // 4) + "|\n" + "|-" * (length // 4) + "|\n",
    "ragged table": lambda length: "|a" * 200 + "|\n" + "|-" * 200 + "|\n" + repeated("|\n")(length),
}
