"""Addresses that may hold a password: the store and the mail server. Pure; no sentence quotes a whole address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote

from travello_desk.settings.fields import split_url
from travello_desk.settings.model import Database, SmtpServer

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql", "postgres")
_SMTP_PORTS = {"smtp": 25, "smtps": 465}
_SMTP_FORM = "must read smtp://user:password@host:587?starttls=1 or smtps://user:password@host:465"


def database(text: str, cwd: Path) -> Database:
    """sqlite:///relative, sqlite:////absolute or postgresql://user:password@host:port/name. Nothing is opened."""
    if text.startswith("sqlite:"):
        return _sqlite(text, cwd)
    parts = split_url(text)
    if parts.scheme not in _POSTGRESQL:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if not parts.path.strip("/"):
        raise ValueError("names no database after the host")
    url = text.replace("postgres://", "postgresql://", 1) if parts.scheme == "postgres" else text
    place = f"{parts.hostname or 'localhost'}:{parts.port or 5432}{parts.path}"
    return Database("postgresql", url, shown=f"postgresql://{place}")


def _sqlite(text: str, cwd: Path) -> Database:
    written = text.removeprefix(_SQLITE)
    if not text.startswith(_SQLITE) or not written:
        raise ValueError("a SQLite store is written sqlite:///folder/file.db")
    if written == ":memory:":
        raise ValueError("the store must be a file: several connections share it")
    if "?" in written or "\0" in written:
        raise ValueError("the file name of the store must not hold a ? or a NUL")
    path = (cwd / written).absolute()
    return Database("sqlite", f"{_SQLITE}{path}", path, shown=str(path))


def smtp_server(text: str) -> SmtpServer:
    """smtp://user:password@host:587?starttls=1 or smtps://...; user and password percent-encoded where needed."""
    parts = split_url(text)
    if parts.scheme not in _SMTP_PORTS or not parts.hostname or parts.path.strip("/"):
        raise ValueError(_SMTP_FORM)
    starttls = _starttls(parts)
    if starttls and parts.scheme == "smtps":
        raise ValueError("smtps:// is encrypted from the first byte: leave starttls out")
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or _SMTP_PORTS[parts.scheme],
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        starttls=starttls,
        tls=parts.scheme == "smtps",
    )


def _starttls(parts: SplitResult) -> bool:
    options = parse_qs(parts.query, keep_blank_values=True)
    value = options.pop("starttls", ["0"])
    if options or value not in (["0"], ["1"]):
        raise ValueError(f"the only option is starttls=1 or starttls=0; it {_SMTP_FORM}")
    return value == ["1"]
