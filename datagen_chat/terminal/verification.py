"""What data says to the claims of its schema: what fails, with its rows and SQL, then table by table what holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from datagen_chat.terminal.cells import Cell, Ladder, ladder
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.grid import draw_grid, draw_rows
from datagen_chat.terminal.screen import Screen
from datagen_chat.verify.claims import Finding, Kind, Verification

_FAILED_SHOWN, _HELD_SHOWN = 40, 40
_LONGEST = 600
_TEXT, _LONGEST_TEXT = re.compile(r"'(?:[^']|'')*+'"), 80
_TOGETHER: dict[Kind, tuple[str, str]] = {
    "type": ("are of their types", "is of its type"),
    "null": ("are never null", "is never null"),
    "decimals": ("are finite, with no more decimals than are written", "is finite, with no more decimals than are written"),
}
"""Claims of these kinds that hold are told in one line for a table."""


def draw_verification(screen: Screen, verification: Verification) -> None:
    """Draw a verification: failures first, then what holds and what was skipped, table by table, and a line that sums up."""
    failed = verification.failed
    for finding in failed[:_FAILED_SHOWN]:
        _draw_failed(screen, finding)
        screen.blank()
    if len(failed) > _FAILED_SHOWN:
        screen.say((f"… and {len(failed) - _FAILED_SHOWN:,} more that fail.", "bold red"))
        screen.blank()
    rest = [finding for finding in verification.findings if finding.state in ("holds", "skipped")]
    order = {name: k for k, name in enumerate(verification.rows)}  # what is about no single table comes last
    rest.sort(key=lambda finding: order.get(finding.claim.table, len(order)))
    for table, findings in groupby(rest, key=lambda finding: finding.claim.table):
        _draw_table(screen, table, list(findings), verification)
    _draw_summary(screen, verification)


def _draw_failed(screen: Screen, finding: Finding) -> None:
    claim = finding.claim
    word = "FAILS" if finding.state == "fails" else "UNUSABLE"
    screen.say((word, "bold red"), "  ", (_short(claim.place), "bold"), f" {_short(claim.requirement)}", hang=2)
    if finding.state == "unusable":
        screen.say(_short(finding.found), indent=2)
    else:
        screen.say(f"found {_short(finding.found)}; wanted {_short(finding.wanted)}", indent=2)
    if finding.rows:
        cells = zip(*finding.rows, strict=True)
        shown = [ladder(name, values) for name, values in zip(finding.columns, cells, strict=True)]
        draw_rows(screen, shown, key=finding.columns[0])
    screen.say((f"[{claim.kind}] at {_short(claim.at)}", "dim"), indent=2)
    if claim.sql:
        screen.say((_short(_with_short_texts(claim.sql), 2000), "cyan"), indent=2)


def _draw_table(screen: Screen, table: str, findings: Sequence[Finding], verification: Verification) -> None:
    rows = verification.rows.get(table)
    size = "" if rows is None else f"  {rows:,} {'row' if rows == 1 else 'rows'}"
    screen.say((table or "checks", "bold cyan"), (size, "dim"))
    lines = [*_held(findings, table), *_skipped(findings, table)]
    shown = lines[:_HELD_SHOWN]
    states, places, words, found = zip(*shown, strict=True)
    draw_grid(
        screen,
        [
            Ladder("", tuple(Cell(state, "green" if state == "holds" else "dim") for state in states), is_firm=True),
            Ladder("what", tuple(map(Cell, places))),
            Ladder("claim", tuple(map(Cell, words))),
            Ladder("found", tuple(Cell(text, "dim") for text in found)),
        ],
    )
    if len(lines) > len(shown):
        screen.say((f"… and {len(lines) - len(shown):,} more.", "dim"), indent=2)
    screen.blank()


def _held(findings: Sequence[Finding], table: str) -> Iterator[tuple[str, str, str, str]]:
    held = [finding for finding in findings if finding.state == "holds"]
    for kind, words in _TOGETHER.items():
        count = sum(finding.claim.kind == kind for finding in held)
        if count:
            yield "holds", f"{count} {'column' if count == 1 else 'columns'}", words[count == 1], ""
    for finding in held:
        if finding.claim.kind not in _TOGETHER:
            found = "" if finding.found == "no row" else finding.found
            yield "holds", _own(finding.claim.place, table), finding.claim.requirement, found


def _skipped(findings: Sequence[Finding], table: str) -> Iterator[tuple[str, str, str, str]]:
    for finding in findings:
        if finding.state == "skipped":
            yield "skipped", _own(finding.claim.place, table), finding.claim.requirement, finding.found


def _own(place: str, table: str) -> str:
    return place.removeprefix(f"{table}.")


def _draw_summary(screen: Screen, verification: Verification) -> None:
    held, failed, skipped = len(verification.of("holds")), len(verification.failed), len(verification.of("skipped"))
    rows = sum(verification.rows.values())
    verdict = ("keeps its schema", "bold green") if verification.holds else ("does not keep its schema", "bold red")
    counted = f"{held:,} {'claim holds' if held == 1 else 'claims hold'}"
    counted += f", {failed:,} {'fails' if failed == 1 else 'fail'}" if failed else ""
    counted += f", {skipped:,} skipped" if skipped else ""
    screen.say((one_line(verification.dataset), "bold"), " ", verdict, f": {counted}, on {rows:,} rows.", hang=2)


def _with_short_texts(sql: str) -> str:
    """Return SQL with the beginning of each long text in it: the report has the whole."""
    return _TEXT.sub(lambda text: text[0] if len(text[0]) <= _LONGEST_TEXT else f"{text[0][: _LONGEST_TEXT - 2]}…'", sql)


def _short(words: str, most: int = _LONGEST) -> str:
    line = one_line(words)
    return line if len(line) <= most else line[: most - 1] + "…"
