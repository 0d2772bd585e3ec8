"""The house, for every test of the listener."""

from __future__ import annotations

from tests.house import builder, house

__all__ = ["builder", "house"]
