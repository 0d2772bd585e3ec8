"""Every variable of INTERFACE 2, read and checked in one pass. Its only I/O is `.env`, `*_FILE` and the time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from travello_desk.secrets_form import (
    ApiKey,
    KeyMode,
    parse_publishable_key,
    parse_secret_key,
    parse_webhook_secrets,
)
from travello_desk.settings import addresses, fields
from travello_desk.settings.errors import SettingsError
from travello_desk.settings.model import FxRate, Settings
from travello_desk.settings.sources import Values, read_values

T = TypeVar("T")
STRIPE_API = "https://api.stripe.com"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class _Reader:
    """Looks a variable up, parses it, and turns a parser's ValueError into the one line about that variable."""

    values: Values

    def get(self, name: str, parse: Callable[[str], T], default: T, example: str) -> T:
        text = self.values.by_name.get(name)
        if text is None:
            return default
        try:
            return parse(text)
        except ValueError as error:
            raise SettingsError(name, str(error), f"{name}={example}") from None

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        return self.get(name, fields.whole_number(least, most), default, str(default))


def load(environ: Mapping[str, str], cwd: Path) -> Settings:
    """The settings of a process started in `cwd`. Raises SettingsError for the first that cannot be used."""
    reader = _Reader(read_values(environ, cwd))
    get, whole = reader.get, reader.whole
    secret_key, publishable_key = _keys(reader)
    primary = get("STRIPE_CURRENCY_PRIMARY", fields.currency, "PKR", "PKR")
    fallback = get("STRIPE_CURRENCY_FALLBACK", fields.currency, "USD", "USD")
    data_dir = get("DATA_DIR", lambda text: _path(text, cwd), (cwd / "data").absolute(), "data")
    default_store = f"sqlite:///{data_dir / 'travello.db'}"
    listen_host = get("LISTEN_HOST", fields.host, "127.0.0.1", "127.0.0.1")
    listen_port = whole("LISTEN_PORT", 8000, 0, 65535)
    public_base_url = get(
        "PUBLIC_BASE_URL",
        fields.base_url,
        _own_address(listen_host, listen_port),
        "https://pay.hotel.example",
    )
    return Settings(
        stripe_secret_key=secret_key,
        stripe_publishable_key=publishable_key,
        stripe_webhook_secrets=get("STRIPE_WEBHOOK_SECRET", parse_webhook_secrets, (), "whsec_..."),
        stripe_api_base=_api_base(reader, secret_key),
        currency_primary=primary,
        currency_fallback=fallback,
        payment_success_url=_page(reader, "FRONTEND_PAYMENT_SUCCESS_URL", "payment-success"),
        payment_cancel_url=_page(reader, "FRONTEND_PAYMENT_CANCEL_URL", "payment-cancel"),
        fx_rate=_fx_rate(reader, primary, fallback),
        fx_rate_url=get("FX_RATE_URL", _optional(fields.http_url), None, "https://rates.example/usd.json"),
        fx_max_age_hours=whole("FX_MAX_AGE_HOURS", 24, 1, 24 * 366),
        fx_auto_fallback=get("FX_AUTO_FALLBACK", fields.boolean, True, "1"),
        data_dir=data_dir,
        database=get(
            "DATABASE_URL",
            lambda text: addresses.database(text, cwd),
            addresses.database(default_store, cwd),
            "sqlite:///data/travello.db",
        ),
        log_file=get(
            "LOG_FILE",
            lambda text: _path(text, cwd),
            data_dir / "travello-desk.log",
            "data/travello-desk.log",
        ),
        listen_host=listen_host,
        listen_port=listen_port,
        public_base_url=public_base_url,
        auth_jwt_secret=reader.values.by_name.get("AUTH_JWT_SECRET"),
        smtp=get(
            "SMTP_URL",
            _optional(addresses.smtp_server),
            None,
            "smtp://user:password@mail.example:587?starttls=1",
        ),
        mail_from=get(
            "MAIL_FROM",
            fields.mail_address,
            _own_sender(public_base_url),
            "Serena Lahore <desk@hotel.example>",
        ),
        stripe_poll_seconds=whole("STRIPE_POLL_SECONDS", 30, 0, 86_400),
        hotel_name=get("HOTEL_NAME", fields.one_line, "Travello Hotel", "Serena Lahore"),
        hotel_contact=get("HOTEL_CONTACT", fields.one_line, "", "+92 42 111 000 111, desk@hotel.example"),
        hotel_timezone=_time_zone(reader),
        metrics_public=get("METRICS_PUBLIC", fields.boolean, False, "1"),
        trusted_proxies=get("TRUSTED_PROXIES", fields.networks, (), "127.0.0.1,10.0.0.0/8"),
        rate_limits=get("RATE_LIMITS", fields.boolean, True, "1"),
        business_day_change_hour=whole("BUSINESS_DAY_CHANGE_HOUR", 4, 0, 23),
        reminder_days=whole("REMINDER_DAYS", 2, 0, 365),
        shred_after_days=get("SHRED_AFTER_DAYS", _optional(fields.whole_number(1, 36_500)), None, "730"),
        stripped=reader.values.stripped,
        given=frozenset(reader.values.by_name),
    )


def _keys(reader: _Reader) -> tuple[ApiKey | None, ApiKey | None]:
    """Both keys, of one mode (PAYMENTS E20)."""
    secret = reader.get("STRIPE_SECRET_KEY", _optional(parse_secret_key), None, "sk_test_...")
    publishable = reader.get("STRIPE_PUBLISHABLE_KEY", _optional(parse_publishable_key), None, "pk_test_...")
    if secret and publishable and secret.mode is not publishable.mode:
        raise SettingsError(
            "STRIPE_PUBLISHABLE_KEY",
            f"is a {publishable.mode} key, but STRIPE_SECRET_KEY is a {secret.mode} key: payments cannot start",
            f"STRIPE_PUBLISHABLE_KEY=pk_{secret.mode.lower()}_...",
        )
    return secret, publishable


def _api_base(reader: _Reader, key: ApiKey | None) -> str | None:
    """Another address of the Stripe API, or None for Stripe's own. A live key never travels unencrypted."""
    name, example = "STRIPE_API_BASE", "http://127.0.0.1:12111"
    base = reader.get(name, _optional(fields.base_url), None, example)
    if base is None or base == STRIPE_API:
        return None
    parts = urlsplit(base)
    if key and key.mode is KeyMode.LIVE and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise SettingsError(name, "a live key must not be sent over http://", f"{name}=https://...")
    return base


def _fx_rate(reader: _Reader, primary: str, fallback: str) -> FxRate | None:
    rate = reader.get("FX_RATE", _optional(fields.fx_rate), None, f"{primary}/{fallback}=280.50@2026-11-20")
    if rate and (rate.primary, rate.fallback) != (primary, fallback):
        raise SettingsError(
            "FX_RATE",
            f"is for {rate.primary}/{rate.fallback}, but the currencies are {primary} and {fallback}"
            f" (units of {primary} for one {fallback})",
            f"FX_RATE={primary}/{fallback}=280.50@2026-11-20",
        )
    return rate


def _page(reader: _Reader, name: str, page: str) -> str | None:
    return reader.get(name, _optional(fields.page_url), None, f"https://hotel.example/{page}")


def _time_zone(reader: _Reader) -> ZoneInfo:
    given = reader.get("HOTEL_TIMEZONE", _optional(fields.time_zone), None, "Asia/Karachi")
    return given or _system_time_zone(reader.values.by_name.get("TZ"))


def _system_time_zone(tz: str | None) -> ZoneInfo:
    """TZ, else where /etc/localtime points, else UTC: a machine without a zone runs in UTC."""
    linked = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]
    for name in ((tz or "").removeprefix(":"), linked):
        try:
            return fields.time_zone(name)
        except ValueError:
            continue
    return ZoneInfo("UTC")


def _own_address(host: str, port: int) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return f"http://{bracketed}:{port}" if port else f"http://{bracketed}"


def _own_sender(public_base_url: str) -> str:
    """A sender for desks without MAIL_FROM: enough for .eml files; doctor asks for a real one once there is SMTP."""
    name = urlsplit(public_base_url).hostname or "localhost"
    return f"travello-desk@{'localhost' if fields.is_address(name) else name}"


def _path(text: str, cwd: Path) -> Path:
    if "\0" in text:
        raise ValueError("a file name cannot hold a NUL")
    return (cwd / text).expanduser().absolute()


def _optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """The same parser for a variable whose default is None (mypy infers T from parser and default together)."""
    return parse
