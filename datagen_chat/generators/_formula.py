"""A formula in a schema: what it may name, and how it reads it. Columns follow from formulas, and other words use them too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np

from datagen_chat.expressions import Expression as Formula
from datagen_chat.expressions import Kind, Meaning, parse
from datagen_chat.expressions.nodes import Literal, Name, Node, every
from datagen_chat.generators.base.facts import TableFacts, may_read_null
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import TableScope
from datagen_chat.generators.base.uses import Use
from datagen_chat.problems import Problem, note
from datagen_chat.values import Numbers, Values
from datagen_chat.words import ColumnType

TIMEFRAME, ENDS = "timeframe", ("start", "end")
"""`timeframe.start` and `timeframe.end` are the dataset's window, where no table is called so."""


@lru_cache(maxsize=4096)
def parsed(code: str) -> Formula | Problem:
    """Return a formula, or why the code is none."""
    return parse(code)


def understood(code: str, facts: TableFacts) -> Meaning | tuple[Problem, ...]:
    """Return what a formula means in rows of a table, or what is wrong with it."""
    return _understood(code, tuple(_type_of(facts, name) for name in names_of(code)))


@lru_cache(maxsize=4096)
def _understood(code: str, types: tuple[ColumnType | None, ...]) -> Meaning | tuple[Problem, ...]:
    formula = parsed(code)
    if isinstance(formula, Problem):
        return (formula,)
    type_of = {(name.table, name.column): type_ for name, type_ in zip(formula.names, types, strict=True)}
    return formula.understand(lambda table, column: type_of[table, column])


def check_formula(code: str, facts: TableFacts) -> Iterator[Problem]:
    """Yield what is wrong with a formula, but for columns that do not exist: they are told where all uses are checked."""
    found = understood(code, facts)
    if isinstance(found, Meaning):
        yield from _words_taken(code, facts)
        return
    yield from (problem for problem in found if problem.code != "expression-name")
    if facts.timeframe is None and any(_is_end(facts, name.table, name.column) for name in names_of(code)):
        yield Problem("", "no-timeframe", "The dataset has no timeframe.", "Add a timeframe with start and end.")


def _words_taken(code: str, facts: TableFacts) -> Iterator[Problem]:
    """Yield the words such as true that stand for a value where the row has a column of that name."""
    formula = parsed(code)
    assert isinstance(formula, Formula)
    words = {code[node.at :][: len(str(node.value))]: node.at for node in _words(formula.root)}
    for word, at in words.items():
        if facts.type_of(None, word) is not None:
            message = f"column {at + 1}: {word} is the value here, not the column {word}."
            yield note("", "word-not-column", message, f"Write `{word}` in backticks for the column, or give it another name.")


def _words(root: Node) -> Iterator[Literal]:
    yield from (node for node, _ in every(root) if isinstance(node, Literal) and node.kind in ("bool", "null"))


def check_values(code: str, facts: TableFacts, kinds: tuple[Kind, ...]) -> Iterator[Problem]:
    """Yield what is wrong with a formula whose values are to be of some kinds."""
    yield from check_formula(code, facts)
    kind = kind_of(code, facts)
    if kind is not None and kind not in kinds:
        message = f"The formula makes {kind}, not {' or '.join(kinds)}."
        yield Problem("", "expression-type", message, f"Write a formula that makes {' or '.join(kinds)}.")


def kind_of(code: str, facts: TableFacts) -> Kind | None:
    """Return the kind of a formula's values; None where it has no meaning."""
    found = understood(code, facts)
    return found.kind if isinstance(found, Meaning) else None


def sampler_of(code: str, scope: TableScope, type_: ColumnType) -> Sampler:
    """Return the sampler of a formula that was checked, over rows of the table that the scope reads."""
    meaning = understood(code, scope)
    assert isinstance(meaning, Meaning), "only what was checked is compiled"
    return formula_sampler(meaning, scope, type_)


def names_of(code: str) -> tuple[Name, ...]:
    """Return the columns that a formula names; none where it is no formula."""
    formula = parsed(code)
    return formula.names if isinstance(formula, Formula) else ()


def uses_of(code: str, at: str = "") -> Iterator[Use]:
    """Yield the columns that a formula reads."""
    for name in names_of(code):
        if name.table != TIMEFRAME or name.column not in ENDS:
            yield Use(at, name.table, name.column)


def may_be_null(facts: TableFacts) -> Callable[[str | None, str], bool]:
    """Return how to ask whether a column that a formula names can be null."""
    return lambda table, column: not _is_end(facts, table, column) and may_read_null(facts, table, column)


def ends_read(facts: TableFacts) -> Callable[[str | None, str], tuple[float, float] | None]:
    """Return how to ask for the least and the greatest value of a column that a formula names."""

    def ends(table: str | None, column: str) -> tuple[float, float] | None:
        return facts.timeframe if _is_end(facts, table, column) else facts.ends_of(table, column)

    return ends


def can_be_null(code: str, facts: TableFacts) -> bool:
    """Return whether a formula can have no value where nothing goes wrong: for a null that it reads, or makes."""
    meaning = understood(code, facts)
    return isinstance(meaning, Meaning) and meaning.can_be_null(may_be_null(facts))


def formula_sampler(meaning: Meaning, scope: TableScope, type_: ColumnType) -> Sampler:
    """Return the sampler of a formula's values for a column of a type; what has no value is null, and told."""
    evaluate = meaning.compile(type_)
    readers = {place: _reader(scope, *place) for place in evaluate.columns()}

    def tell(what: str, rows: int) -> None:
        scope.tell("expression-null", f"The formula has no value: {what}.", rows)

    def sample(rows: Rows) -> Values:
        return evaluate(lambda table, column: readers[table, column](rows), len(rows), tell)

    return sample


def _is_end(facts: TableFacts, table: str | None, column: str) -> bool:
    """Return whether a name is an end of the dataset's window rather than a column."""
    return table == TIMEFRAME and column in ENDS and facts.type_of(table, column) is None


def _type_of(facts: TableFacts, name: Name) -> ColumnType | None:
    if _is_end(facts, name.table, name.column):
        return None if facts.timeframe is None else "datetime"
    return facts.type_of(name.table, name.column)


def _reader(scope: TableScope, table: str | None, column: str) -> Sampler:
    """Return how to read a column, or an end of the dataset's window."""
    if not _is_end(scope, table, column):
        return scope.reader(table, column)
    assert scope.timeframe is not None
    end = np.array([scope.timeframe[ENDS.index(column)]])
    return lambda rows: Numbers(np.broadcast_to(end, len(rows)))
