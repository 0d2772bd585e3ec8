"""What the house knows about its own health: written by the listener and the background, shown by every front end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STARTING: Final = "starting"
"""The listener of a desk whose screen has just opened."""

OTHER_DESK: Final = "other desk"
"""Another desk on this store has the port, and listens for this one too."""

REFUSED_IN_ROW = 3
"""So many deliveries refused one after another for their signature are no accident (A6)."""


@dataclass(slots=True)
class Health:
    """Mutable, lives in the loop. Instants are unix seconds, 0 for never; empty sentences mean "fine"."""

    started_at: int = 0
    listener: str = ""
    """`127.0.0.1:8000`, `other desk`, `starting`, or empty when there is none."""
    listener_fault: str = ""
    last_event_at: int = 0
    last_poll_at: int = 0
    polled_news_at: int = 0
    """When polling last brought an event that no webhook had brought before."""
    poll_fault: str = ""
    stripe_seen_at: int = 0
    stripe_fault: str = ""
    store_fault: str = ""
    store_damage: str = ""
    clock_fault: str = ""
    mail_fault: str = ""
    refused_in_row: int = 0
    refused_today: int = 0
    webhook_secret_missing: bool = False
    lease_holder: bool = False
    catching_up: str = ""
    """How far a long look at the past has come: `45 %`, or empty while there is none."""
    caught_up: str = ""
    """What was recovered at start, for one toast: `caught up: 7 events`."""

    def stripe_answered(self, now: int) -> None:
        self.stripe_seen_at, self.stripe_fault = now, ""

    def polled_elsewhere(self, at: int) -> None:
        """Another instance polls for all: what it heard at `at` is heard, and Stripe answered then."""
        self.last_poll_at = max(self.last_poll_at, at)
        self.stripe_seen_at = max(self.stripe_seen_at, at)

    def stripe_failed(self, sentence: str, *, refused: bool) -> None:
        """Stripe did not answer, or refused us for good (a key that was revoked): only that wants a banner."""
        self.poll_fault = sentence
        if refused:
            self.stripe_fault = sentence

    def store_told(self, sentence: str) -> None:
        """From the writer's thread: writing fails, or works again."""
        self.store_fault = sentence

    def store_is_damaged(self, sentence: str) -> None:
        """From any thread: the store's file is broken, and stays so until a backup is restored."""
        self.store_damage = sentence

    @property
    def money_fault(self) -> str:
        """Why nothing that moves money may be begun, or empty: what cannot be written down is not done."""
        return self.store_damage or self.store_fault

    @property
    def secret_mismatch(self) -> bool:
        return self.refused_in_row >= REFUSED_IN_ROW

    @property
    def banner(self) -> str:
        """The one sentence that must not be missed, or empty; the heaviest first."""
        if self.money_fault:
            return f"money actions are off: {self.money_fault}"
        if self.webhook_secret_missing:
            return "webhook secret missing: payments will not confirm by webhook"
        if self.secret_mismatch:
            return "events arrive but the secret does not match"
        return self.clock_fault or self.stripe_fault or self.listener_fault
