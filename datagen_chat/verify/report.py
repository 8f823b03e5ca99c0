"""A verification as JSON: `report.json`, whose form is stable."""

from __future__ import annotations

import json
import math
import os
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datagen_chat.problems import OutputError, Problem
from datagen_chat.sinks.output import problem_of

if TYPE_CHECKING:
    from datagen_chat.verify.claims import Finding, State, Verification

REPORT = "report.json"
VERSION = 1
_STATES: tuple[State, ...] = ("holds", "fails", "unusable", "skipped")


def as_json(verification: Verification) -> dict[str, Any]:
    """Return a verification as plain values; the same data and schema give the same."""
    return {
        "datagen_report": VERSION,
        "dataset": verification.dataset,
        "holds": verification.holds,
        "counts": {state: len(verification.of(state)) for state in _STATES},
        "data": {
            "folder": verification.folder,
            "format": verification.format,
            "seed": verification.seed,
            "schema_hash": verification.schema_hash,
            "rows": dict(verification.rows),
        },
        "notes": list(verification.notes),
        "preamble": [f"{statement};" for statement in verification.preamble],
        "claims": [_claim(finding) for finding in verification.findings],
    }


def _claim(finding: Finding) -> dict[str, Any]:
    claim = finding.claim
    return {
        "state": finding.state,
        "kind": claim.kind,
        "table": claim.table,
        "place": claim.place,
        "at": claim.at,
        "requirement": claim.requirement,
        "wanted": finding.wanted,
        "found": finding.found,
        "sql": claim.sql,
        "columns": list(finding.columns),
        "rows": [[_plain(value) for value in row] for row in finding.rows],
    }


def _plain(value: Any) -> Any:
    """Return a value of DuckDB as JSON has it; what it has no form for becomes text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat().replace("+00:00", "")
    return str(value)


def report_text(verification: Verification) -> str:
    """Return the text of a report."""
    return json.dumps(as_json(verification), indent=2, ensure_ascii=False) + "\n"


def write_report(verification: Verification, path: Path) -> None:
    """Write a report in place of an earlier one.

    Raises:
        OutputError: it cannot be written, or a file that is no report is in the way.
    """
    try:
        if path.exists() and not _is_report(path):
            hint = "Move it away, or choose another name with --report."
            raise OutputError([Problem("", "in-the-way", f"{path} is in the way: it is no report.", hint)])
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_text(report_text(verification), encoding="utf-8")
            beside.replace(path)
        finally:
            with suppress(FileNotFoundError):
                beside.unlink()
    except OSError as error:
        raise OutputError([problem_of(error, path)]) from None


def remove_report(folder: Path) -> None:
    """Remove the report on data that was there before; a file that is no report stays."""
    path = folder / REPORT
    with suppress(OSError):
        if _is_report(path):
            path.unlink()


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(200).lstrip().startswith(b'{\n  "datagen_report"')
