"""Pictures from the web: loaded when asked for, kept, and refused where they are not what they seem."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop.domain.errors import PictureError
from desktop.providers import pictures as web
from desktop.services.pictures import Pictures, host_of
from desktop.settings.store import Settings
from tests.helpers.fake_service import FakeService, Reply

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
async def fake() -> AsyncIterator[FakeService]:
    async with FakeService() as service:
        yield service


@pytest.fixture
def pictures(tmp_path: Path, settings: Settings) -> Pictures:
    return Pictures(tmp_path / "pictures", settings)


async def test_loaded_once_and_kept(fake: FakeService, pictures: Pictures) -> None:
    fake.reply("/a.png", Reply(PNG, content_type="image/png", piece=7, headers=(("set-cookie", "id=1"),)))
    url = f"{fake.url}/a.png"
    assert await pictures.stored(url) is None
    assert await pictures.load(url) == PNG
    assert await pictures.load(url) == PNG
    assert await pictures.stored(url) == PNG
    (request,) = fake.requests
    assert not {"cookie", "authorization", "referer"} & set(request.headers)


async def test_a_cookie_never_comes_back(fake: FakeService, pictures: Pictures) -> None:
    fake.reply("png", Reply(PNG, headers=(("set-cookie", "id=1; path=/"),)))
    await pictures.load(f"{fake.url}/a.png")
    await pictures.load(f"{fake.url}/b.png")
    assert "cookie" not in fake.requests[-1].headers


async def test_a_redirect_stays_with_its_host(fake: FakeService, pictures: Pictures) -> None:
    fake.reply("/old.png", Reply(status=302, headers=(("location", "/new.png"),)))
    fake.reply("/new.png", Reply(PNG))
    assert await pictures.load(f"{fake.url}/old.png") == PNG
    fake.reply("/away.png", Reply(status=302, headers=(("location", f"http://localhost:{fake.port}/new.png"),)))
    with pytest.raises(PictureError, match="localhost"):
        await pictures.load(f"{fake.url}/away.png")
    fake.reply("/round.png", Reply(status=302, headers=(("location", "/round.png"),)))
    with pytest.raises(PictureError, match="without end"):
        await pictures.load(f"{fake.url}/round.png")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b"<svg onload='x'/>", content_type="image/svg+xml"), "not a picture"),
        (Reply(b"<html>", content_type="image/png"), "not a picture"),
        (Reply(b"", status=404), "404"),
        (Reply(PNG * 4, keep=20, fault="reset"), "could not be reached"),
    ],
)
async def test_refused(fake: FakeService, pictures: Pictures, reply: Reply, words: str) -> None:
    fake.reply("/x", reply)
    with pytest.raises(PictureError, match=words):
        await pictures.load(f"{fake.url}/x")
    assert await pictures.stored(f"{fake.url}/x") is None


async def test_too_large(fake: FakeService, pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LARGEST", 1000)
    fake.reply("/x", Reply(PNG + bytes(2000)))
    with pytest.raises(PictureError, match="too large"):
        await pictures.load(f"{fake.url}/x")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "data:image/png;base64,AAAA", "javascript:1", "x.png", "http://["]
)
async def test_only_the_web(pictures: Pictures, url: str) -> None:
    assert host_of(url) == ""
    with pytest.raises(PictureError):
        await pictures.load(url)


def test_hosts_that_are_always_loaded(pictures: Pictures) -> None:
    assert not pictures.is_allowed("https://X.org/a.png")
    pictures.allow_host("x.org")
    pictures.allow_host("y.org")
    pictures.allow_host("x.org")
    assert pictures.is_allowed("https://X.org/a.png")
    assert pictures.is_allowed("http://y.org/b")
    assert not pictures.is_allowed("https://evil.x.org/a.png")
    assert not pictures.is_allowed("file:///x.org")


async def test_the_folder_keeps_a_measure(
    fake: FakeService, pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.services.pictures._KEPT_BYTES", 2 * len(PNG))
    fake.reply("png", Reply(PNG))
    for name in "abc":
        await pictures.load(f"{fake.url}/{name}.png")
    assert len(list((tmp_path / "pictures").iterdir())) == 2
    assert await pictures.stored(f"{fake.url}/c.png") == PNG
