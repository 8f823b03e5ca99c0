"""What the data says to everything that its schema claims, as the page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from datagen_chat.frozen import dataclass
from datagen_chat.sql import literal
from datagen_chat.terminal.cells import ladder
from datagen_chat.verify.claims import Finding, State, Verification

_WORDS: dict[State, str] = {"holds": "holds", "fails": "fails", "skipped": "skipped", "unusable": "cannot be asked"}


@dataclass(frozen=True, slots=True)
class CheckView:
    """A claim with what was found, its SQL, and rows that break it."""

    state: State
    word: str
    title: str
    said: str
    sql: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class GroupView:
    """The claims about one table that did not fail."""

    title: str
    summary: str
    checks: Sequence[CheckView]
    is_open: bool


@dataclass(frozen=True, slots=True)
class ChecksView:
    """All claims: those that fail first, the others by their tables, and how anybody can ask again."""

    summary: str
    sentence: str
    is_kept: bool
    failed: Sequence[CheckView]
    groups: Sequence[GroupView]
    preamble: str


def checks_view(verification: Verification) -> ChecksView:
    """Return what the page shows of a verification."""
    # Where the data lies on this machine is nobody else's business, and of no use to them.
    here = literal(f"{Path(verification.folder).absolute()}/")[1:-1]
    failed = [_check(finding, here) for finding in verification.failed]
    rest = [finding for finding in verification.findings if finding.state in ("holds", "skipped")]
    order = {name: k for k, name in enumerate(verification.rows)}
    rest.sort(key=lambda finding: order.get(finding.claim.table, -1))
    groups = [_group(table, list(findings), here) for table, findings in groupby(rest, key=lambda finding: finding.claim.table)]
    held = len(verification.of("holds"))
    summary = f"{held:,} hold" if not failed else f"{len(failed):,} of {held + len(failed):,} fail"
    preamble = ";\n".join(verification.preamble).replace(here, "") + ";"
    return ChecksView(summary, _sentence(verification), verification.holds, failed, groups, preamble)


def _sentence(verification: Verification) -> str:
    held, skipped = len(verification.of("holds")), len(verification.of("skipped"))
    told = f"{held:,} {'claim' if held == 1 else 'claims'} of the schema {'holds' if held == 1 else 'hold'} on the data"
    fails = len(verification.failed)
    told += f", {fails:,} {'does' if fails == 1 else 'do'} not" if fails else ""
    return f"{told}; {skipped:,} could not be asked of the data alone." if skipped else f"{told}."


def _group(table: str, findings: Sequence[Finding], here: str) -> GroupView:
    held = sum(finding.state == "holds" for finding in findings)
    skipped = len(findings) - held
    summary = ", ".join(filter(None, (f"{held:,} hold" if held else "", f"{skipped:,} skipped" if skipped else "")))
    return GroupView(table or "What was asked for", summary, [_check(finding, here) for finding in findings], not table)


def _check(finding: Finding, here: str) -> CheckView:
    claim = finding.claim
    title = f"{claim.place}: {claim.requirement}" if claim.place else claim.requirement
    cells = zip(*finding.rows, strict=True)
    columns = [[cell.text for cell in ladder("", values).cells] for values in cells]
    rows = list(zip(*columns, strict=True))
    return CheckView(
        finding.state, _WORDS[finding.state], title, _said(finding), claim.sql.replace(here, ""), finding.columns, rows
    )


def _said(finding: Finding) -> str:
    if finding.state == "fails":
        return f"found {finding.found}; wanted {finding.wanted}"
    return "" if finding.found == "no row" else finding.found
