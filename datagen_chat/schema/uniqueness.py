"""Columns whose values must not repeat: whether their generators can promise it, and make enough of them."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.problems import Problem
from datagen_chat.schema.facts import ColumnFacts
from datagen_chat.schema.row_ranges import sure_rows


def check_key(facts: ColumnFacts) -> Iterator[Problem]:
    """Yield why the values of a primary key can repeat."""
    if _can_repeat(facts):
        message = f"{facts.name} is a primary key, but {facts.column.generator.word} can make the same value twice."
        yield Problem("", "pk-not-unique", message, 'Make it with {"sequence": {"start": 1, "step": 1}} and type int.')
    else:
        yield from _check_capacity(facts)


def check_repeats(facts: ColumnFacts) -> Iterator[Problem]:
    """Yield why the values of a column that is said to be unique can repeat."""
    if _can_repeat(facts):
        word, advice = facts.column.generator.word, facts.column.generator.advice
        message = f"{facts.name} is to be unique, but {word} can make the same value twice."
        hint = "Do not ask for unique values here, or make the column with a sequence."
        yield Problem("", "unique-not-made", message, advice or hint)
    else:
        yield from _check_capacity(facts)


def _can_repeat(facts: ColumnFacts) -> bool:
    """Return whether values can repeat; of a generator that is refused, that is not known."""
    if not all(change.args.keeps_distinct for change in facts.column.modifiers):
        return True
    is_known = facts.index.never_repeats((facts.table.id, facts.column.name))
    return not is_known and not any(problem.is_error for problem in facts.column.generator.check(facts))


def _check_capacity(facts: ColumnFacts) -> Iterator[Problem]:
    """Yield a problem when a table has more rows than its column, or the one that it rests on, has different values."""
    if below := facts.index.rests_on((facts.table.id, facts.column.name)):
        yield from _check_capacity(facts.index.facts(below))
    capacity, rows = facts.column.generator.capacity(facts), facts.row_range(None)[0]
    if capacity is not None and rows > capacity:
        word = facts.column.generator.word
        message = f"{facts.name} has {rows:.0f} rows, but its {word} makes only {capacity} different values."
        yield Problem("", "too-few-values", message, f"Lower the rows to {capacity}, or allow more values.")
    elif capacity is not None and capacity < facts.row_range(None)[1]:
        about, fewest = sure_rows(facts.index, facts.table.id)
        if fewest > capacity:
            word = facts.column.generator.word
            message = f"{facts.name} has about {about:,.0f} rows, but its {word} makes only {capacity:,} different values."
            yield Problem("", "too-few-values", message, "Lower the number of rows, or allow more values.")
