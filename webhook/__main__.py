"""`python -m webhook`: the listener and the background work without a screen, the same as `travello-desk serve`."""

import sys

if __name__ == "__main__":
    from travello_desk.cli.root import root
    from travello_desk.doors import HouseDoors

    root(args=["serve", *sys.argv[1:]], obj=HouseDoors(), prog_name="python -m webhook")
