"""Where the simulated processes are born: everything is imported once, every process is a fork of that.

A fork has its own pid, memory and files, and dies by `kill -9` like any other; it only spares the second that Python
takes to import Stripe's SDK. Run as `python -m tests.chaos.nursery`; orders come as JSON lines on stdin, pids go out
on stdout. With `--exec` the simulation starts every process from nothing instead (launch.py).
"""

from __future__ import annotations

from tests.chaos import clock

clock.install()

import json  # noqa: E402 - the clock comes first
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import traceback  # noqa: E402
from typing import Any  # noqa: E402

from tests.chaos import hurry  # noqa: E402


def import_everything() -> None:
    """What a listener, a desk or a command would import one after the other."""
    import travello_desk.stripe_gateway.sdk as sdk

    sdk.open_client("sk_test_sandbox", "http://127.0.0.1:1", 1.0)


def main() -> None:
    """Fork one child for each order until stdin ends."""
    import_everything()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the kernel; nobody here waits for them
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            live(order)
        print(pid, flush=True)


def live(order: dict[str, Any]) -> None:
    """In the child: become the ordered process, and leave its exit code in a file."""
    code = 70
    try:
        become(order)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the edge of a process: whatever it was goes to stderr
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        with open(order["exit_file"], "w", encoding="ascii") as file:
            file.write(str(code))
        os._exit(code)


def become(order: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    clock.attach(order["clock"])
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    redirect(order["output"])
    hurry.obey()
    if order["module"] == "travello_desk":
        from travello_desk.__main__ import main as run

        sys.argv = ["travello-desk", *order["argv"]]
        run()
    else:
        from tests.chaos.driver import main as drive

        drive(order["argv"])


def redirect(path: str) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)


if __name__ == "__main__":
    main()
