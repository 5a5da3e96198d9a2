"""The model picker: what it lists, how it is searched and filtered, what its keys do, and how the models do."""

import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop.domain.errors import AppError, KeyRejected, Overloaded, StorageError
from desktop.domain.figures import NBSP
from desktop.domain.limits import RateLimits
from desktop.domain.message import Status
from desktop.domain.model import Capability, Dialect, KeyRef, Model, ModelRef, Provider
from desktop.domain.route import Route, Strategy, Target
from desktop.services.health import HOUR_MS, Report, of_tries
from desktop.services.routes import Routes
from desktop.services.standing import Standing
from desktop.settings.files import Writer
from desktop.settings.store import Settings
from desktop.storage.ledger import Try
from desktop.ui.chat.model_picker import ModelPicker
from desktop.ui.chat.model_picker_conditions import Conditions
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
        self.made: list[Route] = []
        self.labels: tuple[str, ...] = ()

    def routes(self) -> tuple[Route, ...]:
        return tuple(self.made)

    def model(self, ref: ModelRef) -> Model | None:
        return next((m for m in self.known if m.ref == ref), None)

    def name_of(self, ref: ModelRef) -> str:
        found = self.model(ref)
        return found.name if found else ref.model_id

    def key_labels(self, provider_id: str) -> tuple[str, ...]:
        return self.labels

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
        self.made = [replace(r, favourite=favourite) if r.ref == ref else r for r in self.made]

    async def refresh(self, provider_id: str) -> tuple[Model, ...]:
        self.fetched.append(provider_id)
        self.known.append(model(ModelRef(provider_id, "new"), "New model"))
        return self.models(provider_id)


def plain(text: object) -> str:
    return str(text).replace(NBSP, " ")


class StepTasks:
    def start(self, coroutine: Coroutine[Any, Any, Any], *, on_error: Callable[[AppError], None] | None = None) -> None:
        try:
            with pytest.raises(StopIteration):
                coroutine.send(None)
        except AppError as error:
            assert on_error is not None
            on_error(error)


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

    def read_out(self, ref: ModelRef) -> str:
        """The row as a screen reader has it, with plain spaces."""
        return plain(self.picker._model.index_of(ref).data(Qt.ItemDataRole.AccessibleTextRole))

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
    def make(
        models: Sequence[Model] | None = None,
        providers: Sequence[Provider] = PROVIDERS,
        routes: Sequence[Route] = (),
        conditions: Callable[[FakeCatalogue], Conditions] | None = None,
    ) -> Stage:
        catalogue = FakeCatalogue(seeded() if models is None else models, providers)
        catalogue.made = list(routes)
        known = conditions(catalogue) if conditions else None
        window = QWidget()
        window.resize(1280, 810)
        anchor = QWidget(window)
        anchor.setGeometry(100, 12, 168, 28)
        qtbot.addWidget(window)
        window.show()
        picker = ModelPicker(theme, catalogue, StepTasks(), window, conditions=known)  # type: ignore[arg-type]
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
        (ModelRef("openai", "gpt-1"), "GPT 1, OpenAI, gpt-1, price unknown"),
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


# Routes

EVERYDAY = Route("r1", "Everyday", (Target(MEDIUM), Target(SONNET), Target(HAIKU)))
THRIFTY = Route("r2", "Thrifty", (Target(SONNET), Target(HAIKU)), Strategy.CHEAPEST)
BLIND = Route("r3", "Blind", (Target(SONNET), Target(ModelRef("ollama", "qwen3:4b"))))


def test_routes_stand_above_the_favourites(make: Callable[..., Stage]) -> None:
    stage = make(routes=[EVERYDAY, THRIFTY])
    stage.open()
    assert stage.rows()[:6] == ["[Routes]", "Everyday", "Thrifty", "{New route…}", "[Favourites]", "Claude Sonnet 5.5"]
    assert stage.picker._field.placeholderText() == "Search 74 models"


def test_a_route_reads_out_its_strategy_and_models_at_the_price_of_the_first(make: Callable[..., Stage]) -> None:
    stage = make(routes=[EVERYDAY, THRIFTY])
    stage.open(EVERYDAY.ref)
    assert stage.at() == "Everyday"
    models = "In order · 3 models: Mistral Medium 3.5, Claude Sonnet 5.5, Claude Haiku 5.5"
    assert stage.read_out(EVERYDAY.ref) == f"Everyday, Route, {models}, $1.50 / $7.50, in use"
    assert "$0.10 / $0.50" in stage.read_out(THRIFTY.ref)  # the cheapest is asked first


def test_a_route_is_chosen_searched_and_made_the_default_like_a_model(make: Callable[..., Stage], qtbot: Any) -> None:
    stage = make(routes=[EVERYDAY, THRIFTY])
    stage.open()
    stage.type("thrifty")
    assert stage.rows() == ["[Routes]", "Thrifty"]
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert stage.catalogue.default == THRIFTY.ref
    qtbot.keyClick(stage.picker._field, Qt.Key.Key_Return)
    assert stage.chosen == [THRIFTY.ref]


def test_whoever_types_a_models_name_gets_the_model(make: Callable[..., Stage]) -> None:
    stage = make(routes=[EVERYDAY])
    stage.open()
    stage.type("haiku")
    assert stage.at() == "Claude Haiku 5.5"
    assert "Everyday" not in stage.rows()


def test_a_favourite_route_stands_among_the_favourites(make: Callable[..., Stage], qtbot: Any) -> None:
    stage = make(routes=[EVERYDAY])
    stage.open(EVERYDAY.ref)
    qtbot.keyClick(stage.picker._field, "d", Qt.KeyboardModifier.ControlModifier)
    assert stage.rows()[:4] == ["[Routes]", "{New route…}", "[Favourites]", "Everyday"]
    assert stage.at() == "Everyday"


def test_a_route_passes_a_filter_if_all_its_models_do(make: Callable[..., Stage], qtbot: Any) -> None:
    stage = make(routes=[EVERYDAY, BLIND])
    stage.open()
    qtbot.keyClick(stage.picker._field, "1", Qt.KeyboardModifier.AltModifier)
    assert stage.rows()[:3] == ["[Routes]", "Everyday", "[Favourites]"]
    qtbot.keyClick(stage.picker._field, "4", Qt.KeyboardModifier.AltModifier)
    assert not stage.picker._model.has_models()


@pytest.mark.parametrize("routes", [[], [EVERYDAY]])
def test_new_route_leads_to_the_settings(make: Callable[..., Stage], qtbot: Any, routes: list[Route]) -> None:
    stage = make(routes=routes)
    stage.open()
    at = stage.rows().index("{New route…}")
    assert (at < 3) == bool(routes)  # without any it does not stand before the models
    with qtbot.waitSignal(stage.picker.settings_requested) as asked:
        stage.picker._choose(stage.picker._model.index(at))
    assert asked.args == ["routes", ""]
    assert not stage.picker.isVisible()


# How they do

DAY_MS = 24 * HOUR_MS


def tries(
    ref: ModelRef, answered: int, failed: int, *, hours_ago: int = 0, ttft: int = 850, code: str = ""
) -> list[Try]:
    at = DAY_MS - hours_ago * HOUR_MS - 1000
    worked = Try("m", ref, "", "", at, ttft, 3000, 100, Status.COMPLETE, "")
    return [worked] * answered + [replace(worked, ttft_ms=None, status=Status.FAILED, error_code=code)] * failed


class FakeHealth:
    def __init__(self, found: list[Try]) -> None:
        self.found = found
        self.broken = False

    async def report(self, period_ms: int) -> Report:
        if self.broken:
            raise StorageError("Cannot be read")
        return of_tries(self.found, 0, period_ms)

    def speeds(self) -> dict[ModelRef, float]:
        return {}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Known:
    """A stage whose picker shows conditions, and what they come from."""

    stage: Stage
    standing: Standing
    health: FakeHealth
    clock: Clock


@pytest.fixture
def known(make: Callable[..., Stage], tmp_path: Path) -> Callable[..., Known]:
    def build(*found: list[Try], routes: Sequence[Route] = (), labels: tuple[str, ...] = ()) -> Known:
        def failed(path: Path, error: BaseException) -> None:
            pytest.fail(f"{path}: {error}")

        writer, clock = Writer(on_error=failed), Clock()
        standing = Standing(tmp_path / "standing.json", writer, clock)
        health = FakeHealth([each for some in found for each in some])

        def conditions(catalogue: FakeCatalogue) -> Conditions:
            catalogue.labels = labels
            settings = Settings(tmp_path / "settings.json", writer)
            services = Routes(catalogue, standing, settings, None)  # type: ignore[arg-type]
            return Conditions(catalogue, services, health)  # type: ignore[arg-type]

        return Known(make(routes=routes, conditions=conditions), standing, health, clock)

    return build


def heading(stage: Stage, title: str) -> str:
    """What stands after a provider's name."""
    model = stage.picker._model
    row = next(r for at in range(model.rowCount()) if isinstance(r := model.row(at), Heading) and r.title == title)
    note = model.condition(row)
    return f"{note.dot}: {note.full}" if note else ""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], ""),
        (tries(HAIKU, 1, 4), "danger: Down: 4 of 5 failed in the last hour"),
        (tries(HAIKU, 0, 1), "warning-fill: 1 of 1 failed in the last hour"),  # one failure is no outage
        (tries(HAIKU, 3, 2), "warning-fill: 2 of 5 failed in the last hour"),
        (tries(HAIKU, 49, 1), "success: 49 of 50 answered in the last day"),
        (tries(HAIKU, 0, 9, hours_ago=2) + tries(HAIKU, 1, 0), "success: 1 of 10 answered in the last day"),
        (tries(HAIKU, 0, 3, code="no_credit"), "warning-fill: balance used up"),
        (tries(HAIKU, 1, 3, code="no_credit"), "danger: Down: 3 of 4 failed in the last hour"),
    ],
)
def test_a_heading_says_how_its_provider_does(known: Callable[..., Known], found: list[Try], expected: str) -> None:
    stage = known(found).stage
    stage.open()
    assert heading(stage, "Anthropic") == expected
    assert heading(stage, "Gemini") == ""


def test_a_rejected_key_is_told_until_it_is_tested(known: Callable[..., Known]) -> None:
    told = known(labels=("Work", "Personal"))
    told.stage.open()
    told.standing.failed(Target(HAIKU, "Work"), KeyRejected(""))
    assert heading(told.stage, "Anthropic") == ""  # the other one still works
    told.standing.failed(Target(HAIKU, "Personal"), KeyRejected(""))
    assert heading(told.stage, "Anthropic") == "danger: key rejected"
    told.standing.accept(KeyRef("anthropic", "Work"))
    assert heading(told.stage, "Anthropic") == ""


def test_rows_say_what_is_wrong_and_how_fast_they_are(known: Callable[..., Known]) -> None:
    stage = known(tries(HAIKU, 1, 4), tries(MEDIUM, 3, 0, ttft=640), routes=[EVERYDAY]).stage
    stage.open()
    down = "Down: 4 of 5 failed in the last hour"
    assert stage.read_out(HAIKU).endswith(f"$0.10 / $0.50, first token 0.9 s, {down}")
    assert stage.read_out(SONNET).endswith(f"$2 / $10, Anthropic: {down}, favourite")  # no heading says it there
    assert stage.read_out(ModelRef("anthropic", "claude-opus-5.5")).endswith("$4 / $20")
    assert "$1.50 / $7.50, first token 0.6 s, in use" in stage.read_out(MEDIUM)
    assert "first token 0.6 s" in stage.read_out(EVERYDAY.ref)
    tip = str(stage.picker._model.index_of(MEDIUM).data(Qt.ItemDataRole.ToolTipRole))
    assert tip == "mistral-medium-3.5\n3 of 3 answered in the last day"


def test_what_cools_counts_down(known: Callable[..., Known], qtbot: Any) -> None:
    told = known(routes=[THRIFTY])
    for _try in range(3):
        told.standing.failed(Target(HAIKU), Overloaded(""))
    told.stage.open()
    assert ", cooling, 5 s" in told.stage.read_out(HAIKU)
    assert "cooling" not in told.stage.read_out(THRIFTY.ref)  # its other model answers
    for _try in range(3):
        told.standing.failed(Target(SONNET), Overloaded(""))
    assert ", cooling, 5 s" in told.stage.read_out(THRIFTY.ref)
    told.clock.now += 3
    assert ", cooling, 2 s" in told.stage.read_out(HAIKU)
    told.clock.now += 3
    assert "cooling" not in told.stage.read_out(HAIKU)


def test_only_rows_that_count_are_painted_each_second(known: Callable[..., Known], qtbot: Any) -> None:
    told = known()
    told.stage.open()
    painted: list[str] = []
    delegate = told.stage.picker._list._delegate
    paint = delegate.paint

    def watch(painter: Any, option: Any, index: Any) -> None:
        if option.rect.intersects(painter.clipBoundingRect().toRect()):
            painted.append(str(index.data()))
        paint(painter, option, index)

    delegate.paint = watch  # type: ignore[method-assign]
    qtbot.waitUntil(lambda: "Claude Sonnet 5.5" in painted)
    QApplication.processEvents()
    for _try in range(3):
        told.standing.failed(Target(HAIKU), Overloaded(""))
    for after_s in (0, 2, 9):
        told.clock.now += after_s
        painted.clear()
        told.stage.picker._list.count_down()
        qtbot.waitUntil(lambda: bool(painted))
        assert "Claude Haiku 5.5" in painted  # also once when it has ended
        assert "Claude Sonnet 5.5" not in painted
    painted.clear()
    told.stage.picker._list.count_down()
    QApplication.processEvents()
    assert painted == []
    assert told.stage.picker._seconds.isActive()
    told.stage.picker.hide()
    assert not told.stage.picker._seconds.isActive()


def test_few_requests_left_are_told(known: Callable[..., Known]) -> None:
    told = known(labels=("Work",))
    told.stage.open()
    index = told.stage.picker._model.index_of(HAIKU)

    def described() -> str:
        return plain(index.data(Qt.ItemDataRole.AccessibleDescriptionRole))

    for limits, expected in (
        (RateLimits(12, 40), "12 requests left, resets in 40 s"),
        (RateLimits(1, None), "1 request left"),
        (RateLimits(900, 40, 2500, 7), "2,500 tokens left, resets in 7 s"),
        (RateLimits(900, 40, 90_000, 7), ""),
    ):
        told.standing.set_limits(Target(HAIKU, "Work"), limits)
        assert described() == expected
    told.standing.set_limits(Target(HAIKU, "Work"), RateLimits(12, 40))
    tip = plain(index.data(Qt.ItemDataRole.ToolTipRole))
    assert tip == "claude-haiku-5.5\n12 requests left, resets in 40 s"
    told.clock.now += 41
    assert described() == ""
    told.stage.catalogue.labels = ("Work", "Personal")
    told.standing.set_limits(Target(HAIKU, "Personal"), RateLimits(2, 10))
    assert described() == "Personal: 2 requests left, resets in 10 s"


def test_without_figures_the_list_is_there_and_the_old_ones_stay(known: Callable[..., Known]) -> None:
    told = known(tries(HAIKU, 1, 4))
    told.stage.open()
    told.health.broken = True
    told.stage.open()
    assert heading(told.stage, "Anthropic") == "danger: Down: 4 of 5 failed in the last hour"


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_conditions_never_run_into_the_columns(known: Callable[..., Known], direction: Qt.LayoutDirection) -> None:
    told = known(tries(HAIKU, 1, 4), tries(MEDIUM, 1, 0), routes=[EVERYDAY])
    told.stage.picker.setLayoutDirection(direction)
    told.stage.picker._model.default = EVERYDAY.ref
    boxes: list[tuple[int, int, int]] = []
    delegate = told.stage.picker._list._delegate
    text = delegate._text

    def watch(painter: Any, option: Any, box: Any, shown: str, *rest: Any) -> None:
        if shown and option.rect.height() == 36:
            boxes.append((option.rect.top(), box.left(), box.right()))
        text(painter, option, box, shown, *rest)

    delegate._text = watch  # type: ignore[method-assign]
    told.stage.open(EVERYDAY.ref)
    told.stage.picker.grab()
    rows = {top: sorted((left, right) for at, left, right in boxes if at == top) for top, *_ in boxes}
    assert len(rows) > 8
    for parts in rows.values():
        assert all(right < left + 2 for (_left, right), (left, _right) in pairwise(parts))
