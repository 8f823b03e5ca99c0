"""Run one command and write what it cost: `python -I -S launch.py RESULT LOG SECONDS COMMAND [ARG ...]`.

A process of its own, and a small one: on Linux a child's peak memory begins at that of the process which started it.
The peak is that of the largest single process under the command.
"""

import json
import os
import signal
import sys
import time


def main(result: str, log: str, seconds: str, *command: str) -> None:
    """Run the command with its output in `log`; kill it and all that it started after so many seconds."""
    with open(log, "wb") as out:  # noqa: PTH123 - pathlib would double this process's size
        begin = time.perf_counter()
        to = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)]
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=to, setpgroup=0)
        for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: os.killpg(child, signal.SIGKILL))
        signal.alarm(int(seconds))
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - begin
    unit = 1 if sys.platform == "darwin" else 1024
    cost = {
        "status": os.waitstatus_to_exitcode(status),
        "wall_seconds": wall,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * unit,
    }
    with open(result, "w") as out:  # noqa: PTH123
        json.dump(cost, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
