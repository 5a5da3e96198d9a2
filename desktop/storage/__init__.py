"""Conversations, usage and model lists in SQLite: the only place that knows SQL.

`Database` owns the file and its one worker thread; the other modules are plain functions that take the open connection
first and are run through `Database.run`. sqlite-utils runs the migrations; it is imported, on the worker thread, only
when there is one to run.
"""
