"""Keys: in the OS keychain through keyring, and nowhere else unless the user says so.

Without a keychain, or with one that stays locked, the user may keep keys in memory until the program quits, or in a
file under a passphrase (key_file.py). A key is looked for in this session's memory, the open key file and the keychain,
in this order, and a new one goes to the first of them in use. The environment variable `TUPPENCE_KEY_<PROVIDER>` stands
apart (`environment_key`): services ask for it first, so that a script decides for itself; it is never copied.
"""

import os
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from desktop import APP_NAME
from desktop.domain.errors import KeychainLocked, KeychainRefused, KeyFileLocked, NoKeychain, SecretsError
from desktop.domain.model import KeyRef
from desktop.i18n import gettext as _
from desktop.settings.key_file import KeyFile

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

# Windows refuses longer credentials: CRED_MAX_CREDENTIAL_BLOB_SIZE in wincred.h, in bytes of UTF-16.
_WINDOWS_LIMIT = 2560


class KeyStorage(StrEnum):
    """Where a new key would be kept now."""

    KEYCHAIN = "keychain"
    SESSION = "session"
    PASSPHRASE_FILE = "passphrase_file"
    LOCKED = "locked"  # the keychain: its own dialog unlocks it
    FILE_LOCKED = "file_locked"  # the key file: `use_passphrase` unlocks it
    UNAVAILABLE = "unavailable"


class Secrets:
    """Blocking, for as long as a keychain's own dialog stands open: call it in a thread. Safe to use from any.

    No key is ever part of an exception, of a log line or of a repr.
    """

    def __init__(self, key_file: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._file = KeyFile(key_file)
        self._session: dict[KeyRef, str] | None = None
        self._lock = threading.RLock()

    def storage(self) -> KeyStorage:
        """Where a new key would be kept. Asks nobody for a password."""
        with self._lock:
            if self._session is not None:
                return KeyStorage.SESSION
            if self._file.is_open:
                return KeyStorage.PASSPHRASE_FILE
            keychain = _keychain()
            if keychain is not None and not _is_locked(keychain):
                return KeyStorage.KEYCHAIN
            if self._file.exists:
                return KeyStorage.FILE_LOCKED
            return KeyStorage.UNAVAILABLE if keychain is None else KeyStorage.LOCKED

    def keep_for_session(self) -> None:
        """From now on new keys are kept in memory only, until the program quits."""
        with self._lock:
            if self._session is None:
                self._session = {}

    def use_passphrase(self, passphrase: str) -> None:
        """Unlocks the key file, or makes one; takes seconds. Raises WrongPassphrase or SecretsError."""
        with self._lock:
            self._file.open(passphrase)
            for ref, key in (self._session or {}).items():
                self._file.set(ref, key)  # whoever kept keys for the session and then sets a passphrase wants them kept
            self._session = None

    def environment_key(self, provider_id: str) -> str | None:
        """The key in `TUPPENCE_KEY_<PROVIDER>`, the id in capitals with `_` for `-`; it goes before stored keys."""
        return self._environ.get(environment_name(provider_id), "").strip() or None

    def get(self, ref: KeyRef) -> str | None:
        """The key stored under that name, None if there is none.

        Raises KeychainLocked, KeyFileLocked, NoKeychain (there is nowhere to look) or SecretsError.
        """
        with self._lock:
            if self._session is not None and ref in self._session:
                return self._session[ref]
            if self._file.is_open and (key := self._file.get(ref)) is not None:
                return key
            keychain = _keychain()
            if self._file.exists and not self._file.is_open:
                key = None if keychain is None or _is_locked(keychain) else self._read(keychain, ref, quietly=True)
                if key is None:
                    raise _file_locked(ref)
                return key
            if keychain is not None:
                return self._read(keychain, ref)
            if self._session is None and not self._file.is_open:
                raise _no_keychain()
            return None

    def set(self, ref: KeyRef, key: str) -> None:
        """Stores the key and reads it back. Raises KeychainLocked, KeyFileLocked, NoKeychain or SecretsError."""
        with self._lock:
            if self._session is not None:
                self._session[ref] = key
                return
            if self._file.is_open:
                self._file.set(ref, key)
                return
            keychain = _keychain()
            if self._file.exists and (keychain is None or _is_locked(keychain)):
                raise _file_locked(ref)
            if keychain is None:
                raise _no_keychain()
            self._set_in_keychain(keychain, ref, key)

    def delete(self, ref: KeyRef) -> None:
        """Removes the key wherever it is; none is fine. Raises KeychainLocked, KeyFileLocked or SecretsError."""
        with self._lock:
            if self._session is not None:
                self._session.pop(ref, None)
            if self._file.is_open:
                self._file.delete(ref)
            keychain = _keychain()
            if keychain is not None and not (self._file.exists and _is_locked(keychain)):
                refused = _("Your keychain refused to remove the key “{label}”")
                _call(refused, ref, lambda: _delete(keychain, _username(ref)))
            if self._file.exists and not self._file.is_open:
                raise _file_locked(ref)

    def _read(self, keychain: "KeyringBackend", ref: KeyRef, *, quietly: bool = False) -> str | None:
        """`quietly` takes a keychain that fails for one that does not know the key."""
        refused = _("Your keychain refused to read the key “{label}”")
        try:
            return _call(refused, ref, lambda: keychain.get_password(APP_NAME, _username(ref)))
        except SecretsError:
            if quietly:
                return None
            raise

    def _set_in_keychain(self, keychain: "KeyringBackend", ref: KeyRef, key: str) -> None:
        windows = type(keychain).__module__ == "keyring.backends.Windows"
        if windows and len(key.encode("utf-16-le", "surrogatepass")) > _WINDOWS_LIMIT:
            raise SecretsError(
                _("The key “{label}” is too long for the Windows keychain").format(label=ref.label),
                _("It holds keys of up to {n} characters.").format(n=_WINDOWS_LIMIT // 2),
            )
        refused = _("Your keychain refused to store the key “{label}”")
        _call(refused, ref, lambda: keychain.set_password(APP_NAME, _username(ref), key))
        if self._read(keychain, ref) != key:
            raise KeychainRefused(
                _("Your keychain did not keep the key “{label}”").format(label=ref.label),
                _("It took the key without an error, but does not give it back. Nothing else was changed."),
            )


def environment_name(provider_id: str) -> str:
    """The variable a script may put a provider's key in."""
    return f"TUPPENCE_KEY_{provider_id.upper().replace('-', '_')}"


def _username(ref: KeyRef) -> str:
    return f"{ref.provider_id}/{ref.label}"


def _keychain() -> "KeyringBackend | None":
    """The keychain keyring chose, unless it keeps nothing or keeps it in the open."""
    import keyring  # finding the backends takes a tenth of a second: not on the way to the first window

    try:
        chosen = keyring.get_keyring()
        members = getattr(chosen, "backends", (chosen,))  # a chainer would also ask the unsafe ones among its members
        return next((backend for backend in members if _is_safe(backend)), None)
    except Exception:  # backends are third-party code and raise what they like when a desktop is half there
        return None


def _is_safe(backend: "KeyringBackend") -> bool:
    """Not for the fail and null backends, nor for keyrings.alt: plain files, and files that ask on a terminal."""
    name = f"{type(backend).__module__}.{type(backend).__qualname__}".lower()
    return (
        not name.startswith(("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")) and "plain" not in name
    )


def _is_locked(keychain: "KeyringBackend") -> bool:
    """Whether reading would make the desktop ask for a password; only the Secret Service can tell without asking."""
    if type(keychain).__module__ != "keyring.backends.SecretService":
        return False
    from contextlib import closing

    import secretstorage

    try:
        with closing(secretstorage.dbus_init()) as connection:
            path = getattr(keychain, "preferred_collection", None)
            collection = (
                secretstorage.Collection(connection, path)
                if path
                else secretstorage.collection.get_collection_by_alias(connection, "default")
            )
            return bool(collection.is_locked())
    except Exception:  # no default collection yet, or the bus is gone: the call that follows will say what is wrong
        return False


def _delete(keychain: "KeyringBackend", username: str) -> None:
    """Backends raise for a key that is not there."""
    from keyring.errors import PasswordDeleteError

    try:
        keychain.delete_password(APP_NAME, username)
    except PasswordDeleteError:
        if keychain.get_password(APP_NAME, username) is not None:
            raise


def _call(refused: str, ref: KeyRef, function: Callable[[], T]) -> T:
    """The function's result; whatever it raises becomes a SecretsError that names the exception's type and no more.

    Backends raise D-Bus, Windows and macOS errors of all kinds, and their texts may quote what they were given.
    """
    try:
        return function()
    except Exception as error:
        problem = _explained(error, refused, ref)
    raise problem  # outside, so that the original does not hang on it


def _explained(error: Exception, refused: str, ref: KeyRef) -> SecretsError:
    from keyring.errors import KeyringLocked, NoKeyringError

    detail = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, NoKeyringError):
        return _no_keychain()
    if isinstance(error, KeyringLocked) or type(error).__name__ in ("LockedException", "PromptDismissedException"):
        return KeychainLocked(
            _("Your keychain is locked"),
            _("Tuppence needs it for the key “{label}”.").format(label=ref.label),
            detail=detail,
        )
    return KeychainRefused(
        refused.format(label=ref.label),
        _("Nothing was changed. The key can be kept for this session only, or in a file that you protect."),
        detail=detail,
    )


def _no_keychain() -> NoKeychain:
    return NoKeychain(
        _("No keychain was found on this computer"),
        _("Keys can be kept for this session only, or in a file that you protect with a passphrase."),
    )


def _file_locked(ref: KeyRef) -> KeyFileLocked:
    return KeyFileLocked(
        _("Your key file is locked"), _("Its passphrase is needed for the key “{label}”.").format(label=ref.label)
    )
