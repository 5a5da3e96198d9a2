"""What the application does, in asyncio and without Qt. Objects are built in app.py and cli.py and passed in."""
