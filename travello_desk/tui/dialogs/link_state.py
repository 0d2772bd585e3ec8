"""What the payment window says about the link, from what is known of the booking. Pure (UX 2.9)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from travello_desk.actions import LINK_OFF
from travello_desk.money import describe_minor
from travello_desk.payments.explain import DECLINES
from travello_desk.payments.projection import PaymentView
from travello_desk.payments.rules import checkout_refusal
from travello_desk.settings.model import Settings
from travello_desk.store.outbox import Mail
from travello_desk.store.timeline import Entry
from travello_desk.tui import when
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.reading import Seen
from travello_desk.tui.dialogs.stories import open_link, paid_story


@dataclass(frozen=True, slots=True)
class LinkState:
    """`kind` names the state and its colour; `lines` are its words; `live` while the guest could still pay."""

    kind: str
    lines: tuple[str, ...]
    live: bool = False


def link_state(seen: Seen, zone: ZoneInfo) -> LinkState:
    """The state of the booking's newest link, the strongest fact first."""
    if seen.view.status == "PAID":
        story = paid_story(seen, zone) or describe_minor(seen.view.paid_minor, seen.booking.currency)
        return LinkState("paid", (f"● PAID {story}",))
    if seen.view.status == "CANCELLED":
        return LinkState("off", ("– the booking is cancelled",))
    if seen.booking.code_revoked:
        return LinkState("off", (f"– {LINK_OFF}",))
    newest = seen.view.payments[-1] if seen.view.payments else None
    if newest is None:
        return LinkState("none", ("no link has been made yet",))
    return state_of(newest, seen, zone)


def state_of(view: PaymentView, seen: Seen, zone: ZoneInfo) -> LinkState:
    if view.status == "SETTLING":
        return LinkState("settling", ("◕ bank payment on its way,", "  not settled: no second link until it is"))
    if view.review:
        return LinkState("review", ("! paid, but not what was asked:", f"  {paid_story(seen, zone)}"))
    if view.payable and view.payment.facts.failures:
        return LinkState("declined", (*declined_words(view, zone), "  the guest can try again on the same page"), True)
    if view.payable:
        return LinkState(
            "waiting", ("◔ waiting for the guest", "  this window turns green", "  when the payment arrives"), True
        )
    if view.status == "FAILED":
        return LinkState("failed", ("✕ bank payment failed", "  n makes a new session"))
    if view.status == "EXPIRED":
        return LinkState("expired", ("◌ session expired", "  n makes a new one,", "  the address stays the same"))
    return LinkState("off", (f"– {view.status.lower()}: n makes a new session",))


def declined_words(view: PaymentView, zone: ZoneInfo) -> tuple[str, ...]:
    """`✕ card declined for insufficient funds 14:02`, and how often."""
    failures = sorted(view.payment.facts.failures)
    last = failures[-1]
    reason = DECLINES.get(last.code, last.message or "declined")
    tries = f", {words.times(len(failures))} so far" if len(failures) > 1 else ""
    return f"✕ {reason}", f"  at {when.clock_text(last.at, zone)}{tries}"


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of a link beside its money: who made it, its last mail, since when Stripe has been silent (0)."""

    made: Entry | None = None
    mailed: Mail | None = None
    silent_since: int = 0


def link_facts(seen: Seen, life: Life, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The small print: made, mailed, opened, how long the session lives, and what is charged when that differs."""
    booking = seen.booking
    found = []
    if life.made is not None:
        found.append(("Made", f"{when.moment(life.made.at, zone, seen.at)} {life.made.actor}"))
    found.append(("E-mailed", mailed_words(life.mailed, zone, seen.at)))
    opened = f"{words.times(booking.opened_count)}, last {when.moment(booking.opened_at, zone, seen.at)}"
    found.append(("Opened", opened if booking.opened_count else "not yet"))
    view = open_link(seen)
    if view is not None and view.payment.facts.expires_at:
        found.append(("Session", f"ends {when.moment(view.payment.facts.expires_at, zone, seen.at)}"))
    if view is not None and view.payment.asked.currency != booking.currency:
        asked = view.payment.asked
        found.append(("Charged as", describe_minor(asked.amount_minor, asked.currency)))
    if life.silent_since:
        found.append(("Last known", f"{when.moment(life.silent_since, zone, seen.at)}, Stripe is silent"))
    return found


def mailed_words(mailed: Mail | None, zone: ZoneInfo, now: int) -> str:
    """`11:34 ayesha@example.com`, `queued`, `failed: 550 no such user`"""
    if mailed is None:
        return "not yet"
    if mailed.status == "sent":
        return f"{when.moment(mailed.updated_at, zone, now)} {mailed.recipient}"
    if mailed.status in ("queued", "sending"):
        return f"queued{f', tried: {mailed.last_error}' if mailed.last_error else ''}"
    return f"{mailed.status}{f': {mailed.last_error}' if mailed.last_error else ''}"


def refusal_to_link(seen: Seen) -> str:
    """Why no link may be made now, or empty."""
    refusal = checkout_refusal(seen.ledger, seen.view)
    return refusal.text if refusal else LINK_OFF if seen.booking.code_revoked else ""


def guest_url(settings: Settings, guest_code: str) -> str:
    """The guest's permanent address: short enough for a QR symbol in a small terminal."""
    return f"{settings.public_base_url.rstrip('/')}/p/{guest_code}"


def shown_url(url: str) -> str:
    """Without the scheme, as people read it."""
    return url.partition("://")[2] or url


def is_loopback(url: str) -> bool:
    """Whether only this machine can open it."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False


def no_symbol_reason(settings: Settings, url: str) -> str:
    """Why there is no QR symbol, or empty. In the sandbox the guest's browser is on this machine: there it works."""
    if settings.mode == "SANDBOX" or not is_loopback(url):
        return ""
    return (
        "No QR code: PUBLIC_BASE_URL is not set, and a phone cannot open an address of this computer. "
        "o opens the page here."
    )
