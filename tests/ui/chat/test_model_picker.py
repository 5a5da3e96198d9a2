"""The model picker: what it lists, how it is searched and filtered, and what its keys do."""

import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop.domain.model import Capability, Dialect, Model, ModelRef, Provider
from desktop.ui.chat.model_picker import ModelPicker
from desktop.ui.chat.model_picker_rows import Entry, Heading, Offer
from desktop.ui.theme.theme import Theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab

VISION, TOOLS, REASONING, JSON = Capability.VISION, Capability.TOOLS, Capability.REASONING, Capability.JSON
ALL = frozenset((VISION, TOOLS, REASONING, JSON))
SONNET = ModelRef("anthropic", "claude-sonnet-5.5")
MEDIUM = ModelRef("mistral", "mistral-medium-3.5")
HAIKU = ModelRef("anthropic", "claude-haiku-5.5")


def provider(provider_id: str, name: str, dialect: Dialect = Dialect.OPENAI_CHAT) -> Provider:
    return Provider(provider_id, provider_id, name, dialect, "https://example.test")


TOUR = provider("tour", "Offline tour", Dialect.TOUR)


def model(
    ref: ModelRef,
    name: str,
    prices: tuple[str, str] | None = None,
    context: int = 1_000_000,
    can: frozenset[Capability] = ALL,
    **more: Any,
) -> Model:
    cost_in, cost_out = (Decimal(price) for price in prices) if prices else (None, None)
    return Model(ref, name, context, None, can, cost_in, cost_out, **more)


def seeded() -> list[Model]:
    """The models of the design's picture."""
    return [
        model(MEDIUM, "Mistral Medium 3.5", ("1.5", "7.5"), 262_144, favourite=True),
        model(SONNET, "Claude Sonnet 5.5", ("2", "10"), favourite=True),
        model(ModelRef("openai", "gpt-6-luna"), "GPT-6 Luna", ("0.1", "0.5"), favourite=True),
        model(HAIKU, "Claude Haiku 5.5", ("0.1", "0.5")),
        model(ModelRef("anthropic", "claude-opus-5.5"), "Claude Opus 5.5", ("4", "20")),
        model(ModelRef("gemini", "gemini-4-argon"), "Gemini 4 Argon", ("2", "10")),
        model(ModelRef("gemini", "gemini-3.8-flash"), "Gemini 3.8 Flash", ("0.75", "3.75")),
        model(ModelRef("deepseek", "deepseek-v4-pro"), "DeepSeek V4 Pro", ("1.32", "3.96"), can=ALL - {VISION}),
        model(ModelRef("ollama", "qwen3:4b"), "qwen3:4b", None, 40_000, ALL - {VISION}),
        *(model(ModelRef("openai", f"gpt-{n}"), f"GPT {n}", can=frozenset({REASONING})) for n in range(65)),
    ]


class FakeCatalogue:
    def __init__(self, models: Sequence[Model], providers: Sequence[Provider]) -> None:
        self.known = list(models)
        self.set_up = list(providers)
        self.default: ModelRef | None = None
        self.fetched: list[str] = []

    def providers(self) -> tuple[Provider, ...]:
        return (*self.set_up, TOUR)

    def models(self, provider_id: str | None = None) -> tuple[Model, ...]:
        order = [p.id for p in self.providers()] if provider_id is None else [provider_id]
        return tuple(m for wanted in order for m in self.known if m.ref.provider_id == wanted)

    def is_free(self, ref: ModelRef) -> bool:
        return ref.provider_id in ("ollama", "tour")

    def default_model(self) -> ModelRef | None:
        return self.default

    def set_default_model(self, ref: ModelRef) -> None:
        self.default = ref

    def ready(self) -> bool:
        return bool(self.set_up)

    async def set_favourite(self, ref: ModelRef, favourite: bool) -> None:
        self.known = [replace(m, favourite=favourite) if m.ref == ref else m for m in self.known]

    async def refresh(self, provider_id: str) -> tuple[Model, ...]:
        self.fetched.append(provider_id)
        self.known.append(model(ModelRef(provider_id, "new"), "New model"))
        return self.models(provider_id)


class StepTasks:
    def start(self, coroutine: Coroutine[Any, Any, Any], *, on_error: object = None) -> None:
        with pytest.raises(StopIteration):
            coroutine.send(None)


PROVIDERS = [
    provider("anthropic", "Anthropic"),
    provider("gemini", "Gemini"),
    provider("deepseek", "DeepSeek"),
    provider("ollama", "Ollama", Dialect.OLLAMA),
    provider("openai", "OpenAI"),
    provider("mistral", "Mistral"),
]


@dataclass
class Stage:
    picker: ModelPicker
    catalogue: FakeCatalogue
    window: QWidget
    anchor: QWidget
    chosen: list[ModelRef]

    def open(self, current: ModelRef | None = MEDIUM) -> None:
        self.picker.open_at(self.anchor, current)

    def type(self, text: str) -> None:
        self.picker._field.setText(text)

    def rows(self) -> list[str]:
        """Every row as it reads: headings in brackets, offers in braces."""
        out = []
        for at in range(self.picker._model.rowCount()):
            match self.picker._model.row(at):
                case Heading(title=title):
                    out.append(f"[{title}]")
                case Entry(model=m):
                    out.append(m.name)
                case Offer(text=text):
                    out.append(f"{{{text}}}")
        return out

    def at(self) -> str:
        """The row the keyboard is on."""
        return str(self.picker._list.currentIndex().data())


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    theme = Theme("light")
    theme.apply(qapp)
    return theme


@pytest.fixture
def make(qtbot: Any, theme: Theme) -> Callable[..., Stage]:
    def make(models: Sequence[Model] | None = None, providers: Sequence[Provider] = PROVIDERS) -> Stage:
        catalogue = FakeCatalogue(seeded() if models is None else models, providers)
        window = QWidget()
        window.resize(1280, 810)
        anchor = QWidget(window)
        anchor.setGeometry(100, 12, 168, 28)
        qtbot.addWidget(window)
        window.show()
        picker = ModelPicker(theme, catalogue, StepTasks(), window)  # type: ignore[arg-type]
        chosen: list[ModelRef] = []
        picker.chosen.connect(chosen.append)
        return Stage(picker, catalogue, window, anchor, chosen)

    return make


@pytest.fixture
def stage(make: Callable[..., Stage]) -> Stage:
    stage = make()
    stage.open()
    return stage


def test_favourites_come_first_and_are_not_repeated(stage: Stage) -> None:
    rows = stage.rows()
    assert rows[:4] == ["[Favourites]", "Claude Sonnet 5.5", "GPT-6 Luna", "Mistral Medium 3.5"]
    assert rows[4:7] == ["[Anthropic]", "Claude Haiku 5.5", "Claude Opus 5.5"]
    assert rows.count("Claude Sonnet 5.5") == 1
    assert "[Mistral]" not in rows


def test_opens_under_its_anchor_on_the_model_in_use(stage: Stage) -> None:
    assert stage.at() == "Mistral Medium 3.5"
    below = stage.anchor.mapToGlobal(QPoint(0, stage.anchor.height() + 4))
    assert stage.picker.pos() == below
    assert stage.picker.width() == 640
    assert stage.picker.height() <= 0.75 * 810
    assert stage.picker._field.placeholderText() == "Search 74 models"
    assert stage.picker._field.hasFocus()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("haiku", ["[Anthropic]", "Claude Haiku 5.5"]),
        ("OPUS anthropic", ["[Anthropic]", "Claude Opus 5.5"]),
        ("v4-pro", ["[DeepSeek]", "DeepSeek V4 Pro"]),  # by its id
        ("sonnet", ["[Favourites]", "Claude Sonnet 5.5"]),
    ],
)
def test_search_finds_names_ids_and_providers(stage: Stage, query: str, expected: list[str]) -> None:
    stage.type(query)
    assert stage.rows() == expected
    assert stage.at() == expected[1]


def test_filters_combine(stage: Stage, qtbot: Any) -> None:
    for key, expected in (("4", {"qwen3:4b"}), ("2", {"qwen3:4b"}), ("1", set())):
        qtbot.keyClick(stage.picker._field, key, Qt.KeyboardModifier.AltModifier)
        assert {row for row in stage.rows() if row[0] not in "[{"} == expected


def test_nothing_found_and_clear_filters(stage: Stage, qtbot: Any) -> None:
    stage.type("no such model")
    button = next(b for b in stage.picker.findChildren(QAbstractButton) if b.text() == "Clear filters")
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isVisible()
    assert len(stage.rows()) > 70
    assert stage.picker._field.text() == ""


def test_enter_uses_the_row_the_arrows_reached(stage: Stage, qtbot: Any) -> None:
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Down)
    assert stage.at() == "Claude Haiku 5.5"  # past the heading
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Up)
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Up)
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Down)
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Down)
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Return)
    assert stage.chosen == [HAIKU]
    assert not stage.picker.isVisible()


def test_a_click_chooses(stage: Stage, qtbot: Any) -> None:
    rect = stage.picker._list.visualRect(stage.picker._model.index_of(HAIKU))
    qtbot.mouseClick(stage.picker._list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert stage.chosen == [HAIKU]


def test_a_click_on_the_star_makes_a_favourite_and_chooses_nothing(stage: Stage, qtbot: Any) -> None:
    rect = stage.picker._list.visualRect(stage.picker._model.index_of(HAIKU))
    star = QPoint(rect.right() - 18, rect.center().y())
    qtbot.mouseClick(stage.picker._list.viewport(), Qt.MouseButton.LeftButton, pos=star)
    assert stage.chosen == []
    assert stage.picker.isVisible()
    assert stage.rows().index("Claude Haiku 5.5") < stage.rows().index("[Anthropic]")


def test_ctrl_d_toggles_the_favourite_and_stays_on_it(stage: Stage, qtbot: Any) -> None:
    qtbot.keyClick(stage.picker._field, "d", Qt.KeyboardModifier.ControlModifier)
    assert stage.at() == "Mistral Medium 3.5"
    assert "[Mistral]" in stage.rows()
    qtbot.keyClick(stage.picker._field, "d", Qt.KeyboardModifier.ControlModifier)
    assert "[Mistral]" not in stage.rows()


def test_ctrl_enter_makes_the_default_and_stays_open(stage: Stage, qtbot: Any) -> None:
    with qtbot.waitSignal(stage.picker.made_default) as made:
        qtbot.keyClick(stage.picker._field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert made.args == [MEDIUM]
    assert stage.catalogue.default == MEDIUM
    assert stage.picker.isVisible()
    assert stage.chosen == []
    assert "default" in str(stage.picker._list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole))


def test_escape_closes_and_gives_the_focus_back(make: Callable[..., Stage], qtbot: Any) -> None:
    stage = make()
    stage.anchor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    with qtbot.waitActive(stage.window):
        stage.window.activateWindow()
    stage.anchor.setFocus()
    stage.open()
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Escape)
    assert not stage.picker.isVisible()
    assert stage.window.focusWidget() is stage.anchor


def test_opening_again_starts_afresh(stage: Stage) -> None:
    stage.type("haiku")
    stage.picker.hide()
    stage.open(HAIKU)
    assert stage.picker._field.text() == ""
    assert stage.at() == "Claude Haiku 5.5"


def test_hidden_models_are_left_out(make: Callable[..., Stage]) -> None:
    stage = make([replace(m, shown=m.ref != HAIKU) for m in seeded()])
    stage.open()
    assert "Claude Haiku 5.5" not in stage.rows()
    assert stage.picker._field.placeholderText() == "Search 73 models"


def test_without_a_provider_it_leads_to_the_keys(make: Callable[..., Stage], qtbot: Any) -> None:
    stage = make([model(ModelRef("tour", "tour"), "Offline tour", can=frozenset())], [])
    stage.open(None)
    assert stage.rows() == ["[Offline tour]", "Offline tour", "{Add a key…}"]
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Down)
    with qtbot.waitSignal(stage.picker.settings_requested):
        qtbot.keyClick(stage.picker._field, Qt.Key.Key_Return)
    assert stage.chosen == []


def test_a_provider_without_models_offers_to_fetch_them(make: Callable[..., Stage], qtbot: Any) -> None:
    stage = make([], [provider("openai", "OpenAI")])
    stage.open(None)
    assert stage.rows()[:2] == ["[OpenAI]", "{Refresh list}"]
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Return)
    assert stage.catalogue.fetched == ["openai"]
    assert "New model" in stage.rows()
    assert stage.picker.isVisible()


def test_the_tour_is_no_local_model(make: Callable[..., Stage], qtbot: Any) -> None:
    stage = make([model(ModelRef("tour", "tour"), "Offline tour")], [])
    stage.open(None)
    qtbot.keyClick(stage.picker._field, "4", Qt.KeyboardModifier.AltModifier)
    assert stage.rows() == []


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (SONNET, "Claude Sonnet 5.5, Anthropic, claude-sonnet-5.5, $2 / $10, favourite"),
        (MEDIUM, "Mistral Medium 3.5, Mistral, mistral-medium-3.5, $1.50 / $7.50, in use, favourite"),
        (ModelRef("ollama", "qwen3:4b"), "qwen3:4b, Ollama, free"),
        (ModelRef("openai", "gpt-1"), "GPT 1, OpenAI, gpt-1"),  # no price known
    ],
)
def test_rows_read_out_what_they_show(stage: Stage, ref: ModelRef, expected: str) -> None:
    index = stage.picker._model.index_of(ref)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == expected
    assert index.data(Qt.ItemDataRole.ToolTipRole) == ref.model_id


def test_small_prices_keep_their_third_decimal(make: Callable[..., Stage]) -> None:
    ref = ModelRef("openai", "tiny")
    stage = make([model(ref, "Tiny", ("0.075", "0.3"))])
    stage.open()
    assert "$0.075 / $0.30" in str(stage.picker._model.index_of(ref).data(Qt.ItemDataRole.AccessibleTextRole))


def test_every_control_has_a_name(stage: Stage) -> None:
    controls = [*stage.picker.findChildren(QAbstractButton), stage.picker._field, stage.picker._list]
    nameless = [c for c in controls if not (c.accessibleName() or (isinstance(c, QAbstractButton) and c.text()))]
    assert len(controls) > 5
    assert not nameless


def test_two_thousand_models_are_instant(make: Callable[..., Stage]) -> None:
    many = [model(ModelRef("openai", f"model-{n}"), f"Model {n}", ("1", "2")) for n in range(2000)]
    stage = make(many)
    stage.open()
    started = time.perf_counter()
    stage.type("model 19")
    stage.picker.grab()
    assert time.perf_counter() - started < 0.1
    assert stage.at() == "Model 19"
