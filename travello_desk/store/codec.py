"""Facts as JSON text in the store, and back. Only what is told is written, so that an empty set of facts is `{}`."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any

from travello_desk import quick_json
from travello_desk.payments.facts import AttemptFacts, DisputeFacts, Failure, RefundFacts

PAIRS = frozenset({"received", "presentment"})
EMPTY_ATTEMPT = AttemptFacts()
ATTEMPT_NAMES = tuple(f.name for f in fields(AttemptFacts))
ATTEMPT_VALUES = attrgetter(*ATTEMPT_NAMES)
ATTEMPT_DEFAULTS = ATTEMPT_VALUES(EMPTY_ATTEMPT)
EMPTY_REFUND = RefundFacts()
REFUND_DEFAULTS = tuple((f.name, getattr(EMPTY_REFUND, f.name)) for f in fields(RefundFacts))


def encode_attempt(facts: AttemptFacts) -> str:
    told: dict[str, Any] = {
        name: value
        for name, value, default in zip(ATTEMPT_NAMES, ATTEMPT_VALUES(facts), ATTEMPT_DEFAULTS, strict=True)
        if value != default
    }
    if "failures" in told:
        told["failures"] = [[f.at, f.code, f.message, f.source] for f in sorted(facts.failures)]
    return quick_json.dumps(told)


@lru_cache(maxsize=4096)
def decode_attempt(text: str) -> AttemptFacts:
    told = quick_json.loads(text)
    for name in PAIRS & told.keys():
        told[name] = (told[name][0], told[name][1])
    if "failures" in told:
        told["failures"] = frozenset(Failure(*item) for item in told["failures"])
    return AttemptFacts(**told)


def encode_refund(facts: RefundFacts) -> str:
    told = {name: getattr(facts, name) for name, default in REFUND_DEFAULTS if getattr(facts, name) != default}
    return quick_json.dumps(told)


def decode_refund(text: str) -> RefundFacts:
    return RefundFacts(**quick_json.loads(text))


def encode_dispute(facts: DisputeFacts) -> str:
    return quick_json.dumps({f.name: getattr(facts, f.name) for f in fields(facts)})


def decode_dispute(text: str) -> DisputeFacts:
    return DisputeFacts(**quick_json.loads(text))
