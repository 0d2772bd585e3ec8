"""The store's and the mail server's addresses: what each form means, and that no sentence gives a password away."""

from pathlib import Path

import pytest

from travello_desk.settings import Database, SmtpServer
from travello_desk.settings.addresses import database, smtp_server

CWD = Path("/hotel")


def test_sqlite_paths_are_relative_with_three_slashes_and_absolute_with_four() -> None:
    assert database("sqlite:///data/desk.db", CWD) == Database(
        "sqlite", "sqlite:////hotel/data/desk.db", Path("/hotel/data/desk.db"), "/hotel/data/desk.db"
    )
    assert database("sqlite:////srv/desk.db", CWD).path == Path("/srv/desk.db")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_postgresql_is_kept_whole_and_shown_without_its_password(scheme: str) -> None:
    parsed = database(f"{scheme}://desk:pa%20ss@db.example:6543/hotel?sslmode=require", CWD)
    assert parsed.kind == "postgresql"
    assert parsed.url == "postgresql://desk:pa%20ss@db.example:6543/hotel?sslmode=require"
    assert parsed.shown == "postgresql://db.example:6543/hotel"
    assert parsed.path is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sqlite://data/desk.db", "sqlite:///folder"),
        ("sqlite:///", "sqlite:///folder"),
        ("sqlite:///:memory:", "must be a file"),
        ("sqlite:///desk.db?mode=ro", "must not hold"),
        ("postgresql://db.example", "no database"),
        ("postgresql://db.example:x/hotel", "cannot be read"),
        ("data/desk.db", "must begin with"),
    ],
)
def test_a_wrong_store_address_says_how_it_is_written(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        database(text, CWD)


def test_mail_server_forms() -> None:
    assert smtp_server("smtp://desk%40hotel:p%2Fw@mail.example:587?starttls=1") == SmtpServer(
        "mail.example", 587, "desk@hotel", "p/w", starttls=True
    )
    assert smtp_server("smtp://mail.example") == SmtpServer("mail.example", 25)
    assert smtp_server("smtp://127.0.0.1:1025/?starttls=0") == SmtpServer("127.0.0.1", 1025)
    assert smtp_server("smtps://mail.example") == SmtpServer("mail.example", 465, tls=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http://mail.example", "must read smtp://"),
        ("smtp://", "must read smtp://"),
        ("smtp://mail.example/inbox", "must read smtp://"),
        ("smtp://mail.example?tls=1", "only option"),
        ("smtp://mail.example?starttls=yes", "only option"),
        ("smtps://mail.example?starttls=1", "leave starttls out"),
    ],
)
def test_a_wrong_mail_server_says_how_it_is_written(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        smtp_server(text)
