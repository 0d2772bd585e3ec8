"""How an operation fails when no rule refused it: Stripe did not do it, or it is not known whether it did."""

from __future__ import annotations

from travello_desk.stripe_gateway.errors import Forbidden, GatewayError, Rejected, Unauthorised
from travello_desk.stripe_gateway.refusals import is_missing


class StripeFailed(Exception):
    """Stripe could not be asked, or said no. `money_moved` is `no` or `not known`; never `yes`."""

    def __init__(
        self, error: GatewayError | None, sentence: str = "", *, retryable: bool | None = None, queued: bool = False
    ) -> None:
        """`queued`: the request stays and is sent again by itself, so that money may move after all."""
        self.error = error
        self.queued = queued
        self.sentence = sentence or (error.sentence if error else "Stripe could not be asked")
        self.retryable = retryable if retryable is not None else bool(error and error.retryable)
        super().__init__(self.sentence)

    @property
    def money_moved(self) -> str:
        """What the clerk's error says about money (UX 2.3)."""
        unknown = self.queued or (self.error is not None and not self.error.outcome_known)
        return "not known" if unknown else "no"

    @property
    def code(self) -> str:
        """Stripe's request id, for quoting, or empty."""
        return (self.error.request_id or "") if self.error else ""


class NoStripe(StripeFailed):
    """There is no secret key: the desk works, online payments do not."""

    def __init__(self) -> None:
        super().__init__(
            None,
            "No STRIPE_SECRET_KEY is set: online payments are off. `travello-desk demo` needs none",
            retryable=False,
        )


def is_definite(error: GatewayError, *, first_try: bool) -> bool:
    """Stripe said no for good: the intention is closed, and a next try needs a new idempotency key (PAYMENTS 4.3).

    When an earlier try, perhaps of a process that died, may have been carried out, only a refusal of the request
    itself proves that it was not: under the same key Stripe would have repeated the result. A key that was revoked
    meanwhile, or that is another account's, proves nothing.
    """
    if not error.outcome_known or error.retryable:
        return False
    return first_try or (isinstance(error, Rejected) and not is_missing(error))


def is_refused(error: GatewayError) -> bool:
    """Stripe does not take our key, or not for this (D18, D19): nothing gets better by waiting."""
    return isinstance(error, Unauthorised | Forbidden)
