"""`new`, `edit` and `bookings` by view, order and words, as a shell runs them."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cli.shell import Shell
from tests.cli.test_commands import folder, told
from tests.cli.test_commands import shell as plain_shell
from tests.desk import Desk
from travello_desk.operations import staff
from travello_desk.operations.checkout import checkout
from travello_desk.operations.refund import Request, refund

__all__ = ["folder"]


def test_a_booking_is_made_from_a_name_and_a_price(folder: Path) -> None:
    made = told(folder, "new", "--guest", "Ali Raza", "--amount", "12,500.50", "--room", "7", "--as", "Ayesha")
    assert (made["guest_name"], made["amount"], made["room"]) == ("Ali Raza", 12500.5, "7")
    assert (made["payment_method"], made["badge"], made["reference"][:2]) == ("ONLINE", "DUE", "W-")
    assert made["check_in"] < made["check_out"]
    second = told(folder, "new", "--guest", "Ali Raza", "--amount", "100", "--method", "arrival", "--language", "ur")
    assert second["reference"] != made["reference"]
    assert (second["badge"], second["language"]) == ("ON ARRIVAL", "ur")
    entry = told(folder, "booking", made["reference"])["timeline"][0]
    assert (entry["actor"], entry["text"]) == ("Ayesha", "Booking made")


WRONG = (
    (("new", "--amount", "100"), 2, "Guest: is empty"),
    (("new", "--guest", "A", "--amount", "1.234"), 2, "Amount: "),
    (("new", "--guest", "A", "--amount", "0"), 2, "Amount: must be above zero"),
    (("new", "--guest", "A", "--amount", "1", "--check-in", "tomorrow"), 2, "Check-in: "),
    (("new", "--guest", "A", "--amount", "1", "--check-in", "2026-11-20", "--check-out", "2026-11-20"), 2, "after"),
    (("new", "--guest", "A", "--amount", "1", "--email", "nowhere"), 2, "not a mail address"),
    (("new", "--guest", "A", "--amount", "1", "--currency", "XXX"), 2, "not a currency"),
    (("new", "--guest", "A", "--amount", "1", "--language", "xx"), 2, "not one of en, ur"),
    (("new", "--guest", "A", "--amount", "1", "--method", "CASH"), 2, "neither ONLINE nor ARRIVAL"),
    (("new", "--guest", "A\x1b[31m", "--amount", "1"), 2, "control character"),
    (("new", "--guest", "A", "--amount", "1", "--reference", "TRV-1"), 1, "Reference TRV-1 is used already"),
    (("edit", "1"), 2, "Say what to change"),
    (("edit", "1", "--guest", " "), 2, "Guest: is empty"),
    (("edit", "1", "--check-out", "2026-11-01"), 2, "Check-out: "),
    (("edit", "77", "--room", "1"), 1, "Booking not found"),
    (("bookings", "--sort", "room"), 2, "--sort orders a --view"),
    (("bookings", "--view", "all", "--status", "PAID"), 2, "go without --view"),
    (("bookings", "--search", "due:lots"), 2, "Not understood: due:lots"),
)


def test_what_is_wrong_is_named_and_nothing_is_written(folder: Path) -> None:
    before = told(folder, "activity")
    for words, code, says in WRONG:
        done = plain_shell(folder, *words)
        assert (done.returncode, says in done.stderr) == (code, True), done.stderr
        assert "Traceback" not in done.stderr
    assert told(folder, "activity") == before


def test_only_what_differs_is_written(folder: Path) -> None:
    changed = told(folder, "edit", "TRV-1", "--room", "9", "--guest", "Ayesha Khan", "--language", "ur")
    assert (changed["success"], changed["room"], changed["language"]) == (True, "9", "ur")
    texts = [entry["text"] for entry in told(folder, "activity", "--booking", "1")]
    assert texts == ["Changed language, room", "Imported"]
    assert plain_shell(folder, "edit", "1", "--room", "9").returncode == 0
    assert len(told(folder, "activity", "--booking", "1")) == 2


async def test_a_new_price_switches_the_old_link_off(desk: Desk, shell: Shell) -> None:
    await desk.book("TRV-1")
    await checkout(desk.ctx, 1, "Ali")
    changed = await shell.told("edit", "1", "--amount", "12000", "--as", "Ayesha")
    assert (changed["amount"], changed["balance"], changed["badge"]) == (12000, 12000, "EXPIRED")
    await desk.sandbox.pay((await checkout(desk.ctx, 1, "Ali")).session_id)
    await desk.feed()
    refused = await shell.run("edit", "1", "--amount", "13000")
    assert refused.returncode == 1
    assert desk.booking(1).amount_minor == 1_200_000


async def test_a_clerk_refunds_as_much_as_at_the_desk(desk: Desk, shell: Shell) -> None:
    await desk.book("TRV-1", amount_minor=2_400_000)
    await desk.sandbox.pay((await checkout(desk.ctx, 1, "Ali")).session_id)
    await desk.feed()
    await staff.add(desk.ctx, "Ayesha", "clerk", "4711", "test")
    over = await shell.told("refund", "1", "--as", "Ayesha", code=1)
    assert over["error"] == "Over the limit of Ayesha, Rs. 10,000: a manager does it, --as NAME"
    assert (await shell.told("refund", "1", "--amount", "10,000", "--as", "Ayesha"))["amount"] == 10000
    assert (await shell.told("refund", "1"))["amount"] == 14000


async def test_once_there_are_accounts_a_name_is_one_of_them(desk: Desk, shell: Shell) -> None:
    """A slip of the finger would have no limit. Who gives no name owns the machine."""
    await desk.book("TRV-1")
    assert (await shell.run("edit", "1", "--room", "1", "--as", "Ayeshaa")).returncode == 0, "there is no account yet"
    await staff.add(desk.ctx, "Olga", "owner", "4711", "test")
    await staff.add(desk.ctx, "Ayesha", "clerk", "4711", "test")
    await staff.add(desk.ctx, "Bilal", "clerk", "4711", "test")
    await staff.disable(desk.ctx, "Bilal", "test")
    refused = await shell.told("edit", "1", "--room", "2", "--as", "Ayeshaa", code=1)
    assert refused["error"] == "Nobody here is called 'Ayeshaa': Olga, Ayesha"
    refused = await shell.told("edit", "1", "--room", "2", "--as", "bilal", code=1)
    assert refused["error"] == "The account of Bilal is closed"
    assert desk.booking(1).room == "1"
    for room, words in (("3", ("--as", "ayesha")), ("4", ())):
        await shell.told("edit", "1", "--room", room, *words)
    assert [row["actor"] for row in await shell.told("activity", "--limit", "2")] == ["command line", "ayesha"]


async def test_managers_deeds_are_no_clerks(desk: Desk, shell: Shell) -> None:
    await desk.book("TRV-1")
    await desk.sandbox.pay((await checkout(desk.ctx, 1, "Ali")).session_id)
    await desk.feed()
    await refund(desk.ctx, Request(1, "Ali", 1_000_000))
    await staff.add(desk.ctx, "Bilal", "clerk", "4711", "test")
    for words in (("accept", "1", "--reason", "x"), ("pay-back", "1", "--tender", "cash", "--reference", "V-1")):
        refused = await shell.told(*words, "--as", "Bilal", code=1)
        assert "needs a manager: Bilal is a clerk" in refused["error"]


def test_bookings_by_view_order_and_words_and_as_a_file(folder: Path) -> None:
    told(folder, "new", "--guest", "=cmd()", "--amount", "5", "--reference", "TRV-9", "--room", "001")
    rows = told(folder, "bookings", "--view", "all", "--sort", "balance")
    assert [row["reference"] for row in rows] == ["TRV-2", "TRV-1", "TRV-9"]
    assert len(told(folder, "bookings", "--view", "unpaid", "--limit", "2")) == 2
    assert [row["reference"] for row in told(folder, "bookings", "--view", "unpaid", "--search", "rossi")] == ["TRV-2"]
    assert [row["reference"] for row in told(folder, "bookings", "--search", "due:>10500")] == ["TRV-2"]
    done = plain_shell(folder, "bookings", "--csv", "list.csv")
    assert done.stdout == "list.csv: 3 bookings\n"
    table = list(csv.DictReader((folder / "list.csv").read_text().splitlines()))
    assert {row["guest"] for row in table} == {"Ayesha Khan", "Marco Rossi", "'=cmd()"}
    assert (folder / "list.csv").stat().st_mode & 0o077 == 0
    gone = plain_shell(folder, "bookings", "--csv", "no/folder/list.csv")
    assert (gone.returncode, "Traceback" in gone.stderr) == (0, False)
