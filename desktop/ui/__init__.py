"""What the user sees. With app.py the only code that imports Qt; talks to services, never to providers or SQL."""
