"""What every place of the desk has: header, banner, status line, keys, and one way to run an action of the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from travello_desk.actions import ACTIONS, BY_ID, Action, User, reason_against
from travello_desk.tui import bars
from travello_desk.tui.bars import KeyHint, Part
from travello_desk.tui.paced import PacedScreen
from travello_desk.tui.widgets.bar import Bar, Words
from travello_desk.tui.window import TooSmall, is_too_small

if TYPE_CHECKING:
    from travello_desk.tui.app import DeskApp

NOBODY = User("", "")


class DeskScreen(PacedScreen[None]):
    """A place of the desk. Subclasses give the body, the keys of the footer and the ends of the status line."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", show=False, id="desk.back")]
    # Each place says where its keys go. Textual would choose the search box, which swallows them, when a window over an
    # empty list closes.
    AUTO_FOCUS = ""
    TITLE_WORDS: ClassVar[str] = ""
    SCOPES: ClassVar[tuple[str, ...]] = ("list", "anywhere")
    """Which actions of the table are at home here."""
    FOOTER: ClassVar[tuple[str, ...]] = ("help", "palette")

    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        # Kept here, not looked up: a worker that ends while the screen is being taken apart finds them still.
        self.bars = {name: Bar(id=name) for name in ("header", "banner", "status", "keys", "tabs")}

    @property
    def desk(self) -> DeskApp:
        return cast("DeskApp", self.app)

    @property
    def user(self) -> User:
        return self.desk.user or NOBODY

    # Looks

    def compose(self) -> ComposeResult:
        yield self.bars["header"]
        yield self.bars["banner"]
        yield from self.body()
        yield self.bars["status"]
        yield self.bars["keys"]
        yield TooSmall()

    def body(self) -> Iterable[Widget]:
        return ()

    def on_mount(self) -> None:
        self.set_interval(1.0, self.refresh_bars)
        self.refresh_bars()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(is_too_small(*event.size), "-small")
        self.refresh_bars()

    def refresh_bars(self) -> None:
        """Bring every line that is not the body up to date. Cheap: unchanged lines are not painted."""
        if not self.is_mounted or not self.size.width:
            return
        width, glyphs = self.size.width, self.desk.glyphs
        self.bars["header"].tell(bars.header, self.desk.header_state(), width, glyphs)
        banner = self.desk.banner
        self.bars["banner"].set_class(bool(banner), "shown")
        self.bars["banner"].tell(bars.two_ends, [Part(f"▲ {banner}")], "", width - 2, glyphs)
        self.bars["keys"].tell(bars.keys, self.key_hints(), width - 1, glyphs)
        left, right = self.status_ends()
        status = self.bars["status"]
        status.set_class(bool(self.said), "said")
        shown = [Part(self.said)] if self.said else left
        status.tell(bars.two_ends, shown, "" if self.said else right, width - 2, glyphs)

    def status_ends(self) -> tuple[Sequence[Part], str]:
        return [Part(self.TITLE_WORDS)], ""

    def say(self, text: str) -> None:
        """One sentence in the status line, until the next key: why something is not possible."""
        self.said = text
        self.refresh_bars()

    def hush(self) -> None:
        if self.said:
            self.say("")

    def on_key(self, event: events.Key) -> None:
        self.hush()

    # Actions

    def reasons(self, actions: Sequence[Action] = ACTIONS) -> dict[str, str | None]:
        """For each of these actions, or of the table's, None, or why not here and now."""
        return {action.id: self.reason(action) for action in actions}

    def reason(self, action: Action) -> str | None:
        if not self.can(action.id):
            return "not in this place"
        return reason_against(action, None, self.user, self.desk.ctx.health.money_fault)

    def can(self, action_id: str) -> bool:
        """Whether this place, or the app, knows how."""
        return hasattr(self, f"desk_{action_id}") or hasattr(self.desk, f"desk_{action_id}")

    def action_reasons(self) -> list[tuple[Action, str | None]]:
        """For the palette."""
        reasons = self.reasons()
        return [(action, reasons[action.id]) for action in ACTIONS]

    def key_hints(self) -> list[KeyHint]:
        actions = [BY_ID[name] for name in self.FOOTER]
        reasons = self.reasons(actions)
        return [hint(action, reasons[action.id]) for action in actions]

    def action_desk(self, action_id: str) -> None:
        """Run an action of the table here; what only the app knows, it does."""
        self.hush()
        handler = getattr(self, f"desk_{action_id}", None)
        if handler is None:
            self.desk.run_desk(action_id)
        elif not BY_ID[action_id].needs_booking and (reason := self.reason(BY_ID[action_id])):
            self.say(f"{BY_ID[action_id].label}: {reason}")
        else:
            handler()

    @on(Words.Clicked)
    def clicked(self, message: Words.Clicked) -> None:
        self.action_desk(message.action_id)

    def action_back(self) -> None:
        """One step back; the first place has nowhere to go."""
        self.dismiss(None)


def hint(action: Action, reason: str | None) -> KeyHint:
    return KeyHint(bars.key_name(action.keys[0]), action.label, action.id, reason is None)
