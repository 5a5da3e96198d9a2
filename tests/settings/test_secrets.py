"""Keys: where they go, where they never go, and what is said when they cannot go anywhere."""

import logging
import stat
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest

from desktop.domain.errors import (
    Action,
    KeychainLocked,
    KeychainRefused,
    KeyFileLocked,
    NoKeychain,
    SecretsError,
    WrongPassphrase,
)
from desktop.domain.model import KeyRef
from desktop.settings.secrets import KeyStorage, Secrets, environment_name
from tests.settings.keychains import Failing, Forgetful, PlaintextKeyring, Working

KEY = "zq-4711-very-secret-0815"
PASSPHRASE = "correct horse battery staple"
WRONG = "incorrect horse"
PERSONAL = KeyRef("mistral", "Personal")
WORK = KeyRef("mistral", "Work")


@pytest.fixture
def use() -> "Iterator[Use]":
    """Makes a backend the one keyring would have chosen."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


Use = Callable[[keyring.backend.KeyringBackend], None]


def told(error: BaseException) -> str:
    """Everything an exception could say, in any log or report."""
    fields = [str(value) for value in vars(error).values()]
    return "\n".join([repr(error), *fields, *traceback.format_exception(error)])


def without_trace_of_key(path: Path) -> bool:
    return all(KEY.encode() not in file.read_bytes() for file in path.rglob("*") if file.is_file())


def test_a_working_keychain_keeps_and_forgets(use: Use, tmp_path: Path) -> None:
    keychain = Working()
    use(keychain)
    secrets = Secrets(tmp_path / "keys.age", {})
    assert secrets.storage() is KeyStorage.KEYCHAIN
    assert secrets.get(PERSONAL) is None
    secrets.set(PERSONAL, KEY)
    secrets.set(WORK, "other")
    assert keychain.passwords == {("Tuppence", "mistral/Personal"): KEY, ("Tuppence", "mistral/Work"): "other"}
    assert Secrets(tmp_path / "keys.age", {}).get(PERSONAL) == KEY
    secrets.delete(PERSONAL)
    secrets.delete(PERSONAL)  # again: nothing to do
    assert secrets.get(PERSONAL) is None
    assert secrets.get(WORK) == "other"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "backend",
    [keyring.backends.fail.Keyring, keyring.backends.null.Keyring, PlaintextKeyring],
    ids=lambda b: b.__module__,
)
def test_backends_that_keep_nothing_or_keep_it_in_the_open_are_no_keychain(
    use: Use, tmp_path: Path, backend: Callable[[], keyring.backend.KeyringBackend]
) -> None:
    chosen = backend()
    use(chosen)
    secrets = Secrets(tmp_path / "keys.age", {})
    assert secrets.storage() is KeyStorage.UNAVAILABLE
    with pytest.raises(NoKeychain, match="No keychain was found") as caught:
        secrets.set(PERSONAL, KEY)
    assert caught.value.actions == (Action.KEEP_FOR_SESSION, Action.SET_PASSPHRASE)
    assert KEY not in told(caught.value)
    with pytest.raises(NoKeychain):
        secrets.get(PERSONAL)
    secrets.delete(PERSONAL)  # there is nothing anywhere
    if isinstance(chosen, Working):
        assert not chosen.passwords


def test_of_a_chain_only_the_safe_members_are_used(use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, good = PlaintextKeyring(), Working()

    class Chain(keyring.backends.chainer.ChainerBackend):
        backends = (plain, good)
        priority = 10

    use(Chain())
    Secrets(tmp_path / "keys.age", {}).set(PERSONAL, KEY)
    assert not plain.passwords
    assert KEY in good.passwords.values()


@pytest.mark.parametrize(
    ("problem", "expected", "words"),
    [
        (keyring.errors.KeyringLocked, KeychainLocked, "is locked"),
        (keyring.errors.PasswordSetError, KeychainRefused, "refused to store the key “Personal”"),
        (keyring.errors.InitError, KeychainRefused, "refused"),
        (keyring.errors.NoKeyringError, NoKeychain, "No keychain"),
        (OSError, KeychainRefused, "refused"),
        (ValueError, KeychainRefused, "refused"),
    ],
)
def test_a_keychain_that_fails_is_told_plainly_and_offers_choices(
    use: Use,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    problem: type[Exception],
    expected: type[SecretsError],
    words: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    use(Failing(problem))
    secrets = Secrets(tmp_path / "keys.age", {})
    with pytest.raises(expected, match=words) as caught:
        secrets.set(PERSONAL, KEY)
    error = caught.value
    assert type(error) is expected
    assert {Action.KEEP_FOR_SESSION, Action.SET_PASSPHRASE} <= set(error.actions)
    assert error.__context__ is None
    logging.getLogger("test").error("it failed", exc_info=error)
    assert KEY not in told(error) + caplog.text
    for attempt in (lambda: secrets.get(PERSONAL), lambda: secrets.delete(PERSONAL)):
        with pytest.raises(expected):
            attempt()

    secrets.keep_for_session()
    assert secrets.storage() is KeyStorage.SESSION
    secrets.set(PERSONAL, KEY)
    assert secrets.get(PERSONAL) == KEY
    assert KEY not in repr(secrets) + repr(vars(secrets)["_file"])
    assert without_trace_of_key(tmp_path)


def test_a_keychain_that_forgets_is_noticed(use: Use, tmp_path: Path) -> None:
    use(Forgetful())
    with pytest.raises(KeychainRefused, match="did not keep") as caught:
        Secrets(tmp_path / "keys.age", {}).set(PERSONAL, KEY)
    assert KEY not in told(caught.value)


def test_session_keys_are_gone_with_the_session(use: Use, tmp_path: Path) -> None:
    use(keyring.backends.fail.Keyring())
    secrets = Secrets(tmp_path / "keys.age", {})
    secrets.keep_for_session()
    secrets.set(PERSONAL, KEY)
    secrets.keep_for_session()  # asked twice: nothing is lost
    assert secrets.get(PERSONAL) == KEY
    assert secrets.get(WORK) is None
    secrets.delete(PERSONAL)
    assert secrets.get(PERSONAL) is None
    with pytest.raises(NoKeychain):
        Secrets(tmp_path / "keys.age", {}).get(PERSONAL)


def test_the_passphrase_file(use: Use, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One test, because each unlocking costs seconds by design."""
    caplog.set_level(logging.DEBUG)
    use(keyring.backends.fail.Keyring())
    path = tmp_path / "keys.age"
    secrets = Secrets(path, {})
    with pytest.raises(WrongPassphrase):
        secrets.use_passphrase("")
    secrets.keep_for_session()
    secrets.set(WORK, "kept so far")
    secrets.use_passphrase(PASSPHRASE)
    assert secrets.storage() is KeyStorage.PASSPHRASE_FILE
    assert secrets.get(WORK) == "kept so far"
    secrets.set(PERSONAL, KEY)
    secrets.set(KeyRef("a", "b"), "x")
    secrets.delete(KeyRef("a", "b"))
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    again = Secrets(path, {})
    assert again.storage() is KeyStorage.FILE_LOCKED
    for attempt in (
        lambda: again.get(PERSONAL),
        lambda: again.set(PERSONAL, KEY),
        lambda: again.delete(PERSONAL),
    ):
        with pytest.raises(KeyFileLocked, match="passphrase") as locked:
            attempt()
        assert KEY not in told(locked.value)
    before = path.read_bytes()
    with pytest.raises(WrongPassphrase) as wrong:
        again.use_passphrase(WRONG)
    assert WRONG not in told(wrong.value)
    assert path.read_bytes() == before
    again.use_passphrase(PASSPHRASE)
    assert again.get(PERSONAL) == KEY
    assert again.get(WORK) == "kept so far"
    assert set(vars(again)["_file"].list()) == {WORK, PERSONAL}
    assert again.get(KeyRef("a", "b")) is None

    assert without_trace_of_key(tmp_path)
    assert PASSPHRASE.encode() not in path.read_bytes()
    assert KEY not in caplog.text + repr(vars(again)["_file"])


@pytest.mark.parametrize("content", [b"", b"not age at all", b"-----BEGIN AGE ENCRYPTED FILE-----\n"])
def test_a_damaged_key_file_is_refused_and_untouched(use: Use, tmp_path: Path, content: bytes) -> None:
    use(keyring.backends.fail.Keyring())
    path = tmp_path / "keys.age"
    path.write_bytes(content)
    with pytest.raises(SecretsError, match="damaged"):
        Secrets(path, {}).use_passphrase(PASSPHRASE)
    assert path.read_bytes() == content


def test_a_locked_file_beside_a_working_keychain_is_asked_last(use: Use, tmp_path: Path) -> None:
    keychain = Working()
    use(keychain)
    (tmp_path / "keys.age").write_bytes(b"made when there was no keychain")
    secrets = Secrets(tmp_path / "keys.age", {})
    secrets.set(PERSONAL, KEY)
    assert secrets.get(PERSONAL) == KEY
    with pytest.raises(KeyFileLocked):
        secrets.get(WORK)
    use(Failing(OSError))
    with pytest.raises(KeyFileLocked):
        secrets.get(PERSONAL)


def test_the_environment_is_read_and_never_written(use: Use, tmp_path: Path) -> None:
    use(Working())
    secrets = Secrets(tmp_path / "keys.age", {"TUPPENCE_KEY_VERTEX_EXPRESS": f" {KEY}\n", "TUPPENCE_KEY_OPENAI": ""})
    assert environment_name("vertex-express") == "TUPPENCE_KEY_VERTEX_EXPRESS"
    assert secrets.environment_key("vertex-express") == KEY
    assert secrets.environment_key("openai") is None
    assert secrets.get(KeyRef("vertex-express", "Personal")) is None


def test_a_key_too_long_for_windows_is_told(use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Working, "__module__", "keyring.backends.Windows")
    use(Working())
    secrets = Secrets(tmp_path / "keys.age", {})
    secrets.set(PERSONAL, "k" * 1280)
    with pytest.raises(SecretsError, match="1280 characters"):
        secrets.set(PERSONAL, "k" * 1281)
    assert secrets.get(PERSONAL) == "k" * 1280


def test_nothing_heavy_is_imported_with_the_module() -> None:
    import subprocess

    code = "import sys, desktop.settings.secrets as s; print([m for m in ('keyring', 'pyrage') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
