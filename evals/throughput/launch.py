"""Run one command and write what it cost: `python -I -S launch.py RESULT LOG SECONDS COMMAND [ARG ...]`.

A process of its own, and a small one: on Linux a child's peak memory begins at that of the process which started it.
The peak is that of the command's own process or, where it has copied itself, of all of them together as they were seen.
"""

# ruff: noqa: PTH123 - pathlib would double this process's size

import json
import os
import signal
import sys
import time
from threading import Event, Thread

SECONDS_BETWEEN_LOOKS = 0.1  # looking takes time from those who are looked at


def main(result: str, log: str, seconds: str, *command: str) -> None:
    """Run the command with its output in `log`; kill it and all that it started after so many seconds."""
    with open(log, "wb") as out:
        begin = time.perf_counter()
        to = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)]
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=to, setpgroup=0)
        for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: os.killpg(child, signal.SIGKILL))
        signal.alarm(int(seconds))
        ended, together = Event(), [0]
        watching = Thread(target=watch, args=(child, ended, together))
        watching.start()
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - begin
        ended.set()
        watching.join()
    unit = 1 if sys.platform == "darwin" else 1024
    cost = {
        "status": os.waitstatus_to_exitcode(status),
        "wall_seconds": wall,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_bytes": max(used.ru_maxrss * unit, *together),
    }
    with open(result, "w") as out:
        json.dump(cost, out)


def watch(first, ended, peak):
    """Keep in `peak` the most bytes that a process and those it started hold at once, each page counted once."""
    while not ended.wait(SECONDS_BETWEEN_LOOKS):
        try:
            with open(f"/proc/{first}/task/{first}/children") as children:  # Linux has it
                started = children.read().split()
        except OSError:
            return
        if started:
            peak.append(max(peak.pop(), sum(map(held, [first, *started]))))


def held(process):
    """Return the bytes that a process holds; those of a page that several share are divided among them."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as pages:
            return sum(int(line.split()[1]) * 1024 for line in pages if line.startswith("Pss:"))
    except OSError:
        return 0


if __name__ == "__main__":
    main(*sys.argv[1:])
