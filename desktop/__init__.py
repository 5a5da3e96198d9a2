"""Tuppence: one calm, fast desktop window for every model provider the user has a key for.

The map of the package (the README's "Finding your way" says which file to open for what):

    app.py        start-up: a window on the screen first, then everything else
    start.py      what there is before the services: settings, theme, the empty window
    application.py  builds every object and joins them; while it runs; shutdown told in order
    cli.py        the headless commands; thin, over the same services, never imports Qt
    domain/       what things are: frozen dataclasses; no Qt, no I/O, no third party
    providers/    talking to model services over httpx; no Qt, no SQL
    storage/      SQLite through sqlite-utils; the only place that knows SQL
    settings/     the user's choices, and secrets in the OS keychain
    transfer/     files for other programs, and theirs: exports, statements, providers' bills
    render/       Markdown text -> typed blocks and HTML, without Qt
    services/     what the application does (asyncio, no Qt)
    ui/           the only package, with app.py, that imports Qt

What may import what is written in pyproject.toml and checked by import-linter in `make check`.
"""

__version__ = "0.1.0"
APP_NAME = "Tuppence"
APP_ID = "app.tuppence.Tuppence"
