"""Search: what is found, in which order, and that nothing typed makes it fail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backend import open_store
from tests.desk import NOW
from tests.store.test_browse import add, day
from travello_desk.store import search as search_module
from travello_desk.store.contract import Store
from travello_desk.store.filters import read
from travello_desk.store.search import Found, search, starred, tokens
from travello_desk.store.tx import Tx

TODAY = date(2026, 11, 24)


def find(store: Store, text: str, cap: int = 100) -> Found:
    return store.read_now(lambda tx: search(tx, read(text, TODAY), text, cap))


async def contact(store: Store, booking_id: int, email: str, phone: str) -> None:
    def work(tx: Tx) -> None:
        tx.execute("UPDATE bookings SET guest_email = ?, guest_phone = ? WHERE id = ?", (email, phone, booking_id))

    await store.write(work)


async def guests(store: Store) -> dict[str, int]:
    ids = await add(
        store,
        {"reference": "TRV-10482", "guest_name": "Ayesha Khan", "room": "312"},
        {"reference": "TRV-10483", "guest_name": "Bilal Khan", "room": "118", "check_in": day(1)},
        {"reference": "TRV-10484", "guest_name": "Greta Müller", "room": "31A", "badge": "FAILED"},
        {"reference": "ABC-7", "guest_name": "José O'Brien", "status": "PAID", "balance_minor": 0},
    )
    names = dict(zip(("ayesha", "bilal", "greta", "jose"), ids, strict=True))
    await contact(store, names["ayesha"], "ayesha.khan@example.com", "+92 300 1234567")
    await contact(store, names["greta"], "greta@hotmail.example", "0049-171-998877")
    return names


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("khan", ["bilal", "ayesha"]),
        ("kha aye", ["ayesha"]),
        ("KHAN", ["bilal", "ayesha"]),
        ("muller", ["greta"]),
        ("MÜL", ["greta"]),
        ("jose", ["jose"]),
        ("o'brien", ["jose"]),
        ("trv-104", ["greta", "bilal", "ayesha"]),
        ("ayesha.khan@example", ["ayesha"]),
        ("300 123", ["ayesha"]),
        ("312", ["ayesha"]),
        ("khan -ayesha", ["bilal"]),
        ("ayesha OR greta", ["greta", "ayesha"]),
        ("(ayesha OR bilal) khan", ["bilal", "ayesha"]),
        ('"ayesha khan"', ["ayesha"]),
        ("name:khan", ["bilal", "ayesha"]),
        ("email:khan", ["ayesha"]),
        ("nobody", []),
        ("***", []),
    ],
)
async def test_words(store: Store, typed: str, expected: list[str]) -> None:
    names = await guests(store)
    assert list(find(store, typed).ids) == [names[name] for name in expected]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("4567", ["ayesha"]), ("otmail", ["greta"]), ("OTMAIL", ["greta"]), ("rie", ["jose"]), ("tmail rett", [])],
)
async def test_the_middle_of_words(store: Store, typed: str, expected: list[str]) -> None:
    names = await guests(store)
    found = find(store, typed)
    assert list(found.ids) == [names[name] for name in expected]
    assert found.inside is bool(expected)


@pytest.mark.parametrize(
    "typed",
    [
        "0300 1234567",
        "03001234567",
        "+923001234567",
        "0092 300 123 4567",
        "300-1234567",
        "0300 123",
        "(0300) 123 45 67",
    ],
)
async def test_a_telephone_number_is_found_however_it_is_written(store: Store, typed: str) -> None:
    names = await guests(store)
    assert find(store, typed) == Found((names["ayesha"],))


@pytest.mark.parametrize("typed", ["+49 171 998877", "0171 998877", "0171998877"])
async def test_so_is_one_that_is_kept_with_other_signs(store: Store, typed: str) -> None:
    names = await guests(store)
    assert find(store, typed).ids == (names["greta"],)


@pytest.mark.parametrize("typed", ["0300 1234568", "0301 1234567", "1234567 0300", "0300 1234567 in:tomorrow"])
async def test_another_number_is_another(store: Store, typed: str) -> None:
    await guests(store)
    assert find(store, typed).ids == ()


async def test_who_is_here_or_arrives_today_comes_before_newer_bookings(store: Store) -> None:
    here, leaves, gone, called_off, later = await add(
        store,
        {"check_in": day(0), "check_out": day(1)},
        {"check_in": day(-3), "check_out": day(0)},
        {"check_in": day(-9), "check_out": day(-7)},
        {"check_in": day(0), "check_out": day(1), "status": "CANCELLED"},
        {"check_in": day(40), "check_out": day(41)},
    )
    found = store.read_now(lambda tx: search(tx, read("khan", TODAY), "khan", today_on=TODAY))
    assert found.ids == (leaves, here, later, called_off, gone)


async def test_trigrams_that_stand_apart_are_no_hit(store: Store) -> None:
    await add(store, {"guest_name": "abcd bcde"})
    assert find(store, "abcde").ids == ()


async def test_it_says_when_only_the_newest_were_compared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newer names have every three letters of what is sought, and not the six."""
    await add(store, *({"reference": f"OLD-{n}", "guest_name": "qxyxyxyx", "room": "9"} for n in range(2)))
    await add(store, *({"reference": f"NEW-{n}", "guest_name": "qxyxyx", "room": "9"} for n in range(6)))
    sought = "xyxyxy"
    assert len(find(store, sought).ids) == 2
    assert not find(store, sought).partly
    monkeypatch.setattr(search_module, "PART", 2)
    monkeypatch.setattr(search_module, "CANDIDATES", 6)
    assert find(store, sought) == Found((), partly=True)
    assert find(store, "yxyx", cap=3) == Found(find(store, "yxyx", cap=3).ids, capped=True, inside=True)
    assert not find(store, "zzz").partly, "nothing has those letters: all were asked"
    monkeypatch.setattr(search_module, "CANDIDATES", 12)
    assert len(find(store, sought).ids) == 2


async def test_of_a_telephone_number_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await add(store, *({"reference": f"TRV-{n}", "guest_name": "Khan"} for n in range(5)))
    for booking_id in ids:
        await contact(store, booking_id, "", f"+92 300 1{booking_id} 0714")
    monkeypatch.setattr(search_module, "PART", 2)
    monkeypatch.setattr(search_module, "CANDIDATES", 4)
    assert find(store, f"0092 300-1{ids[-1]}-0714").ids == (ids[-1],)
    assert find(store, "0092 300-999-0714") == Found((), partly=True)


async def test_two_letters_are_not_looked_for_inside_words(store: Store) -> None:
    await guests(store)
    assert find(store, "zq").ids == ()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("in:today", ["jose", "greta", "ayesha"]),
        ("in:tomorrow", ["bilal"]),
        ("in:today..tomorrow khan", ["bilal", "ayesha"]),
        ("in:>today", ["bilal"]),
        ("out:2026-11-26", ["jose", "greta", "bilal", "ayesha"]),
        ("out:today", []),
        ("status:failed", ["greta"]),
        ("status:due", ["jose", "bilal", "ayesha"]),
        ("paid:", ["jose"]),
        ("unpaid: khan in:today", ["ayesha"]),
        ("room:31a", ["greta"]),
        ("due:>5", ["greta", "bilal", "ayesha"]),
        ("due:<5", []),
        ("due:10", ["greta", "bilal", "ayesha"]),
        ("method:arrival", []),
        ("problems:", []),
        ("otmail in:today", ["greta"]),
        ("otmail in:tomorrow", []),
        ("due:nonsense khan", ["bilal", "ayesha"]),
    ],
)
async def test_filters(store: Store, typed: str, expected: list[str]) -> None:
    names = await guests(store)
    assert list(find(store, typed).ids) == [names[name] for name in expected]


async def test_balances_compare_in_major_units_of_their_currency(store: Store) -> None:
    rupees, yen, dinar = await add(
        store,
        {"balance_minor": 50_000, "currency": "PKR"},
        {"balance_minor": 600, "currency": "JPY"},
        {"balance_minor": 700_000, "currency": "KWD"},
    )
    assert find(store, "due:>500").ids == (dinar, yen)
    assert find(store, "due:500").ids == (rupees,)


async def test_an_exact_reference_comes_first(store: Store) -> None:
    exact, longer = await add(store, {"reference": "TRV-1"}, {"reference": "TRV-11"})
    assert find(store, "trv-1").ids == (exact, longer)
    assert find(store, "  TRV-1  ").ids[0] == exact


async def test_the_cap_is_told(store: Store) -> None:
    ids = await add(store, *({} for _ in range(5)))
    assert find(store, "khan", cap=3) == Found((ids[4], ids[3], ids[2]), capped=True)
    assert find(store, "khan", cap=5) == Found(tuple(reversed(ids)))


async def test_a_change_of_name_is_found_and_the_old_one_is_not(store: Store) -> None:
    names = await guests(store)
    await store.write(lambda tx: tx.execute("UPDATE bookings SET guest_name = 'Zoë' WHERE id = ?", (names["ayesha"],)))
    assert find(store, "zoe").ids == (names["ayesha"],)
    assert find(store, "name:ayesha").ids == ()


def test_tokens_are_the_index_s() -> None:
    assert tokens("Ali-Khan o'brien a@b.c 30%") == ["Ali-Khan", "o", "brien", "a", "b", "c", "30"]
    assert starred("khan -ali (b OR c) -- *") == "khan* -ali* ( b* OR c* )"


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("search")
    opened = open_store(folder / "travello.db", lambda: float(NOW))
    asyncio.run(guests(opened))
    yield opened
    opened.close()


NASTY = st.text(
    alphabet=st.sampled_from(list("\"'()*:-+^{}[]%\\;,.\x00\n\t aAkK1é中\u200d\ud800\U0001f600")), max_size=40
)


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=60), NASTY))
def test_nothing_typed_makes_it_fail(hotel: Store, text: str) -> None:
    found = find(hotel, text)
    assert len(set(found.ids)) == len(found.ids)


@pytest.mark.parametrize("text", ["(((", '"', "a AND OR", '"ali khan"*', "-", "--", "NOT", "a NOT b", "{x}:y", "khan)"])
def test_half_typed_queries_are_answered(hotel: Store, text: str) -> None:
    find(hotel, text)


@settings(max_examples=60)
@given(st.sampled_from(["due", "in", "out", "status", "room", "name", "email"]), NASTY)
def test_no_filter_value_makes_it_fail(hotel: Store, key: str, value: str) -> None:
    find(hotel, f"{key}:{value}")
