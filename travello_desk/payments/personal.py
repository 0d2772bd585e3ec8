"""What is a guest's and what is money's: taking personal data out of texts and of Stripe's objects. Pure.

An object keeps its shape: what a key of PERSONAL holds becomes null, whatever lies below it; ids, amounts, instants and
statuses stay, so that a replay of a shredded event ends in the same facts.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Final

SHREDDED: Final = "(shredded)"
PERSONAL: Final = frozenset(
    """address billing_details client_secret collected_information custom_fields customer_address customer_details
    customer_email customer_email_address customer_name customer_phone customer_purchase_ip description email evidence
    fingerprint hosted_invoice_url individual ip ip_address name owner phone receipt_email receipt_url shipping
    shipping_details statement_descriptor_suffix""".split()
)
LEAST_WORD, LEAST_DIGITS = 3, 6


def words_of(*texts: str) -> tuple[str, ...]:
    """What gives a guest away wherever it stands: parts of names, addresses, numbers; case folded, long ones first."""
    found: set[str] = set()
    for text in texts:
        folded = text.casefold().strip()
        found.update(part for part in re.split(r"[^\w]+", folded) if len(part) >= LEAST_WORD)
        digits = re.sub(r"\D", "", folded)
        found.update({folded, digits} if len(digits) >= LEAST_DIGITS else {folded})
    return tuple(sorted((word for word in found if len(word) >= LEAST_WORD), key=lambda word: (-len(word), word)))


def names_guest(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in the text as a word: a guest called Mark is not named by `marked`."""
    return bool(words) and any_of(words).search(text.casefold()) is not None


@lru_cache(maxsize=8)
def any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


def redacted(thing: Any, words: tuple[str, ...] = ()) -> Any:
    """A copy of a JSON value without personal data: what stands under a personal key, and texts that name the guest."""
    if isinstance(thing, dict):
        return {key: None if key in PERSONAL else redacted(value, words) for key, value in thing.items()}
    if isinstance(thing, list):
        return [redacted(value, words) for value in thing]
    return SHREDDED if isinstance(thing, str) and words and names_guest(thing, words) else thing


def redacted_text(body: str, words: tuple[str, ...] = ()) -> str:
    """The same for a document as text; what is no JSON is dropped altogether. Equal texts mean nothing was personal."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    clean = redacted(document, words)
    return body if clean == document else json.dumps(clean, separators=(",", ":"))
