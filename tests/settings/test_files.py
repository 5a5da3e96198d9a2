"""Files: whole or not at all, written behind the caller's back, nothing lost."""

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from desktop.settings.files import Writer, read_json_object, write_atomically


def test_a_failing_write_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    write_atomically(path, b"old")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_files_are_the_owners_alone_and_links_stay_links(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "a.json"
    link = tmp_path / "a.json"
    target.parent.mkdir()
    link.symlink_to(target)
    write_atomically(link, b"1")
    assert link.is_symlink()
    assert target.read_bytes() == b"1"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    value, aside = read_json_object(path)
    assert value == {}
    assert aside == tmp_path / "a.json.damaged"
    assert aside.read_bytes() == content
    assert not path.exists()


def test_the_writer_ends_with_the_newest_content_of_each_file(tmp_path: Path) -> None:
    writer = Writer(lambda path, error: pytest.fail(f"{path}: {error}"))
    for n in range(200):
        writer.write(tmp_path / f"{n % 3}.json", str(n).encode())
    writer.flush()
    assert [(tmp_path / f"{n}.json").read_bytes() for n in range(3)] == [b"198", b"199", b"197"]
    writer.flush()  # with nothing to do: returns
    writer.write(tmp_path / "0.json", b"again")  # and a writer that came to rest starts again
    writer.flush()
    assert (tmp_path / "0.json").read_bytes() == b"again"


def test_the_writer_reports_what_it_could_not_write_and_goes_on(tmp_path: Path) -> None:
    failed: list[tuple[Path, str]] = []
    writer = Writer(lambda path, error: failed.append((path, threading.current_thread().name)))
    (tmp_path / "file").write_bytes(b"")
    bad = tmp_path / "file" / "a.json"  # its folder is a file
    writer.write(bad, b"1")
    writer.write(tmp_path / "good.json", b"2")
    writer.flush()
    assert failed == [(bad, "settings-writer")]
    assert (tmp_path / "good.json").read_bytes() == b"2"
