"""Desks and houses for the situations; every store is proved true after its test."""

from __future__ import annotations

from tests.house import builder, house
from tests.operations.conftest import desk

__all__ = ["builder", "desk", "house"]
