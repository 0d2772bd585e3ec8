"""What the settings are once they are read: frozen values with units in their names. No reading, no checking here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from travello_desk.secrets_form import ApiKey, KeyMode

Mode = Literal["LIVE", "TEST", "SANDBOX", "NONE"]
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class FxRate:
    """`rate` units of `primary` for one unit of `fallback`, as of a day (PAYMENTS 2.5)."""

    primary: str
    fallback: str
    rate: Decimal
    as_of_on: date


@dataclass(frozen=True, slots=True)
class Database:
    """Where the store lives. `path` is absolute for sqlite and None for postgresql; `url` may hold a password."""

    kind: Literal["sqlite", "postgresql"]
    url: str = field(repr=False)
    path: Path | None = None
    shown: str = ""
    """The address without its password, for doctor and the log."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """How mail leaves. `tls` from the first byte (smtps), `starttls` after the greeting, or neither."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = False
    tls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of INTERFACE 2. Paths are absolute; secrets stay out of repr."""

    stripe_secret_key: ApiKey | None
    stripe_publishable_key: ApiKey | None
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    stripe_api_base: str | None
    currency_primary: str
    currency_fallback: str
    payment_success_url: str | None
    payment_cancel_url: str | None
    fx_rate: FxRate | None
    fx_rate_url: str | None = field(repr=False)
    """May hold a key in its query: never logged."""
    fx_max_age_hours: int
    fx_auto_fallback: bool
    """Whether calls without staff may charge in the fallback currency by themselves, at a fresh rate."""
    data_dir: Path
    database: Database
    log_file: Path
    listen_host: str
    listen_port: int
    """0 lets the system choose a free port; `public_base_url` then names no port unless it was set."""
    public_base_url: str
    auth_jwt_secret: str | None = field(repr=False)
    """None: kept in the data folder, see `ensure_jwt_secret`."""
    smtp: SmtpServer | None
    mail_from: str
    stripe_poll_seconds: int
    hotel_name: str
    hotel_contact: str
    """How guests reach the reception, as it stands on pages, mails and receipts; empty: they are told to ask there."""
    hotel_timezone: ZoneInfo
    metrics_public: bool
    trusted_proxies: tuple[Network, ...]
    rate_limits: bool
    """Whether callers are slowed down; off for load tests."""
    business_day_change_hour: int
    reminder_days: int
    """Days before arrival on which an unpaid guest is reminded; 0 switches reminders off."""
    shred_after_days: int | None
    """Days after departure when guests' personal data is shredded; None: never."""
    stripped: frozenset[str]
    """Variables whose value had white space around it (PAYMENTS A17): doctor tells."""
    given: frozenset[str]
    """Variables that were set at all, by name: tells a choice from a default."""

    @property
    def mode(self) -> Mode:
        """LIVE whenever a live key is in use; SANDBOX when test keys go to another address than Stripe's."""
        if self.stripe_secret_key is None:
            return "NONE"
        if self.stripe_secret_key.mode is KeyMode.LIVE:
            return "LIVE"
        return "SANDBOX" if self.stripe_api_base else "TEST"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret as it is written, for whoever must never repeat one."""
        keys = [key.value for key in (self.stripe_secret_key, self.stripe_publishable_key) if key]
        passwords = [self.smtp.password if self.smtp else "", urlsplit(self.database.url).password]
        others = [*self.stripe_webhook_secrets, self.auth_jwt_secret, self.fx_rate_url, *passwords]
        return (*keys, *(secret for secret in others if secret))

    @property
    def outbox_dir(self) -> Path:
        """Where mails are written as .eml files when there is no SMTP server."""
        return self.data_dir / "outbox"
