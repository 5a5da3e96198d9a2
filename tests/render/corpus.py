"""What models really write: texts by group, for properties that hold for every one of them."""

from tests.render.cases import CASES

CORPUS: dict[str, tuple[str, ...]] = {
    "lists": (
        "- a\n- b\n- c\n",
        "* a\n    * b\n        * c\n* d\n",
        "1. one\n2. two\n   - inner\n   - more\n3. three\n",
        "1. one\n\n   ```sh\n   make\n   ```\n\n2. two\n",
        "-   wide\n    -   nested\n\n        more\n",
        "*   Gemini\n    *   four\n    *   spaces\n*   back\n",
        "- tab\n\t- child\n\t\t- grandchild\n",
        "1) one\n2) two\n",
        "- [x] done\n- [ ] open\n  - [X] inner\n",
        "- loose\n\n- items\n\n  with a paragraph\n",
        "10. ten\n11. eleven\n",
        "- a\n\n\n- b\n\ntext\n",
        "- \n- b\n-\n",
    ),
    "adjacency": (
        "Steps:\n- a\n- b\nand on\n",
        "Steps:\n1. a\n2. b\n",
        "finished in\n1999. It was repaired\n",
        "text\n# Heading\ntext\n",
        "text\n> quote\nlazy\n\nafter\n",
        "text\n```\ncode\n```\ntext\n",
        "text\n| a | b |\n|---|---|\n| 1 | 2 |\nafter\n",
        "text\n---\ntext\n***\ntext\n",
    ),
    "headings": (
        "# One\n## Two\n### Three ###\n",
        "#hashtag and #1 in\n",
        "Setext\n======\n\nOther\n-----\n",
        "####### seven\n",
    ),
    "fences": (
        "```python\nprint(1)\n```\n",
        "```\nunclosed\nmore",
        "````md\n```py\nx\n```\n````\n",
        '~~~js title="a.js"\nlet a\n~~~\n',
        "```make\nall:\n\techo hi\n```\n",
        "- item\n  ```py\n  x = 1\n\n  y = 2\n  ```\n- next\n",
        "```py\na\n\n\n\nb\n```\nafter\n\nmore\n",
        "```\n`` not the end\n```\n",
        "    indented\n    code\n\ntext\n",
        "> ```\n> quoted\n> ```\n",
    ),
    "tables": (
        "| a | b |\n|:--|--:|\n| 1 | `x|y` |\n| 2 |\n",
        "a | b\n--|--\n1 | 2\n\nafter\n",
        "| a |\n|---|\n| **b** <br> c |\n",
        "| a \\| b | $x$ |\n|---|:-:|\n| 1 | 2 |\n",
        "no | table\n\n| here |\n",
    ),
    "quotes": (
        "> a\n> b\n>\n> c\n",
        "> a\n>> b\n>>> c\n",
        "> - a\n>   - b\n>\n> ```\n> x\n> ```\n",
        "line  \nbreak\\\nagain\nsoft\n",
    ),
    "inline": (
        "**bold** *it* ***both*** ~~gone~~ `code` ``a`b``\n",
        "~5 minutes and ~10 MB\n",
        "snake_case_name and 2*3*4\n",
        '[a](https://x.org "t") ![p](https://x.org/a.png) <https://y.org> https://z.org/a_b_(c).\n',
        "**注意：**请 和 **“乐观锁”**机制 **핵심(core)**입니다 これは**「重要」**です\n",
        "https://example.com。谢谢 main.py lib.rs README.md www.x.org, me@x.org\n",
        "&copy; &amp; &lt;b&gt; a & b\n",
    ),
    "maths": (
        "$x^2$ and $$y$$ and \\(z\\) and \\[w\\]\n",
        "It costs $20-$30 a month, or $5 and $10.\n",
        "between $5 and 10$ there, US$5 and $3/$4\n",
        "text\n\\[\na = b\n+ c\n\\]\nafter\n",
        "$$\na\n- b\n$$\n\nafter\n",
        "\\begin{align}\na &= b \\\\\n&= c\n\\end{align}\n",
        "- step\n  $$\n  x\n  + y\n  $$\n- next\n",
        "$$ unclosed\n- a\n- b\n\nafter\n",
        "设$x$为整数，$n=300$。\n",
    ),
    "html": (
        "Vec<T> and HashMap<String, u32>\n",
        "<answer>42</answer>\n",
        "a<br>b H<sub>2</sub>O <kbd>Ctrl</kbd> <u>u</u> <mark>m</mark>\n",
        '<script>alert(1)</script>\n\n<img src="file:///etc/passwd">\n',
        "<!-- hidden -->\ntext <!-- too --> end\n",
        "<!-- over\n\n# lines\n\n-->\nafter\n",
        "<!-- never closed\n\n- a\n\nb\n",
        '<div align="center">\n\n**in**\n\n</div>\n',
        "<details>\n<summary>More **x**</summary>\n\n- a\n\n```\nc\n```\n\n</details>\n\nafter\n",
        "<b>bold</b> </b> <i>open\n",
    ),
    "hostile": (
        "[" * 50 + "\n",
        "*" * 60 + "a\n",
        "> " * 30 + "deep\n",
        "![[" * 20 + "\n",
        "<a " * 20 + "\n",
        "\r\nwindows\r\n\r\n- a\r\n- b\r\n",
        "a\0b \2c\3 \u2028 d\u202ee \ud83d\n",
    ),
}

LATE: tuple[str, ...] = (
    "See [the page][p] and a note[^1].\n\ntext\n\n[p]: https://x.org\n\n[^1]: The *note*.\n\n    More.\n",
    "[^a] first\n\n- item[^b]\n\n[^b]: B\n[^a]: A\n[^c]: never used\n",
    *(text for group in CASES.values() for text, _ in group if "]: " in text),
)
"""Texts whose end tells about their beginning: read in full only once they have ended."""

SNIPPETS: tuple[str, ...] = (
    *(text for group in CORPUS.values() for text in group),
    *(text for group in CASES.values() for text, _ in group if text not in LATE),
)
