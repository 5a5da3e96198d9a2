"""What things are: frozen dataclasses and enums. No Qt, no I/O, no third party."""
