"""Out of the house: by SMTP, or into a folder as .eml files. Says in one word what a failure means."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

from travello_desk.mailer.message import Envelope
from travello_desk.settings.model import SmtpServer

SEND_SECONDS: Final = 20.0
"""One mail, from the first command to the server's last word."""
LATER, NEVER, SETTINGS = "later", "never", "settings"


class NotSent(Exception):
    """It has not left, or nobody knows. `when`: `later` try again; `never` this mail is refused for good; `settings`
    the server refuses us, whatever the mail. The text is the server's own words."""

    def __init__(self, when: str, words: str) -> None:
        super().__init__(words)
        self.when = when
        self.words = words


class Post(Protocol):
    """Where mails go; returns the words that say they have left. Raises NotSent."""

    async def send(self, envelope: Envelope, name: str) -> str: ...


class Folder:
    """Mails as files, for desks without a mail server: one file a mail, and a repeat is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, envelope: Envelope, name: str) -> str:
        try:
            path = await asyncio.to_thread(self._write, envelope.body, f"{name}.eml")
        except OSError as error:
            raise NotSent(SETTINGS, f"cannot write to {self._folder}: {error.strerror}") from error
        return f"written to {path}"

    def _write(self, body: bytes, name: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path, half = self._folder / name, self._folder / f".{name}.part"
        with open(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        return path


class Smtp:
    """One connection to the mail server, for one or more mails."""

    def __init__(self, client: object) -> None:
        self._client: object = client

    async def send(self, envelope: Envelope, name: str) -> str:
        import aiosmtplib

        client = self._client
        assert isinstance(client, aiosmtplib.SMTP)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.utf8 else []
        try:
            async with asyncio.timeout(SEND_SECONDS):
                _, words = await client.sendmail(
                    envelope.sender, [envelope.recipient], envelope.body, mail_options=options
                )
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise meaning(error) from error
        return " ".join(words.split())[:300]


@asynccontextmanager
async def open_post(server: SmtpServer | None, folder: Path) -> AsyncIterator[Post]:
    """The way out, for the length of a `with`. Raises NotSent when the server cannot be reached."""
    if server is None:
        yield Folder(folder)
        return
    import aiosmtplib

    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.tls,
        start_tls=server.starttls,
        timeout=SEND_SECONDS,
        local_hostname="localhost",
    )
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await client.connect()
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        client.close()
        raise at_the_door(meaning(error)) from error
    try:
        yield Smtp(client)
    finally:
        await hang_up(client)


async def hang_up(client: object) -> None:
    """Say goodbye, but do not wait for an answer long: every mail has been settled already."""
    import aiosmtplib

    assert isinstance(client, aiosmtplib.SMTP)
    try:
        async with asyncio.timeout(1):
            await client.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        client.close()


def at_the_door(error: NotSent) -> NotSent:
    """Refused before any mail was named: the settings or the server, never the mail."""
    return NotSent(SETTINGS if error.when == NEVER else error.when, error.words)


def meaning(error: Exception) -> NotSent:
    """What an SMTP failure means for this mail (RFC 5321: 4yz try again, 5yz do not)."""
    import aiosmtplib

    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return NotSent(SETTINGS, f"{error.code} {error.message}")
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return NotSent(SETTINGS if error.code >= 500 else LATER, f"{error.code} {error.message}")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return NotSent(NEVER if 500 <= error.code < 600 else LATER, f"{error.code} {error.message}")
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return NotSent(NEVER, str(error))
    if isinstance(error, ssl.SSLError):
        return NotSent(SETTINGS, f"the mail server's certificate: {error.reason or error}")
    if isinstance(error, TimeoutError):
        return NotSent(LATER, "the mail server did not answer in time")
    if isinstance(error, ValueError):
        return NotSent(NEVER, str(error))
    return NotSent(LATER, f"the mail server cannot be reached or hung up: {error}")
