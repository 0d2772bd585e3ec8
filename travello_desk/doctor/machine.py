"""Doctor on this computer: Python and the terminal, what the settings look like, who may read our files."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from travello_desk.doctor.finding import FAULT, NOTE, OK, WARN, Finding
from travello_desk.operations.context import Context
from travello_desk.settings.jwt_secret import FILE_NAME
from travello_desk.settings.model import Settings

LEAST_COLUMNS, LEAST_LINES = 80, 24
LEAST_JWT_BYTES = 32
TOO_OPEN = 0o077


async def python(ctx: Context) -> list[Finding]:
    size = shutil.get_terminal_size()
    encoding = (getattr(sys.__stdout__, "encoding", "") or "").upper()
    colours = (
        "truecolor" if os.environ.get("COLORTERM") in ("truecolor", "24bit") else os.environ.get("TERM", "no TERM")
    )
    versions = f"Python {platform.python_version()}, Textual {importlib.metadata.version('textual')}"
    found = [Finding(OK, "python", f"{versions}, terminal {size.columns}x{size.lines} {colours}, {encoding}")]
    if size.columns < LEAST_COLUMNS or size.lines < LEAST_LINES:
        found.append(Finding(WARN, "terminal", "The window is smaller than 80x24", "Make the terminal window larger"))
    if not encoding.startswith("UTF"):
        mend = "Use a UTF-8 locale, like LANG=C.UTF-8"
        found.append(Finding(WARN, "terminal", f"The terminal's encoding is {encoding or 'not known'}", mend))
    return found


async def settings(ctx: Context) -> list[Finding]:
    found = [
        Finding(NOTE, "settings", f"{name} had white space around it, which was stripped", "Copy it again without")
        for name in sorted(ctx.settings.stripped)
    ]
    given = ctx.settings.auth_jwt_secret
    if given is not None and len(given.encode()) < LEAST_JWT_BYTES:
        mend = (
            "Make one: python3 -c 'import secrets; print(secrets.token_hex(32))', and give it to the web front end too"
        )
        text = f"AUTH_JWT_SECRET has {len(given.encode())} bytes: tokens could be forged by trying"
        found.append(Finding(WARN, "settings", text, mend))
    return found


async def permissions(ctx: Context) -> list[Finding]:
    """Files with secrets or guests' data that others on this computer may read. The store is `house.store`'s."""
    opened = await asyncio.to_thread(lambda: list(too_open(ctx.settings, Path.cwd())))
    if not opened:
        return [Finding(OK, "permissions", "Nobody else on this computer may read our files")]
    return [
        Finding(level, "permissions", f"Others may read {path} (mode {mode:o})", f"chmod {wanted} {path}")
        for path, mode, wanted, level in opened
    ]


def too_open(settings: Settings, cwd: Path) -> Iterator[tuple[Path, int, str, str]]:
    """Path, mode, the mode it should have, and how grave it is: a file of secrets is broken, guests' data a warning."""
    secrets = [cwd / ".env", settings.data_dir / FILE_NAME]
    private = [settings.log_file, *sorted(settings.log_file.parent.glob(f"{settings.log_file.name}.*"))]
    folders = [settings.outbox_dir, settings.data_dir / "exports"]
    for paths, wanted, level in ((secrets, "600", FAULT), (private, "600", WARN), (folders, "700", WARN)):
        for path in paths:
            if path.exists() and (mode := path.stat().st_mode & 0o777) & TOO_OPEN:
                yield path, mode, wanted, level
