"""What stands in a mail: both parts, both languages, the guest's link, and no way out of a header."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from tests.desk import Desk
from travello_desk.mailer.letters import KINDS, Contents, Letter, one_line, write
from travello_desk.mailer.message import Attachment, BadAddress, compose, deliverable, new_message_id
from travello_desk.operations import mail
from travello_desk.store import bookings
from travello_desk.texts import Ltr, language, languages

LETTER = Letter("Subject", "text\n", "<p>html</p>")


def message(**changes: object) -> EmailMessage:
    values = {
        "mail_from": "desk@hotel.example",
        "hotel": "Serena Lahore",
        "recipient": "ayesha@example.com",
        "name": "Ayesha Khan",
        "language": "en",
        "message_id": "<1@hotel.example>",
        "queued_at": 1_795_500_000,
    }
    envelope = compose(changes.pop("letter", LETTER), **(values | changes))  # type: ignore[arg-type]
    parsed = message_from_bytes(envelope.body, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def contents(kind: str, **changes: object) -> Contents:
    values: dict[str, object] = {
        "reference": Ltr("TRV-1"),
        "amount": Ltr("Rs. 10,000"),
        "received": Ltr("Rs. 10,000"),
        "refunded": Ltr("Rs. 2,000"),
        "arrival": "Tue 24 Nov 2026",
    }
    given: dict[str, object] = {
        "kind": kind,
        "hotel": "Serena Lahore",
        "contact": "",
        "name": "Ayesha",
        "address": "https://pay.hotel.example/p/K7QM2XVTABCD",
        "values": values,
        "rows": [("stay.room", "204")],
    }
    return Contents(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_every_language_is_whole(kind: str, code: str) -> None:
    letter = write(contents(kind), language(code))
    for part in (letter.text, letter.html):
        assert "https://pay.hotel.example/p/K7QM2XVTABCD" in part
        assert "Serena Lahore" in part
        assert "Ayesha" in part
        assert "204" in part
        assert "{" not in part
    assert "TRV-1" in letter.subject
    assert f'dir="{language(code).direction}"' in letter.html
    assert "\n\n\n" not in letter.text


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = write(contents("link"), language("en")).html
    for tag in ("<img", "<script", "<link", "url(", "<style"):
        assert tag not in html


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{amount}", "{{ 7*7 }}", "%(x)s"])
def test_a_name_is_text(name: str) -> None:
    letter = write(contents("link", name=name, rows=[("stay.room", name)]), language("en"))
    assert name in letter.text
    assert "<script>" not in letter.html
    assert "49" not in letter.html


EVIL = [
    "Eve\r\nBcc: all@evil.example",
    "Eve\nX: 1",
    "Eve\x00",
    "Eve\x0b\x0c\u2028Bcc: x",
    "=?utf-8?q?Eve=0ABcc=3A_x?=",
    'Eve" <a@evil.example>,',
]
NO_ADDRESS = [
    "a@b.example\r\nBcc: x@y.example",
    "a@b.example, c@d.example",
    "<a@b.example>",
    "a b@c.example",
    "@x.example",
    "a@",
    "",
    "a@b.example\n",
    "a\x00@b.example",
]


@pytest.mark.parametrize("evil", EVIL)
def test_no_name_becomes_a_header(evil: str) -> None:
    for parsed in (message(name=evil), message(hotel=evil), message(letter=Letter(evil, "t\n", "<p>h</p>"))):
        assert parsed["Bcc"] is None
        assert parsed["X"] is None
        assert len(parsed.get_all("To")) == len(parsed["To"].addresses) == 1
        assert parsed["To"].addresses[0].addr_spec == "ayesha@example.com"
        assert len(parsed["From"].addresses) == 1
        assert parsed["From"].addresses[0].addr_spec == "desk@hotel.example"


@pytest.mark.parametrize("evil", NO_ADDRESS)
def test_no_address_becomes_two(evil: str) -> None:
    with pytest.raises(BadAddress):
        message(recipient=evil)


def test_addresses_of_the_whole_world() -> None:
    assert deliverable("ayesha@münchen.example") == "ayesha@xn--mnchen-3ya.example"
    assert deliverable("عائشہ@example.com") == "عائشہ@example.com"
    envelope = compose(
        LETTER,
        mail_from="desk@hotel.example",
        hotel="Serena",
        recipient="عائشہ@example.com",
        name="عائشہ",
        language="ur",
        message_id="<1@x.example>",
        queued_at=0,
    )
    assert envelope.utf8
    assert "عائشہ@example.com".encode() in envelope.body


def test_the_same_mail_is_the_same_bytes_in_its_headers() -> None:
    first, second = message(), message()
    for header in ("Message-ID", "Date", "From", "To", "Subject"):
        assert first[header] == second[header]
    assert first["Message-ID"] == "<1@hotel.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["From"] == "Serena Lahore <desk@hotel.example>"
    assert message(mail_from="Reception <desk@hotel.example>")["From"] == "Reception <desk@hotel.example>"


def test_both_parts_and_the_receipt() -> None:
    parsed = message(attachments=(Attachment("receipt.pdf", b"%PDF-1"),))
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "text"
    assert "<p>html</p>" in html.get_content()
    files = [(part.get_filename(), part.get_content()) for part in parsed.iter_attachments()]
    assert files == [("receipt.pdf", b"%PDF-1")]


def test_message_ids_are_never_the_same() -> None:
    made = {new_message_id("Desk <desk@hotel.example>") for _ in range(100)}
    assert len(made) == 100
    assert all(each.endswith("@hotel.example>") for each in made)


def test_a_subject_is_one_line_of_bounded_length() -> None:
    assert one_line("a\r\nb\tc\u2028d") == "a b c d"
    assert len(one_line("x" * 5000)) == 200


async def test_a_preview_is_what_would_leave_now(desk: Desk) -> None:
    booking_id = await desk.book(guest_name="Khan, Ayesha", language="en")
    letter = await mail.preview(desk.ctx, booking_id, "link")
    code = desk.booking(booking_id).guest_code
    assert f"http://127.0.0.1:8000/p/{code}" in letter.text
    assert "Rs. 10,000" in letter.text
    assert "Dear Ayesha," in letter.text
    assert "Sandbox: no real money moves." in letter.text
    await desk.ctx.store.write(lambda tx: bookings.update_details(tx, booking_id, {"language": "ur"}))
    assert "محترم" in (await mail.preview(desk.ctx, booking_id, "reminder")).text
