"""What went wrong, in four lines that never leave one out: what happened, did money move, what to do, what to quote.

Texts are made in `trouble_of`, once for every dialog; `c` copies them without the guest's name, mail or phone (UX 2.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from travello_desk.operations.errors import StripeFailed
from travello_desk.payments.rules import Refused
from travello_desk.store.errors import StoreDamaged, StoreError, StoreUnavailable
from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.dialogs.fields import Row, Words
from travello_desk.tui.dialogs.guarded import GuardedModal


@dataclass(frozen=True, slots=True)
class Trouble:
    """The four lines. `money_moved` is `no`, `yes` or `not known`."""

    what_happened: str
    money_moved: str
    what_to_do: str
    code: str

    def copied(self, private: tuple[str, ...] = ()) -> str:
        """What `c` puts on the clipboard: the four lines without anything of the guest's."""
        return "\n".join(f"{label}: {without_personal(text, private)}" for label, text in self.lines())

    def lines(self) -> list[tuple[str, str]]:
        return [
            ("What happened", self.what_happened),
            ("Did money move", self.money_moved),
            ("What to do", self.what_to_do),
            ("Code to quote", self.code),
        ]


MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
PHONE = re.compile(r"\+\d[\d ()-]{6,}\d|\b\d{9,}\b")


def without_personal(text: str, private: tuple[str, ...]) -> str:
    """The text without mail addresses, phone numbers and the words given."""
    for word in sorted(filter(None, private), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return PHONE.sub("…", MAIL.sub("…", text))


NOT_KNOWN = (
    "Nothing now: the desk asks Stripe again by itself, with the same request, until it knows. "
    "The key is blocked meanwhile and the booking shows CHECKING"
)
AGAIN = "Press the button again: it is the same request, nothing happens twice"
MANAGER = "Do not repeat it: tell a manager, the doctor (D) says what is wrong"


def trouble_of(error: Exception, code: str, *, moves_money: bool) -> Trouble:
    """The four lines for a failure. `moves_money`: the deed makes Stripe move money, so that a missing answer is not
    known to be a no."""
    if isinstance(error, StripeFailed):
        quoted = f"{error.code} · {code}" if error.code else code
        known = not moves_money or error.money_moved == "no"
        todo = NOT_KNOWN if not known else AGAIN if error.retryable else MANAGER
        return Trouble(error.sentence, "no" if known else error.money_moved, todo, quoted)
    if isinstance(error, Refused):
        return Trouble(str(error), "no", "Look at the booking again", code)
    moved = "not known" if moves_money else "no"
    if isinstance(error, StoreUnavailable):
        todo = NOT_KNOWN if moves_money else "Press the button again in a moment; nothing was stored"
        return Trouble(f"The store cannot be written: {error}", moved, todo, code)
    if isinstance(error, StoreDamaged):
        return Trouble(f"The store is damaged: {error}", moved, "Stop working here: restore a backup", code)
    if isinstance(error, StoreError):
        return Trouble("Somebody else changed this at the same moment", moved, "Close this window and look again", code)
    return Trouble(f"A fault of the desk itself ({type(error).__name__})", moved, "Look at the booking again", code)


class ErrorDialog(GuardedModal[None]):
    """A failure that the clerk cannot mend in the dialog. It never vanishes by itself, nor under a held key.

    `private` are words of the guest's that must not be copied, should Stripe's sentence repeat them.
    """

    DEFAULT_CSS = """
    ErrorDialog {
        & > #box { border: round $error; border-title-color: $error; }
        & Row { margin-bottom: 1; }
        & Row > .label { width: 17; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "back", "Close", show=False, id="problem.close"),
        Binding("c,y", "copy", "Copy", id="problem.copy"),
    ]
    WIDTH = 72

    def __init__(
        self, what_happened: str, money_moved: str, what_to_do: str, code: str, private: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.trouble = Trouble(what_happened, money_moved, what_to_do, code)
        self.private = private

    @classmethod
    def of(cls, trouble: Trouble, private: tuple[str, ...] = ()) -> ErrorDialog:
        return cls(trouble.what_happened, trouble.money_moved, trouble.what_to_do, trouble.code, private)

    def on_mount(self) -> None:
        self.entitle("This did not work", "c copy, without the guest's data · Esc close")
        self.box.mount_all(
            [Row(label, Words(text), id=None) for label, text in self.trouble.lines()] + [Words("", id="copied")]
        )
        self.arm()

    async def action_copy(self) -> None:
        said = await copy_text(self.app, self.trouble.copied(self.private))
        self.query_one("#copied", Words).update(said)
