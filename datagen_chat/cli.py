"""The command line: arguments in, an exit code out. Every error ends here, and each command imports what it needs."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, TextIO

from datagen_chat.arguments import USAGE, command_line
from datagen_chat.commands.stopping import is_importing, raise_later

if TYPE_CHECKING:
    import argparse
    from types import FrameType

    from _typeshed import ReadableBuffer

    from datagen_chat.problems import DatagenError

INTERNAL, INTERRUPTED = 70, 130
ENDS = {INTERRUPTED: "Interrupted.", 143: "Terminated.", 129: "Hung up."}
"""What is said of a run that a signal ended, by its exit code: 128 and the number of the signal."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_OBJECTS = 50_000  # that many more of them and garbage is looked for; Python's own 700 are made in a moment


def run_and_leave() -> NoReturn:
    """Run `datagen` and end the process; it is not taken apart, module by module, which would take a tenth of a second."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `datagen` and return its exit code."""
    _open_streams()
    _quicken()
    ends = _Ends()
    try:
        ends.heed()
        reader = command_line()
        options = reader.parse_args(arguments)
        if options.command is None:
            reader.print_help(sys.stderr)
            return USAGE
        code = int(_command(options.command)(options))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _ended(INTERRUPTED)
    except SystemExit:
        if ends.code is None:
            raise
        return _ended(ends.code)
    except Exception as error:  # noqa: BLE001 - the edge: what gets here must still be told in one line
        return _told(error) if ends.code is None else _ended(ends.code)
    return code


class _Ends:
    """The signals that end a run, and the exit code of the one that came.

    That is remembered, because what it raises may be lost: DuckDB tells of it as an error of its own.
    """

    def __init__(self) -> None:
        self.code: int | None = None

    def heed(self) -> None:
        """Let signals raise from now on; those that are ignored, as by nohup, stay so."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                with suppress(ValueError):  # only the main thread may set handlers
                    signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.code = 128 + number
        if is_importing(frame):
            raise_later(number)
            return
        if self.code == INTERRUPTED:
            raise KeyboardInterrupt
        raise SystemExit(self.code)


def _ended(code: int) -> int:
    """Say that a signal ended the run, and return its exit code."""
    # The terminal has written ^C on this line.
    _say_at_last(("\n" if code == INTERRUPTED and sys.stderr.isatty() else "") + ENDS[code])
    return code


def _quicken() -> None:
    """Tell libraries, before they are imported, to leave out what takes longer than all the rest of a small command."""
    # Plugins of pydantic are looked for in every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # NumPy's linear algebra, which nothing here uses, starts a thread for each further core, and they spin before they sleep.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """Return what runs a command; nothing that importing it makes is garbage, so nothing is looked for meanwhile.

    Nor is much later on: a small command, which imports more as it goes, ends before so many objects are made.
    """
    gc.set_threshold(_OBJECTS)
    gc.disable()
    run: Callable[[argparse.Namespace], int] = import_module(f"datagen_chat.commands.{name}").run
    gc.freeze()
    gc.enable()
    return run


class _Unread(io.FileIO):
    """A stream that swallows what is written to it once nobody reads it: that ends the printing, never the work."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        super().__init__(stream.fileno(), "w", closefd=False)
        self._stream = stream  # which would close the file if it were let go

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes, and return how many were taken."""
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def _open_streams() -> None:
    """Give a program that was started with closed streams others that swallow what they get; so do those that close later."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(nowhere, mode, encoding="utf-8", closefd=False))
    for name in ("stdout", "stderr"):
        setattr(sys, name, _tolerant(getattr(sys, name)))


def _tolerant(stream: TextIO) -> TextIO:
    """Return a stream to the same file, buffered as it was, that nobody has to read."""
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    is_buffered = not isinstance(stream.buffer, io.FileIO)
    if is_buffered and not isinstance(getattr(stream.buffer, "raw", None), io.FileIO):
        return stream
    stream.flush()
    raw = _Unread(stream)
    return io.TextIOWrapper(
        io.BufferedWriter(raw) if is_buffered else raw,
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _turn_away() -> None:
    """Let what is still buffered go nowhere, so that it does not fail again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(nowhere, stream.fileno())


def _say_at_last(line: str) -> None:
    with suppress(OSError, ValueError):
        print(line, file=sys.stderr)


def _told(error: Exception) -> int:
    """Say an error and return the exit code that stands for it."""
    from datagen_chat.problems import DatagenError

    if os.environ.get("DATAGEN_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    if isinstance(error, DatagenError):
        return _told_on_purpose(error)
    if isinstance(error, OSError) and error.errno in _FULL:
        _say_at_last(f"datagen: what was to be shown cannot be written: {error.strerror}.")
        _turn_away()
        return USAGE
    what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    printable = what.encode("ascii", "backslashreplace").decode()
    _say_at_last(
        f"datagen: an error in datagen itself: {printable}. Please report it; DATAGEN_DEBUG=1 shows where it happened."
    )
    return INTERNAL


def _told_on_purpose(error: DatagenError) -> int:
    from datagen_chat.terminal.report import report

    return report(error)
