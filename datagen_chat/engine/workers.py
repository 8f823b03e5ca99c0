"""Work done by several at once: by processes where they can be had, which share no interpreter and so never wait for its lock.

Threads do where there are none, or where all must write through one connection. Either way jobs are taken up in the order
in which they come, and the first error ends them all.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import FileIO
from queue import SimpleQueue
from typing import Any, NamedTuple, NoReturn, TypeVar

from datagen_chat.problems import OutputError, Problem

Told = Callable[[str, int], None]
"""Told the table and the number of its rows that were just written; it may raise, which ends the work."""

Job = TypeVar("Job")
Result = TypeVar("Result")

CAN_FORK = sys.platform == "linux"
"""Whether this process can be copied; macOS can too, but its own libraries do not bear it."""
_NUMBER_BYTES = 4


class _StoppedError(Exception):
    """Another worker failed, or the run was interrupted."""


def in_threads(work: Callable[[Job, Told], Result], jobs: Sequence[Job], workers: int, told: Told) -> list[Result]:
    """Return what comes of each job; when one fails, the others end at the next rows that they tell of."""
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait  # slow to import for one who works alone

    stop = threading.Event()

    def tell(table: str, rows: int) -> None:
        if stop.is_set():
            raise _StoppedError
        told(table, rows)

    with ThreadPoolExecutor(workers) as pool:
        started = [pool.submit(work, job, tell) for job in jobs]
        try:
            wait(started, return_when=FIRST_EXCEPTION)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
    errors = [error for future in started if not future.cancelled() and (error := future.exception()) is not None]
    for error in sorted(errors, key=lambda error: isinstance(error, _StoppedError)):
        raise error
    return [future.result() for future in started]


class _Rows(NamedTuple):
    """Rows that were written."""

    table: str
    rows: int


class _Done(NamedTuple):
    """What came of a job."""

    number: int
    result: Any


class _Failed(NamedTuple):
    """Why a copy gave up."""

    error: BaseException


class _Left(NamedTuple):
    """A copy found no more to do."""


class _Died(NamedTuple):
    """A copy ended without a word."""


def in_processes(work: Callable[[Job, Told], Result], jobs: Sequence[Job], workers: int, told: Told) -> list[Result]:
    """Return what comes of each job, done by copies of this process; results are pickled, the work and its jobs are not.

    What the work changes in memory changes in one copy alone. When anything fails, here or there, all copies are ended.

    Raises:
        OutputError: a copy was ended from outside, as the system does when memory runs out.
    """
    messages: SimpleQueue[Any] = SimpleQueue()
    with ExitStack() as pipes, ExitStack() as listeners, ExitStack() as copies:
        numbers, numbered = (pipes.enter_context(end) for end in _pipe())
        heard: list[FileIO] = []
        for _ in range(min(workers, len(jobs))):
            said, say = (pipes.enter_context(end) for end in _pipe())
            heard.append(said)
            copies.enter_context(_copy(work, jobs, numbers, say, [numbered, *heard]))
            say.close()
        for said in heard:
            listener = threading.Thread(target=_listen, args=(said, messages), daemon=True)
            listener.start()
            listeners.callback(listener.join)  # a copy that has ended says nothing more, and only then may its pipe be closed
        numbers.close()
        numbered.write(b"".join(number.to_bytes(_NUMBER_BYTES, "little") for number in range(len(jobs))))
        numbered.close()
        return _results(messages, len(jobs), told)


def _pipe() -> tuple[FileIO, FileIO]:
    """Return the two ends of a pipe: to read from, and to write to."""
    read, write = os.pipe()
    return FileIO(read, "r"), FileIO(write, "w")


@contextmanager
def _copy(
    work: Callable[[Job, Told], Any], jobs: Sequence[Job], numbers: FileIO, say: FileIO, others: Sequence[FileIO]
) -> Iterator[None]:
    """Let a copy of this process take job after job; it is ended with the context."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the copy needs none of the threads that it is warned of
        child = os.fork()
    if child == 0:
        _serve(work, jobs, numbers, say, others)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(
    work: Callable[[Job, Told], Any], jobs: Sequence[Job], numbers: FileIO, say: FileIO, others: Sequence[FileIO]
) -> NoReturn:
    """Take numbers of jobs until there are none, say what comes of them, and end the process whatever happens."""

    def send(message: object) -> None:
        data = memoryview(pickle.dumps(message))
        while data:
            data = data[say.write(data) or 0 :]

    try:
        for ours in (signal.SIGINT, signal.SIGHUP):  # the terminal sends them to all; it is for the first to end the others
            signal.signal(ours, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for other in others:
            other.close()  # so that writing fails once nobody reads
        while data := numbers.read(_NUMBER_BYTES):
            number = int.from_bytes(data, "little")
            send(_Done(number, work(jobs[number], lambda table, rows: send(_Rows(table, rows)))))
        send(_Left())
    except BaseException as error:  # noqa: BLE001 - this is the edge of the process: the error goes on in the first
        send(_Failed(_portable(error)))
    finally:
        os._exit(0)


def _portable(error: BaseException) -> BaseException:
    """Return an error that another process can read, with the place where it happened."""
    trace = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made a moment ago
    except (TypeError, AttributeError, pickle.PicklingError):
        return RuntimeError(trace)
    error.add_note(trace)
    return error


def _listen(pipe: FileIO, messages: SimpleQueue[Any]) -> None:
    """Pass on what a copy says, until it has nothing more to say."""
    message: object = None
    reader = open(pipe.fileno(), "rb", closefd=False)  # noqa: SIM115 - the pipe is closed by whoever opened it
    try:
        while True:
            message = pickle.load(reader)  # noqa: S301 - from a copy of this process
            messages.put(message)
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        if not isinstance(message, _Left | _Failed):
            messages.put(_Died())


def _results(messages: SimpleQueue[Any], count: int, told: Told) -> list[Any]:
    results: dict[int, Any] = {}
    while len(results) < count:
        match messages.get():
            case _Rows(table, rows):
                told(table, rows)
            case _Done(number, result):
                results[number] = result
            case _Failed(error):
                raise error
            case _Died():
                hint = "Use fewer workers, or make room in memory."
                raise OutputError([Problem("", "worker-ended", "A worker was ended before its work was done.", hint)])
    return [results[number] for number in range(count)]
