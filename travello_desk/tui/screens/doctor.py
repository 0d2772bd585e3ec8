"""Doctor on the screen: the same lines as `travello-desk doctor`, as they are found. Secrets are masked there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from travello_desk.doctor import FAULT, MARKS, NOTE, OK, WARN, Finding, examine
from travello_desk.tui import bars
from travello_desk.tui.bars import Part
from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.screens.base import DeskScreen
from travello_desk.tui.widgets.text_pane import TextPane
from travello_desk.tui.work import start

TONES = {OK: "$success", WARN: "bold $warning", FAULT: "bold $error", NOTE: "$quiet"}


class DoctorScreen(DeskScreen):
    """`r` looks again, `c` copies the report."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("doctor", "desk")]
    SCOPES: ClassVar[tuple[str, ...]] = ("doctor", "anywhere")
    FOOTER: ClassVar[tuple[str, ...]] = ("again", "copy_report", "help", "palette")

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []
        self.began_at = 0.0
        self.took = ""
        self.text = TextPane(id="report")

    def body(self) -> Iterable[Widget]:
        yield self.bars["tabs"]
        yield self.text

    def on_mount(self) -> None:
        super().on_mount()
        self.text.focus()
        self.desk_again()

    def desk_again(self) -> None:
        self.findings = []
        self.took = ""
        self.began_at = self.desk.now()
        start(self, self._examine, "doctor")

    async def _examine(self) -> None:
        async for finding in examine(self.desk.ctx):
            self.findings.append(finding)
            self.text.update(self.report(), home=False)
        self.took = f"ran {self.desk.now_text(self.began_at)} in {self.desk.now() - self.began_at:.1f} s"
        self.refresh_bars()

    def report(self) -> Content:
        glyphs = self.desk.glyphs
        lines: list[Content] = []
        for finding in self.findings:
            mark = (glyphs.text(MARKS[finding.level]), TONES[finding.level])
            lines.append(Content.assemble(mark, " ", glyphs.text(finding.text)))
            if finding.mend:
                lines.append(Content.assemble("    ", (glyphs.text(finding.mend), "$quiet")))
        return Content("\n").join(lines)

    def refresh_bars(self) -> None:
        if self.is_mounted and self.size.width:
            worst = next((level for level in (FAULT, WARN) if any(f.level == level for f in self.findings)), OK)
            count = sum(finding.level in (FAULT, WARN) for finding in self.findings)
            words = f"  {count} to mend" if count else "  all well"
            title = [Part(" Doctor", "bold"), Part(words if self.took else "  looking…", TONES[worst])]
            self.bars["tabs"].tell(bars.two_ends, title, self.took + " ", self.size.width, self.desk.glyphs)
        super().refresh_bars()

    def status_ends(self) -> tuple[Sequence[Part], str]:
        return [Part("Esc goes back")], ""

    def desk_copy_report(self) -> None:
        start(self, partial(self._copy, "\n".join(finding.line for finding in self.findings)), "copy")

    async def _copy(self, text: str) -> None:
        self.app.notify(self.desk.glyphs.text(await copy_text(self.app, text)), markup=False)
