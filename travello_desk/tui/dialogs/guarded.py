"""The frame of every window on top of the desk: its size, its box, and the guard on Enter, y and clicks.

Keys are judged by the time at which the terminal sent them, not by the time at which a busy loop came to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message

from travello_desk.tui.badges import clean
from travello_desk.tui.dialogs.arming import Arming
from travello_desk.tui.window import Window

Result = TypeVar("Result")

# The keys that say yes somewhere. Everything else does no harm, however long it is held.
GUARDED = frozenset({"enter", "y", "space", "ctrl+j", "n"})
WIDEST, HIGHEST = 78, 22


class GuardedModal(Window[Result]):
    """At most 78x22, scrolling inside. Subclasses mount into `box` and call `arm` once everything can be read."""

    DEFAULT_CSS = """
    GuardedModal {
        align: center middle;
        & > #box {
            width: 70; max-width: 78; height: auto; max-height: 22;
            border: round $primary; border-title-style: bold; border-title-color: $foreground;
            border-subtitle-color: $primary;
            background: $surface; padding: 0 1;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="dialog.back"),
        Binding("pageup", "page(-1)", "Scroll up", show=False, id="dialog.pageup"),
        Binding("pagedown", "page(1)", "Scroll down", show=False, id="dialog.pagedown"),
    ]
    AUTO_FOCUS = ""
    WIDTH: ClassVar[int] = 70

    def __init__(self) -> None:
        super().__init__()
        self.box = VerticalScroll(id="box", can_focus=False)
        self.box.styles.width = min(self.WIDTH, WIDEST)
        self.arming = Arming(float("inf"))

    def body(self) -> ComposeResult:
        yield self.box

    def entitle(self, title: str, hint: str) -> None:
        """The words in the frame; the title may hold a guest's name."""
        self.box.border_title = Content(clean(title))
        self.box.border_subtitle = Content(hint)

    def arm(self) -> None:
        """Start the guard's clock: what is to be confirmed can be read from now on."""
        self.arming = Arming(Message().time)

    def armed(self, at: float) -> bool:
        """Whether the window stands long enough to have been read."""
        return self.arming.armed(at)

    def click_counts(self, at: float) -> bool:
        """A click has come: whether it counts."""
        self.arming.clicked()
        return self.armed(at)

    def on_key(self, event: events.Key) -> None:
        unread = self.has_class("-small")  # what cannot be read is not confirmed
        if event.key in GUARDED and (unread or not self.arming.allows(event.key, event.time)):
            event.stop()
            event.prevent_default()

    def meant(self, deed: Callable[[], object], looks: int = 1) -> None:
        """Do it once the press has proved to be one: no repeat of it has followed, and the window still stands."""
        presses, due = self.arming.asked, Message().time + self.arming.settle

        def look() -> None:
            believed = self.arming.believes(presses, Message().time - due, looks)
            if believed:
                deed()
            elif believed is None:
                self.meant(deed, looks + 1)

        if self.arming.settle:
            self.set_timer(self.arming.settle, look)
        else:
            deed()

    def on_resize(self, event: events.Resize) -> None:
        self.box.styles.max_height = min(HIGHEST, event.size.height - 1)

    def action_page(self, direction: int) -> None:
        self.box.scroll_relative(y=direction * max(1, self.box.size.height - 2), animate=False)

    def action_back(self) -> None:
        """One step back, never harm."""
        self.leave(None)

    @property
    def stands(self) -> bool:
        """Whether there is a window to write into: not while it, or the whole desk, is being taken down."""
        return self.is_attached and self.display and self.app.is_running

    def leave(self, result: Result | None) -> None:
        """Dismiss, unless something else is on top by now: dismissing would close that instead."""
        if self.is_active:  # not `is_current`, which a window under another one is as well
            self.dismiss(result)
