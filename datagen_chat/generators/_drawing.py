"""What a lookup says of the rows that it chooses from, where that cannot be kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.uses import Twin
from datagen_chat.problems import Problem

if TYPE_CHECKING:
    from datagen_chat.generators.lookup import Lookup


def check_drawing(lookup: Lookup, facts: Facts) -> Iterator[Problem]:
    """Yield what says which rows are chosen from where that cannot be kept."""
    given = lookup.drawing()
    is_beside = facts.twin is not None and (facts.twin.order != "!=" or any(facts.spared))
    if lookup.on is not None:
        for key in given:
            message = f"{key} has nothing to choose: on says which row of {lookup.table} is meant."
            yield Problem(f"/{key}", "lookup-with-on", message, f"Put {key} on the lookup of the key, or remove on.")
    elif lookup.match and (facts.twin or any(facts.spared)):
        yield _beside("match", facts.twin)
    elif is_beside and (lookup.weights_kind or lookup.where):
        yield _beside("weights_kind" if lookup.weights_kind else "where", facts.twin)
    elif given and lookup.table == facts.table_name:
        message = f"A lookup into its own table makes a tree of earlier rows; {given[0]} cannot be kept there."
        yield Problem(f"/{given[0]}", "lookup-in-tree", message, f"Remove {given[0]}.")
    elif lookup.match:
        yield from _check_match(lookup, facts)


def _check_match(lookup: Lookup, facts: Facts) -> Iterator[Problem]:
    from datagen_chat.generators._matches import check_match, is_of_parents  # most lookups match nothing

    yield from check_match(lookup.match, lookup.table, facts)
    if lookup.distinct and lookup.weights_kind:
        message = "Rows that match, drawn by popularity, cannot be kept distinct."
        yield Problem("/weights_kind", "choice-in-match", message, "Remove weights_kind, distinct or match.")
    elif lookup.distinct and not is_of_parents(lookup.match, facts):
        message = "What is distinct is chosen for all rows of a parent together, and these columns may differ among them."
        hint = "Match columns of tables above only, or remove distinct."
        yield Problem("/match", "match-of-row", message, hint)


def _beside(key: str, twin: Twin | None) -> Problem:
    message = f"Which rows may be chosen differs from row to row here, so that {key} cannot be kept."
    second = f", or {twin.column}, the other key" if twin is not None and twin.is_ancestor else ""
    hint = f"Remove {key}, or the inequality of the two keys, if there is one{second}."
    return Problem(f"/{key}", "choice-beside", message, hint)
