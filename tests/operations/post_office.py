"""A real SMTP server that takes mail, refuses it, hangs or hangs up, as a test tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from travello_desk.settings.model import SmtpServer


@dataclass
class PostOffice:
    """What came in, and what to do with the next: an answer like `451 busy`, `hang` or `drop`; else it is taken."""

    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    on_rcpt: list[str] = field(default_factory=list)
    on_data: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _transports: list[Any] = field(default_factory=list)

    @property
    def server(self) -> SmtpServer:
        return SmtpServer("127.0.0.1", self.port)

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.on_rcpt:
            return await self._play(self.on_rcpt.pop(0), server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        plan = self.on_data.pop(0) if self.on_data else ""
        if plan != "drop before" and (not plan or plan.startswith(("drop", "hang"))):
            parsed = message_from_bytes(envelope.content or b"", policy=default)
            assert isinstance(parsed, EmailMessage)
            self.taken.append(parsed)
            self.recipients.extend(envelope.rcpt_tos)
        return await self._play(plan, server) if plan else "250 2.0.0 taken as 4711"

    async def _play(self, plan: str, server: Any) -> str:
        if plan.startswith("drop"):
            server.transport.abort()
            return "421 gone"
        if plan.startswith("hang"):
            await asyncio.Event().wait()
        return plan


@asynccontextmanager
async def open_post_office(**options: Any) -> AsyncIterator[PostOffice]:
    """A server on a free port of this machine."""
    office = PostOffice()

    def connect() -> SMTP:
        office.connections += 1
        return SMTP(office, hostname="mx.test", enable_SMTPUTF8=True, loop=asyncio.get_running_loop(), **options)

    listening = await asyncio.get_running_loop().create_server(connect, "127.0.0.1", 0)
    office.port = listening.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        listening.close()
