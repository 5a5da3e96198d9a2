"""The command `tuppence`, and `python -m desktop`: headless with a command, the window without one."""

import sys


def main() -> int:
    """Returns the exit code."""
    # A frozen app on Windows has no console, and a pipe may be set to another encoding than the text's.
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()  # the key file is opened in a child process, which is this program again
    words = sys.argv[1:]
    match first_command(words):
        case None:
            from desktop import app  # brings in Qt, which no other command needs

            return app.main(words)
        case "selftest":
            from desktop import selftest

            return selftest.main()
        case _:
            from desktop import cli

            return cli.main(words)


def first_command(words: list[str]) -> str | None:
    """The first word that is not an option of the window or its value; None when there is none."""
    rest = iter(words)
    for word in rest:
        if word in ("--data-dir", "--send"):
            next(rest, None)
        elif not word.startswith(("--data-dir=", "--send=")):
            return word
    return None


if __name__ == "__main__":
    sys.exit(main())
