"""The one-line bars of the desk as content: header, views, keys, status. Pure: values in, styled text out.

What a person or the outside named (hotel, user, guest) is never read as markup: `Content.assemble` takes it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from travello_desk.tui.badges import Glyphs, clean
from travello_desk.tui.widgets.columns import cell

LISTED: Final = " · "
CLICK: Final = "desk"
"""The mark of a clickable piece. Not Textual's own `@click`, which would underline it."""


class Part(NamedTuple):
    """A piece of a line: its text, its style, and the id of the action that a click on it runs."""

    text: str
    style: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Light:
    """A dot of the header: what it is about, since when, and whether all is well."""

    label: str
    note: str = ""
    good: bool = True


@dataclass(frozen=True, slots=True)
class HeaderState:
    """Everything the header shows."""

    hotel: str
    listener: Light
    stripe: Light
    mode: str
    user: str
    role: str
    clock: str
    business_day: str = ""
    """Only when it is not the calendar's day."""


MODE_TEXT: Final = {"TEST": "TEST", "LIVE": "LIVE", "SANDBOX": "SANDBOX", "NONE": "NO STRIPE"}
MODE_STYLE: Final = {
    "TEST": "bold $mode-ink on $mode-test",
    "LIVE": "bold $mode-ink on $mode-live",
    "SANDBOX": "bold $mode-ink on $mode-sandbox",
    "NONE": "bold reverse",
}


def width_of(parts: Sequence[Part]) -> int:
    return sum(cell_len(part.text) for part in parts)


def header(state: HeaderState, width: int, glyphs: Glyphs) -> Content:
    """Left whose desk this is, right how it is. What must never be missed comes last to go."""
    for roomy in (3, 2, 1, 0):
        right = header_right(state, roomy)
        left = header_left(state, width - width_of(right) - 1, named=roomy >= 2)
        if left is not None:
            break
    else:
        left = []
    gap = max(1, width - width_of(left) - width_of(right))
    return assemble([*left, Part(" " * gap), *right], glyphs)


def header_left(state: HeaderState, width: int, *, named: bool) -> list[Part] | None:
    """The desk's and the hotel's name; None when there is not even room for the start of them."""
    name: list[Part] = [Part("▌travello-desk " if named else "▌", "bold $primary")]
    room = width - width_of(name)
    hotel = clean(state.hotel)
    if room < min(12, cell_len(hotel)):
        return None
    return [*name, Part(cell(hotel, min(room, cell_len(hotel))), "bold")]


def header_right(state: HeaderState, roomy: int) -> list[Part]:
    parts: list[Part] = []
    for light in (state.listener, state.stripe):
        if roomy == 0 and light.good:
            continue
        parts.append(Part("● " if light.good else "▲ ", "$success" if light.good else "bold $error"))
        note = f" {light.note}" if light.note and (roomy >= 1 or not light.good) else ""
        parts.append(Part(f"{clean(light.label)}{note}  ", "" if light.good else "bold $error"))
    parts.append(Part(f" {MODE_TEXT.get(state.mode, state.mode)} ", MODE_STYLE.get(state.mode, "bold reverse")))
    parts.append(Part(f" {cell(clean(state.user), min(12, cell_len(state.user)))}", "bold"))
    if roomy >= 3 and state.role:
        parts.append(Part(f" {state.role}", "$quiet"))
    if state.business_day:
        parts.append(Part(f"  day {state.business_day}", "bold $warning"))
    parts.append(Part(f"  {state.clock} ", ""))
    return parts


@dataclass(frozen=True, slots=True)
class Tab:
    """One view: its key, its names, how many bookings it holds (None: not counted yet)."""

    key: str
    label: str
    short: str
    count: int | None = None
    capped: bool = False
    alarm: bool = False


def count_text(tab: Tab, *, brief: bool) -> str:
    """`12`, `1,000+`, `1,204,233`, in brief `1k+` and `1.2M`; `…` while it is not known."""
    if tab.count is None:
        return "…"
    count, plus = (tab.count - 1, "+") if tab.capped else (tab.count, "")
    if brief and count >= 1_000_000:
        return f"{count // 100_000 / 10:.1f}M{plus}"
    if brief and (count >= 10_000 or (plus and count % 1000 == 0)):
        return f"{count // 1000}k{plus}"
    return f"{count:,}{plus}"


def alarm_mark(tab: Tab) -> str:
    """A sign, because a colour alone tells nothing where there are none."""
    return "!" if tab.alarm and tab.count else ""


def tabs(items: Sequence[Tab], active: str, width: int, glyphs: Glyphs) -> Content:
    """The six views; labels, counts and then the blanks shrink when the line is short."""
    for brief, gap in ((False, " "), (True, " "), (True, "")):
        after = " " if gap else ""
        texts = [
            f" {tab.key} {tab.short if brief else tab.label} {count_text(tab, brief=brief)}{alarm_mark(tab)}{after}"
            for tab in items
        ]
        if sum(map(cell_len, texts)) + len(gap) * (len(texts) - 1) <= width:
            break
    parts: list[Part] = []
    for tab, text in zip(items, texts, strict=True):
        style = "bold reverse" if tab.key == active else ("bold $error" if alarm_mark(tab) else "")
        parts.extend([Part(text, style, f"view_{tab.key}"), Part(gap)])
    return assemble(parts[:-1], glyphs)


@dataclass(frozen=True, slots=True)
class KeyHint:
    """One key of the footer."""

    key: str
    label: str
    action: str
    possible: bool = True


def keys(items: Sequence[KeyHint], width: int, glyphs: Glyphs) -> Content:
    """Keys and what they do, as many as fit; what is not possible for this booking is dim, and answers why."""
    gap = "  " if length_of(items, 2) <= width else " "
    kept = list(items)
    while kept and length_of(kept, 1) > width:
        del kept[last_to_go(kept)]
    parts: list[Part] = []
    for item in kept:
        key_style, label_style = ("bold $accent", "") if item.possible else ("$quiet", "$quiet")
        piece = [Part(item.key, key_style, item.action), Part(f" {item.label}", label_style, item.action)]
        if parts:
            piece.insert(0, Part(gap))
        parts.extend(piece)
    return assemble(parts, glyphs)


def length_of(items: Sequence[KeyHint], gap: int) -> int:
    return sum(cell_len(item.key) + cell_len(item.label) + 1 + gap for item in items) - gap


def last_to_go(items: Sequence[KeyHint]) -> int:
    """The one that a short line does without: the last, but not the key that tells all the others."""
    return max((place for place, item in enumerate(items) if item.action != "help"), default=0)


KEY_NAMES: Final[Mapping[str, str]] = {
    "slash": "/",
    "asterisk": "*",
    "question_mark": "?",
    "exclamation_mark": "!",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


def key_name(key: str) -> str:
    """A key as it stands on the keyboard: `^p`, `F9`, `/`."""
    if key.startswith("ctrl+"):
        return f"^{key[5:]}"
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return KEY_NAMES.get(key, key)


def two_ends(left: Sequence[Part], right: str, width: int, glyphs: Glyphs) -> Content:
    """Text at both ends of a line; the left one is cut where it would run into the right one. What is listed with
    ` · ` before it is there as a whole or not at all: the beginning of a sum is another sum."""
    room = max(0, width - cell_len(right) - 2)
    kept: list[Part] = []
    for part in left:
        space = room - width_of(kept)
        if cell_len(part.text) <= space:
            kept.append(part)
        elif not (kept and part.text.startswith(LISTED)):
            kept.append(part._replace(text=cell(part.text, space)))
    gap = max(0, width - width_of(kept) - cell_len(right))
    return assemble([*kept, Part(" " * gap), Part(right, "$quiet")], glyphs)


def assemble(parts: Sequence[Part], glyphs: Glyphs) -> Content:
    """Styled text of the parts, each clickable where it has an action."""
    pieces = []
    for part in parts:
        if part.text:
            piece = Content.assemble((glyphs.text(part.text), part.style))
            pieces.append(piece.stylize(Style.from_meta({CLICK: part.action})) if part.action else piece)
    return Content.assemble(*pieces)
