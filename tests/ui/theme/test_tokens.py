import json
import re
from pathlib import Path

import pytest

from desktop.paths import resources
from desktop.ui.theme.tokens import load_tokens, render_styles

THEMES = {mode: load_tokens(resources() / "themes" / f"{mode}.json") for mode in ("light", "dark")}
PAIRS = [
    (role, ground, least)
    for role, grounds, least in json.loads(
        (Path(__file__).parents[2] / "data" / "contrast_pairs.json").read_text("utf-8")
    )
    for ground in grounds
]


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("mode", THEMES)
@pytest.mark.parametrize(("role", "ground", "least"), PAIRS)
def test_contrast(mode: str, role: str, ground: str, least: float) -> None:
    assert contrast(THEMES[mode][role], THEMES[mode][ground]) >= least


def test_both_themes_have_the_same_roles() -> None:
    assert THEMES["light"].keys() == THEMES["dark"].keys()


@pytest.mark.parametrize("mode", THEMES)
def test_colours_are_six_hex_digits(mode: str) -> None:
    assert all(re.fullmatch("#[0-9A-F]{6}", value) for value in THEMES[mode].values())


def test_high_contrast_makes_lines_and_quiet_texts_plain() -> None:
    tokens = load_tokens(resources() / "themes" / "light.json", high_contrast=True)
    assert {tokens[role] for role in ("border", "border-strong", "text-muted", "text-secondary")} == {tokens["text"]}
    assert tokens["accent"] == THEMES["light"]["accent"]


def test_styles_are_filled_in_order(tmp_path: Path) -> None:
    (tmp_path / "20_b.qss").write_text("B { margin: {{ px:12 }}; }")
    (tmp_path / "10_a.qss").write_text("A { color: {{ text }}; background: {{surface}} }")
    (tmp_path / "notes.txt").write_text("{{ not a sheet }}")
    rendered = render_styles(tmp_path, {"text": "#000001", "surface": "#FFFFFE"}, lambda n: round(n * 1.5))
    assert rendered == "A { color: #000001; background: #FFFFFE }\nB { margin: 18px; }"


def test_unknown_role_in_a_style_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "10_a.qss").write_text("A { color: {{ txet }}; }")
    with pytest.raises(KeyError, match="txet"):
        render_styles(tmp_path, {"text": "#000000"}, round)


@pytest.mark.parametrize("mode", THEMES)
def test_shipped_styles_have_nothing_left_to_fill(mode: str) -> None:
    assert "{{" not in render_styles(resources() / "styles", THEMES[mode], round)
