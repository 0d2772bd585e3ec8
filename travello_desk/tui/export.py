"""Writing what is on screen to a file in the data folder; a browser's desk gets a download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from travello_desk.operations.spreadsheet import write_private

if TYPE_CHECKING:
    from travello_desk.tui.app import DeskApp


def save_text(desk: DeskApp, name: str, text: str) -> None:
    """Into `exports` of the data folder; a browser's desk gets a download. Tells where."""
    folder = desk.ctx.settings.data_dir / "exports"
    try:
        path = write_private(folder / name, text)
    except OSError as error:
        desk.notify(f"Not written: {error.strerror}", severity="error", markup=False)
        return
    desk.notify(f"Written to {path}", markup=False)
