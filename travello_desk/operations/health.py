"""What the house knows about its own health: written by the listener and the background, shown by every front end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Health:
    """Mutable, lives in the loop. Instants are unix seconds, 0 for never; empty sentences mean "fine"."""

    started_at: int = 0
    listener: str = ""
    """`127.0.0.1:8000`, `other desk`, or empty when there is none."""
    listener_fault: str = ""
    last_event_at: int = 0
    last_poll_at: int = 0
    poll_fault: str = ""
    stripe_seen_at: int = 0
    stripe_fault: str = ""
    store_fault: str = ""
    mail_fault: str = ""
    refused_in_row: int = 0
    """Deliveries refused one after another for their signature (A6: three raise a banner)."""
    refused_today: int = 0
    webhook_secret_missing: bool = False
    lease_holder: bool = False
    caught_up: str = ""
    """What was recovered at start, for one toast: `caught up: 7 events`."""

    def stripe_answered(self, now: int) -> None:
        self.stripe_seen_at, self.stripe_fault = now, ""

    @property
    def banner(self) -> str:
        """The one sentence that must not be missed, or empty; the heaviest first."""
        if self.store_fault:
            return f"{self.store_fault}: money actions are off"
        if self.webhook_secret_missing:
            return "webhook secret missing: payments will not confirm by webhook"
        if self.refused_in_row >= 3:
            return "events arrive but the secret does not match"
        return self.stripe_fault or self.listener_fault
