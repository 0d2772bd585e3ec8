"""Every variable of INTERFACE 2: its default, its reading, and the one line a bad value gets."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travello_desk.settings import FxRate, Settings, SettingsError, load

Loader = Callable[..., Settings]


@pytest.fixture
def loaded(tmp_path: Path) -> Loader:
    return lambda **environ: load(environ, tmp_path)


def test_defaults_are_those_of_the_interface(loaded: Loader, tmp_path: Path) -> None:
    settings = loaded()
    assert settings.mode == "NONE"
    assert (settings.stripe_secret_key, settings.stripe_publishable_key, settings.stripe_api_base) == (None,) * 3
    assert settings.stripe_webhook_secrets == ()
    assert (settings.currency_primary, settings.currency_fallback) == ("PKR", "USD")
    assert (settings.payment_success_url, settings.payment_cancel_url) == (None, None)
    assert (settings.fx_rate, settings.fx_rate_url) == (None, None)
    assert settings.fx_max_age_hours == 24
    assert settings.database.path == tmp_path / "data" / "travello.db"
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8000)
    assert settings.public_base_url == "http://127.0.0.1:8000"
    assert (settings.auth_jwt_secret, settings.smtp) == (None, None)
    assert settings.stripe_poll_seconds == 30
    assert (settings.hotel_name, settings.hotel_contact) == ("Travello Hotel", "")
    assert settings.log_file == tmp_path / "data" / "travello-desk.log"
    assert settings.outbox_dir == tmp_path / "data" / "outbox"
    assert (settings.metrics_public, settings.trusted_proxies, settings.rate_limits) == (False, (), True)
    assert (settings.business_day_change_hour, settings.reminder_days, settings.shred_after_days) == (4, 2, None)
    assert settings.stripped == settings.given == frozenset()


GOOD = [
    ("STRIPE_WEBHOOK_SECRET", "whsec_a,whsec_b", "stripe_webhook_secrets", ("whsec_a", "whsec_b")),
    ("STRIPE_API_BASE", "http://127.0.0.1:12111/", "stripe_api_base", "http://127.0.0.1:12111"),
    ("STRIPE_API_BASE", "https://api.stripe.com/", "stripe_api_base", None),
    ("STRIPE_CURRENCY_PRIMARY", "eur", "currency_primary", "EUR"),
    ("FRONTEND_PAYMENT_SUCCESS_URL", "https://a.example/ok?x=1", "payment_success_url", "https://a.example/ok?x=1"),
    (
        "FRONTEND_PAYMENT_SUCCESS_URL",
        "https://a.example/ok?s={CHECKOUT_SESSION_ID}",
        "payment_success_url",
        "https://a.example/ok?s={CHECKOUT_SESSION_ID}",
    ),
    ("FX_RATE", "PKR/USD=280.50@2026-11-20", "fx_rate", FxRate("PKR", "USD", Decimal("280.50"), date(2026, 11, 20))),
    ("FX_MAX_AGE_HOURS", "48", "fx_max_age_hours", 48),
    ("LISTEN_HOST", "[::1]", "listen_host", "::1"),
    ("LISTEN_HOST", "desk.lan", "listen_host", "desk.lan"),
    ("LISTEN_PORT", "0", "listen_port", 0),
    ("PUBLIC_BASE_URL", "https://pay.hotel.example/desk/", "public_base_url", "https://pay.hotel.example/desk"),
    ("AUTH_JWT_SECRET", "s3cret", "auth_jwt_secret", "s3cret"),
    ("MAIL_FROM", "Serena Lahore <desk@hotel.example>", "mail_from", "Serena Lahore <desk@hotel.example>"),
    ("STRIPE_POLL_SECONDS", "0", "stripe_poll_seconds", 0),
    ("HOTEL_NAME", "Sérèna [Lahore] ہوٹل", "hotel_name", "Sérèna [Lahore] ہوٹل"),
    ("HOTEL_CONTACT", "+92 42 111, desk@hotel.example", "hotel_contact", "+92 42 111, desk@hotel.example"),
    ("RATE_LIMITS", "0", "rate_limits", False),
    ("METRICS_PUBLIC", "1", "metrics_public", True),
    ("METRICS_PUBLIC", "No", "metrics_public", False),
    ("TRUSTED_PROXIES", "10.0.0.0/8, ::1", "trusted_proxies", (ip_network("10.0.0.0/8"), ip_network("::1"))),
    ("BUSINESS_DAY_CHANGE_HOUR", "0", "business_day_change_hour", 0),
    ("REMINDER_DAYS", "0", "reminder_days", 0),
    ("SHRED_AFTER_DAYS", "730", "shred_after_days", 730),
]


@pytest.mark.parametrize(("variable", "text", "field", "value"), GOOD)
def test_a_good_value_is_read(loaded: Loader, variable: str, text: str, field: str, value: object) -> None:
    settings = loaded(**{variable: text})
    assert getattr(settings, field) == value
    assert settings.given == {variable}


BAD = [
    ("STRIPE_SECRET_KEY", "pk_test_x", "publishable key"),
    ("STRIPE_SECRET_KEY", "hunter2", "begins with sk_test_"),
    ("STRIPE_PUBLISHABLE_KEY", "sk_test_x", "secret key"),
    ("STRIPE_WEBHOOK_SECRET", "we_1", "whsec_"),
    ("STRIPE_API_BASE", "api.stripe.com", "https://"),
    ("STRIPE_API_BASE", "http://x/?a=1", "paths are appended"),
    ("STRIPE_CURRENCY_PRIMARY", "Rs", "currency"),
    ("STRIPE_CURRENCY_FALLBACK", "ZZZ", "currency"),
    ("FRONTEND_PAYMENT_SUCCESS_URL", "javascript:alert(1)", "https://"),
    ("FRONTEND_PAYMENT_CANCEL_URL", "https://a.example/#/cancel", "# part"),
    ("FRONTEND_PAYMENT_CANCEL_URL", "https://user:pw@a.example/", "password"),
    ("FX_RATE", "280.5", "PRIMARY/FALLBACK=rate@date"),
    ("FX_RATE", "PKR/USD=0@2026-11-20", "above zero"),
    ("FX_RATE", "PKR/USD=280.5@2026-02-30", "not a date"),
    ("FX_RATE", "PKR/USD=280.5@20261120", "not a date"),
    ("FX_RATE", "PKR/USD=1e5@2026-11-20", "PRIMARY/FALLBACK"),
    ("FX_RATE", "USD/PKR=0.0036@2026-11-20", "the currencies are PKR and USD"),
    ("FX_RATE_URL", "ftp://rates.example", "https://"),
    ("FX_MAX_AGE_HOURS", "0", "from 1 to"),
    ("DATABASE_URL", "mysql://u:hunter2@h/x", "sqlite:/// or postgresql://"),
    ("DATABASE_URL", "sqlite:///:memory:", "must be a file"),
    ("LISTEN_HOST", "http://0.0.0.0", "host name"),
    ("LISTEN_HOST", "127.0.0.1:8000", "no port"),
    ("LISTEN_PORT", "70000", "from 0 to 65535"),
    ("LISTEN_PORT", "٨٠٠٠", "from 0 to 65535"),
    ("LISTEN_PORT", "80.5", "whole number"),
    ("PUBLIC_BASE_URL", "https://pay.example:99999", "cannot be read"),
    ("PUBLIC_BASE_URL", "https://pay .example", "space"),
    ("SMTP_URL", "mail.example:25", "smtp://"),
    ("MAIL_FROM", "desk at hotel", "mail address"),
    ("STRIPE_POLL_SECONDS", "-1", "from 0 to"),
    ("HOTEL_NAME", "two\nlines", "one line"),
    ("HOTEL_NAME", "x" * 201, "200 characters"),
    ("HOTEL_TIMEZONE", "Lahore", "time zone"),
    ("HOTEL_TIMEZONE", "Asia", "time zone"),
    ("HOTEL_TIMEZONE", "../../etc/passwd", "time zone"),
    ("METRICS_PUBLIC", "maybe", "neither 1 nor 0"),
    ("TRUSTED_PROXIES", "10.0.0.0/8, proxy", "neither an address"),
    ("BUSINESS_DAY_CHANGE_HOUR", "24", "from 0 to 23"),
    ("SHRED_AFTER_DAYS", "0", "from 1 to"),
]


@pytest.mark.parametrize(("variable", "text", "says"), BAD)
def test_a_bad_value_is_one_clear_line_with_an_example(loaded: Loader, variable: str, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(**{variable: text})
    line = str(caught.value)
    assert line.startswith(f"{variable}: ")
    assert says in line
    assert f"Example: {variable}=" in line
    assert "\n" not in line
    assert "hunter2" not in line


@given(variable=st.sampled_from(sorted({case[0] for case in GOOD + BAD})), text=st.text(max_size=60))
def test_any_text_is_either_read_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, variable: str, text: str
) -> None:
    line = refusal({variable: text}, tmp_path_factory.getbasetemp())
    assert line is None or (line.startswith(f"{variable}: ") and len(line.splitlines()) == 1)


def refusal(environ: dict[str, str], cwd: Path) -> str | None:
    try:
        load(environ, cwd)
    except SettingsError as error:
        return str(error)
    return None


def test_unknown_variables_are_no_error(loaded: Loader) -> None:
    assert loaded(STRIPE_SECRET="x", TRAVELLO_THING="y").mode == "NONE"


def test_E20_keys_of_different_modes_refuse_payments_and_say_why(loaded: Loader) -> None:
    with pytest.raises(SettingsError, match="LIVE key, but STRIPE_SECRET_KEY is a TEST key: payments cannot start"):
        loaded(STRIPE_SECRET_KEY="sk_test_x", STRIPE_PUBLISHABLE_KEY="pk_live_x")


@pytest.mark.parametrize(
    ("key", "base", "mode"),
    [
        ("rk_live_x", "", "LIVE"),
        ("sk_live_x", "http://127.0.0.1:1", "LIVE"),
        ("sk_test_x", "", "TEST"),
        ("sk_test_x", "https://api.stripe.com", "TEST"),
        ("sk_test_x", "http://sandbox:1", "SANDBOX"),
        ("", "http://127.0.0.1:1", "NONE"),
    ],
)
def test_mode_is_live_for_every_live_key_and_sandbox_only_for_test_keys(
    loaded: Loader, key: str, base: str, mode: str
) -> None:
    assert loaded(STRIPE_SECRET_KEY=key, STRIPE_API_BASE=base).mode == mode


def test_a_live_key_is_never_sent_over_plain_http_to_another_machine(loaded: Loader) -> None:
    with pytest.raises(SettingsError, match="live key"):
        loaded(STRIPE_SECRET_KEY="sk_live_x", STRIPE_API_BASE="http://proxy.example")


def test_the_public_address_follows_host_and_port(loaded: Loader) -> None:
    assert loaded(LISTEN_HOST="::1", LISTEN_PORT="9000").public_base_url == "http://[::1]:9000"


def test_the_data_folder_carries_store_and_log(loaded: Loader, tmp_path: Path) -> None:
    settings = loaded(DATA_DIR="elsewhere")
    assert settings.database.path == tmp_path / "elsewhere" / "travello.db"
    assert settings.log_file == tmp_path / "elsewhere" / "travello-desk.log"


def test_the_default_sender_takes_the_public_host(loaded: Loader) -> None:
    assert loaded(PUBLIC_BASE_URL="https://pay.hotel.example").mail_from == "travello-desk@pay.hotel.example"
    assert loaded().mail_from == "travello-desk@localhost"


def test_the_time_zone_falls_back_to_the_systems(loaded: Loader) -> None:
    assert loaded(TZ="Asia/Karachi").hotel_timezone.key == "Asia/Karachi"
    assert loaded(TZ="Asia/Karachi", HOTEL_TIMEZONE="Asia/Dubai").hotel_timezone.key == "Asia/Dubai"
    assert loaded(TZ="no such zone").hotel_timezone.key == loaded().hotel_timezone.key


def test_repr_shows_no_secret(loaded: Loader) -> None:
    secrets = {
        "STRIPE_SECRET_KEY": "sk_test_hunter2",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_hunter2",
        "STRIPE_WEBHOOK_SECRET": "whsec_hunter2",
        "AUTH_JWT_SECRET": "hunter2",
        "DATABASE_URL": "postgresql://desk:hunter2@db.example/desk",
        "SMTP_URL": "smtp://desk:hunter2@mail.example",
    }
    assert "hunter2" not in repr(loaded(**secrets))
