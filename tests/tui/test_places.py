"""Palette, `?`, quitting, crashing: what works everywhere."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from textual.command import CommandList
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tests.desk import Desk
from tests.tui.grid import screen_text
from tests.tui.hotel import desk_app
from tests.tui.sizes import Size
from tests.tui.waiting import settled, until
from travello_desk.actions import ACTIONS, BY_ID
from travello_desk.tui.app import DeskApp
from travello_desk.tui.crash import crash_words, write_crash
from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog
from travello_desk.tui.keys import keys_text
from travello_desk.tui.palette import DeskPalette, shown, told_actions
from travello_desk.tui.screens.bookings import BookingsScreen
from travello_desk.tui.screens.keys import KeysScreen

# Keys that arrive as others, or that terminals keep for themselves (UX 2.1).
FORBIDDEN = {
    "ctrl+m", "ctrl+i", "ctrl+h", "ctrl+b", "ctrl+a", "ctrl+s", "ctrl+z", "ctrl+enter", "shift+enter", "f10", "f11",
    "ctrl+left_square_bracket",
}  # fmt: skip


async def test_the_palette_lists_every_action_the_impossible_ones_last(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        told = told_actions(app.screen)
        assert {action.id for action, _ in told} == {action.id for action in ACTIONS} - {"palette"}
        possible = [reason is None for _, reason in told]
        assert possible == sorted(possible, reverse=True)
        assert {action.id: reason for action, reason in told}["refund"] == "nothing was paid yet"


async def test_the_palette_dims_what_is_not_possible_and_says_why(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p", *"refund")
        await until(pilot, lambda: "not now: nothing was paid yet" in screen_text(app), "the reason")
    quiet = shown(BY_ID["refund"], "nothing was paid yet")
    assert [span.style for span in quiet.spans] == ["$quiet"]
    assert not shown(BY_ID["link"], None).spans


async def test_letters_strewn_over_a_sentence_find_nothing(hotel: Desk, size: Size) -> None:
    """`refu` means the refund, also where none is possible, and not the r, e, f and u of another action's help."""
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p", *"refu")
        await until(pilot, lambda: "not now: nothing was paid yet" in screen_text(app), "the reason")
        assert "Mark the row for a bulk action" not in screen_text(app)


async def test_an_action_is_found_and_run_from_the_palette(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p")
        await pilot.press(*"unpaid")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count > 0, "the palette found something")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BookingsScreen) and app.screen.listing.view_id == "unpaid")


async def test_a_heavy_hand_in_the_palette_does_not_end_the_desk(hotel: Desk, size: Size) -> None:
    """Found with random keys in a terminal: page keys before the list is there, Esc while it is still looking."""
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        for _ in range(5):
            await pilot.press("ctrl+p")
            palette = app.screen
            assert isinstance(palette, DeskPalette)
            commands = palette.query_one(CommandList)
            commands.clear_options().add_options([Option("one"), Option("two")])
            commands._index_to_line.clear()
            commands.highlighted = 1
            palette._action_command_list("page_down")
            await pilot.press("r", "pagedown", "e", "pageup", "escape")
            await until(pilot, lambda: isinstance(app.screen, BookingsScreen), "closed")
            palette._list_visible = not palette._list_visible
            await palette._watch__show_busy()
        await settled(pilot)
        assert app.is_running


async def test_the_palette_opens_from_the_search_box_too(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("slash", "ctrl+p")
        await pilot.pause()
        assert app.screen.query(OptionList)


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_the_keys_are_shown_with_what_they_do(hotel: Desk, key: str, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(app.screen, KeysScreen)
        for action in (action for action in ACTIONS if action.scope in BookingsScreen.SCOPES):
            assert f"{keys_text(action):<14}{action.label}: {action.help}"[:70] in app.screen.content().plain
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, BookingsScreen)


async def test_f1_tells_the_keys_of_an_open_window_and_gives_it_back(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("down", "m")
        await until(pilot, lambda: isinstance(app.screen, MarkPaidDialog) and app.screen.query("#deed"), "the window")
        window = app.screen
        await pilot.press("tab", "tab", "f1")
        await pilot.pause()
        assert isinstance(app.screen, KeysScreen)
        text = screen_text(app)
        for line in ("1             Cash", "4             Cheque", "y             Yes", "Esc           Back"):
            assert line in text
        assert "Refund" not in app.screen.content().plain
        await pilot.press("f1")
        await pilot.pause()
        assert app.screen is window


async def test_ctrl_q_leaves_and_ctrl_c_only_says_how(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "Ctrl+Q quits" in screen_text(app)
        assert app.is_running
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.return_code == 0, "left")


def test_every_binding_has_an_id_and_a_word_and_no_key_is_forbidden() -> None:
    from textual.binding import Binding

    for owner in (DeskApp, BookingsScreen, KeysScreen):
        for binding in owner.BINDINGS:
            assert isinstance(binding, Binding)
            assert binding.id
            assert binding.description
            assert not set(binding.key.split(",")) & FORBIDDEN, binding


async def test_a_fault_of_the_desk_leaves_three_lines_and_no_guest_s_name(
    hotel: Desk, caplog: pytest.LogCaptureFixture, size: Size
) -> None:
    app = desk_app(hotel)
    secret = "Ayesha Khan of room 312"

    def fail() -> None:
        guest = secret
        raise RuntimeError(f"cannot show {guest}")

    async def crash() -> None:
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            app.call_later(fail)
            await pilot.pause()

    with caplog.at_level(logging.CRITICAL), pytest.raises(RuntimeError):
        await crash()
    assert app.return_code == 1
    told = " ".join(record.getMessage() for record in caplog.records)
    assert "RuntimeError" in told
    assert "test_places.py" in told
    assert secret not in told


def test_the_words_of_a_crash_say_where_to_look(tmp_path: Path) -> None:
    path = write_crash(tmp_path / "desk.log", RuntimeError("no matter"))
    words = crash_words(path).plain
    assert len(words.splitlines()) == 3
    assert str(path) in words
