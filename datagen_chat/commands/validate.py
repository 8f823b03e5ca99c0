"""`datagen validate`: whether a file is a schema, what it describes, and whether data keeps it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datagen_chat.commands.files import DocumentError, read_bytes, shown_name, tell_mends
from datagen_chat.commands.preparing import with_prepared_checks
from datagen_chat.conversation.document import Document, read_document
from datagen_chat.problems import Problem, ProblemsError
from datagen_chat.schema.naming import place
from datagen_chat.terminal.screen import stderr, stdout

if TYPE_CHECKING:
    from datagen_chat.advice import Advice
    from datagen_chat.engine.estimate import Count
    from datagen_chat.schema.model import Dataset


def run(options: argparse.Namespace) -> int:
    """Say whether a file is a valid schema, and show it; or whether data keeps what the schema says."""
    if options.report is not None and options.data is None:
        problem = Problem("", "report-without-data", "--report has no data to report on.", "Add --data FOLDER.")
        raise ProblemsError([problem])
    if options.no_advice and options.data is not None:
        problem = Problem("", "not-together", "--no-advice has no effect with --data.", "Data is not reviewed; leave it out.")
        raise ProblemsError([problem])
    if options.format is not None and options.data is None:
        problem = Problem("", "format-without-data", "--format has no data to be the format of.", "Add --data FOLDER.")
        raise ProblemsError([problem])
    document = read_document(read_bytes(options.file), strict=options.strict)
    if options.data is not None:
        return _run_data(options, document)
    document = with_prepared_checks(document)
    if options.json:
        report = _report(document, is_reviewed=not options.no_advice)
        sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=True) + "\n")
        return 0 if document.dataset is not None else 2
    tell_mends(document, stderr())
    if document.dataset is None:
        raise DocumentError(options.file, document)
    _show(options.file, document, is_reviewed=not options.no_advice)
    return 0


def _run_data(options: argparse.Namespace, document: Document) -> int:
    """Say whether data keeps a schema."""
    from datagen_chat.commands.verification import report_path, tell, verified

    tell_mends(document, stderr())
    if document.dataset is None:
        raise DocumentError(options.file, document)
    folder = Path(options.data)
    verification, path = verified(document, folder, stderr(), options.format), report_path(folder, options.report)
    if options.json:
        from datagen_chat.verify.report import report_text, write_report

        if options.report is not None:
            write_report(verification, path)
        sys.stdout.write(report_text(verification))
        return 0 if verification.holds else 1
    return tell(verification, path, is_named=options.report is not None, out=stdout(), screen=stderr())


def _show(name: str, document: Document, *, is_reviewed: bool) -> None:
    from datagen_chat.engine.estimate import Count
    from datagen_chat.terminal.problems import draw_notes
    from datagen_chat.terminal.schema import draw_tables, headline
    from datagen_chat.terminal.tree import draw_tree

    dataset, screen = document.valid(), stdout()
    counts = _counts(document)
    total = Count(sum(count.rows for count in counts.values()), all(count.is_exact for count in counts.values()))
    screen.say((shown_name(name), "bold"), " is ", ("valid", "bold green"), f": {headline(dataset, total)}", hang=2)
    draw_tables(screen, dataset, counts)
    if len(dataset.nodes) > 1:
        screen.blank()
        draw_tree(screen, dataset, counts)
    screen.blank()
    screen.say((_size(dataset, counts), "dim"), indent=2)
    draw_notes(screen, document.problems, document.draft)
    found = [advice for advice in _advice(document, counts) if not advice.is_noted] if is_reviewed else []
    if found:
        from datagen_chat.terminal.advice import draw_review

        screen.blank()
        screen.say(("A reviewer would say", "bold yellow"))
        draw_review(screen, found)
        screen.blank()
        screen.say(("The fixes are in the output of --json; in a conversation, /fix applies them.", "dim"))


def _size(dataset: Dataset, counts: Mapping[str, Count]) -> str:
    """Return about how many bytes a dataset takes, and the largest of its tables."""
    from datagen_chat.engine.sizes import size

    taken = _bytes(dataset, counts)
    largest = sorted(taken, key=lambda name: -taken[name])[:3]
    listed = ", ".join(f"{name} {size(taken[name])}" for name in largest)
    return f"About {size(sum(taken.values()))} as Parquet: {listed}" + (", …" if len(taken) > len(largest) else "")


def _bytes(dataset: Dataset, counts: Mapping[str, Count]) -> dict[str, int]:
    from datagen_chat.engine.sizes import parquet_bytes

    return {name: round(taken) for name, taken in parquet_bytes(dataset, {name: n.rows for name, n in counts.items()}).items()}


def _advice(document: Document, counts: Mapping[str, Count]) -> tuple[Advice, ...]:
    from datagen_chat.advice import advise

    return advise(document.valid(), {name: count.rows for name, count in counts.items()})


def _counts(document: Document) -> dict[str, Count]:
    from datagen_chat.engine.estimate import Count, estimate

    dataset = document.valid()
    expected = estimate(dataset).rows
    return {table.id: Count(round(expected[table.id]), table.rows is not None or not table.parents) for table in dataset.nodes}


def _report(document: Document, *, is_reviewed: bool) -> dict[str, Any]:
    report: dict[str, Any] = {
        "valid": document.dataset is not None,
        "problems": [_problem(document, problem) for problem in document.problems],
        "read": [{"line": one.line, "column": one.column, "what": one.what} for one in document.liberties],
        "mended": [{"at": one.at, "code": one.code, "what": one.text} for one in document.mends],
    }
    if document.dataset is not None:
        counts = _counts(document)
        taken = _bytes(document.dataset, counts)
        report["tables"] = {
            name: {"rows": count.rows, "exact": count.is_exact, "bytes": taken[name]} for name, count in counts.items()
        }
        if is_reviewed:
            report["advice"] = [_remark(advice) for advice in _advice(document, counts)]
    return report


def _remark(advice: Advice) -> dict[str, Any]:
    names = ("code", "at", "place", "message", "reason", "remedy", "fix")
    return {name: getattr(advice, name) for name in names}


def _problem(document: Document, problem: Problem) -> dict[str, str]:
    return {
        "severity": problem.severity,
        "code": problem.code,
        "at": problem.at,
        "place": place(document.draft, problem.at),
        "message": problem.message,
        "hint": problem.hint,
    }
