"""The published list of prices, from a server on this computer: good, thin, broken, absent."""

import gzip
import json

import pytest

from desktop.domain.errors import PricesRefused
from desktop.providers import HttpSettings, price_sources
from tests.helpers.fake_service import FakeService, Reply
from tests.providers.conftest import HTTP


def rows(count: int, price: object = 0.15) -> list[dict]:
    models = [
        {"id": f"m{n}", "match": {"equals": f"m{n}"}, "prices": {"input_mtok": price, "output_mtok": 1}}
        for n in range(count)
    ]
    return [{"id": "p", "models": models}]


async def test_a_good_list(fake: FakeService):
    body = gzip.compress(json.dumps(rows(80)).encode())
    fake.reply("/data.json", Reply(body, headers=(("content-encoding", "gzip"),), piece=100))
    found = await price_sources.download(HTTP, "new", 100, f"{fake.url}/data.json")
    assert found.count() == 80
    price = found.find("p", "m79").at(0)
    assert (price.id, str(price.rates.input)) == ("new:p/m79", "0.15")  # no float on the way
    (request,) = fake.requests
    assert request.headers["accept-encoding"] == "gzip"
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply.json(rows(49)), "49"),
        (Reply.json(rows(80)), "80"),  # there are 200
        (Reply.json(rows(300, price="?")), "0"),
        (Reply.json({"error": "moved"}), "no list"),
        (Reply(b"<html>Sign in</html>", content_type="text/html"), "no list"),
        (Reply.json(rows(300), status=503), "503"),
        (Reply.json(rows(300), status=302, location="https://elsewhere.example/"), "302"),
        (Reply(json.dumps(rows(300)).encode(), keep=2000, fault="reset", pause_s=0.01, piece=500), "reached"),
        (Reply(json.dumps(rows(300)).encode(), keep=0, fault="stall"), "answer"),
    ],
)
async def test_a_list_that_is_refused(fake: FakeService, reply, said, monkeypatch):
    monkeypatch.setattr(price_sources, "_TIMEOUT_S", 0.3)
    fake.reply("/data.json", reply)
    with pytest.raises(PricesRefused) as refused:
        await price_sources.download(HTTP, "new", 200, f"{fake.url}/data.json")
    assert said in refused.value.explanation
    assert refused.value.explanation.endswith("The prices you have stay in force.")


async def test_a_list_without_end(fake: FakeService, monkeypatch):
    monkeypatch.setattr(price_sources, "_LARGEST", 1000)
    fake.reply("/data.json", Reply.json(rows(80)))
    with pytest.raises(PricesRefused):
        await price_sources.download(HTTP, "new", 0, f"{fake.url}/data.json")


async def test_nobody_there():
    with pytest.raises(PricesRefused) as refused:
        await price_sources.download(HttpSettings(connect_timeout_s=2), "new", 0, "http://127.0.0.1:9/data.json")
    assert "could not be reached" in refused.value.explanation
