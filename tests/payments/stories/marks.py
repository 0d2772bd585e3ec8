"""Another currency than the booking's, and objects that do not say whose they are (PAYMENTS 1.2, 2.5)."""

from __future__ import annotations

from tests.payments.scene import Scene
from tests.payments.stories.told import USD, story

# Other currencies


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=3571 left=3571
    """,
    asked=USD,
    scene=lambda: Scene(amount=3571, currency="usd"),
)
def usd_fallback(s: Scene) -> None:
    """PAYMENTS 2.5 point 7."""
    s.link()
    s.pay()


@story(
    """
    PAID SUCCEEDED PART REF paid=666667 due=0
    1 SUCCEEDED complete/paid/paid got=3571 back=1190 settled=1190 left=2381 refunds=rf_1:succeeded
    """,
    asked=USD,
    scene=lambda: Scene(amount=3571, currency="usd"),
)
def usd_fallback_partly_refunded(s: Scene) -> None:
    """PAYMENTS 2.5 point 8: the desk meant Rs. 3,333.33, so Rs. 6,666.67 are left, to the paisa."""
    s.link()
    s.pay(by_intent=False)
    s.send_refund("rf_1", 1190, booking_minor=333_333)
    s.refund("re_1", 1190, uid="rf_1")


# Marks


@story(
    """
    PAID SUCCEEDED PART REF paid=800000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 back=200000 settled=200000 left=800000 overlay=DISPUTED \
        refunds=re_1:succeeded disputes=needs_response
    ! dispute dp_1 1000000 PKR fraudulent
    """,
    scene=lambda: Scene(unmarked=True),
    given=1,
)
def nothing_but_the_session_id(s: Scene) -> None:
    """B22: our marks are gone from session and charge; what names only the charge waits until that is known."""
    s.link()
    s.pay(by_intent=False)
    s.refund("re_1", 200_000)
    s.dispute()


@story(
    """
    PAID SUCCEEDED PAID paid=1000000 due=0
    1 SUCCEEDED complete/paid/paid got=1000000 left=1000000 declined=insufficient_funds
    """,
    rows=0,
)
def a_session_the_desk_had_lost(s: Scene) -> None:
    """B27: adopted by whatever comes first."""
    s.link(told=False)
    s.decline()
    s.pay()
