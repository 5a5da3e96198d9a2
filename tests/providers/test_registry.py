"""The rows, and the addresses made from them and from what a person types."""

from urllib.parse import urlsplit

import pytest

from desktop.domain.errors import BadAddress
from desktop.domain.model import Dialect
from desktop.providers.address import is_loopback, normalise
from desktop.providers.registry import SERVICES, KeyNeed, Listing, provider_from, service, service_for_key

CHAT, RESPONSES, ANTHROPIC = Dialect.OPENAI_CHAT, Dialect.OPENAI_RESPONSES, Dialect.ANTHROPIC
GEMINI, OLLAMA = Dialect.GEMINI, Dialect.OLLAMA


def test_ids_and_names_are_unique():
    assert len({row.id for row in SERVICES}) == len({row.name for row in SERVICES}) == len(SERVICES) == 32


@pytest.mark.parametrize("row", SERVICES, ids=lambda row: row.id)
def test_a_row_is_whole(row):
    assert row.dialects
    assert len(set(row.dialects)) == len(row.dialects)
    assert {dialect for dialect, _base in row.bases} <= set(row.dialects)
    assert bool(row.quirks.known_models) == (row.quirks.listing is Listing.SHIPPED)
    for page in (row.key_page, row.billing_page, row.status_page):
        assert page is None or page.startswith("https://")
    if row.key is KeyNeed.REQUIRED and row.id != "open-webui":
        assert row.key_page
    if row.discovery_port:
        assert urlsplit(row.base_url).port == row.discovery_port
        assert row.local
    if row.base_url and "{" not in row.base_url:
        for dialect in row.dialects:
            base = row.base_for(dialect)
            provider = provider_from(row, dialect=dialect)
            assert provider.base_url == base
            once = normalise(base, dialect, row)
            assert normalise(once, dialect, row) == once
            assert base.startswith(once)
    hash(row)


@pytest.mark.parametrize(
    ("key", "service_id"),
    [
        ("sk-ant-api03-abc", "anthropic"),
        ("sk-or-v1-abc", "openrouter"),
        ("sk-proj-abc", "openai"),
        (" AIzaSyAbc\n", "gemini"),
        ("gsk_abc", "groq"),
        ("xai-abc", "xai"),
        ("pplx-abc", "perplexity"),
        ("nvapi-abc", "nvidia"),
        ("csk-abc", "cerebras"),
        ("sk-abc", None),
        ("abc", None),
        ("", None),
    ],
)
def test_a_key_names_its_service(key, service_id):
    found = service_for_key(key)
    assert (found.id if found else None) == service_id


def test_a_service_that_is_gone_is_a_custom_one():
    assert service("no-such").id == "custom"


def test_a_provider_from_a_row():
    provider = provider_from(service("ollama"), dialect=CHAT)
    assert (provider.id, provider.service_id, provider.base_url) == ("ollama", "ollama", "http://localhost:11434/v1")
    own = provider_from(service("custom"), id="mine", name="Mine", base_url="http://host/v1/", custom=True)
    assert (own.id, own.name, own.base_url, own.custom) == ("mine", "Mine", "http://host/v1", True)


@pytest.mark.parametrize(
    ("text", "dialect", "service_id", "expected"),
    [
        ("https://api.openai.com/v1/", RESPONSES, "openai", "https://api.openai.com/v1"),
        ("https://api.openai.com", CHAT, "openai", "https://api.openai.com/v1"),
        (" https://api.openai.com/v1/chat/completions ", CHAT, "openai", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/responses?x=1#y", RESPONSES, "openai", "https://api.openai.com/v1"),
        ("HTTPS://host/v1/models", CHAT, "custom", "https://host/v1"),
        ("http://host:8000", CHAT, "custom", "http://host:8000/v1"),
        ("http://host/chat/completions", CHAT, "custom", "http://host"),
        ("https://api.perplexity.ai", CHAT, "perplexity", "https://api.perplexity.ai"),
        ("https://api.deepseek.com/", CHAT, "deepseek", "https://api.deepseek.com"),
        ("https://r.openai.azure.com", CHAT, "azure", "https://r.openai.azure.com/openai/v1"),
        ("https://api.z.ai/api/paas/v4", CHAT, "zai", "https://api.z.ai/api/paas/v4"),
        ("http://box:3000", CHAT, "open-webui", "http://box:3000/api"),
        ("https://api.anthropic.com/v1/messages", ANTHROPIC, "anthropic", "https://api.anthropic.com"),
        ("https://api.anthropic.com/v1", ANTHROPIC, "anthropic", "https://api.anthropic.com"),
        ("https://openrouter.ai/api/v1", ANTHROPIC, "openrouter", "https://openrouter.ai/api"),
        (
            "https://generativelanguage.googleapis.com",
            GEMINI,
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta",
        ),
        ("https://g/v1beta/models/gemini-x:streamGenerateContent?alt=sse", GEMINI, "gemini", "https://g/v1beta"),
        ("http://localhost:11434/", OLLAMA, "ollama", "http://localhost:11434"),
        ("http://localhost:11434/api/chat", OLLAMA, "ollama", "http://localhost:11434"),
        ("http://localhost:11434/v1", OLLAMA, "ollama", "http://localhost:11434"),
        ("http://[::1]:8080/v1", CHAT, "llamacpp", "http://[::1]:8080/v1"),
    ],
)
def test_an_address(text, dialect, service_id, expected):
    assert normalise(text, dialect, service(service_id)) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("api.example.com/v1", "https://api.example.com/v1"),
        ("localhost:1234", "http://localhost:1234"),
        ("192.168.0.7:8080/v1", "http://192.168.0.7:8080/v1"),
        ("nonsense", "https://"),
        ("", "https://"),
        ("ftp://host/v1", "https://"),
        ("http://", "https://"),
        ("https://host:port/v1", "https://"),
        ("https://ho st/v1", "https://"),
        ("http://[::1", "https://"),
        ("https://{resource}.openai.azure.com/openai/v1", "{resource}"),
    ],
)
def test_what_is_no_address(text, says):
    with pytest.raises(BadAddress) as caught:
        normalise(text, CHAT, service("custom"))
    assert says in caught.value.explanation


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.2", True),
        ("http://[::1]:8", True),
        ("http://localhost.example.com", False),
        ("https://api.openai.com", False),
        ("", False),
    ],
)
def test_what_is_on_this_computer(url, here):
    assert is_loopback(url) is here
