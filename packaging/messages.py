"""The translation catalogues in `resources/locale`: `python packaging/messages.py extract|compile`.

`extract` writes every string marked in `desktop/` to `tuppence.pot` and brings each `.po` up to date with it;
`compile` makes the `.mo` files that the program reads (they are not kept in the repository).
"""

import sys
from pathlib import Path

from babel.messages.frontend import CommandLineInterface

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "resources" / "locale"
TEMPLATE = LOCALE / "tuppence.pot"
DOMAIN = "tuppence"
KEYWORDS = ("_", "N_", "ngettext:1,2")


def extract(template: Path = TEMPLATE) -> None:
    keywords = [f"--keyword={keyword}" for keyword in KEYWORDS]
    described = ["--project=Tuppence", "--copyright-holder=The Tuppence authors"]
    layout = ["--no-default-keywords", "--no-location", "--sort-output", "--width=120"]
    run("extract", *keywords, *described, *layout, f"--output-file={template}", str(ROOT / "desktop"))


def update() -> None:
    for catalogue in catalogues():
        where = [f"--input-file={TEMPLATE}", f"--output-file={catalogue}", f"--locale={catalogue.parent.parent.name}"]
        run("update", *where, "--ignore-obsolete", "--no-fuzzy-matching", "--width=120")


def compile_all() -> None:
    for catalogue in catalogues():
        run("compile", f"--input-file={catalogue}", f"--output-file={catalogue.with_suffix('.mo')}")


def catalogues() -> list[Path]:
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def run(*arguments: str) -> None:
    CommandLineInterface().run(["pybabel", "--quiet", *arguments])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["extract"]:
            extract()
            update()
        case ["compile"]:
            compile_all()
        case _:
            sys.exit(__doc__)
