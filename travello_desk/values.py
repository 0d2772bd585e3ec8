"""Values: dataclasses that nobody changes, made in a sixth of the time.

A frozen dataclass sets each of its fields through `object.__setattr__`, and an event makes two hundred and fifty of
them. These are frozen for the type checker, which sees every line, and plain assignments when they run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

__all__ = ["value"]
T = TypeVar("T")

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, slots: bool, order: bool = False) -> Callable[[type[T]], type[T]]:
        """As `dataclass`, hashable by its fields; `frozen` is true always and is checked before the program runs."""
        if not frozen:
            raise TypeError("a value is frozen")
        return dataclass(slots=slots, order=order, unsafe_hash=True)
