"""A real Secret Service: gnome-keyring on a session bus of its own, unlocked and then locked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the Secret Service is Linux's keychain")

_PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")

_START = """
set -e
echo -n "a passphrase" | gnome-keyring-daemon --unlock --components=secrets --daemonize > /dev/null
exec "$@"
"""

_STORY = """
import sys
from contextlib import closing
from pathlib import Path
import secretstorage
from desktop.domain.errors import Action, KeychainLocked
from desktop.domain.model import KeyRef
from desktop.settings.secrets import KeyStorage, Secrets

ref = KeyRef("mistral", "Personal")
file = Path(sys.argv[1]) / "keys.age"
secrets = Secrets(file, {})
assert secrets.storage() is KeyStorage.KEYCHAIN, secrets.storage()
assert secrets.get(ref) is None
secrets.set(ref, "zq-4711-very-secret")
assert Secrets(file, {}).get(ref) == "zq-4711-very-secret"
secrets.delete(ref)
secrets.delete(ref)
assert secrets.get(ref) is None
secrets.set(ref, "zq-4711-very-secret")

with closing(secretstorage.dbus_init()) as bus:
    secretstorage.get_default_collection(bus).lock()
assert secrets.storage() is KeyStorage.LOCKED, secrets.storage()
for attempt in (lambda: secrets.get(ref), lambda: secrets.set(ref, "zq-4712"), lambda: secrets.delete(ref)):
    try:
        attempt()
    except KeychainLocked as error:
        assert error.title == "Your keychain is locked"
        assert "zq-47" not in repr(error) + str(vars(error))
        assert Action.UNLOCK_KEYCHAIN in error.actions
    else:
        raise AssertionError("a locked keychain did as asked")
secrets.keep_for_session()
secrets.set(ref, "zq-4713")
assert secrets.get(ref) == "zq-4713"
assert not file.exists()
print("told to the end")
"""


@pytest.fixture
def programs() -> None:
    """Installs what is missing where that is allowed; elsewhere the test fails and says what to install."""
    if all(map(shutil.which, _PROGRAMS)):
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", "gnome-keyring", "dbus"]
    if shutil.which("apt-get"):
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        subprocess.run([*as_root, *install], capture_output=True)
    if not all(map(shutil.which, _PROGRAMS)):
        pytest.fail(f"this test needs gnome-keyring and dbus: sudo {' '.join(install)}")


@pytest.mark.usefixtures("programs")
def test_a_real_keychain_unlocked_and_locked(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    (tmp_path / "story.py").write_text(_STORY)
    kept_out = ("DBUS_", "DISPLAY", "WAYLAND_", "GNOME_", "PYTHON_KEYRING", "XDG_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(kept_out)} | {
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(runtime),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    story = [sys.executable, str(tmp_path / "story.py"), str(tmp_path)]
    ran = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", _START, "sh", *story],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stdout == "told to the end\n", ran.stderr
