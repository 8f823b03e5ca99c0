"""The program on a terminal, behind a closed pipe, and when it is interrupted."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from tests.cli.running import ECOMMERCE, EXAMPLE, command, environment
from tests.conversation.replies import SHOP, reply, shop


def on_terminal(*arguments: object, columns: int = 100, **more: str) -> tuple[int, str]:
    """Run the program on a pseudo-terminal of this width, and return its exit code and all that it writes."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        command(*arguments),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(**{"TERM": "xterm", **more}),
        close_fds=True,
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the last writer is gone
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    return process.wait(timeout=60), written.decode()


def test_a_terminal_gets_colours_and_its_own_width() -> None:
    code, shown = on_terminal("chat", "--from-transcript", EXAMPLE, "--conversation", "1", columns=100)
    assert code == 0
    assert "\x1b[1;36mcustomer" in shown
    assert "─" * 100 in shown
    assert "─" * 101 not in shown


@pytest.mark.parametrize("more", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_terminal_that_wants_no_colours_gets_none(more: dict[str, str]) -> None:
    code, shown = on_terminal("sample", ECOMMERCE, "--table", "product", **more)
    assert code == 0
    assert "\x1b" not in shown


def test_hostile_rows_are_inert_on_a_terminal(tmp_path: Path) -> None:
    hostile = "\x1b]52;c;aGk=\x07\u202e"
    draft = shop(nodes__0__columns__1__generator={"choice": {"choices": [hostile]}})
    (tmp_path / "shop.json").write_text(json.dumps(draft))
    (tmp_path / "chat.md").write_text(f"**User:** {hostile}\n\n**LLM:** {reply(draft)}\n")
    for arguments in (
        ("chat", "--from-transcript", tmp_path / "chat.md"),
        ("sample", tmp_path / "shop.json", "--table", "customer", "--format", "csv"),
    ):
        code, shown = on_terminal(*arguments)
        assert code == 0
        assert "52;c;" in shown
        assert "\x1b]" not in shown
        assert "\x07" not in shown
        assert "\u202e" not in shown


def test_progress_is_drawn_and_cleared_on_a_terminal(tmp_path: Path) -> None:
    code, shown = on_terminal("generate", ECOMMERCE, "-o", tmp_path / "out")
    assert code == 0
    again = shlex.join(["datagen", "generate", str(ECOMMERCE), "--seed", "42", "-o", str(tmp_path / "out")])
    assert shown.rstrip().endswith(f"{again}\x1b[0m")


def test_progress_is_drawn_without_colours_too(tmp_path: Path) -> None:
    code, shown = on_terminal("generate", ECOMMERCE, "-o", tmp_path / "out", NO_COLOR="1")
    assert code == 0
    assert "0%" in shown
    assert re.search(r"\x1b\[[\d;]*m", shown) is None
    assert not shown.startswith("\r\n")


@pytest.mark.parametrize(
    "arguments", [("chat", "--from-transcript", EXAMPLE), ("sample", ECOMMERCE, "--table", "order", "-n", "500")]
)
def test_a_reader_that_leaves_is_no_error(arguments: tuple[object, ...]) -> None:
    process = subprocess.Popen(command(*arguments), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 0
    process.stderr.close()


def unread(*arguments: object) -> int:
    """Run the program with pipes for its output whose readers are gone before it begins, and return its exit code."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command(*arguments), env=environment(), stdout=write, stderr=write, timeout=60, check=False)
    os.close(write)
    return done.returncode


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_data_that_fails_does_so_whoever_reads_it(tmp_path: Path, more: tuple[str, ...]) -> None:
    (tmp_path / "shop.json").write_text(json.dumps(SHOP))
    (tmp_path / "customer.csv").write_text("customer_id,tier\n1,gold\n1,gold\n")
    assert unread("validate", tmp_path / "shop.json", "--data", tmp_path, *more) == 1


def test_all_is_written_whoever_reads_what_is_said(tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(f"{json.dumps(SHOP)[:-1]},}}")
    assert unread("generate", tmp_path / "shop.json", "-o", tmp_path / "out") == 0
    assert (tmp_path / "out" / "manifest.json").exists()


def test_a_problem_is_one_whoever_reads_it() -> None:
    assert unread("validate", "no such file") == 2
    assert unread("validat") == 2


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_error(closed: str) -> None:
    line = f"{shlex.join(command('schema'))} {closed}"
    done = subprocess.run(["bash", "-c", line], env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("workers", "number", "code", "said"),
    [
        (1, signal.SIGINT, 130, "Interrupted."),
        (2, signal.SIGINT, 130, "Interrupted."),
        (2, signal.SIGTERM, 143, "Terminated."),
        (1, signal.SIGHUP, 129, "Hung up."),
        (2, signal.SIGHUP, 129, "Hung up."),
    ],
)
def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path, workers: int, number: int, code: int, said: str) -> None:
    (tmp_path / "big.json").write_text(json.dumps(shop(nodes__0__rows=20_000_000)))
    out = tmp_path / "out"
    process = subprocess.Popen(
        command("generate", tmp_path / "big.json", "-o", out, "--format", "csv", "--workers", workers),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not any(path.stat().st_size for path in out.glob(".datagen-staging/new/**/*.csv")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(number)
    shown, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert shown == ""
    assert told.strip() == said
    assert not out.exists() or [path.name for path in out.iterdir() if path.name != ".datagen-lock"] == []


_ASKING = """
import signal, sys, threading
import duckdb
from datagen_chat import cli

def run(_options):
    threading.Timer(0.2, signal.raise_signal, (int(sys.argv[1]),)).start()
    with duckdb.connect() as connection:
        connection.execute("SELECT sum(hash(range)) FROM range(1_000_000_000)")

cli._command = lambda name: run
sys.exit(cli.main(["schema"]))
"""


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "Interrupted."), (signal.SIGTERM, 143, "Terminated."), (signal.SIGHUP, 129, "Hung up.")],
)
def test_a_signal_while_the_database_answers_is_no_error_of_ours(number: int, code: int, said: str) -> None:
    asking = [command()[0], "-c", _ASKING, str(int(number))]
    # Shells let what they start in the background ignore an interrupt.
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    done = subprocess.run(asking, env=environment(), capture_output=True, text=True, timeout=60, check=False, **heard)
    assert (done.returncode, done.stderr.strip()) == (code, said)


_IMPORTING = """
import sys
from datagen_chat import cli

def run(_options):
    import slow
    while True:
        pass

cli._command = lambda name: run
sys.exit(cli.main(["schema"]))
"""


def test_a_signal_waits_until_an_import_is_done(tmp_path: Path) -> None:
    slow = "import signal, time\nsignal.raise_signal(signal.SIGTERM)\ntime.sleep(0.1)\nprint('whole', flush=True)\n"
    (tmp_path / "slow.py").write_text(slow)
    importing = [command()[0], "-c", _IMPORTING]
    options = {"capture_output": True, "text": True, "timeout": 60, "check": False, "cwd": tmp_path}
    done = subprocess.run(importing, env=environment(), **options)
    assert (done.returncode, done.stdout, done.stderr) == (143, "whole\n", "Terminated.\n")


def test_an_interrupt_while_a_file_is_read_is_clean() -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command("sample", "-"), env=environment(), text=True, **pipes)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.strip() == "Interrupted."
