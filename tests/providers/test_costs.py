"""What a reply used and cost, from usage as each service reports it, to the nano-dollar.

Each case says in its comment how the cost comes about. `m` is a million; rates are US dollars for a million tokens.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from desktop.domain.cost import FREE, NOTHING, Cost, Price, Rates, Tier
from desktop.domain.errors import ProviderError
from desktop.domain.events import Identified, UsageReported
from desktop.domain.model import Dialect
from desktop.domain.usage import CostSource, Usage
from desktop.providers.registry import SERVICES
from tests.helpers.fake_service import Reply
from tests.providers.conftest import ask

CHAT, RESPONSES, ANTHROPIC = Dialect.OPENAI_CHAT, Dialect.OPENAI_RESPONSES, Dialect.ANTHROPIC
GEMINI, OLLAMA = Dialect.GEMINI, Dialect.OLLAMA


def rates(text: str) -> Rates:
    """`input/output/cache read/cache write/long cache write`, as far as they are told."""
    return Rates(*map(Decimal, text.split("/")))


@dataclass(frozen=True)
class Case:
    name: str
    service: str
    dialect: Dialect
    usage: dict[str, Any]
    rates: str
    tokens: Usage
    cost: str
    reported: str | None = None
    above: tuple[int, str] | None = None  # other rates for inputs longer than that
    per_request: str = "0"
    cached: dict[str, Any] | None = None  # Anthropic tells of its input first
    fails: bool = False  # after some text


CASES = [
    # 1,000 × 2/m = 0.002; 500 × 10/m = 0.005
    Case("plain", "openai", CHAT, {"prompt_tokens": 1000, "completion_tokens": 500}, "2/10",
         Usage(1000, 500), "0.007"),
    # 1,000 − 600 = 400 × 2/m = 0.0008; 600 × 0.1/m = 0.00006; 500 × 10/m = 0.005
    Case("cached read", "openai", CHAT,
         {"prompt_tokens": 1000, "completion_tokens": 500, "prompt_tokens_details": {"cached_tokens": 600}},
         "2/10/0.1", Usage(1000, 500, 600), "0.00586"),
    # 1,000 − 600 − 300 = 100 × 2/m = 0.0002; 600 × 0.1/m = 0.00006; 300 × 2.5/m = 0.00075; 7 × 10/m = 0.00007
    Case("cache write", "openai", CHAT,
         {"prompt_tokens": 1000, "completion_tokens": 7,
          "prompt_tokens_details": {"cached_tokens": 600, "cache_write_tokens": 300}},
         "2/10/0.1/2.5", Usage(1000, 7, 600, 300), "0.00108"),
    # reasoning is inside: 33 × 0.1/m = 0.0000033; 1,234 × 0.5/m = 0.000617
    Case("reasoning", "openai", CHAT,
         {"prompt_tokens": 33, "completion_tokens": 1234, "completion_tokens_details": {"reasoning_tokens": 1200}},
         "0.1/0.5", Usage(33, 1234, reasoning_tokens=1200), "0.0006203"),
    # 36 × 2/m = 0.000072; 87 × 10/m = 0.00087
    Case("plain", "openai", RESPONSES,
         {"input_tokens": 36, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
          "output_tokens": 87, "output_tokens_details": {"reasoning_tokens": 64}, "total_tokens": 123},
         "2/10/0.1/2.5", Usage(36, 87, reasoning_tokens=64), "0.000942"),
    # 272,001 are above 272,000, so all is at the higher rates:
    # 272,001 − 100,000 = 172,001 × 4/m = 0.688004; 100,000 × 0.2/m = 0.02; 1,000 × 15/m = 0.015
    Case("long input", "openai", RESPONSES,
         {"input_tokens": 272_001, "input_tokens_details": {"cached_tokens": 100_000}, "output_tokens": 1000},
         "2/10/0.1", Usage(272_001, 1000, 100_000), "0.723004", above=(272_000, "4/15/0.2")),
    # cache writes for 30 minutes and 12 hours, billed alike: 5,000 − 4,000 = 1,000 × 2/m = 0.002;
    # 4,000 × 2.5/m = 0.01; 20 × 10/m = 0.0002
    Case("cache write short and long", "openai", RESPONSES,
         {"input_tokens": 5000, "output_tokens": 20, "input_tokens_details": {
             "cache_write_tokens": 4000,
             "cache_write_tokens_details": {"ttl_30m_tokens": 1500, "ttl_12h_tokens": 2500}}},
         "2/10/0.1/2.5", Usage(5000, 20, cache_write_tokens=4000, cache_write_long_tokens=2500), "0.0122"),
    # it failed after some text, and said what it took: 400 × 2/m = 0.0008; 30 × 10/m = 0.0003
    Case("failed after text", "openai", RESPONSES, {"input_tokens": 400, "output_tokens": 30}, "2/10",
         Usage(400, 30), "0.0011", fails=True),
    # 250 × 1/m = 0.00025; 80 × 5/m = 0.0004
    Case("plain", "azure", RESPONSES, {"input_tokens": 250, "output_tokens": 80}, "1/5", Usage(250, 80), "0.00065"),
    Case("plain", "azure", CHAT, {"prompt_tokens": 250, "completion_tokens": 80}, "1/5", Usage(250, 80), "0.00065"),
    # 25 × 4/m = 0.0001; 89 × 20/m = 0.00178
    Case("plain", "anthropic", ANTHROPIC, {"output_tokens": 89}, "4/20/0.2/5/8", Usage(25, 89), "0.00188",
         cached={"input_tokens": 25, "output_tokens": 1}),
    # all input is 25 + 2,000 + 10,000 = 12,025: 25 × 4/m = 0.0001; 10,000 × 0.2/m = 0.002; 2,000 × 5/m = 0.01;
    # 300 × 20/m = 0.006
    Case("cached read and write 5 min", "anthropic", ANTHROPIC,
         {"output_tokens": 300, "output_tokens_details": {"thinking_tokens": 120}}, "4/20/0.2/5/8",
         Usage(12_025, 300, 10_000, 2000, 120), "0.0181",
         cached={"input_tokens": 25, "cache_creation_input_tokens": 2000, "cache_read_input_tokens": 10_000,
                 "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 0}}),
    # 10 × 4/m = 0.00004; 1,000 for 5 min × 5/m = 0.005; 3,000 for 1 h × 8/m = 0.024; 1 × 20/m = 0.00002
    Case("cache write 5 min and 1 h", "anthropic", ANTHROPIC, {"output_tokens": 1}, "4/20/0.2/5/8",
         Usage(4010, 1, 0, 4000, cache_write_long_tokens=3000), "0.02906",
         cached={"input_tokens": 10, "cache_creation_input_tokens": 4000,
                 "cache_creation": {"ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 3000}}),
    # overloaded after some text: what the start told of the input stays, and the one token that it announced:
    # 500 × 4/m = 0.002; 1 × 20/m = 0.00002
    Case("failed after text", "anthropic", ANTHROPIC, {}, "4/20", Usage(500, 1), "0.00202",
         cached={"input_tokens": 500, "output_tokens": 1}, fails=True),
    # thoughts are beside the answer: 11 + 20 = 31; 9 × 0.75/m = 0.00000675; 31 × 3.75/m = 0.00011625
    Case("reasoning", "gemini", GEMINI,
         {"promptTokenCount": 9, "candidatesTokenCount": 11, "thoughtsTokenCount": 20, "totalTokenCount": 40},
         "0.75/3.75", Usage(9, 31, reasoning_tokens=20), "0.000123"),
    # what tools read is beside the prompt: 100 + 50 = 150, of which 64 cached: 86 × 2/m = 0.000172;
    # 64 × 0.2/m = 0.0000128; 5 × 10/m = 0.00005
    Case("tools and cached read", "gemini", GEMINI,
         {"promptTokenCount": 100, "toolUsePromptTokenCount": 50, "cachedContentTokenCount": 64,
          "candidatesTokenCount": 5},
         "2/10/0.2", Usage(150, 5, 64), "0.0002348"),
    # 200 × 2/m = 0.0004; 40 × 10/m = 0.0004
    Case("plain", "vertex-express", GEMINI, {"promptTokenCount": 200, "candidatesTokenCount": 40}, "2/10",
         Usage(200, 40), "0.0008"),
    # 300 × 0.7/m = 0.00021; 120 × 2.1/m = 0.000252
    Case("plain", "mistral", CHAT, {"prompt_tokens": 300, "completion_tokens": 120, "total_tokens": 420}, "0.7/2.1",
         Usage(300, 120), "0.000462"),
    # by its own names: 1,000 − 896 = 104 × 0.15/m = 0.0000156; 896 × 0.003/m = 0.000002688; 250 × 0.6/m = 0.00015
    Case("cached read", "deepseek", CHAT,
         {"prompt_tokens": 1000, "completion_tokens": 250, "prompt_cache_hit_tokens": 896,
          "prompt_cache_miss_tokens": 104, "completion_tokens_details": {"reasoning_tokens": 200}},
         "0.15/0.6/0.003", Usage(1000, 250, 896, reasoning_tokens=200), "0.000168288"),
    # 70 × 2/m = 0.00014; 9 × 6/m = 0.000054
    Case("plain", "qwen", CHAT, {"prompt_tokens": 70, "completion_tokens": 9}, "2/6", Usage(70, 9), "0.000194"),
    # its own word counts: 0.00123456; by the list 100 × 4/m = 0.0004 + 40 × 20/m = 0.0008 = 0.0012
    Case("reported", "openrouter", CHAT,
         {"prompt_tokens": 100, "completion_tokens": 40, "cost": 0.00123456, "cost_details": {"x": 1}}, "4/20",
         Usage(100, 40, cost=Decimal("0.00123456")), "0.00123456", reported="0.0012"),
    # likewise in the other two protocols; nothing where it was free of charge
    Case("reported", "openrouter", RESPONSES, {"input_tokens": 100, "output_tokens": 40, "cost": 0}, "4/20",
         Usage(100, 40, cost=Decimal(0)), "0", reported="0.0012"),
    Case("reported", "openrouter", ANTHROPIC, {"output_tokens": 40, "cost": 0.002}, "4/20",
         Usage(100, 40, cost=Decimal("0.002")), "0.002", reported="0.0012", cached={"input_tokens": 100}),
    # 10¹⁰ ticks are a dollar: 12,345,000 ticks = 0.0012345; by the list 50 × 4/m + 60 × 12/m = 0.0002 + 0.00072
    Case("reported", "xai", RESPONSES,
         {"input_tokens": 50, "output_tokens": 60, "output_tokens_details": {"reasoning_tokens": 55},
          "cost_in_usd_ticks": 12_345_000},
         "4/12", Usage(50, 60, reasoning_tokens=55, cost=Decimal("0.0012345")), "0.0012345", reported="0.00092"),
    # reasoning is beside the answer: 10 + 300 = 310; 40 − 32 = 8 × 4/m = 0.000032; 32 × 1/m = 0.000032;
    # 310 × 12/m = 0.00372
    Case("reasoning and cached read", "xai", CHAT,
         {"prompt_tokens": 40, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 32},
          "completion_tokens_details": {"reasoning_tokens": 300}},
         "4/12/1", Usage(40, 310, 32, reasoning_tokens=300), "0.003784"),
    # 90 × 0.59/m = 0.0000531; 200 × 0.79/m = 0.000158
    Case("plain", "groq", CHAT, {"prompt_tokens": 90, "completion_tokens": 200, "queue_time": 0.1}, "0.59/0.79",
         Usage(90, 200), "0.0002111"),
    # 90 × 0.3/m = 0.000027; 200 × 1.2/m = 0.00024
    Case("plain", "together", CHAT, {"prompt_tokens": 90, "completion_tokens": 200}, "0.3/1.2", Usage(90, 200),
         "0.000267"),
    # 90 − 64 = 26 × 0.9/m = 0.0000234; 64 × 0.45/m = 0.0000288; 200 × 0.9/m = 0.00018
    Case("cached read", "fireworks", CHAT,
         {"prompt_tokens": 90, "completion_tokens": 200, "prompt_tokens_details": {"cached_tokens": 64}},
         "0.9/0.9/0.45", Usage(90, 200, 64), "0.0002322"),
    # reasoning and citations are beside the answer: 100 + 900 + 50 = 1,050; its own word counts: 0.0261;
    # by the list 20 × 2/m = 0.00004; 1,050 × 8/m = 0.0084
    Case("reported", "perplexity", CHAT,
         {"prompt_tokens": 20, "completion_tokens": 100, "reasoning_tokens": 900, "citation_tokens": 50,
          "num_search_queries": 3, "cost": {"input_tokens_cost": 0.00004, "total_cost": 0.0261}},
         "2/8", Usage(20, 1050, reasoning_tokens=900, cost=Decimal("0.0261")), "0.0261", reported="0.00844"),
    # 12 dollars for 1,000 requests: 0.012; 20 × 1/m = 0.00002; 100 × 1/m = 0.0001
    Case("a fee for each request", "perplexity", CHAT, {"prompt_tokens": 20, "completion_tokens": 100}, "1/1",
         Usage(20, 100), "0.01212", per_request="0.012"),
    # 500 − 256 − 100 = 144 × 2/m = 0.000288; 256 × 0.2/m = 0.0000512; 100 × 2.5/m = 0.00025; 10 × 10/m = 0.0001
    Case("cached read and write", "moonshot", CHAT,
         {"prompt_tokens": 500, "completion_tokens": 10,
          "prompt_tokens_details": {"cached_tokens": 256, "cache_write_tokens": 100}},
         "2/10/0.2/2.5", Usage(500, 10, 256, 100), "0.0006892"),
    # 30 × 0.6/m = 0.000018; 10 × 2.2/m = 0.000022
    Case("plain", "zhipu", CHAT, {"prompt_tokens": 30, "completion_tokens": 10}, "0.6/2.2", Usage(30, 10), "0.00004"),
    # 30 − 8 = 22 × 0.6/m = 0.0000132; 8 × 0.11/m = 0.00000088; 10 × 2.2/m = 0.000022
    Case("cached read", "zai", CHAT,
         {"prompt_tokens": 30, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 8}},
         "0.6/2.2/0.11", Usage(30, 10, 8), "0.00003608"),
    # 1 × 0.27/m = 0.00000027 and 1 × 0.42/m = 0.00000042: 690 nano-dollars
    Case("tiny", "siliconflow", CHAT, {"prompt_tokens": 1, "completion_tokens": 1}, "0.27/0.42", Usage(1, 1),
         "0.00000069"),
    # 3 × 0.0375/m = 0.0000001125, which rounds half to even: 112 nano-dollars
    Case("half a nano-dollar", "cohere", CHAT, {"prompt_tokens": 3, "completion_tokens": 0}, "0.0375/0.15", Usage(3, 0),
         "0.000000112"),
    # 60 × 0.1/m = 0.000006; 70 × 0.1/m = 0.000007
    Case("plain", "cerebras", CHAT, {"prompt_tokens": 60, "completion_tokens": 70}, "0.1/0.1", Usage(60, 70),
         "0.000013"),
    # the whole reply, not its last call: 900 × 2/m = 0.0018; 100 × 10/m = 0.001
    Case("several calls", "open-webui", CHAT,
         {"prompt_tokens": 500, "completion_tokens": 60, "input_tokens": 900, "output_tokens": 100}, "2/10",
         Usage(900, 100), "0.0028"),
    # 15 × 2/m = 0.00003; 5 × 10/m = 0.00005
    Case("plain", "litellm", CHAT, {"prompt_tokens": 15, "completion_tokens": 5}, "2/10", Usage(15, 5), "0.00008"),
    Case("plain", "portkey", CHAT, {"prompt_tokens": 15, "completion_tokens": 5}, "2/10", Usage(15, 5), "0.00008"),
    # on this computer nothing is billed
    Case("cached read", "llamacpp", CHAT,
         {"prompt_tokens": 40, "completion_tokens": 8, "prompt_tokens_details": {"cached_tokens": 30}}, "0/0",
         Usage(40, 8, 30), "0"),
    Case("plain", "ollama", OLLAMA, {"prompt_eval_count": 26, "eval_count": 298}, "0/0", Usage(26, 298), "0"),
    Case("plain", "lmstudio", CHAT, {"prompt_tokens": 4, "completion_tokens": 2}, "0/0", Usage(4, 2), "0"),
]  # fmt: skip

ERROR = {"error": {"type": "overloaded_error", "message": "Overloaded"}}


def stream(case: Case) -> Reply:
    """The answer of a service with that usage."""
    usage, end = case.usage, "max_tokens"
    match case.dialect:
        case Dialect.OPENAI_CHAT:
            chunk = {"id": "chatcmpl-7", "model": "m-2026"}
            delta = {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}], "usage": None}
            stop = {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}
            return Reply.sse(chunk | delta, chunk | stop, chunk | {"choices": [], "usage": usage}, "[DONE]")
        case Dialect.OPENAI_RESPONSES:
            response = {"id": "resp_7", "model": "m-2026"}
            delta = {"type": "response.output_text.delta", "delta": "Hi"}
            ended = {"type": "response.failed" if case.fails else "response.completed"}
            error = ERROR if case.fails else {}
            whole = ended | {"response": response | error | {"usage": usage}}
            return Reply.sse({"type": "response.created", "response": response}, delta, whole)
        case Dialect.ANTHROPIC:
            message = {"id": "msg_7", "model": "m-2026", "usage": case.cached}
            delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}}
            ended = {"type": "message_delta", "delta": {"stop_reason": end}, "usage": usage}
            start = {"type": "message_start", "message": message}
            return Reply.sse(start, delta, {"type": "error"} | ERROR if case.fails else ended, {"type": "message_stop"})
        case Dialect.GEMINI:
            about = {"modelVersion": "m-2026", "responseId": "r7"}
            parts = {"content": {"role": "model", "parts": [{"text": "Hi"}]}}
            first = {"candidates": [parts], "usageMetadata": {"promptTokenCount": 1}}
            last = {"candidates": [{"finishReason": "STOP"}], "usageMetadata": usage}
            return Reply.sse(about | first, about | last)
        case _:
            told = {"model": "m-2026", "message": {"role": "assistant", "content": "Hi"}, "done": True} | usage
            return Reply.json(told)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.service} {case.dialect} {case.name}")
async def test_what_it_cost(fake, endpoint, case):
    fake.reply("/", stream(case))
    try:
        events = await ask(endpoint(case.service, case.dialect))
        assert not case.fails
    except ProviderError as error:
        assert case.fails
        events = error.events
    usage = [event.usage for event in events if isinstance(event, UsageReported)][-1]
    assert usage == case.tokens

    tiers = () if case.above is None else (Tier(case.above[0], rates(case.above[1])),)
    price = Price("list", rates(case.rates), tiers, Decimal(case.per_request))
    cost = Cost.of(usage, price if set(case.rates) != {"0", "/"} else NOTHING)
    assert cost.amount == Decimal(case.cost)
    assert cost.amount.as_tuple().exponent == -9
    if case.reported is None:
        assert cost.source is CostSource.COMPUTED
    else:
        assert (cost.source, cost.computed) == (CostSource.REPORTED, Decimal(case.reported))

    ids = {CHAT: "chatcmpl-7", RESPONSES: "resp_7", ANTHROPIC: "msg_7", GEMINI: "r7", OLLAMA: ""}
    said = [event for event in events if isinstance(event, Identified)]
    assert said == [Identified("m-2026", ids[case.dialect])]


PLAIN: dict[Dialect, dict[str, Any]] = {
    CHAT: {"prompt_tokens": 1000, "completion_tokens": 500},
    RESPONSES: {"input_tokens": 1000, "output_tokens": 500},
    ANTHROPIC: {"output_tokens": 500},
    GEMINI: {"promptTokenCount": 1000, "candidatesTokenCount": 500},
    OLLAMA: {"prompt_eval_count": 1000, "eval_count": 500},
}
EVERY = [(row.id, dialect) for row in SERVICES for dialect in row.dialects if dialect is not Dialect.TOUR]


@pytest.mark.parametrize(("service", "dialect"), EVERY)
async def test_plain_usage_of_every_service_in_each_of_its_dialects(fake, endpoint, service, dialect):
    # 1,000 × 2/m = 0.002; 500 × 10/m = 0.005
    case = Case("", service, dialect, PLAIN[dialect], "2/10", Usage(), "", cached={"input_tokens": 1000})
    fake.reply("/", stream(case))
    reported = [event for event in await ask(endpoint(service, dialect)) if isinstance(event, UsageReported)]
    assert reported[-1].usage == Usage(1000, 500)
    assert Price("list", rates("2/10")).cost(reported[-1].usage) == Decimal("0.007")


def test_stopped_early_what_was_written_is_counted_from_the_text():
    # 1,000 × 4/m = 0.004; the 12 tokens that were estimated from the text × 20/m = 0.00024
    stopped = Usage(1000, 12, estimated=True)
    assert Cost.of(stopped, Price("list", rates("4/20"))) == Cost(
        Decimal("0.00424"), CostSource.ESTIMATED, "list", Decimal("0.00424"), Decimal(0)
    )
    assert Cost.of(stopped, NOTHING).source is CostSource.COMPUTED
    assert Cost.of(stopped, NOTHING).price_id == FREE


def test_a_price_that_nobody_knows_is_no_zero():
    assert Cost.of(Usage(1000, 12), None) == Cost(None, CostSource.UNPRICED)
    told = Usage(1000, 12, cost=Decimal("0.5"))
    assert Cost.of(told, None).amount == Decimal("0.5")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("x-request-id", "h1"), ("request-id", "h1"), ("x-generation-id", "h1"), ("x-litellm-call-id", "h1")],
)
async def test_the_headers_name_the_request_better_than_the_body(fake, endpoint, name, expected):
    reply = stream(CASES[0])
    fake.reply("/", Reply(reply.body, content_type=reply.content_type, headers=((name, "h1"),)))
    events = await ask(endpoint("openai", CHAT))
    assert Identified("m-2026", expected) in events


async def test_openrouters_generation_goes_before_its_request(fake, endpoint):
    reply = stream(CASES[0])
    headers = (("x-request-id", "req-1"), ("x-generation-id", "gen-1"))
    fake.reply("/", Reply(reply.body, content_type=reply.content_type, headers=headers))
    assert Identified("m-2026", "gen-1") in await ask(endpoint("openrouter", CHAT))


async def test_a_server_that_names_no_model(fake, endpoint):
    fake.reply("/", Reply.sse({"id": "", "model": "", "choices": []}, {"choices": [{"delta": {"content": "x"}}]}))
    try:
        events = await ask(endpoint("openai", CHAT))
    except ProviderError as error:
        events = error.events
    assert not [event for event in events if isinstance(event, Identified)]
