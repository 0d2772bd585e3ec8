"""The house, for doctor's visits."""

from __future__ import annotations

from tests.house import builder, house

__all__ = ["builder", "house"]
