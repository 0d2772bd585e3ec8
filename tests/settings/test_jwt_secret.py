"""The token secret is made once, readable by its owner only, and the same for everybody who starts at that moment."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from travello_desk.settings import SettingsError, ensure_jwt_secret, load


def test_the_configured_secret_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert ensure_jwt_secret(load({"AUTH_JWT_SECRET": "configured"}, tmp_path)) == "configured"
    assert list(tmp_path.iterdir()) == []


def test_without_one_it_is_made_kept_and_found_again(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    secret = ensure_jwt_secret(settings)
    assert len(bytes.fromhex(secret)) == 32
    assert ensure_jwt_secret(settings) == secret
    (kept,) = settings.data_dir.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_ten_that_start_at_once_agree(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    together = Barrier(10)

    def start(_: int) -> str:
        together.wait()
        return ensure_jwt_secret(settings)

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(start, range(10)))) == 1
    assert len(list(settings.data_dir.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe"])
def test_a_spoilt_file_is_one_line_and_never_an_empty_secret(tmp_path: Path, content: bytes) -> None:
    settings = load({}, tmp_path)
    settings.data_dir.mkdir()
    (settings.data_dir / "auth_jwt_secret").write_bytes(content)
    with pytest.raises(SettingsError, match="AUTH_JWT_SECRET"):
        ensure_jwt_secret(settings)


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    with pytest.raises(SettingsError, match="AUTH_JWT_SECRET: none is set"):
        ensure_jwt_secret(load({}, tmp_path))
