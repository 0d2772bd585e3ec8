"""Links, cards, delayed methods: one payment from its link to its end (PAYMENTS 3B)."""

from __future__ import annotations

from tests.payments.scene import Scene
from tests.payments.stories.told import story

# Links


@story(
    """
    PENDING PROCESSING CHECKING paid=0 due=1000000
    1 CREATING -/-/open payable=True
    """
)
def nothing_heard_yet(s: Scene) -> None:
    """D13: the call has left, there is no answer."""


@story(
    """
    PENDING PROCESSING LINK OUT paid=0 due=1000000
    1 OPEN open/unpaid/open payable=True
    """
)
def link_is_out(s: Scene) -> None:
    s.link()


@story(
    """
    PENDING NOT_INITIATED DUE paid=0 due=1000000
    1 REFUSED -/-/open
    """
)
def stripe_refuses_the_link(s: Scene) -> None:
    s.refused()


@story(
    """
    PENDING PROCESSING LINK OUT paid=0 due=1000000
    1 OPEN open/unpaid/open payable=True
    """
)
def the_refusal_was_not_stripes(s: Scene) -> None:
    """A proxy answered 400; Stripe had made the session all the same."""
    s.refused()
    s.link()


@story(
    """
    PENDING NOT_INITIATED EXPIRED paid=0 due=1000000
    1 EXPIRED expired/unpaid/open
    """
)
def link_expires(s: Scene) -> None:
    """B33."""
    s.link()
    s.expire()


# Cards


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000
    """
)
def happy(s: Scene) -> None:
    """B1, B5, B6."""
    s.link()
    s.pay()


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED open/unpaid/paid got=1000000 left=1000000
    """
)
def only_the_intent_arrives(s: Scene) -> None:
    """B7."""
    s.link()
    s.pay(by_session=False)


@story(
    """
    PENDING FAILED FAILED paid=0 due=1000000
    1 FAILED open/unpaid/card_failed payable=True declined=insufficient_funds
    """
)
def declined(s: Scene) -> None:
    """B10: the link is still open."""
    s.link()
    s.decline()


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 declined=insufficient_funds
    """
)
def declined_then_paid(s: Scene) -> None:
    """B8, B9."""
    s.link()
    s.decline()
    s.pay()


@story(
    """
    PENDING NOT_INITIATED EXPIRED paid=0 due=1000000
    1 EXPIRED expired/unpaid/card_failed declined=insufficient_funds insufficient_funds
    """
)
def declined_twice_then_expired(s: Scene) -> None:
    s.link()
    s.decline(attempt="a")
    s.decline(attempt="b")
    s.expire()


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000
    """
)
def expired_then_paid(s: Scene) -> None:
    """B34, D32: paid at the edge; complete beats expired."""
    s.link()
    s.expire()
    s.pay()


# Delayed methods


@story(
    """
    PENDING PROCESSING SETTLING paid=0 due=1000000
    1 SETTLING complete/unpaid/complete_unpaid declined=insufficient_funds
    """
)
def declined_then_bank_payment_on_its_way(s: Scene) -> None:
    """B13, and B8's late failure must not touch it."""
    s.link()
    s.decline()
    s.pay_by_bank()


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000
    """
)
def bank_payment_settles(s: Scene) -> None:
    """B14."""
    s.link()
    s.pay_by_bank()
    s.bank_settles()


@story(
    """
    PENDING FAILED FAILED paid=0 due=1000000
    1 FAILED complete/unpaid/async_failed declined=async insufficient_funds
    """
)
def bank_payment_fails(s: Scene) -> None:
    """B16: this link is over, a new one is needed."""
    s.link()
    s.pay_by_bank()
    s.bank_fails()


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 declined=async insufficient_funds
    """
)
def bank_changes_its_mind(s: Scene) -> None:
    """PAYMENTS 1.3: nothing beats paid."""
    s.link()
    s.pay_by_bank()
    s.bank_fails()
    s.bank_settles()
