"""The secret that signs bearer tokens: from the settings, else made once and kept in the data folder (mode 0600)."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from travello_desk.settings.errors import SettingsError
from travello_desk.settings.model import Settings

FILE_NAME = "auth_jwt_secret"


def ensure_jwt_secret(settings: Settings) -> str:
    """AUTH_JWT_SECRET, or the one in the data folder, made at first use. Two processes that start at once agree."""
    if settings.auth_jwt_secret is not None:
        return settings.auth_jwt_secret
    path = settings.data_dir / FILE_NAME
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _publish(path, secrets.token_hex(32))
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("AUTH_JWT_SECRET", f"none is set and {path} cannot be used ({error})") from None
    if not secret:
        raise SettingsError("AUTH_JWT_SECRET", f"{path} is empty: remove it and a new one is made")
    return secret


def _publish(path: Path, secret: str) -> None:
    """Write whole, then link into place: the name appears with its content or not at all, and the first one wins."""
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # O_EXCL, mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(written, path)
    except FileExistsError:
        pass  # another process was first: its secret is the one
    finally:
        os.unlink(written)
