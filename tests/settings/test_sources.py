"""The environment wins over `.env`, secrets may come from files, and white space around a value is noticed."""

from pathlib import Path

import pytest

from travello_desk.settings import SettingsError, load
from travello_desk.settings.sources import SECRETS, read_values


def dotenv(folder: Path, text: str) -> None:
    (folder / ".env").write_text(text, encoding="utf-8")


def test_environment_wins_over_dotenv(tmp_path: Path) -> None:
    dotenv(tmp_path, "HOTEL_NAME='From the file'\nLISTEN_PORT=9001\n")
    settings = load({"HOTEL_NAME": "From the shell"}, tmp_path)
    assert (settings.hotel_name, settings.listen_port) == ("From the shell", 9001)


def test_an_empty_value_in_the_environment_unsets_dotenv(tmp_path: Path) -> None:
    dotenv(tmp_path, "STRIPE_SECRET_KEY=sk_test_x\n")
    assert load({"STRIPE_SECRET_KEY": ""}, tmp_path).mode == "NONE"


def test_dotenv_takes_exports_comments_bom_and_literal_dollars(tmp_path: Path) -> None:
    dotenv(tmp_path, '\ufeff# desk\nexport HOTEL_NAME="Serena"  # name\n\nAUTH_JWT_SECRET=a${HOME}b\nLISTEN_HOST\n')
    values = read_values({"HOME": "/srv/desk"}, tmp_path)
    assert values.by_name["HOTEL_NAME"] == "Serena"
    assert values.by_name["AUTH_JWT_SECRET"] == "a${HOME}b"
    assert "LISTEN_HOST" not in values.by_name


def test_a_line_of_dotenv_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    dotenv(tmp_path, "LISTEN_PORT=8000\nHOTEL_NAME='never closed\n")
    with pytest.raises(SettingsError, match=r"^\.env: line 2 "):
        load({}, tmp_path)


def test_dotenv_in_another_encoding_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("HOTEL_NAME=Sérèna".encode("utf-16"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        load({}, tmp_path)


def test_a_folder_called_dotenv_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        load({}, tmp_path)


def test_white_space_is_stripped_and_told(tmp_path: Path) -> None:
    settings = load({"STRIPE_WEBHOOK_SECRET": "whsec_a \n", "STRIPE_SECRET_KEY": "sk_test_x", "OTHER": " "}, tmp_path)
    assert settings.stripe_webhook_secrets == ("whsec_a",)
    assert settings.stripped == {"STRIPE_WEBHOOK_SECRET"}


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_every_secret_may_come_from_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("  the value\n")
    values = read_values({f"{name}_FILE": "secret"}, tmp_path)
    assert dict(values.by_name) == {name: "the value"}
    assert values.stripped == frozenset()  # a file ends in a newline: nothing to tell


def test_a_secret_file_wins_over_dotenv_and_clashes_with_its_own_side_only(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-file")
    dotenv(tmp_path, "AUTH_JWT_SECRET=from-dotenv\n")
    environ = {"AUTH_JWT_SECRET_FILE": str(tmp_path / "secret")}
    assert load(environ, tmp_path).auth_jwt_secret == "from-file"
    with pytest.raises(SettingsError, match=r"AUTH_JWT_SECRET_FILE: AUTH_JWT_SECRET is set as well"):
        load(environ | {"AUTH_JWT_SECRET": "x"}, tmp_path)


@pytest.mark.parametrize(("content", "says"), [(None, "there is no file"), (" \n", "is empty")])
def test_a_missing_or_empty_secret_file_is_one_line(tmp_path: Path, content: str | None, says: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_text(content)
    with pytest.raises(SettingsError, match=f"STRIPE_SECRET_KEY_FILE: .*{says}"):
        load({"STRIPE_SECRET_KEY_FILE": "secret"}, tmp_path)
