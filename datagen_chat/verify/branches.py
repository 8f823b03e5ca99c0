"""What a column's rows are made by: its generator, or that of each case, with the condition on the rows that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base import Generator
from datagen_chat.generators.case import Case
from datagen_chat.problems import pointer, shown
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import literal, quoted
from datagen_chat.verify.sql import listed, number
from datagen_chat.words import ColumnType


@dataclass(frozen=True, slots=True)
class Branch:
    """A generator without cases, and the rows that it makes.

    `at` is relative to the column. `condition` is SQL on a row, empty where all rows are meant, and `words` says the same;
    `reads` are the columns in it. `problem` says why the rows cannot be told apart.
    """

    at: str
    generator: Generator
    condition: str = ""
    words: str = ""
    reads: tuple[Place, ...] = ()
    problem: str = ""


def branches(column: Column, table: Table, index: Index, alias: str = "") -> Iterator[Branch]:
    """Yield what makes the rows of a column; in the conditions the table is called by its alias, if it has one."""
    first = Branch(pointer("generator", column.generator.word), column.generator)
    yield from _unfolded(first, table, index, f"{alias}." if alias else "")


def _unfolded(branch: Branch, table: Table, index: Index, prefix: str) -> Iterator[Branch]:
    if not isinstance(branch.generator, Case):
        yield branch
        return
    for below in _cases(branch.generator, table, index, prefix):
        yield from _unfolded(_within(branch, below), table, index, prefix)


def _cases(case: Case, table: Table, index: Index, prefix: str) -> Iterator[Branch]:
    """Yield the branches of a case as if nothing stood around it."""
    owner, name = case.source
    is_own = owner is None or owner == table.id
    type_, cell = index.columns[owner or table.id, name].type, prefix + quoted(name)
    reads: tuple[Place, ...] = ((table.id, name),) if is_own else ()
    problem = "" if is_own else f"which rows are meant depends on {case.on}, in another table"
    for key, inner in case.when.items():
        at, words = pointer("when", key, inner.word), f"{case.on} is {shown(key, 20)}"
        yield Branch(at, inner, f"{cell} = {_key(key, type_)}", words, reads, problem)
    if case.else_ is not None:
        keys = listed(_key(key, type_) for key in case.when)
        condition, words = f"({cell} IS NULL OR {cell} NOT IN ({keys}))", f"{case.on} is something else"
        yield Branch(pointer("else", case.else_.word), case.else_, condition, words, reads, problem)


def _within(outer: Branch, inner: Branch) -> Branch:
    """Return a branch of a case as one of the column, given the branch that the case stands in."""
    return Branch(
        outer.at + inner.at,
        inner.generator,
        " AND ".join(filter(None, (outer.condition, inner.condition))),
        " and ".join(filter(None, (outer.words, inner.words))),
        (*outer.reads, *inner.reads),
        outer.problem or inner.problem,
    )


def _key(key: str, type_: ColumnType) -> str:
    """Return a key of a case as a value of the column that decides; one that is no such value is never met."""
    if type_ == "string":
        return literal(key)
    if type_ == "bool":
        return {"true": "true", "false": "false"}.get(key, "NULL")
    try:
        if type_ in ("int", "float"):
            return number(float(key)) if type_ == "float" else str(int(float(key)) if "." in key else int(key))
        moment = datetime.fromisoformat(key)
    except ValueError:
        return "NULL"
    return f"DATE '{moment:%Y-%m-%d}'" if type_ == "date" else f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S.%f}'"
