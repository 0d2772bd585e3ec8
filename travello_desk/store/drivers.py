"""Keeps other databases' drivers out of a process whose store is SQLite. Peewee imports every one that is installed,
and psycopg alone costs more than all of Peewee.

A driver that this process has imported already stays: a store on PostgreSQL imports psycopg before Peewee.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

OTHERS: Final = ("psycopg2cffi", "psycopg2", "psycopg", "pymysql", "MySQLdb")


@contextmanager
def sqlite_only() -> Iterator[None]:
    """Within it the others cannot be imported."""
    kept_out = [name for name in OTHERS if name not in sys.modules]
    for name in kept_out:
        sys.modules[name] = None  # type: ignore[assignment] # `import name` raises ImportError
    try:
        yield
    finally:
        for name in kept_out:
            del sys.modules[name]
