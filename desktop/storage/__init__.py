"""Conversations, usage and model lists in SQLite: the only place that knows SQL.

`Database` owns the file and its one worker thread; the other modules are plain functions that take the open
`sqlite_utils.Database` first and are run through `Database.run`. sqlite_utils costs about 90 ms to import and is not
needed for the first window, so only the worker thread imports it.
"""
