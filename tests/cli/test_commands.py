"""The commands as a shell runs them: exit codes, JSON documents, one clear line instead of a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from travello_desk.store.search import CAP

ROOT = Path(__file__).resolve().parents[2]
CSV = """reference,guest_name,guest_email,guest_phone,user_id,room,check_in,check_out,amount,currency,payment_method
TRV-1,Ayesha Khan,ayesha@example.com,,7,312,2026-11-24,2026-11-26,"10,000",PKR,ONLINE
TRV-2,Marco Rossi,,,,118,2026-11-24,2026-11-25,11500.50,PKR,ARRIVAL
TRV-3,Nobody,,,,1,2026-11-24,2026-11-25,0,PKR,ARRIVAL
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bookings.csv").write_text(CSV)
    assert shell(tmp_path, "import", "bookings.csv").returncode == 0
    return tmp_path


def shell(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "travello_desk", *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "HOTEL_TIMEZONE": "Asia/Karachi", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def told(folder: Path, *words: str) -> Any:
    done = shell(folder, *words, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_import_lists_bad_rows_and_repeats_without_doubling(folder: Path) -> None:
    again = told(folder, "import", "bookings.csv")
    assert (again["imported"], again["unchanged"]) == (0, 2)
    assert again["rejected"] == [{"line": 4, "reason": "amount: must be above zero"}]


def test_bookings_and_booking(folder: Path) -> None:
    rows = told(folder, "bookings", "--search", "khan")
    assert [(row["id"], row["amount"], row["status"], row["payment_status"]) for row in rows] == [
        (1, 10000, "PENDING", "NOT_INITIATED")
    ]
    assert {"reference", "guest_name", "guest_email", "room", "check_in", "check_out"} <= rows[0].keys()
    assert {"currency", "payment_method", "balance", "attention"} <= rows[0].keys()
    booking = told(folder, "booking", "TRV-2")
    assert (booking["amount"], booking["user_id"], booking["payments"]) == (11500.5, None, [])
    assert booking["timeline"][0]["text"] == "Imported"


def test_mark_undo_and_report(folder: Path) -> None:
    assert told(folder, "mark-paid", "2", "--tender", "cash", "--received", "12,000")["change"] == 499.5
    twice = shell(folder, "mark-paid", "2", "--tender", "cash")
    assert (twice.returncode, "already paid" in twice.stderr) == (1, True)
    day = told(folder, "report")
    assert day["totals"] == [{"tender": "cash", "count": 1, "amount": 11500.5, "currency": "PKR"}]
    told(folder, "undo-paid", "2", "--reason", "wrong booking")
    assert told(folder, "report", "--csv", "day.csv")["net"] == [{"amount": 0, "currency": "PKR"}]
    assert len((folder / "day.csv").read_text().splitlines()) == 3
    assert told(folder, "verify") == {"checked": 2, "differences": [], "rebuilt": 0}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["booking", "99"], 1, "Booking not found"),
        (["link", "1"], 1, "No STRIPE_SECRET_KEY is set"),
        (["link", "2"], 1, "No STRIPE_SECRET_KEY is set"),
        (["refund", "1"], 1, "No STRIPE_SECRET_KEY is set"),
        (["cancel", "1", "--reason", " "], 1, "Give a reason"),
        (["mark-paid", "1", "--tender", "cash"], 1, "switch it to pay on arrival first"),
        (["mark-paid", "2", "--tender", "gold"], 2, "gold"),
        (["mark-paid", "2", "--tender", "cash", "--received", "1.234"], 2, "two ways"),
        (["report", "--date", "yesterday"], 2, "--date"),
        (["token", "--user", "7", "--ttl", "soon"], 2, "90s, 15m"),
        (["import", "nothing.csv"], 2, "nothing.csv"),
        (["staff", "disable", "Nobody"], 1, "Nobody here is called"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_refusals_are_one_clear_line(folder: Path, words: list[str], code: int, says: str) -> None:
    done = shell(folder, *words)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_errors_with_json_are_documents_on_stderr(folder: Path) -> None:
    done = shell(folder, "booking", "99", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads(done.stderr) == {"success": False, "error": "Booking not found"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("STRIPE_SECRET_KEY", "pk_test_wrong"), ("LISTEN_PORT", "http"), ("FX_RATE", "280"), ("HOTEL_TIMEZONE", "Mars")],
)
def test_a_bad_setting_is_one_line_and_exit_2(folder: Path, name: str, value: str) -> None:
    done = shell(folder, "bookings", **{name: value})
    assert done.returncode == 2
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_staff_are_added_listed_and_disabled(folder: Path) -> None:
    assert shell(folder, "staff", "add", "Ayesha", TRAVELLO_PIN="4711").returncode == 0
    assert shell(folder, "staff", "add", "Ayesha", TRAVELLO_PIN="4711").returncode == 1
    assert shell(folder, "staff", "add", "Bilal", "--role", "manager", TRAVELLO_PIN="2").returncode == 2
    assert shell(folder, "staff", "add", "Chaudhry", "--role", "owner", TRAVELLO_PIN="9876").returncode == 0
    told(folder, "staff", "disable", "Ayesha")
    people = {person["name"]: person["disabled"] for person in told(folder, "staff", "list")}
    assert people == {"Ayesha": True, "Chaudhry": False}


def test_a_token_is_what_the_listener_takes(folder: Path) -> None:
    import jwt

    made = told(folder, "token", "--user", "7", "--staff", "--ttl", "15m")
    secret = next((folder / "data").glob("*jwt*")).read_text().strip()
    claims = jwt.decode(made["token"], secret, algorithms=["HS256"])
    assert (claims["user_id"], claims["is_staff"]) == (7, True)


def test_a_damaged_store_is_named_with_the_way_out(folder: Path) -> None:
    (folder / "data" / "travello.db").write_bytes(b"not a database at all" * 500)
    done = shell(folder, "bookings")
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert "travello-desk restore" in done.stderr


def test_shred_rehearses_first_and_wants_a_yes(folder: Path) -> None:
    assert shell(folder, "shred", "--older-than", "10d", "--yes").returncode == 2, "young guests are never shredded"
    assert shell(folder, "shred", "--older-than", "soon").returncode == 2
    old = CSV.splitlines()[0] + "\nTRV-0,Old Guest,old@example.com,,,1,2019-01-01,2019-01-02,500,PKR,ARRIVAL\n"
    (folder / "old.csv").write_text(old)
    told(folder, "import", "old.csv")
    rehearsed = shell(folder, "shred", "--older-than", "400d")
    assert "Would shred 1 bookings of guests who left before" in rehearsed.stdout
    assert told(folder, "booking", "TRV-0")["guest_name"] == "Old Guest"
    done = told(folder, "shred", "--older-than", "400", "--yes", "--as", "Chaudhry")
    assert (done["shredded"], done["bookings"], done["waiting"]) == (True, 1, {})
    booking = told(folder, "booking", "TRV-0")
    assert (booking["guest_name"], booking["guest_email"], booking["amount"]) == ("(shredded)", "", 500)
    assert booking["timeline"][-1]["text"] == "Guest data shredded"
    assert told(folder, "bookings", "--search", "old guest") == []
    assert told(folder, "verify")["differences"] == []


def test_a_search_that_found_too_many_says_so(tmp_path: Path) -> None:
    head = CSV.splitlines()[0]
    rows = (f"TRV-{number},Ayesha Khan,,,,,2026-11-24,2026-11-26,10,PKR,ARRIVAL" for number in range(CAP + 1))
    (tmp_path / "many.csv").write_text("\n".join((head, *rows)))
    assert shell(tmp_path, "import", "many.csv").returncode == 0
    done = shell(tmp_path, "bookings", "--search", "khan", "--limit", "100000")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, CAP)
    assert done.stderr == "More than 2,000 match: only the newest are taken\n"
    assert shell(tmp_path, "bookings", "--search", "TRV-1999").stderr == ""
