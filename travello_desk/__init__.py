"""travello-desk: the payment desk of a hotel. This package root imports nothing, so that every command starts fast."""

__version__ = "0.1.0"
