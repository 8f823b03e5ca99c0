"""Cases: what a person says, and what must hold of the schema and the data in the end, whoever designed them.

Expectations follow from the person's words alone. They name no table or column outright, but ways to find it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from datagen_chat.problems import Problem, ProblemsError, did_you_mean, pointer, shown
from datagen_chat.schema.model import Check

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_BYTES_LIMIT = 1 << 20

Line = Annotated[str, Field(min_length=1, max_length=200)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Kind = Literal["number", "text", "time", "truth"]
End = Literal["accepted", "question", "any"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


class Find(_Part):
    """A way to find a table, a column, a table's key, or the column of one table that refers to another."""

    table: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    column: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    of: Key | None = None
    kind: Kind | None = None
    key: Key | None = None
    link: Key | None = None
    to: Key | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        ways = [bool(self.table), bool(self.column), self.key is not None, self.link is not None]
        if ways.count(True) != 1:
            raise ValueError('exactly one of "table", "column", "key" and "link" is needed')
        if (self.link is None) != (self.to is None):
            raise ValueError('"link" and "to" belong together')
        if not self.column and (self.of is not None or self.kind is not None):
            raise ValueError('"of" and "kind" belong to "column"')
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        """The tables that must be found first."""
        return tuple(name for name in (self.of, self.key, self.link, self.to) if name is not None)


class Expectation(_Part):
    """One thing that must hold: what a query over the data gives, the rows of a table, the number of tables, or what is there.

    `rows` is taken from the plan, so that it can be asked of datasets of any size.
    """

    what: Line
    sql: str | None = None
    rows: Key | None = None
    tables: Literal[True] | None = None
    found: Annotated[tuple[Key, ...], Field(strict=False)] = ()
    gone: Find | None = None
    equals: bool | int | float | str | None = None
    between: Annotated[tuple[float, float], Field(strict=False)] | None = None
    min: float | None = None
    max: float | None = None
    empty: bool | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        asked = [self.sql is not None, self.rows is not None, self.tables is not None, bool(self.found), self.gone is not None]
        if asked.count(True) != 1:
            raise ValueError('exactly one of "sql", "rows", "tables", "found" and "gone" is needed')
        is_compared = any(value is not None for value in (self.equals, self.between, self.min, self.max, self.empty))
        if is_compared and (self.found or self.gone):
            raise ValueError('"found" and "gone" are compared with nothing')
        if (self.rows or self.tables) and (not is_compared or self.empty is not None):
            raise ValueError('a number is compared with "equals", "between", "min" or "max"')
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The tables and columns that it speaks of."""
        return (*PLACEHOLDER.findall(self.sql or ""), *self.found)

    @property
    def tables_named(self) -> tuple[str, ...]:
        """The tables that it speaks of where no column can stand."""
        return (*(self.gone.needs if self.gone is not None else ()), *((self.rows,) if self.rows else ()))

    def check(self, sql: str) -> Check:
        """Return this as a check that asks `sql`."""
        asked = {"equals": self.equals, "between": self.between, "min": self.min, "max": self.max, "empty": self.empty}
        return Check(name=self.what, sql=sql, **{key: value for key, value in asked.items() if value is not None})


class Said(_Part):
    """A turn of the person.

    One that `answers` tells what a model would ask for, and is said whether it asked or not; any other one waits for a schema.
    `changes` are the tables that the words speak of: all others must stay as they are.
    """

    say: Annotated[str, Field(min_length=1, max_length=100_000)]
    answers: bool = False
    changes: Annotated[tuple[Key, ...], Field(strict=False)] | None = None


class Fact(_Part):
    """What the person knows and says when a model asks about one of these words."""

    about: Annotated[tuple[Line, ...], Field(strict=False, min_length=1)]
    say: Annotated[str, Field(min_length=1, max_length=2000)]


class Budget(_Part):
    """What a conversation may take at most; more rows are not generated, but left to what the plan knows."""

    calls: Annotated[int, Field(ge=1, le=100)] = 12
    questions: Annotated[int, Field(ge=0, le=10)] = 2
    tokens: Annotated[int, Field(ge=1)] = 400_000
    rows: Annotated[int, Field(ge=1, le=20_000_000)] = 2_000_000


class Case(_Part):
    """A conversation to be held, and what it is to come to."""

    id: Slug
    tags: Annotated[tuple[Slug, ...], Field(strict=False, min_length=1)]
    turns: Annotated[tuple[Said, ...], Field(strict=False, min_length=1)]
    facts: Annotated[tuple[Fact, ...], Field(strict=False)] = ()
    find: Mapping[Key, Find] = {}
    expect: Annotated[tuple[Expectation, ...], Field(strict=False)] = ()
    ends: End = "accepted"
    never: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    budget: Budget = Budget()

    def problems(self) -> Iterator[Problem]:
        """Yield the names that are used and not known, or stand for a column where a table is meant."""
        tables = [name for name, find in self.find.items() if find.table]
        for name, find in self.find.items():
            yield from _unknown(pointer("find", name), find.needs, tables)
        for place, expectation in enumerate(self.expect):
            at = pointer("expect", place)
            yield from _unknown(at, expectation.names, self.find)
            yield from _unknown(at, expectation.tables_named, tables)
        for place, turn in enumerate(self.turns):
            yield from _unknown(pointer("turns", place, "changes"), turn.changes or (), tables)


def _unknown(at: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    known = list(known)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f'Add it to "find": {{"{name}": {{"table": [...]}}}}.'
            yield Problem(at, "unknown-name", f'{shown(name)} is not found by anything in "find".', hint)


def read_case(text: str, name: str) -> Case:
    """Return the case that a file holds.

    Raises:
        ProblemsError: it holds none; every problem says where.
    """
    try:
        case = Case.model_validate(json.loads(text, object_pairs_hook=_without_repeats))
    except ValidationError as error:
        raise ProblemsError(_translated(error, name)) from None
    except (ValueError, RecursionError) as error:
        raise ProblemsError([Problem("", "bad-case", f"{name} is no JSON: {error}.", "Correct the file.")]) from None
    problems = [Problem(one.at, one.code, f"{name}: {one.message}", one.hint) for one in case.problems()]
    if case.id != Path(name).stem:
        problems.append(Problem("/id", "bad-case", f"{name} holds the case {case.id}.", f"Name the file {case.id}.json."))
    if problems:
        raise ProblemsError(problems)
    return case


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


_WORDS = {
    "extra_forbidden": "There is no such key here",
    "missing": "The key is missing",
    "too_short": "It is empty",
    "tuple_type": "It is no array",
}


def _translated(error: ValidationError, name: str) -> Iterator[Problem]:
    """Yield what is wrong, without what only follows from something below it."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    places = [pointer(*detail["loc"]) for detail in details]
    for at, detail in zip(places, details, strict=True):
        if not any(other.startswith(f"{at}/") for other in places):
            said = _WORDS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
            yield Problem(at, "bad-case", f"{name}: {said}.", "evals/README.md says what a case is made of.")


def read_cases(folder: Path) -> tuple[Case, ...]:
    """Return the cases of a folder, by their ids.

    Raises:
        ProblemsError: there are none, or one of them is wrong.
    """
    try:
        files = sorted(folder.glob("*.json"))
    except OSError:
        files = []
    if not files:
        raise ProblemsError(
            [Problem("", "no-cases", f"There are no cases in {folder}.", "A case is a file such as shop.json.")]
        )
    problems, cases = list[Problem](), list[Case]()
    for path in files:
        try:
            cases.append(read_case(_text(path), path.name))
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return tuple(cases)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _BYTES_LIMIT:
            raise ProblemsError([Problem("", "bad-case", f"{path.name} is larger than a megabyte.", "Make it shorter.")])
        return path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise ProblemsError([Problem("", "bad-case", f"{path.name} cannot be read: {error}.", "Correct the file.")]) from None
