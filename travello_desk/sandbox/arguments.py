"""Arguments of the control endpoints, from JSON or a form, with one clear sentence when one is wrong. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

_Number = TypeVar("_Number", int, float)


class ControlError(ValueError):
    """The control call cannot be done as asked; its text says why."""


class Arguments:
    """What was sent. Forms send text, JSON sends types: both are read the same way."""

    def __init__(self, sent: Mapping[str, Any]) -> None:
        self._sent = sent

    def text(self, name: str, default: str | None = None) -> str:
        """A word; without a default it must be there."""
        value = self._sent.get(name, default)
        if value is None or value == "":
            raise ControlError(f"{name} is missing")
        return str(value)

    def maybe(self, name: str) -> str | None:
        """A word, or None when it was not sent or is empty."""
        value = self._sent.get(name)
        return str(value) if value not in (None, "") else None

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        return self._number(int, name, default)

    def number(self, name: str, default: float | None = None) -> float:
        """Seconds or a chance: a decimal number (never money)."""
        return self._number(float, name, default)

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false; forms say ``1``/``0``, ``true``/``false``, ``on``."""
        value = self._sent.get(name, default)
        words = {"1": True, "true": True, "on": True, "0": False, "false": False, "": False}
        if isinstance(value, bool):
            return value
        if str(value).lower() not in words:
            raise ControlError(f"{name} must be true or false")
        return words[str(value).lower()]

    def words(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of words: a JSON list, or one text with commas."""
        value = self._sent.get(name)
        if value is None:
            return default
        return tuple(str(word) for word in value) if isinstance(value, list) else tuple(str(value).split(","))

    def names(self) -> list[str]:
        """What was sent, by name."""
        return list(self._sent)

    def _number(self, kind: Callable[[Any], _Number], name: str, default: _Number | None) -> _Number:
        value = self._sent.get(name, default)
        try:
            if value is None or isinstance(value, bool):
                raise ValueError
            return kind(value)
        except (TypeError, ValueError):
            raise ControlError(f"{name} must be a number") from None
