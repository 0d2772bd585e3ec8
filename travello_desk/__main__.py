"""The way in: `travello-desk` and `python -m travello_desk`. Help answers from here; all else is behind the doors."""

from __future__ import annotations

import sys


def main() -> None:
    """Run one command."""
    if sys.argv[1:] in (["--help"], ["-h"]):
        from travello_desk.cli.commands import help_text

        sys.stdout.write(f"{help_text()}\n")
        return
    from travello_desk.cli.root import root
    from travello_desk.doors import HouseDoors

    root(obj=HouseDoors(), prog_name="travello-desk")


if __name__ == "__main__":
    main()
