"""Whether the conversation went as a person may expect: few questions, and nothing changed that was not spoken of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datagen_chat.evaluation.entry import Grade, failed, left_out, passed
from datagen_chat.evaluation.finding import Finder, NotFoundError
from datagen_chat.evaluation.graders.base import Evidence
from datagen_chat.evaluation.holding import Round
from datagen_chat.schema.canonical import dump

NAME = "conversation"


def grade(evidence: Evidence) -> Grade:
    """Return whether it did."""
    if evidence.held.error is not None:
        return left_out(NAME, "it broke off")
    wrong = next(_wrong(evidence), "")
    return failed(NAME, wrong) if wrong else passed(NAME)


def _wrong(evidence: Evidence) -> Iterator[str]:
    case, held = evidence.case, evidence.held
    if held.questions > case.budget.questions:
        yield f"The model asked {held.questions} times; {case.budget.questions} are enough."
    last = held.rounds[-1].outcome if held.rounds else None
    if case.ends == "question" and last != "prose":
        yield "The model was to ask, and did not."
    if case.ends == "accepted" and last != "accepted":
        yield "The conversation ended without a schema." if last == "prose" else "The last schema was not accepted."
    for one in held.rounds:
        yield from _strayed(evidence, one)


def _strayed(evidence: Evidence, one: Round) -> Iterator[str]:
    """Yield the tables that a turn changed without a word about them."""
    spoken = None if one.turn is None else evidence.case.turns[one.turn].changes
    before, after = one.before.versions.current, one.after.versions.current
    if spoken is None or before is None or after is None or before == after:
        return
    old, new = _tables(before.draft), _tables(after.draft)
    free = {name for version in (before, after) for name in _named(Finder(version.dataset, evidence.case.find), spoken)}
    for name, table in old.items():
        if name not in free and dump(new.get(name)) != dump(table):
            what = "changed" if name in new else "took away"
            yield f"Turn {one.turn + 1 if one.turn is not None else 0} {what} the table {name}, which nobody spoke of."


def _tables(draft: Any) -> dict[str, Any]:
    return {str(table["id"]): table for table in draft["nodes"]}


def _named(finder: Finder, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        try:
            yield finder.table(name).id
        except NotFoundError:
            continue
