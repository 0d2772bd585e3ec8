"""Who is calling: bearer tokens of the hotel's web front end. HS256 and `exp` or nothing (INTERFACE 1)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
from aiohttp import web
from jwt.types import Options

# A short AUTH_JWT_SECRET is the doctor's to tell; a warning here would be printed over the screen.
warnings.filterwarnings("ignore", category=jwt.InsecureKeyLengthWarning)

# Times are checked below, by the house's corrected clock. PyJWT would refuse a number as `sub`, which INTERFACE allows.
OPTIONS: Final[Options] = {
    "require": ["exp"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_sub": False,
    "verify_jti": False,
}
MOST_KNOWN = 1024


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified token: whose it is, and when it holds (unix seconds)."""

    user_id: int | None
    staff: bool
    not_before: float
    expires_at: float

    def may_see(self, owner_id: int | None) -> bool:
        """Owner or staff. A booking without a web account belongs to nobody's token."""
        return self.staff or (owner_id is not None and self.user_id == owner_id)


class Tokens:
    """Verifies tokens under one secret, and remembers those that were right: a front end sends the same one often."""

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        self._secret = secret
        self._clock = clock
        self._known: dict[str, Caller] = {}

    def caller(self, request: web.Request) -> Caller | None:
        """Who this request's token speaks for, or None: no token, a bad one, one that is over or not yet valid."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return self.verify(token.strip())

    def verify(self, token: str) -> Caller | None:
        caller = self._known.get(token) or self._decode(token)
        if caller is None or not caller.not_before <= self._clock() < caller.expires_at:
            return None
        return caller

    def _decode(self, token: str) -> Caller | None:
        if not token.isascii():
            return None
        try:
            claims = jwt.decode(token, self._secret, algorithms=["HS256"], options=OPTIONS)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            return None
        caller = read_claims(claims)
        if caller is not None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[token] = caller
        return caller


def read_claims(claims: Mapping[str, Any]) -> Caller | None:
    """`user_id`, else `sub`; `is_staff` must be exactly true. None when the claims make no sense."""
    subject = claims.get("user_id", claims.get("sub"))
    user_id = account(subject)
    staff = claims.get("is_staff") is True
    expires_at, not_before = instant(claims.get("exp")), instant(claims.get("nbf", 0))
    if expires_at is None or not_before is None or (user_id is None and (subject is not None or not staff)):
        return None
    return Caller(user_id, staff, not_before, expires_at)


def account(subject: object) -> int | None:
    """The id of a web account, written as a number or as its digits."""
    if isinstance(subject, str) and subject.isascii() and subject.isdigit() and len(subject) < 20:
        return int(subject)
    return subject if isinstance(subject, int) and not isinstance(subject, bool) else None


def instant(value: object) -> float | None:
    """Unix seconds, or None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        seconds = float(value)
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) else None
