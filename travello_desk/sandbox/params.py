"""Kinds of parameters and how Stripe refuses a bad one. The tables of them are in ``tables``; no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from travello_desk.sandbox.errors import ApiError, missing, unknown
from travello_desk.sandbox.forms import Node

_INTEGER = re.compile(r"-?[0-9]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LARGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Rule:
    """One parameter. ``check`` turns what was sent into a value, or raises what Stripe answers."""

    required: bool = False

    def check(self, sent: Node, path: str) -> Any:
        """The value of the parameter at ``path`` (Stripe's spelling, e.g. ``line_items[0][quantity]``)."""
        raise NotImplementedError


def _text(sent: Node, path: str, kind: str) -> str:
    if isinstance(sent, dict):
        raise ApiError(f"Invalid {kind}: {_shown(sent)}", param=path)
    if sent == "":
        raise ApiError(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a "
            f"parameter; however '{path}' cannot be unset. You should remove '{path}' from your request or "
            "supply a non-empty value.",
            code="parameter_invalid_empty",
            param=path,
        )
    return sent


def _shown(sent: Node) -> str:
    return str(sent).replace("'", '"').replace(": ", "=>")


@dataclass(frozen=True, slots=True)
class Text(Rule):
    """A string of at most ``longest`` characters."""

    longest: int = 5000

    def check(self, sent: Node, path: str) -> str:
        """The text itself."""
        text = _text(sent, path, "string")
        if len(text) > self.longest:
            shown = f"{text[:4]}…{text[-4:]}"
            raise ApiError(f"Invalid string: {shown}; must be at most {self.longest} characters", param=path)
        return text


@dataclass(frozen=True, slots=True)
class Integer(Rule):
    """A whole number; a decimal point, a sign too many or any other digit script is refused."""

    least: int | None = None
    most: int | None = None

    def check(self, sent: Node, path: str) -> int:
        """The number."""
        text = _text(sent, path, "integer")
        if not _INTEGER.fullmatch(text):
            raise ApiError(f"Invalid integer: {text}", code="parameter_invalid_integer", param=path)
        value = int(text) if len(text) < 20 else _LARGEST_INTEGER + 1
        if self.least is not None and value < self.least:
            raise self._too_small(path)
        if value > (self.most if self.most is not None else _LARGEST_INTEGER):
            bound = self.most if self.most is not None else _LARGEST_INTEGER
            message = f"This value must be less than or equal to {bound}."
            raise ApiError(message, code="parameter_invalid_integer", param=path)
        return value

    def _too_small(self, path: str) -> ApiError:
        words = {0: "Invalid non-negative integer", 1: "This value must be greater than or equal to 1."}
        message = words.get(self.least or 0, f"This value must be greater than or equal to {self.least}.")
        return ApiError(message, code="parameter_invalid_integer", param=path)


@dataclass(frozen=True, slots=True)
class Boolean(Rule):
    """``true`` or ``false``, nothing else."""

    def check(self, sent: Node, path: str) -> bool:
        """The truth value."""
        text = _text(sent, path, "boolean")
        if text not in ("true", "false"):
            raise ApiError(f"Invalid boolean: {text}", param=path)
        return text == "true"


@dataclass(frozen=True, slots=True)
class Choice(Rule):
    """One of a few words."""

    options: tuple[str, ...] = ()

    def check(self, sent: Node, path: str) -> str:
        """The chosen word."""
        text = _text(sent, path, "string")
        if text not in self.options:
            name = path.rpartition("[")[2].rstrip("]")
            raise ApiError(f"Invalid {name}: must be one of {_listed(self.options)}", param=path)
        return text


def _listed(options: tuple[str, ...]) -> str:
    if len(options) < 3:
        return " or ".join(options)
    return ", ".join(options[:-1]) + f", or {options[-1]}"


@dataclass(frozen=True, slots=True)
class Url(Rule):
    """An absolute http(s) address; Stripe asks for the scheme."""

    def check(self, sent: Node, path: str) -> str:
        """The address, unchanged (a template in braces stays as it is)."""
        text = Text(longest=5000).check(sent, path)
        try:
            parts = urlsplit(text)
        except ValueError:
            raise ApiError("Not a valid URL", code="url_invalid", param=path) from None
        if not parts.scheme:
            message = "Invalid URL: An explicit scheme (such as https) must be provided."
            raise ApiError(message, code="url_invalid", param=path)
        if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text):
            raise ApiError("Not a valid URL", code="url_invalid", param=path)
        return text


@dataclass(frozen=True, slots=True)
class Email(Rule):
    """An e-mail address of at most 800 characters."""

    def check(self, sent: Node, path: str) -> str:
        """The address."""
        text = Text(longest=800).check(sent, path)
        if not _EMAIL.fullmatch(text):
            raise ApiError(f"Invalid email address: {text}", code="email_invalid", param=path)
        return text


@dataclass(frozen=True, slots=True)
class Currency(Rule):
    """A three-letter word; whether Stripe takes it is asked later, by ``currencies``."""

    def check(self, sent: Node, path: str) -> str:
        """The currency in lower case, as Stripe keeps it."""
        return _text(sent, path, "string").lower()


@dataclass(frozen=True, slots=True)
class Metadata(Rule):
    """At most 50 keys of 40 characters with values of 500; an empty value unsets a key."""

    def check(self, sent: Node, path: str) -> dict[str, str]:
        """The pairs that remain."""
        if sent == "":
            return {}
        if isinstance(sent, str):
            raise ApiError(f"Invalid hash: {sent}", param=path)
        for key, value in sent.items():
            self._check_pair(key, value, path)
        kept = {key: str(value) for key, value in sent.items() if value != ""}
        if len(kept) > 50:
            message = f"You may only specify up to 50 metadata keys; you tried to specify {len(kept)}."
            raise ApiError(message, param=path)
        return kept

    def _check_pair(self, key: str, value: Node, path: str) -> None:
        at = f"{path}[{key}]"
        if isinstance(value, dict):
            raise ApiError(f"Invalid string: {_shown(value)}", param=at)
        if len(key) > 40:
            message = "Metadata keys can have up to 40 characters, but you passed in a key that is"
            raise ApiError(f"{message} {len(key)} characters. Invalid key: {key}", param=at)
        if len(value) > 500:
            message = "Metadata values can have up to 500 characters, but you passed in a value that is"
            raise ApiError(f"{message} {len(value)} characters. Invalid value: {value}", param=at)


@dataclass(frozen=True, slots=True)
class Hash(Rule):
    """An object with known fields."""

    fields: Mapping[str, Rule] = field(default_factory=dict)

    def check(self, sent: Node, path: str) -> dict[str, Any]:
        """The checked fields that were sent."""
        if isinstance(sent, str):
            raise ApiError("Invalid object", param=path)
        return check_fields(self.fields, sent, path)


@dataclass(frozen=True, slots=True)
class Array(Rule):
    """A list of one kind of thing."""

    item: Rule = Rule()
    most: int = 100

    def check(self, sent: Node, path: str) -> list[Any]:
        """The checked items in their order."""
        if isinstance(sent, str) or not all(key.isdecimal() and key.isascii() for key in sent):
            raise ApiError("Invalid array", param=path)
        if len(sent) > self.most:
            raise ApiError(f"Array too long. The maximum is {self.most} elements.", param=path)
        in_order = sorted(sent.items(), key=lambda pair: int(pair[0]))
        return [self.item.check(value, f"{path}[{index}]") for index, (_, value) in enumerate(in_order)]


@dataclass(frozen=True, slots=True)
class Range(Rule):
    """``created``: one moment, or bounds ``gt/gte/lt/lte`` in unix seconds."""

    def check(self, sent: Node, path: str) -> dict[str, int]:
        """Bounds by name; a single moment becomes ``gte`` and ``lte``."""
        if isinstance(sent, str):
            moment = Integer().check(sent, path)
            return {"gte": moment, "lte": moment}
        bounds = {name: Integer() for name in ("gt", "gte", "lt", "lte")}
        return check_fields(bounds, sent, path)


@dataclass(frozen=True, slots=True)
class NotSimulated(Rule):
    """A real parameter of Stripe's that this sandbox does not act on: refused in plain words, not ignored."""

    def check(self, sent: Node, path: str) -> Any:
        """Always refuses."""
        raise ApiError(f"Sandbox: Stripe knows the parameter '{path}', this sandbox does not.", param=path)


def check_fields(fields: Mapping[str, Rule], sent: Mapping[str, Node], path: str = "") -> dict[str, Any]:
    """Check an object: unknown names first, then what is missing, then each value in the order sent."""
    strange = [_join(path, name) for name in sent if name not in fields]
    if strange:
        raise unknown(strange)
    for name, rule in fields.items():
        if rule.required and name not in sent:
            raise missing(_join(path, name))
    return {name: fields[name].check(value, _join(path, name)) for name, value in sent.items()}


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
