"""`python -m tests.chaos.launch CLOCK MODULE ARGS...`: what `python -m MODULE ARGS...` does, on the shared clock."""

from __future__ import annotations

from tests.chaos import clock

clock.install()

import runpy  # noqa: E402 - the clock comes first
import sys  # noqa: E402

from tests.chaos import hurry  # noqa: E402

if __name__ == "__main__":
    clock.attach(sys.argv[1])
    hurry.obey()
    module, sys.argv = sys.argv[2], sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
