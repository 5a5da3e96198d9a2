"""Sets Tuppence up in `.venv`, using nothing but the standard library: `python3 packaging/bootstrap.py [app|dev]`.

`app` is what the program needs to run; `dev` adds what tests, checks and builds need. Both install the exact versions
of the lock files, checked by hash, then the project itself so that `.venv/bin/tuppence` runs this source tree.
On Debian and Ubuntu the shared libraries that Qt loads (for `dev` also the tools that the tests drive the window with)
are installed when that is allowed, else the command to run is printed. Any other system is told what is missing.

Every finished set-up leaves a stamp with a digest of what it was made from; while the digest stands, a further call
does nothing. Exit status: 0 ready, 1 something a person has to do first (said in words on stderr).
"""

# Runs on whatever interpreter a machine calls `python3`, so that an old one gets words and not a SyntaxError.
from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
VENV_PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCKS = {"app": ROOT / "packaging" / "requirements.txt", "dev": ROOT / "packaging" / "requirements-dev.txt"}
DOWNLOADS = {"app": "about 110 MB", "dev": "about 550 MB"}

OLDEST, NEWEST = (3, 11), (3, 13)

# What Qt's own libraries and its X11 and Wayland plugins load from the system: soname -> Debian package.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libzstd.so.1": "libzstd1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
# Programs that the tests and benchmarks start: command -> Debian package.
TOOLS = {
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "/usr/share/dbus-1/services/org.a11y.Bus.service": "at-spi2-core",  # its programs are not on the path
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


class CannotSetUp(Exception):
    """Something a person has to do first, in words for them."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Set Tuppence up in .venv.")
    parser.add_argument("level", nargs="?", choices=("app", "dev"), default="app")
    try:
        set_up(parser.parse_args().level)
    except CannotSetUp as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        print(f"Set-up stopped: {failure}", file=sys.stderr)
        return 1
    return 0


def set_up(level: str) -> None:
    if is_ready(level):
        return
    python = VENV_PYTHON if venv_is_usable() else make_venv(supported_python())
    require_system_packages(level)
    print(f"Installing the locked dependencies ({DOWNLOADS[level]} the first time)…", flush=True)
    pip(python, "--require-hashes", "-r", str(LOCKS[level]))
    # A plain path entry: the import hook that is made otherwise costs every start some milliseconds.
    pip(python, "--no-deps", "--no-build-isolation", "--config-settings", "editable_mode=compat", "-e", str(ROOT))
    subprocess.run([python, ROOT / "packaging" / "messages.py", "compile"], check=True)
    stamp(level).write_text(digest(level))
    print(f"Ready: {BIN / 'tuppence'}", flush=True)


# The stamp


def is_ready(level: str) -> bool:
    """`dev` holds all of `app`, so either stamp will do for `app`."""
    if not VENV_PYTHON.exists():
        return False
    levels = ("app", "dev") if level == "app" else ("dev",)
    return any(stamp(each).exists() and stamp(each).read_text() == digest(each) for each in levels)


def stamp(level: str) -> Path:
    return VENV / f".set-up-{level}"


def digest(level: str) -> str:
    made_from = [LOCKS[level], ROOT / "pyproject.toml", VENV / "pyvenv.cfg", Path(__file__)]
    made_from += sorted((ROOT / "resources" / "locale").rglob("*.po"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in made_from)).hexdigest()


# Python


def version_of(python: str | Path) -> tuple[int, int] | None:
    """The (major, minor) of an interpreter, None if it does not start."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(answer[0]), int(answer[1])


def is_supported(python: str | Path) -> bool:
    version = version_of(python)
    return version is not None and OLDEST <= version <= NEWEST


def venv_is_usable() -> bool:
    return VENV_PYTHON.exists() and is_supported(VENV_PYTHON)


def supported_python() -> str:
    """The interpreter that runs this, if it will do, else the newest on the PATH that does."""
    others = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    for candidate in (sys.executable, *filter(None, map(shutil.which, others))):
        if is_supported(candidate):
            return candidate
    raise CannotSetUp(
        f"Tuppence needs CPython {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}, and {sys.executable} is "
        f"{sys.version_info[0]}.{sys.version_info[1]}.\n"
        "Install one of them and say which: make run PYTHON=/path/to/python3.13"
    )


def make_venv(python: str) -> Path:
    if subprocess.run([python, "-c", "import ensurepip"], capture_output=True).returncode != 0:
        version = version_of(python)  # Debian keeps this part of Python in a package of its own
        assert version is not None
        install_debian_packages([f"python{version[0]}.{version[1]}-venv"], "Python's venv module")
    print(f"Making {VENV} with {python}…", flush=True)
    subprocess.run([python, "-m", "venv", "--clear", VENV], check=True)
    return VENV_PYTHON


def pip(python: Path, *arguments: str) -> None:
    install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*install, *arguments], check=True, cwd=ROOT)


# The system


def require_system_packages(level: str) -> None:
    if not sys.platform.startswith("linux"):
        return
    missing = missing_libraries()
    packages = [LIBRARIES[name] for name in missing]
    if not has_fonts():
        packages.append("fonts-dejavu-core")
    if level == "dev":
        packages += [package for command, package in TOOLS.items() if not find_tool(command)]
    if packages:
        install_debian_packages(packages, "shared libraries and tools")
    if still_missing := missing_libraries():
        raise CannotSetUp("Qt cannot start without these shared libraries: " + ", ".join(still_missing))


def missing_libraries() -> list[str]:
    missing = []
    for name in LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def has_fonts() -> bool:
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(path.suffix in {".ttf", ".otf", ".ttc"} for folder in folders for path in folder.rglob("*"))


def find_tool(command: str) -> str | None:
    """A program on the path, or a file by its whole name."""
    if command.startswith("/"):
        return command if os.path.exists(command) else None
    return shutil.which(command, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/bin")


def install_debian_packages(packages: list[str], purpose: str) -> None:
    by_hand = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if shutil.which("apt-get") is None:
        raise CannotSetUp(
            f"Missing {purpose}; the packages that hold them on Debian are: {' '.join(packages)}\n"
            "Install your system's packages of the same content and call this again."
        )
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        prefix = ["sudo", "-n"]
    else:
        raise CannotSetUp(f"Missing {purpose}. Run this once, then call this again:\n\n  sudo {by_hand}\n")
    print(f"Installing {' '.join(packages)}…", flush=True)
    for command in ("apt-get update", by_hand):
        quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *command.split(), "-qq"]
        done = subprocess.run(quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise CannotSetUp(f"{done.stdout}\n`{command}` failed; run it by hand and call this again.")


if __name__ == "__main__":
    sys.exit(main())
