"""Where values come from: the environment, `.env` and the files that `*_FILE` names. Checks readability only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from travello_desk.settings.errors import SettingsError

# These may be given as NAME_FILE=/path instead, so that no secret stands in the environment (Docker, systemd).
SECRETS = frozenset(
    """STRIPE_SECRET_KEY STRIPE_PUBLISHABLE_KEY STRIPE_WEBHOOK_SECRET
    AUTH_JWT_SECRET DATABASE_URL SMTP_URL FX_RATE_URL""".split()
)


@dataclass(frozen=True, slots=True)
class Values:
    """Non-empty values by variable, stripped, and the names of those that had to be stripped."""

    by_name: Mapping[str, str]
    stripped: frozenset[str]


def read_values(environ: Mapping[str, str], cwd: Path) -> Values:
    """Merge `.env` under the environment, resolve `*_FILE`, strip.

    An empty value in the environment unsets the one in `.env`.
    """
    merged = _merge(_read_dotenv(cwd / ".env"), environ)
    stripped = frozenset(name for name, value in merged.items() if value != value.strip())
    values = {name: value.strip() for name, value in merged.items() if value.strip()}
    for name in sorted(SECRETS):
        file = values.pop(f"{name}_FILE", None)
        if file is not None:
            values[name] = _read_secret(name, cwd / file, already=name in values)
    return Values(values, frozenset(stripped & values.keys()))


def _merge(dotenv: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The environment wins, also where one side says NAME and the other NAME_FILE."""
    merged = dict(dotenv)
    for name in SECRETS:
        if name in environ or f"{name}_FILE" in environ:
            merged.pop(name, None)
            merged.pop(f"{name}_FILE", None)
    return merged | dict(environ)


def _read_dotenv(path: Path) -> dict[str, str]:
    text = _read_text(".env", path, missing_ok=True)
    for binding in parse_stream(StringIO(text)):
        if binding.error:
            raise SettingsError(".env", f"line {binding.original.line} cannot be read: write one NAME=value on a line")
    # No interpolation: a password may hold ${...}, and expansion would read the process environment behind our back.
    values = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value or "" for name, value in values.items()}


def _read_secret(name: str, path: Path, *, already: bool) -> str:
    variable = f"{name}_FILE"
    if already:
        raise SettingsError(variable, f"{name} is set as well: keep one of the two")
    value = _read_text(variable, path).strip()
    if not value:
        raise SettingsError(variable, f"{path} is empty")
    return value


def _read_text(variable: str, path: Path, *, missing_ok: bool = False) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if missing_ok:
            return ""
        raise SettingsError(variable, f"there is no file {path}") from None
    except UnicodeDecodeError:
        raise SettingsError(variable, f"{path} is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise SettingsError(variable, f"{path} cannot be read ({error.strerror})") from None
