"""PINs: their form and their hashes (Argon2id). Slow on purpose: call from a thread. Keeps nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 4, 12
_DIGITS = re.compile(rf"[0-9]{{{SHORTEST},{LONGEST}}}", re.ASCII)

# OWASP's parameters for Argon2id: about 30 ms on a desk computer. What keeps a guesser away is the back-off.
MEMORY_KIB, PASSES, LANES = 19456, 2, 1

# The hash of a PIN that nobody knows: what a name that nobody has is checked against, at the same cost.
DUMMY_HASH = "$argon2id$v=19$m=19456,t=2,p=1$vw0bGASlpooWFvCtOQmY2Q$N/xyEwJc7/X3TiGvXPGUvWWZmgSxANV5XrXIJg5wr0Q"


def hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def pin_refusal(pin: str) -> str | None:
    """Why this cannot be a PIN, in one sentence, or None."""
    if not _DIGITS.fullmatch(pin):
        return f"A PIN has {SHORTEST} to {LONGEST} digits"
    return "A PIN of one digit over and over is no secret" if len(set(pin)) == 1 else None


def hash_pin(pin: str) -> str:
    return hasher().hash(pin)


def pin_matches(digest: str, pin: str) -> bool:
    """Whether the PIN is right; False also for a hash that is none."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return hasher().verify(digest, pin)
    except (VerificationError, InvalidHashError):
        return False
