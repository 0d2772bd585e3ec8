"""Runs tests of other folders on PostgreSQL: a module here says which, and why some of them are SQLite's alone."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest

STORES = frozenset("store desk house builder hotel ctx usd office paid_event lived".split())
"""Fixtures that stand on a store; a test without one of them would only run twice."""
FIXTURE = type(pytest.fixture(lambda: None))


def collected(*modules: ModuleType, but: dict[str, str] | None = None) -> dict[str, Any]:
    """The modules' fixtures and their tests that use a store, but the tests named, each with its reason."""
    left_out = but or {}
    found: dict[str, Any] = {}
    for module in modules:
        for name, thing in vars(module).items():
            if isinstance(thing, FIXTURE) or (uses_a_store(name, thing) and name not in left_out):
                assert found.get(name, thing) is thing, f"{name} stands in two modules: collect them in two files"
                found[name] = thing
    unknown = [name for name in left_out if not any(hasattr(module, name) for module in modules)]
    assert not unknown, f"no such tests: {unknown}"
    return found


def uses_a_store(name: str, thing: Any) -> bool:
    return name.startswith("test_") and callable(thing) and bool(STORES & inspect.signature(thing).parameters.keys())
