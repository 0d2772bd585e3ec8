"""The command palette: every action of the table, those that are not possible now last and with the reason."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon
from textual.content import Content
from textual.screen import Screen

from travello_desk.actions import ACTIONS, Action
from travello_desk.tui.keys import keys_text

Told = tuple[Action, str | None]


def told_actions(screen: Screen[object]) -> list[Told]:
    """All actions with None or the reason against; the possible ones first, each group in the table's order."""
    reasons: Callable[[], list[Told]] | None = getattr(screen, "action_reasons", None)
    told = reasons() if reasons is not None else [(action, None) for action in ACTIONS]
    told = [(action, reason) for action, reason in told if action.id != "palette"]
    return sorted(told, key=lambda item: item[1] is not None)


class DeskCommands(Provider):
    """Finds actions by label, help and id. What is not possible now is dim, comes last, and says why not."""

    async def discover(self) -> Hits:
        for action, reason in told_actions(self.screen):
            yield DiscoveryHit(shown(action, reason), self.runner(action), text=action.label, help=told(action, reason))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action, reason in told_actions(self.screen):
            helped = matcher.match(action.help) * 0.6 if says(action.help, query) else 0.0
            score = max(matcher.match(action.label), helped)
            if score > 0:
                weight = 1.0 if reason is None else 0.01
                name = shown(action, reason)
                yield Hit(score * weight, name, self.runner(action), text=action.label, help=told(action, reason))

    def runner(self, action: Action) -> Callable[[], None]:
        """Runs the action where the palette was opened."""
        return partial(run, self.screen, action.id)


class DeskPalette(CommandPalette):
    """Textual's, with the sign of our search box for its emoji, which a plain terminal has not; and without the faults
    of 8.2.8 that ended the desk under a heavy hand: a page key before the list was laid out, a search or its "no
    matches" that came after the palette had been closed."""

    DEFAULT_CSS = """
    DeskPalette SearchIcon { color: $quiet; width: 1; margin: 1 0 0 2; }
    """

    def on_mount(self) -> None:
        self.query_one(SearchIcon).icon = "/"

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError):
            super()._action_command_list(action)

    def _watch__list_visible(self) -> None:
        if self.query(CommandList):
            super()._watch__list_visible()

    def _start_no_matches_countdown(self, search_value: str) -> None:
        super()._start_no_matches_countdown(search_value)
        timer = self._no_matches_timer
        tell = timer._callback if timer else None
        if timer is not None and tell is not None:
            timer._callback = lambda: tell() if self.query(CommandList) else None

    async def _watch__show_busy(self) -> None:
        if self.query(CommandList):
            await super()._watch__show_busy()


def says(text: str, query: str) -> bool:
    """Whether every word typed stands in the text. Letters strewn over a sentence find anything: `refu` would find
    "Mark the row for a bulk action", above a refund that is not possible just now."""
    return all(word in text.lower() for word in query.lower().split())


def shown(action: Action, reason: str | None) -> Content:
    """`Refund  r`, dim where it is not possible."""
    name = f"{action.label}  {keys_text(action)}"
    return Content(name) if reason is None else Content.styled(name, "$quiet")


def told(action: Action, reason: str | None) -> str:
    return action.help if reason is None else f"not now: {reason}"


def run(screen: Screen[object], action_id: str) -> None:
    """By the screen if it has the action, else by the app."""
    runner = getattr(screen, "action_desk", None) or getattr(screen.app, "action_desk", None)
    if runner is not None:
        runner(action_id)
