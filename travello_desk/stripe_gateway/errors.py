"""Every way a call to Stripe can fail, as the rest of the program sees it. Pure: no stripe, no aiohttp.

Two questions matter to whoever catches one of these, and each error answers both (PAYMENTS 3D, 4.3):

* `outcome_known`: False means that Stripe may have carried the request out. Money must then not be asked for
  again under another idempotency key; the same key repeats the question safely. Looking things up changes
  nothing at Stripe, so the outcome of a failed look-up is always known.
* `retryable`: whether the same request can succeed later although nobody changes anything.

`str(error)` is made for logs: it holds no text of Stripe's, which may repeat what a guest typed. `sentence` is
for staff.
"""

import math
import re
from typing import ClassVar

from travello_desk.secrets_form import masked

_DOUBT = "it is not known whether it acted"
_LONGEST_MESSAGE = 500  # characters: whoever answers in Stripe's place may send anything
_SECRET = re.compile(r"\b(?:sk|rk)_(?:test|live)_[^\s'\"]+|\bwhsec_[^\s'\"]+")


class GatewayError(Exception):
    """A call to Stripe that gave no result. Always raised as one of the classes below."""

    kind: ClassVar[str] = "error"
    retryable: ClassVar[bool] = True
    outcome_known: bool = True

    def __init__(
        self,
        message: str = "",
        *,
        outcome_known: bool | None = None,
        code: str | None = None,
        param: str | None = None,
        error_type: str | None = None,
        request_id: str | None = None,
        http_status: int | None = None,
        retry_after_seconds: float | None = None,
        should_retry: bool | None = None,
    ) -> None:
        """The message is Stripe's own, or ours where Stripe said nothing; secrets in it are masked here."""
        super().__init__()
        self.message = _tidy(message)
        if outcome_known is not None:
            self.outcome_known = outcome_known
        self.code = code
        self.param = param
        self.error_type = error_type
        self.request_id = request_id
        self.http_status = http_status
        self.retry_after_seconds = retry_after_seconds
        self.should_retry = should_retry  # Stripe's own advice for this very call; None: it gave none

    def __str__(self) -> str:
        facts = (
            ("HTTP", self.http_status),
            ("code", self.code),
            ("param", self.param),
            ("request", self.request_id),
        )
        told = ", ".join(f"{name} {value}" for name, value in facts if value is not None)
        return f"{self.kind}: {told}" if told else self.kind

    __repr__ = __str__

    @property
    def sentence(self) -> str:
        """What happened in one plain sentence, for the person at the desk."""
        what = self._what()
        if self.outcome_known:
            return what
        return f"{what}{'; ' if ':' in what else ': '}{_DOUBT}"

    def _what(self) -> str:
        return self.message


class Unreachable(GatewayError):
    """No conversation came about, or it broke off. The outcome is known when nothing had been sent yet."""

    kind = "unreachable"
    outcome_known = False


class TimedOut(GatewayError):
    """No whole answer in the time that one call may take."""

    kind = "timed_out"
    outcome_known = False


class BadAnswer(GatewayError):
    """An answer that Stripe does not give: HTML, cut off, not JSON, another object than asked for."""

    kind = "bad_answer"
    outcome_known = False


class Busy(GatewayError):
    """429: too many requests, or another one holds the object (lock_timeout). Stripe did nothing (PAYMENTS 4.3)."""

    kind = "busy"

    def _what(self) -> str:
        if self.retry_after_seconds is None:
            return "Stripe is busy: again in a moment"
        return f"Stripe is busy: again in {math.ceil(self.retry_after_seconds)} s"


class Conflict(GatewayError):
    """409: a request with the same idempotency key is still under way."""

    kind = "conflict"
    outcome_known = False

    def _what(self) -> str:
        return "Stripe is still working on this very request"


class ServerFault(GatewayError):
    """5xx, from Stripe or from a machine in front of it."""

    kind = "server_fault"
    outcome_known = False

    def _what(self) -> str:
        return f"Stripe has a fault of its own (HTTP {self.http_status})"


class Unauthorised(GatewayError):
    """401: the key is wrong or revoked."""

    kind = "unauthorised"
    retryable = False

    def _what(self) -> str:
        return "Stripe refuses the key"


class Forbidden(GatewayError):
    """403: a restricted key lacks a right (PAYMENTS D19, C30)."""

    kind = "forbidden"
    retryable = False

    _RIGHT = re.compile(r"\brak_(\w+)")

    @property
    def missing_right(self) -> str | None:
        """The right as Stripe names it, without rak_: "checkout_session_write"; None if it names none."""
        found = self._RIGHT.search(self.message)
        return found[1] if found else None

    def _what(self) -> str:
        if self.missing_right:
            return f"This Stripe key lacks the right {self.missing_right.replace('_', ' ')}"
        return f"This Stripe key may not do that: {self.message or 'Stripe does not say why'}"


class Rejected(GatewayError):
    """400, 402, 404 and the like with Stripe's reason: a definite no. Nothing was done; ask anew under a NEW key."""

    kind = "rejected"
    retryable = False

    def _what(self) -> str:
        return f"Stripe refuses: {self.message or self.code or f'HTTP {self.http_status}'}"


class KeyReuse(GatewayError):
    """The idempotency key was used before with other content. What that request did must be looked up."""

    kind = "key_reuse"
    retryable = False
    outcome_known = False

    def _what(self) -> str:
        return "Stripe knows this request with other content"


def _tidy(message: str) -> str:
    """One printable line. Secrets are masked: Stripe's refusal of a key repeats part of it."""
    printable = "".join(char if char.isprintable() else " " for char in message[: 2 * _LONGEST_MESSAGE])
    line = _SECRET.sub(lambda found: masked(found.group()), " ".join(printable.split()))
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}…"
