"""A used program: the providers, models and conversations that the pictures in docs/screenshots show.

Prices are US dollars per million tokens, windows are tokens; the figures are examples and not anybody's price list.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from desktop.domain.ids import now_ms
from desktop.domain.model import Capability, Model, ModelRef
from desktop.domain.usage import Usage
from desktop.providers import registry
from desktop.settings import options
from tests.helpers import every_block, seed

VISION, TOOLS, REASONING, JSON = Capability.VISION, Capability.TOOLS, Capability.REASONING, Capability.JSON
ALL = frozenset({VISION, TOOLS, REASONING, JSON})
USES_TOOLS = frozenset({TOOLS, JSON})

KEYS = {
    "openai": ("Personal",),
    "anthropic": ("Personal",),
    "gemini": ("Personal",),
    "mistral": ("Personal", "Work"),
    "deepseek": ("Personal",),
    "openrouter": ("Personal",),
    "ollama": (),
}

# provider: (id, name, window, capabilities, input price, output price, favourite, shown)
MODELS: dict[str, list[tuple[str, str, int, frozenset[Capability], str | None, str | None, bool, bool]]] = {
    "openai": [
        ("gpt-6-luna", "GPT-6 Luna", 1_000_000, ALL, "0.10", "0.50", True, True),
        ("gpt-6-sol", "GPT-6 Sol", 1_000_000, ALL, "2.50", "15", False, True),
    ],
    "anthropic": [
        ("claude-sonnet-5-5", "Claude Sonnet 5.5", 1_000_000, ALL, "2", "10", True, True),
        ("claude-haiku-5-5", "Claude Haiku 5.5", 1_000_000, ALL, "0.10", "0.50", False, True),
        ("claude-opus-5-5", "Claude Opus 5.5", 1_000_000, ALL, "4", "20", False, True),
    ],
    "gemini": [
        ("gemini-4-argon", "Gemini 4 Argon", 1_000_000, ALL, "2", "10", False, True),
        ("gemini-3.8-flash", "Gemini 3.8 Flash", 1_000_000, ALL, "0.75", "3.75", False, True),
    ],
    "mistral": [
        ("mistral-medium-latest", "Mistral Medium 3.5", 262_000, ALL, "1.50", "7.50", True, True),
        ("mistral-small-latest", "Mistral Small 4", 262_000, ALL, "0.15", "0.60", True, True),
        ("mistral-large-4", "Mistral Large 4", 1_000_000, ALL, "0.70", "2.10", False, True),
        ("codestral-latest", "Codestral", 256_000, USES_TOOLS, "0.30", "0.90", False, True),
        ("ministral-14b-2512", "Ministral 3 14B", 262_000, USES_TOOLS | {VISION}, "0.20", "0.20", False, True),
        ("ministral-8b-2512", "Ministral 3 8B", 262_000, USES_TOOLS | {VISION}, "0.15", "0.15", False, False),
        ("ministral-3b-2512", "Ministral 3 3B", 131_000, USES_TOOLS | {VISION}, "0.10", "0.10", False, False),
        ("mistral-large-2512", "Mistral Large 3", 262_000, USES_TOOLS | {VISION}, "0.50", "1.50", False, False),
        ("voxtral-small-24b-2507", "Voxtral Small", 32_000, USES_TOOLS, "0.10", "0.40", False, False),
        ("open-mistral-nemo", "Mistral NeMo", 128_000, USES_TOOLS, "0.15", "0.15", False, False),
        ("magistral-medium-2509", "Magistral Medium", 128_000, frozenset({TOOLS, REASONING}), None, None, False, False),
    ],
    "deepseek": [("deepseek-v4-pro", "DeepSeek V4 Pro", 1_000_000, USES_TOOLS, "1.32", "3.96", False, True)],
    "openrouter": [],
    "ollama": [
        ("qwen3:4b", "qwen3:4b", 40_000, USES_TOOLS | {REASONING}, None, None, False, True),
        ("llama3.2:3b", "llama3.2:3b", 131_000, USES_TOOLS, None, None, False, True),
        ("gemma3:4b", "gemma3:4b", 131_000, frozenset({VISION}), None, None, False, True),
    ],
}

MORTGAGE = "Mortgage overpayment maths"
POSTGRES = "Postgres index advice"

MORTGAGE_QUESTION = "£240,000 at 4.2% over 25 years: what do £100 or £250 extra a month save?"
MORTGAGE_REASONING = """\
The standard annuity payment first. r = 0.042 / 12 = 0.0035, n = 300, so M = 240000 · 0.0035 / (1 − 1.0035^−300).

That gives 1293.46 a month. For the overpayments, solve for n with the larger payment, then compare the interest."""
MORTGAGE_ANSWER = """\
Your payment is **£1,293.46** a month. An extra £250 clears the loan **6 years 3 months early**.

### How it is worked out

With the loan $P$, monthly rate $r = 0.042/12$ and $n = 300$ payments:

$$M = \\frac{P\\,r}{1-(1+r)^{-n}} = \\frac{240\\,000 \\times 0.0035}{1-1.0035^{-300}} \\approx 1\\,293.46$$

| Extra a month | Paid off in | Interest | Saved |
| --- | ---: | ---: | ---: |
| None | 25 years | £148,038 | — |
| £100 | 22 years 1 month | £128,260 | £19,778 |
| £250 | 18 years 9 months | £107,122 | **£40,916** |

- Before you overpay, check the offer:
  - many lenders allow **10% of the balance** a year without a charge

```python
from math import log
def months_to_clear(balance, rate, payment):
    return -log(1 - balance * rate / payment) / log(1 + rate)  # 224.9
```
"""
FOLLOW_UP = "What if the rate goes up to 5% in year three?"
FOLLOW_UP_ANSWER = """\
From month 25 you still owe **£228,667**, so at 5% the payment rises to **£1,395.80**, which is £102.34 more a month.

### Does overpaying still help?

Yes, and by more than before. Keep the extra £250 going and the loan ends after **18 years 8 months**, with £51,487 \
less inter"""


def model(provider_id: str, number: int = 0) -> tuple[ModelRef, str, str]:
    """A sample model: which one, its name and its provider's name."""
    identifier, name, *_rest = MODELS[provider_id][number]
    return ModelRef(provider_id, identifier), name, registry.service(provider_id).name


def answer(by: tuple[ModelRef, str, str], text: str, cost: str | None, **more: object) -> seed.Answer:
    usage = Usage(input_tokens=1204, output_tokens=320, cost=Decimal(cost) if cost else None)
    return seed.Answer(*by, text, usage, **more)  # type: ignore[arg-type]


def fill(data: Path) -> None:
    fill_models(data)
    seed.chats(data, conversations())


def fill_models(data: Path) -> None:
    """Providers and models, and no chats."""
    for provider_id in KEYS:
        seed.provider(data, registry.provider_from(registry.service(provider_id)))
        seed.model_list(data, provider_id, [_model(provider_id, *row) for row in MODELS[provider_id]])
    seed.default_model(data, model("mistral")[0])


def fill_page(data: Path, script: str, zoom: int) -> None:
    """A conversation with every kind of block, shown at a zoom in percent."""
    question, text = every_block.PAGES[script]
    reply = answer(model("mistral"), text, "0.0042", reasoning=every_block.REASONING, reasoning_ms=6000)
    seed.setting(data, options.ZOOM, zoom)
    seed.chats(data, [seed.Chat(question, (seed.Exchange(question, (reply,)),), now_ms())])


def _model(
    provider_id: str,
    identifier: str,
    name: str,
    window: int,
    can: frozenset[Capability],
    price_in: str | None,
    price_out: str | None,
    favourite: bool,
    shown: bool,
) -> Model:
    return Model(
        ModelRef(provider_id, identifier),
        name,
        context_window=window,
        capabilities=can,
        input_price=Decimal(price_in) if price_in else None,
        output_price=Decimal(price_out) if price_out else None,
        size_bytes=2_500_000_000 if provider_id == "ollama" else None,
        favourite=favourite,
        shown=shown,
    )


def conversations() -> list[seed.Chat]:
    """Newest first, spread over the time groups of the list as they stand today."""
    now = datetime.now().astimezone()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)

    def today(part: int) -> int:
        """The later the smaller `part` of 5 is, and never before midnight."""
        return int((midnight + (now - midnight) * (5 - part) / 5).timestamp() * 1000)

    def days_ago(days: int, hour: int) -> int:
        return int((midnight - timedelta(days=days) + timedelta(hours=hour)).timestamp() * 1000)

    mortgage = tuple(
        answer(
            model("mistral"),
            MORTGAGE_ANSWER,
            "0.0042",
            reasoning=MORTGAGE_REASONING,
            reasoning_ms=6000,
            ttft_ms=600,
            duration_ms=4410,
        )
        for _ in range(3)
    )
    return [
        seed.Chat(MORTGAGE, (seed.Exchange(MORTGAGE_QUESTION, mortgage, shown=1),), today(0)),
        _short(POSTGRES, model("anthropic"), "0.1840", today(1)),
        _short("Refusal letter to the landlord", model("mistral", 1), "0.0046", today(2), unread=True),
        _short("Tenancy agreement, in Portuguese", model("gemini", 1), "0.2173", today(3), tags=("home",)),
        _short("Weekly meal planner", model("openai"), "0.0310", days_ago(3, 18), pinned=True),
        _short("Lisbon in May, four days", model("gemini"), "0.0402", days_ago(1, 20)),
        _short("Name ideas for the allotment", model("ollama"), None, days_ago(1, 9)),
        _short("SQL: keep only the latest row", model("deepseek"), "0.0018", days_ago(3, 15)),
        _short("Rust lifetimes, slowly", model("anthropic", 1), "0.0217", days_ago(5, 11)),
    ]


def _short(
    title: str,
    by: tuple[ModelRef, str, str],
    cost: str | None,
    at_ms: int,
    *,
    pinned: bool = False,
    unread: bool = False,
    tags: tuple[str, ...] = (),
) -> seed.Chat:
    exchange = seed.Exchange(f"{title}?", (answer(by, "Gladly. Here is a first sketch.", cost),))
    return seed.Chat(title, (exchange,), at_ms, pinned, unread, tags)
