"""`datagen eval`: the chat measured on recorded conversations, or with a live model; logs graded again and compared."""

from __future__ import annotations

import argparse
import io
import json
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from datagen_chat.commands.prompting import is_compact_for
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.events import Event
from datagen_chat.conversation.models import provider
from datagen_chat.evaluation.cases import Case, read_cases
from datagen_chat.evaluation.compare import compared
from datagen_chat.evaluation.entry import Entry, Job
from datagen_chat.evaluation.fault_jobs import OUTCOME, SILENT
from datagen_chat.evaluation.graders import OURS
from datagen_chat.evaluation.grading import Bench
from datagen_chat.evaluation.keeping import keep
from datagen_chat.evaluation.live import LIVE, Asking, talks
from datagen_chat.evaluation.log import Header, Log, Writer, header, read_log
from datagen_chat.evaluation.markdown import markdown, refreshed
from datagen_chat.evaluation.playing import Play
from datagen_chat.evaluation.scoreboard import document, summed
from datagen_chat.evaluation.suites import OFFLINE, Choice, chosen_cases, hash_of, offline
from datagen_chat.llm.address import parse
from datagen_chat.llm.base import ProviderError
from datagen_chat.llm.budget import Metered
from datagen_chat.llm.choice import WAYS_ON, choose
from datagen_chat.llm.clock import WallClock
from datagen_chat.llm.live import Live
from datagen_chat.llm.prices import prices
from datagen_chat.llm.redaction import secrets_in
from datagen_chat.problems import OutputError, Problem, ProblemsError
from datagen_chat.shipped import folder
from datagen_chat.terminal.chat import ChatView
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.problems import draw_notes
from datagen_chat.terminal.scoreboard import draw_comparison, draw_suites
from datagen_chat.terminal.screen import Screen, stderr, stdout

BROKEN, SEED = 4, 42
_MAX_REPAIRS, _WIDTH = 2, 100
_OF_RUNS = {"suite": "--suite", "case": "--case", "tag": "--tag", "model": "--model", "live": "--live"}
_OF_RUNS |= {"resume": "--resume", "write": "--write"}
_ONLY_LIVE = {"epochs": "--epochs", "max_cost": "--max-cost", "max_repairs": "--max-repairs", "record": "--record"}


def run(options: argparse.Namespace) -> int:
    """Run the evals, grade a log again, or compare two."""
    _check_options(options)
    if options.action is not None:
        return _score(options) if options.action == "score" else _compare(options)
    known = _taken_up(options)
    jobs, cases = _jobs(options)
    writer = _begun(options, known, cases)
    done = list(known.entries) if known is not None else []
    left = [job for job in jobs if (job.suite, job.case, job.model, job.epoch) not in {entry.key for entry in done}]
    try:
        entries = done + _run(left, writer, options.record)
    except (ProviderError, KeyboardInterrupt):
        if writer is not None:
            stderr().command(
                "What was graded is kept. To go on:", shlex.join(["datagen", "eval", "--resume", str(writer.path)])
            )
        raise
    if writer is not None:
        stderr().say(("Log: ", "dim"), one_line(str(writer.path)), hang=2)
    _tell(entries, options)
    return BROKEN if any(map(_is_broken, entries)) else 0


def _check_options(options: argparse.Namespace) -> None:
    """Refuse options that would have no effect.

    Raises:
        ProblemsError: some of them do not go together.
    """
    given = [flag for name, flag in {**_OF_RUNS, **_ONLY_LIVE}.items() if getattr(options, name)]
    if options.action is not None and given:
        message = f"{given[0]} has no effect with {options.action}."
        raise ProblemsError([Problem("", "not-together", message, "It is for runs: leave it out.")])
    if not options.live and options.resume is None:
        for name, flag in _ONLY_LIVE.items():
            if getattr(options, name) is not None:
                raise ProblemsError([Problem("", "not-together", f"{flag} has no effect on recordings.", "Add --live.")])
    if options.live and options.suite:
        hint = "Leave --suite out: --live asks a model for the cases."
        raise ProblemsError([Problem("", "not-together", "--suite is for runs without a model.", hint)])
    narrowed = [name for name in ("suite", "case", "tag", "model", "live") if getattr(options, name)]
    if options.write and (narrowed or options.resume):
        raise ProblemsError([Problem("", "not-together", "--write takes the whole of what is recorded.", "Use it alone.")])
    if options.resume is not None and (narrowed or options.log or options.epochs or options.max_repairs is not None):
        hint = "Leave the other options out; --max-cost may be raised, and --record added."
        raise ProblemsError([Problem("", "not-together", "--resume goes on as the log says.", hint)])


def _evals(options: argparse.Namespace) -> Path:
    return folder("evals") if options.folder is None else Path(options.folder)


def _bench(seed: int) -> Bench:
    return Bench(Trial(seed), drawn, seed)


def drawn(events: Sequence[Event]) -> str:
    """Return what the chat writes on a terminal for these events."""
    file = io.StringIO()
    view = ChatView(Screen(file, width=_WIDTH, styled=False))
    for event in events:
        view.draw(event)
    return file.getvalue()


def _taken_up(options: argparse.Namespace) -> Log | None:
    """Return the log that is to go on, whose options become those of this run."""
    if options.resume is None:
        return None
    known = read_log(Path(options.resume))
    seed = known.header.options.get("seed", SEED)
    if options.seed not in (SEED, seed):
        message = f"The log was begun with seed {seed}."
        raise ProblemsError([Problem("", "not-together", message, "Leave --seed out.")])
    for name, value in known.header.options.items():
        if name in _OPTIONS and (name not in ("max_cost", "record") or getattr(options, name) is None):
            setattr(options, name, value)
    return known


_OPTIONS = ("live", "suite", "case", "tag", "model", "epochs", "max_cost", "max_repairs", "seed", "folder", "record")


def _jobs(options: argparse.Namespace) -> tuple[list[Job], str]:
    """Return the jobs of a run, and the hash of its cases."""
    evals, bench = _evals(options), _bench(options.seed)
    suites, model = tuple(options.suite or OFFLINE), options.model if not options.live else None
    choice = Choice(suites, tuple(options.case or ()), tuple(options.tag or ()), model)
    cases = chosen_cases(evals / "cases", choice)
    if options.live:
        return list(talks(bench, cases, _asking(options), options.epochs or 1)), hash_of(cases)
    jobs = list(offline(bench, choice, evals, folder("transcripts")))
    if not jobs:
        hint = "Leave out --case, --tag, --model or --suite; or ask a model: --live."
        raise ProblemsError([Problem("", "nothing-recorded", "Nothing that is recorded fits.", hint)])
    return jobs, hash_of(cases)


def _asking(options: argparse.Namespace) -> Asking:
    """Return the model to be asked.

    Raises:
        ProviderError: there is none.
    """
    choice = choose(os.environ) if options.model is None else None
    if choice is not None and choice.is_offer:
        raise ProviderError("No language model is chosen.", "unconnected", WAYS_ON)
    address = choice.address if choice is not None else parse(options.model)
    options.model = address.name
    if address.protocol == "replay":
        raise ProviderError(
            "A recording is no model: what it takes and costs is not measured.", "recording", "Leave out --live."
        )
    asked = provider(address, os.environ)
    if isinstance(asked, Live):
        draw_notes(stderr(), asked.notes)
    metered = Metered(asked, prices(os.environ), options.max_cost)
    is_compact = is_compact_for(metered)
    repairs = _MAX_REPAIRS if options.max_repairs is None else options.max_repairs
    return Asking(metered, WallClock(), repairs, is_compact, secrets_in(os.environ))


def _begun(options: argparse.Namespace, known: Log | None, cases: str) -> Writer | None:
    """Return what writes the log, if one is to be written."""
    told = {name: getattr(options, name) for name in _OPTIONS}
    head = header(told, cases, _now())
    if known is not None:
        _check_same(known.header, head)
        writer = Writer(Path(options.resume))
        writer.take_up()
        return writer
    if options.log is None and not options.live:
        return None
    name = f"eval-{head.started.replace(':', '').replace('+0000', '')}.jsonl"
    writer = Writer(Path(options.log or Path("output") / name))
    writer.begin(head)
    return writer


def _check_same(then: Header, now: Header) -> None:
    """Refuse to go on with other cases, prompts or versions than a log began with.

    Raises:
        ProblemsError: something has changed.
    """
    parts = {"cases": (then.cases, now.cases), "prompts": (then.prompts, now.prompts), "version": (then.datagen, now.datagen)}
    for what, (before, after) in parts.items():
        if before != after:
            hint = "Begin a new log, and compare the two: datagen eval compare."
            raise ProblemsError([Problem("", "log-differs", f"The {what} changed since the log was begun.", hint)])


def _run(jobs: Sequence[Job], writer: Writer | None, record: str | None) -> list[Entry]:
    screen, entries = stderr(), list[Entry]()
    try:
        for number, job in enumerate(jobs, 1):
            screen.passing(f"{number} of {len(jobs)}: {job.suite}, {job.case}")
            entries.append(job.run())
            _keep(entries[-1], writer, record)
    finally:
        screen.passing()
    return entries


def _keep(entry: Entry, writer: Writer | None, record: str | None) -> None:
    if writer is not None:
        writer.add(entry)
    if record is not None and entry.calls and not entry.error:
        keep(entry, Path(record))


def _is_broken(entry: Entry) -> bool:
    """Return whether the program itself failed: it broke its word, or a recording does not hold what is asked for."""
    wrong = {grade.grader for grade in entry.grades if grade.state == "failed"}
    return bool(wrong & {*OURS, OUTCOME, SILENT}) or (entry.suite != LIVE and bool(entry.error))


def _tell(entries: Iterable[Entry], options: argparse.Namespace) -> None:
    suites = summed(entries)
    if options.format == "json":
        sys.stdout.write(json.dumps(document(suites), indent=2, ensure_ascii=False) + "\n")
    elif options.format == "markdown":
        sys.stdout.write(markdown(suites, whole=True))
    else:
        draw_suites(stdout(), suites)
    if getattr(options, "write", False):
        path = _evals(options) / "README.md"
        try:
            path.write_text(refreshed(path.read_text("utf-8"), suites), "utf-8")
        except (OSError, ValueError) as error:
            raise OutputError(
                [Problem("", "cannot-write", f"{path} cannot be written: {error}.", "Use it in a clone.")]
            ) from None
        stderr().say(("Written: ", "green"), one_line(str(path)))


def _score(options: argparse.Namespace) -> int:
    """Grade the conversations of a log again, as the cases and the program are now."""
    log = read_log(Path(options.old))
    told = log.header.options
    options.folder = options.folder or told.get("folder")
    known = read_cases(_evals(options) / "cases")
    cases, bench = {case.id: case for case in known}, _bench(told.get("seed", SEED))
    writer = None
    if options.log is not None:
        writer = Writer(Path(options.log))
        writer.begin(header(told, hash_of(known), _now()))
    entries, kept = list[Entry](), 0
    for entry in log.entries:
        case = cases.get(entry.case) if entry.calls or entry.error else None
        kept += case is None
        entries.append(entry if case is None else _graded_again(entry, case, bench))
        if writer is not None:
            writer.add(entries[-1])
    if kept:
        stderr().say(f"{kept} of {len(entries)} entries keep their grades: they are of no case that is there.", hang=2)
    _tell(entries, options)
    return BROKEN if any(map(_is_broken, entries)) else 0


def _graded_again(entry: Entry, case: Case, bench: Bench) -> Entry:
    play = Play(bench, case, entry.calls, entry.suite, entry.model, entry.epoch, entry.error)
    return replace(play.run(), cost=entry.cost, seconds=entry.seconds, source=entry.source)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _compare(options: argparse.Namespace) -> int:
    """Show what became different from one log to another."""
    found = compared(read_log(Path(options.before)), read_log(Path(options.after)))
    if options.format == "json":
        sys.stdout.write(json.dumps(asdict(found), indent=2, ensure_ascii=False) + "\n")
    else:
        draw_comparison(stdout(), found)
    return 0
