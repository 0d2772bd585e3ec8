"""Was this body signed by Stripe? Raw bytes in, the matching secret's place out. Pure; raises BadSignature only.

Stripe's own check takes any time in the future and raises TypeError on a non-ASCII header (PAYMENTS 4.7); this one
has a symmetric window and treats the header as what it is: anything a stranger can send. Rows A1 to A14.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import lru_cache

WINDOW_SECONDS = 300
MISSING = "no signature"
MALFORMED = "malformed signature"
STALE = "signed too long ago or in the future"
MISMATCH = "no secret matches"
AT_ONCE_BYTES = 2047
"""Above this Python lets go of its lock while it hashes, and stands in line behind the store's writer to have it back:
ten times what the hashing takes."""


class BadSignature(Exception):
    """Not Stripe's, as far as can be told; `reason` is one of the four above, for the log and the doctor."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def verify(body: bytes, header: str | None, secrets: Sequence[bytes], now: float) -> int:
    """The index of the secret that signed `body`. `now` is unix seconds by a corrected clock."""
    stamp, candidates = read_header(header)
    if abs(now - int(stamp)) > WINDOW_SECONDS:
        raise BadSignature(STALE)
    for place, secret in enumerate(secrets):
        expected = signature(secret, stamp, body)
        if any(hmac.compare_digest(expected, candidate) for candidate in candidates):
            return place
    raise BadSignature(MISMATCH)


def signature(secret: bytes, stamp: bytes, body: bytes) -> bytes:
    """What Stripe would write behind `v1=` for this body at this time."""
    signing = keyed(secret).copy()
    signing.update(stamp + b".")
    for start in range(0, len(body), AT_ONCE_BYTES):
        signing.update(body[start : start + AT_ONCE_BYTES])
    return signing.hexdigest().encode()


@lru_cache(maxsize=16)
def keyed(secret: bytes) -> hmac.HMAC:
    return hmac.new(secret, digestmod="sha256")


def read_header(header: str | None) -> tuple[bytes, list[bytes]]:
    """`t=...,v1=...[,v1=...]` as its first time and its v1 signatures. Spaces and other schemes do not count."""
    if not header:
        raise BadSignature(MISSING)
    if not header.isascii():  # aiohttp hands bytes beyond ASCII over as lone surrogates
        raise BadSignature(MALFORMED)
    stamp, candidates = b"", []
    for part in header.encode().split(b","):
        name, _, value = part.partition(b"=")
        if name == b"v1":
            candidates.append(value)
        elif name == b"t" and not stamp:
            stamp = value
    if not candidates or not stamp.isdigit() or len(stamp) > 12:
        raise BadSignature(MALFORMED)
    return stamp, candidates
