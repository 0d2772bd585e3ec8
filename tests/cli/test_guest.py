"""`guest-link`, `mail`, `mails`, `receipt` as a shell runs them, without Stripe."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_commands import folder, shell, told

__all__ = ["folder"]


def test_the_link_is_shown_renewed_and_switched_off(folder: Path) -> None:
    first = told(folder, "guest-link", "1")
    assert (first["revoked"], "/p/" in first["url"]) == (False, True)
    renewed = told(folder, "guest-link", "1", "--renew", "--reason", "sent to the wrong guest")
    assert renewed["url"] != first["url"]
    assert told(folder, "guest-link", "1", "--revoke", "--reason", "stays out")["url"] is None
    refused = shell(folder, "guest-link", "1", "--renew")
    assert (refused.returncode, "Give a reason" in refused.stderr) == (1, True)


def test_a_letter_is_previewed_sent_and_listed(folder: Path) -> None:
    preview = told(folder, "mail", "1", "--letter", "reminder", "--preview")
    assert "Ayesha" in preview["text"]
    assert told(folder, "mails") == []
    sent = told(folder, "mail", "1")
    assert (sent["status"], sent["to"], sent["kind"]) == ("sent", "ayesha@example.com", "link")
    listed = told(folder, "mails", "--status", "sent")
    assert [(row["id"], row["reference"]) for row in listed] == [(sent["id"], "TRV-1")]
    assert len(list((folder / "data" / "outbox").glob("*.eml"))) == 1
    again = shell(folder, "mails", "--again", str(sent["id"]))
    assert (again.returncode, "has failed" in again.stderr) == (1, True)
    nobody = shell(folder, "mail", "2")
    assert (nobody.returncode, "no e-mail address" in nobody.stderr) == (1, True)


def test_a_receipt_is_printed_as_text_and_saved(folder: Path) -> None:
    early = shell(folder, "receipt", "2", "--save", "early.pdf")
    assert (early.returncode, "Nothing has been paid yet" in early.stderr) == (1, True)
    told(folder, "mark-paid", "2", "--tender", "cash")
    shown = shell(folder, "receipt", "2")
    assert "Rs. 11,500.50" in shown.stdout
    saved = told(folder, "receipt", "2", "--save", "paper.pdf", "--language", "ur")
    assert saved["file"].endswith("paper.pdf")
    assert (folder / "paper.pdf").read_bytes().startswith(b"%PDF-")
    wrong = shell(folder, "receipt", "2", "--language", "xx")
    assert (wrong.returncode, "one of en, ur" in wrong.stderr) == (2, True)
