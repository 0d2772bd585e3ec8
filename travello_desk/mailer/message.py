"""A letter as a message of RFC 5322. Whatever a name or an address holds, it stays inside its own header."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from travello_desk.mailer.letters import Letter, one_line


class BadAddress(ValueError):
    """No mail can go there; its text is one sentence."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter: its name and its bytes, a PDF."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the mail server is told, and the bytes. `utf8` where an address needs SMTPUTF8."""

    sender: str
    recipient: str
    body: bytes
    utf8: bool


def new_message_id(mail_from: str) -> str:
    """A Message-ID under the sender's own domain; fixed when a mail is queued."""
    return make_msgid(domain=sender_of(mail_from)[1].rpartition("@")[2])


def sender_of(mail_from: str) -> tuple[str, str]:
    """Name and address of MAIL_FROM, which the settings have checked; the default may be `travello-desk@localhost`."""
    name, address = parseaddr(mail_from)
    local, _, domain = address.rpartition("@")
    return name, f"{local}@{domain.encode('idna').decode()}"


def deliverable(address: str) -> str:
    """The address as it is sent: checked again, its domain in ASCII. Raises BadAddress."""
    from email_validator import EmailNotValidError, validate_email

    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadAddress(f"not a mail address: {error}") from None
    return checked.ascii_email or f"{checked.local_part}@{checked.ascii_domain}"


def compose(
    letter: Letter,
    *,
    mail_from: str,
    hotel: str,
    recipient: str,
    name: str,
    language: str,
    message_id: str,
    queued_at: int,
    attachments: tuple[Attachment, ...] = (),
) -> Envelope:
    """The whole message. The same mail has the same Message-ID and Date however often it is sent."""
    sender_name, sender = sender_of(mail_from)
    to = deliverable(recipient)
    message = EmailMessage(policy=SMTP)
    message["From"] = named(sender_name or hotel, sender)
    message["To"] = named(name, to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(datetime.fromtimestamp(queued_at, UTC))
    message["Message-ID"] = message_id
    message["Content-Language"] = language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="base64" if not letter.text.isascii() else None)
    message.add_alternative(letter.html, subtype="html", cte="base64" if not letter.html.isascii() else None)
    for attachment in attachments:
        message.add_attachment(attachment.body, "application", "pdf", filename=attachment.name)
    utf8 = not (sender.isascii() and to.isascii())
    policy = SMTP.clone(utf8=True) if utf8 else SMTP
    return Envelope(sender, to, message.as_bytes(policy=policy), utf8)


def named(name: str, address: str) -> Address:
    """`Ayesha Khan <ayesha@example.com>` as a value that cannot become two headers."""
    local, _, domain = address.rpartition("@")
    return Address(display_name=one_line(name)[:100], username=local, domain=domain)
