"""Keys in a file under a passphrase, for computers without a keychain.

The file is two armoured age files (https://age-encryption.org/v1), one after the other: an age identity encrypted under
the passphrase, and the keys as JSON encrypted to that identity. So the passphrase's slow derivation is done once per
run, and changing a key costs nothing noticeable. `age -d` on the first and `age -d -i` on the second read it anywhere.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.domain.errors import SecretsError, WrongPassphrase
from desktop.domain.model import KeyRef
from desktop.i18n import gettext as _
from desktop.settings.files import write_atomically

if TYPE_CHECKING:
    from pyrage.x25519 import Identity  # type: ignore[import-untyped]

_BLOCK = re.compile(rb"-----BEGIN AGE ENCRYPTED FILE-----.*?-----END AGE ENCRYPTED FILE-----\n?", re.DOTALL)


class KeyFile:
    """Blocking; not for several threads at once. Keys stay out of every exception and repr."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: Identity | None = None
        self._locked_identity = b""
        self._keys: dict[tuple[str, str], str] = {}

    @property
    def exists(self) -> bool:
        return self._path.exists()

    @property
    def is_open(self) -> bool:
        return self._identity is not None

    def open(self, passphrase: str) -> None:
        """Unlocks the file, or makes one if there is none. Takes seconds, in a process of its own.

        Raises WrongPassphrase, or SecretsError for a damaged or unreadable file, which is left as it is.
        """
        if self.exists:
            self._unlock(passphrase)
        else:
            self._create(passphrase)

    def list(self) -> tuple[KeyRef, ...]:
        """The names of the keys in the open file."""
        return tuple(KeyRef(*pair) for pair in self._keys)

    def get(self, ref: KeyRef) -> str | None:
        return self._keys.get((ref.provider_id, ref.label))

    def set(self, ref: KeyRef, key: str) -> None:
        """Raises SecretsError, with nothing changed, if the file cannot be written."""
        self._save({**self._keys, (ref.provider_id, ref.label): key})

    def delete(self, ref: KeyRef) -> None:
        """Does nothing if there is no such key. Raises SecretsError as `set` does."""
        if (ref.provider_id, ref.label) in self._keys:
            self._save({pair: key for pair, key in self._keys.items() if pair != (ref.provider_id, ref.label)})

    def _create(self, passphrase: str) -> None:
        if not passphrase:
            raise WrongPassphrase(_("A passphrase is needed"), _("Without one the file would protect nothing."))
        from pyrage import x25519  # type: ignore[import-untyped]  # a compiled library that most computers, having a keychain, never need

        identity = x25519.Identity.generate()
        locked = _in_child(_lock_identity, str(identity).encode(), passphrase)
        assert locked is not None, "encrypting has no wrong passphrase"
        self._identity, self._locked_identity = identity, locked
        try:
            self._save({})
        except SecretsError:
            self._identity = None
            raise

    def _unlock(self, passphrase: str) -> None:
        from pyrage import DecryptError, decrypt, x25519

        try:
            blocks = _BLOCK.findall(self._path.read_bytes())
        except OSError as error:
            raise SecretsError(
                _("The key file cannot be read"),
                _("{path}: {reason}").format(path=self._path, reason=error.strerror or type(error).__name__),
            ) from None
        if len(blocks) != 2:
            raise self._damaged()
        plain = _in_child(_unlock_identity, blocks[0], passphrase)
        if plain is None:
            raise WrongPassphrase(
                _("The passphrase does not fit"), _("Nothing was changed. The keys stay locked until it does.")
            )
        keys: dict[tuple[str, str], str] | None = None
        try:
            identity = x25519.Identity.from_str(plain.decode())
            rows = json.loads(decrypt(blocks[1], [identity]))
            keys = {(row["provider"], row["label"]): row["key"] for row in rows}
        except (DecryptError, ValueError, KeyError, TypeError):
            pass  # raised below, outside, so that nothing decrypted hangs on the exception
        if keys is None:
            raise self._damaged()
        self._identity, self._locked_identity, self._keys = identity, blocks[0], keys

    def _save(self, keys: dict[tuple[str, str], str]) -> None:
        from pyrage import encrypt

        assert self._identity is not None, "the file is not open"
        rows = [{"provider": provider, "label": label, "key": key} for (provider, label), key in keys.items()]
        sealed = encrypt(json.dumps(rows).encode(), [self._identity.to_public()], armored=True)
        try:
            write_atomically(self._path, self._locked_identity.rstrip(b"\n") + b"\n" + sealed)
        except OSError as error:
            raise SecretsError(
                _("The key could not be saved"),
                _("{path}: {reason}").format(path=self._path, reason=error.strerror or type(error).__name__),
            ) from None
        self._keys = keys

    def _damaged(self) -> SecretsError:
        return SecretsError(
            _("The key file is damaged"),
            _("{path} was left as it is. Move it away to begin a new one.").format(path=self._path),
        )


def _lock_identity(identity: bytes, passphrase: str) -> bytes | None:
    from pyrage import passphrase as age

    return bytes(age.encrypt(identity, passphrase, armored=True))


def _unlock_identity(locked: bytes, passphrase: str) -> bytes | None:
    from pyrage import DecryptError
    from pyrage import passphrase as age

    try:
        return bytes(age.decrypt(locked, passphrase))
    except DecryptError:
        return None


def _in_child(function: Callable[[bytes, str], bytes | None], data: bytes, passphrase: str) -> bytes | None:
    """Runs it in another process: pyrage holds the interpreter's lock for seconds, which would stop the window."""
    import multiprocessing  # and what it brings in: only for those whose computer has no keychain
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(function, data, passphrase).result()
    except (BrokenProcessPool, OSError) as error:
        detail = f"{type(error).__module__}.{type(error).__qualname__}"
    raise SecretsError(
        _("The key file could not be opened"), _("The process that opens it ended early."), detail=detail
    )
