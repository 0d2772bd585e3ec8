"""How an operation fails when no rule refused it: Stripe did not do it, or it is not known whether it did."""

from __future__ import annotations

from travello_desk.stripe_gateway.errors import GatewayError


class StripeFailed(Exception):
    """Stripe could not be asked, or said no. `money_moved` is `no` or `not known`; never `yes`."""

    def __init__(self, error: GatewayError | None, sentence: str = "", *, retryable: bool | None = None) -> None:
        self.error = error
        self.sentence = sentence or (error.sentence if error else "Stripe could not be asked")
        self.retryable = retryable if retryable is not None else bool(error and error.retryable)
        super().__init__(self.sentence)

    @property
    def money_moved(self) -> str:
        """What the clerk's error says about money (UX 2.3)."""
        return "not known" if self.error is not None and not self.error.outcome_known else "no"

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


def is_definite(error: GatewayError) -> bool:
    """Stripe said no for good: the intention is closed, and a next try needs a new idempotency key (PAYMENTS 4.3)."""
    return error.outcome_known and not error.retryable
