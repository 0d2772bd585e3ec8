"""Money that was not expected: twice, too late, not as asked, or beside the desk (PAYMENTS 3B)."""

from __future__ import annotations

from dataclasses import replace

from tests.payments.scene import Scene
from tests.payments.stories.told import ONLINE, PRICE, story
from travello_desk.payments.facts import Asked, DeskEntry

# Money that was not expected


@story(
    """
    PAID SUCCEEDED PAID paid=2000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000
    2 SUCCEEDED complete/paid/paid got=1000000 left=1000000 duplicate=True
    ! paid_twice 2 1000000 PKR online
    """,
    rows=2,
)
def two_sessions_both_paid(s: Scene) -> None:
    """B32."""
    s.link(1)
    s.link(2)
    s.pay(1)
    s.pay(2)


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 REFUNDED complete/paid/paid got=1000000 back=1000000 settled=1000000 refunds=re_1:succeeded
    2 SUCCEEDED complete/paid/paid got=1000000 left=1000000
    """,
    rows=2,
)
def two_sessions_both_paid_then_one_refunded(s: Scene) -> None:
    """B32: refunding either keeps PAID."""
    s.link(1)
    s.link(2)
    s.pay(1, by_intent=False)
    s.pay(2, by_intent=False)
    s.refund("re_1", 1_000_000)


@story(
    """
    CANCELLED SUCCEEDED CANCEL paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000
    ! money_on_cancelled 1000000 PKR
    """,
    ledger=replace(ONLINE, cancelled=True),
)
def cancelled_then_paid(s: Scene) -> None:
    """B30."""
    s.link()
    s.expire()
    s.pay()


@story(
    """
    CANCELLED REFUNDED CANCEL paid=0 due=0
    1 REFUNDED complete/paid/paid got=1000000 back=1000000 settled=1000000 refunds=re_1:succeeded
    """,
    ledger=replace(ONLINE, cancelled=True),
)
def cancelled_then_paid_then_refunded(s: Scene) -> None:
    s.link()
    s.pay()
    s.refund("re_1", 1_000_000)


@story(
    """
    PENDING SUCCEEDED REVIEW paid=10000 due=990000
    1 SUCCEEDED complete/paid/paid got=10000 left=10000 review=amount
    ! wrong_amount 1 10000 PKR amount
    """
)
def wrong_amount(s: Scene) -> None:
    """B18."""
    s.link(amount=10_000)
    s.pay()


@story(
    """
    PENDING SUCCEEDED REVIEW paid=0 due=1000000
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 review=currency
    ! wrong_amount 1 1000000 INR currency
    """,
    scene=lambda: Scene(currency="inr"),
)
def wrong_currency(s: Scene) -> None:
    """B19: there is no rate for what was never asked, so it pays nothing of the booking."""
    s.link()
    s.pay()


@story(
    """
    PENDING SUCCEEDED REVIEW paid=1000000 due=200000
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 review=price
    ! wrong_amount 1 1000000 PKR price
    """,
    ledger=replace(ONLINE, amount_minor=1_200_000),
)
def price_changed_while_the_guest_paid(s: Scene) -> None:
    """PAYMENTS 1.4, D29."""
    s.link()
    s.pay()


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000
    """,
    ledger=replace(ONLINE, amount_minor=1_200_000),
    accepted=True,
)
def price_changed_and_staff_accepts(s: Scene) -> None:
    s.link()
    s.pay()


@story(
    """
    PAID SUCCEEDED PAID paid=0 due=0
    1 SUCCEEDED complete/no_payment_required/paid
    """,
    ledger=replace(ONLINE, amount_minor=0),
    asked=Asked(0, "PKR", 0, "PKR"),
    scene=lambda: Scene(amount=0),
)
def nothing_to_pay(s: Scene) -> None:
    """B17: the amount due is 0."""
    s.link()
    s.complete_free()


@story(
    """
    PENDING SUCCEEDED REVIEW paid=0 due=1000000
    1 SUCCEEDED complete/no_payment_required/paid review=amount
    ! wrong_amount 1 0 PKR amount
    """
)
def no_payment_required_for_a_real_price(s: Scene) -> None:
    """B17: the amount due is not 0, whatever the session's total says nothing came in."""
    s.link()
    s.complete_free()


# The desk


@story(
    """
    PAID PAY_ON_ARRIVAL PAID paid=2000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 duplicate=True
    ! paid_twice 1 1000000 PKR desk
    """,
    ledger=replace(ONLINE, method="ARRIVAL", desk=(DeskEntry(1, "mark", PRICE, "Ali", "cash", 1),)),
)
def paid_at_the_desk_then_online(s: Scene) -> None:
    """B31."""
    s.link()
    s.pay()


@story(
    """
    PAID PAY_ON_ARRIVAL PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000
    ! online_for_arrival 1 1000000 PKR
    """,
    ledger=replace(
        ONLINE, method="ARRIVAL", desk=(DeskEntry(1, "mark", PRICE, "Ali", "cash", 1), DeskEntry(2, "undo"))
    ),
)
def online_money_for_an_arrival_booking(s: Scene) -> None:
    """B29; a mark that was undone counts for nothing."""
    s.link()
    s.pay()


@story(
    """
    PAID PAY_ON_ARRIVAL PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=10000 left=10000 review=amount
    """,
    ledger=replace(ONLINE, method="ARRIVAL", desk=(DeskEntry(1, "mark", 990_000, "Ali", "cash", 1),)),
)
def wrong_amount_and_the_rest_at_the_desk(s: Scene) -> None:
    """PAYMENTS 1.4: staff collect the rest; the sum is right and nobody has to look."""
    s.link(amount=10_000)
    s.pay()
