"""docs/desk.html: the page for the counter as a browser prints it, one side of A4. Made of docs/desk.md."""

from __future__ import annotations

from typing import Final

from markdown_it import MarkdownIt

from tests.tree import ROOT

MARKDOWN, PAPER = ROOT / "docs" / "desk.md", ROOT / "docs" / "desk.html"
STYLE: Final = """
@page { size: A4; margin: 11mm 12mm }
body { font: 10pt/1.3 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; max-width: 186mm; margin: 0 auto; color: #111 }
h1 { font-size: 18pt; margin: 0 0 1.5mm }
p { margin: 0 0 2.5mm }
table { border-collapse: collapse; width: 100%; margin: 0 0 3mm }
th, td { border: 1px solid #999; padding: .5mm 2mm; text-align: left; vertical-align: top }
th { background: #eee }
td:first-child { white-space: nowrap }
code { font: 600 9.5pt ui-monospace, "DejaVu Sans Mono", monospace; white-space: nowrap }
td:first-child code + code { margin-left: 1em }
"""


def paper() -> str:
    """The whole page; nothing in it comes from anywhere else."""
    body = MarkdownIt("commonmark").enable("table").render(MARKDOWN.read_text(encoding="utf-8"))
    head = f'<meta charset="utf-8"><title>At the desk</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}</body></html>\n'
