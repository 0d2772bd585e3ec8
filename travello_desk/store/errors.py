"""Why the store could not do it, in the store's own words. Nothing above catches a database library's exceptions."""

from __future__ import annotations


class StoreError(Exception):
    """Base of everything the store raises."""


class StoreUnavailable(StoreError):
    """Locked, full, read-only or gone: nothing was stored, and trying again later makes sense (HTTP 503)."""


class StoreMisplaced(StoreUnavailable):
    """No file can be where it was said to be: not a matter of later."""


class StoreDamaged(StoreError):
    """The file is not a sound database: do not go on; restore a backup."""


class Conflict(StoreError):
    """A constraint of the database refused the change (someone else was first)."""
