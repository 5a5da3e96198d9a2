"""Lines that the source was wrapped into."""

import pytest

from desktop.render.blocks import IncrementalParser, Text, parse
from desktop.render.inline_text import counted
from desktop.render.markdown import to_html


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("这是第一行\n这是第二行", "这是第一行这是第二行"),
        ("これは\nペンです。\nはい", "これはペンです。はい"),
        ("字，\n「句」", "字，「句」"),
        ("**粗体**\n文字", "粗体文字"),
        ("[链接](https://x.org)\n**粗**", "链接粗"),
        ("`码`\n字", "码字"),
        ("한국어\n문장", "한국어 문장"),
        ("中文\nLatin", "中文 Latin"),
        ("Latin\n中文", "Latin 中文"),
        ("one\ntwo", "one two"),
        ("😀\n😀", "😀 😀"),
        ("第一行  \n第二行", "第一行\N{LINE SEPARATOR}第二行"),
        ("- 项目\n  续行", "项目续行"),
    ],
)
def test_a_wrapped_line_shows_a_space_only_where_one_belongs(source: str, shown: str) -> None:
    (block,) = parse(source)
    paragraph = block.items[0].blocks[0] if source.startswith("-") else block
    assert counted(paragraph.content) == shown


def test_what_is_exported_has_no_line_end_there() -> None:
    assert to_html("中\n文") == "<p>中文</p>"


@pytest.mark.parametrize("size", [1, 7, 300])
def test_a_long_paragraph_in_parts_reads_as_the_whole(size: int) -> None:
    text = "这是一行没有标点的文字\n" * 400
    parser = IncrementalParser()
    for start in range(0, len(text), size):
        parser.feed(text[start : start + size])
    whole = parse(text)
    assert parser.finish() == whole
    assert whole[0].content == (Text("这是一行没有标点的文字" * 400),)
