"""Tries a frozen program as a stranger's computer would: `python packaging/try_frozen.py dist/tuppence`.

The program runs with an empty environment, a home folder of its own and a PATH without any virtual environment: first
its self-test, then, where a keychain can be started, a key through `key set` and back out of the keychain.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

KEY = "sk-frozen-0123456789"
# Unlocks a new keychain, stores a key through the program, and reads it with the keychain's own client library.
KEYCHAIN_TRIAL = """
printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null &&
printf '%s\\n' {key} | {program} key set openai &&
{program} key remove openai
"""


def main(folder: Path) -> int:
    program = (folder / ("tuppence-cli.exe" if os.name == "nt" else "tuppence")).resolve()
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "QT_QPA_PLATFORM": "offscreen", "TUPPENCE_DATA_DIR": str(Path(home) / "data")}
        if os.name == "nt":
            environment |= {name: os.environ[name] for name in ("SYSTEMROOT", "PATH")}
        else:
            environment["PATH"] = "/usr/bin:/bin"
        run([program, "selftest"], environment)
        if shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon"):
            trial = KEYCHAIN_TRIAL.format(key=KEY, program=program)
            run(["dbus-run-session", "--", "sh", "-c", trial], environment)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"{folder} works without the virtual environment ({size / 1e6:.0f} MB).")
    return 0


def run(command: list[str | Path], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, cwd=environment["HOME"])
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
