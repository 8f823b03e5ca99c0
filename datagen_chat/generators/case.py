"""A generator for each value of another column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import ConfigDict, Field

from datagen_chat.branches import Branches, check_names, covers
from datagen_chat.conversion import converter
from datagen_chat.generators._ends import ends_of, joined
from datagen_chat.generators._lots import are_few, draw_lots
from datagen_chat.generators._subset import Subset, divided
from datagen_chat.generators._texts import texts_of
from datagen_chat.generators.base import ANY_GENERATOR, CATEGORY_LIMIT, Generator
from datagen_chat.generators.base.facts import Facts, Layout, Texts, may_read_null
from datagen_chat.generators.base.rows import Limits, Locator, Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Lots, Source, Use
from datagen_chat.problems import Problem, pointer
from datagen_chat.rounding import round_half_even
from datagen_chat.selection import Joiner, scattered
from datagen_chat.values import Index, Numbers, Values
from datagen_chat.words import ColumnName, ColumnType, Scalar, term

DEPTH_LIMIT = 16
BRANCH_LIMIT = 10_000
NOTHING = Lots((None,))
"""What rows draw that no branch is for."""


ADVICE = (
    'Name one column in on, and write its values as the keys of when, each with its generator: {"Books": {…}}. '
    "For conditions such as x > 5 add a column whose expression names the case, and decide by that."
)


class Case(Generator, word="case"):
    """A generator for each value of another column: a price for each category, a city for each country."""

    model_config = ConfigDict(json_schema_extra={"advice": ADVICE})

    on: ColumnName = term(
        description="The column that decides: of this row, or of one that it hangs off or points at.",
        also=("column", "by", "field", "switch_on", "depends_on"),
    )
    when: Annotated[dict[str, Annotated[Generator, ANY_GENERATOR]], Field(min_length=1, max_length=BRANCH_LIMIT)] = term(
        description='Its values as text ("Books", "5", "true", "2024-01-31"), each with the generator of its rows.',
        also=("cases", "branches", "switch", "mapping", "whens"),
        advice=ADVICE,
    )
    else_: Annotated[Generator, ANY_GENERATOR] | None = term(
        None,
        "The generator of all other rows, nulls included; without it they are null.",
        also=("default", "otherwise", "fallback", "otherwise_generator", "default_generator"),
        alias="else",
    )

    also: ClassVar = ("switch", "conditional", "case_when", "match", "depends_on", "by_value")
    example: ClassVar = {
        "case": {
            "on": "category",
            "when": {"Books": {"choice": {"choices": [9.99, 14.99]}}, "Toys": {"choice": {"choices": [24.99]}}},
            "else": {"distribution": {"type": "lognormal", "params": {"mu": 3.5, "sigma": 0.5}}},
        }
    }

    def inner(self) -> Iterator[tuple[str, Generator]]:
        """Yield the generators of the branches."""
        yield from ((pointer("when", key), branch) for key, branch in self.when.items())
        if self.else_ is not None:
            yield "/else", self.else_

    @property
    def is_drawn(self) -> bool:
        """Whether a branch draws a row at random even where an ancestor could be copied."""
        return any(branch.is_drawn for _, branch in self.inner())

    @property
    def source(self) -> tuple[str | None, str]:
        """The table of the column that decides, None for the own one, and its name."""
        table, _, column = self.on.rpartition(".")
        return table or None, column

    def uses(self) -> Iterator[Use]:
        """Yield the column that decides, and those that the branches depend on."""
        table, column = self.source
        yield Use("/on", table, column)
        for at, branch in self.inner():
            yield from (use.under(at + pointer(branch.word)) for use in branch.uses())

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield keys that are no values of the column, a branch that is never taken, and what is wrong with the branches."""
        if _depth(self) == DEPTH_LIMIT + 1:
            message = f"Here case stands inside case more than {DEPTH_LIMIT} deep."
            yield Problem("", "case-too-deep", message, "Decide by fewer columns, or by an expression of several.")
        yield from self._check_values(facts)
        for at, branch in self.inner():
            yield from (problem.under(at + pointer(branch.word)) for problem in _check_branch(branch, facts))

    def _check_values(self, facts: Facts) -> Iterator[Problem]:
        type_ = facts.type_of(*self.source)
        if type_ is None:
            return
        yield from check_names(self.when, type_, facts.outcomes(*self.source))

    def _has_rest(self, facts: Facts) -> bool:
        """Return whether rows can have a value that is not listed, or none."""
        (table, column), type_ = self.source, facts.type_of(*self.source)
        made = facts.outcomes(table, column)
        if type_ is None or not covers(self.when, type_, made):
            return True
        return (made is None or table is not None) and may_read_null(facts, table, column)

    def _branches(self, facts: Facts) -> Iterator[Generator]:
        """Yield the generators that rows can be made by."""
        yield from self.when.values()
        if self.else_ is not None and self._has_rest(facts):
            yield self.else_

    def _leaves_out(self, facts: Facts) -> bool:
        return self.else_ is None and self._has_rest(facts)

    def why_null(self, facts: Facts) -> str:
        """Return that a branch can make a null, or that rows without a branch have none."""
        why = next((why for branch in self._branches(facts) if (why := branch.why_null(facts))), "")
        if why or not self._leaves_out(facts):
            return why
        return f"there is no else for rows whose {self.on} is not listed, or null"

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:
        """Return the values of all branches, if those of each are known."""
        found: dict[Scalar, None] = {None: None} if self._leaves_out(facts) else {}
        for branch in self._branches(facts):
            made = branch.outcomes(facts)
            if made is None:
                return None
            found |= dict.fromkeys(made)
        return tuple(found)

    def extent(self, facts: Facts) -> tuple[float, float] | None:
        """Return the least and the greatest value of all branches, if those of each are known."""
        return joined(ends_of(branch, facts) for branch in self._branches(facts))

    def usual_extent(self, facts: Facts, rows: float) -> tuple[float, float] | None:
        """Return those of all branches."""
        return joined(branch.usual_extent(facts, rows) or ends_of(branch, facts) for branch in self._branches(facts))

    def sources(self) -> tuple[Source, ...] | None:
        """Return the columns that the branches copy from, if all of them do."""
        found: list[Source] = []
        for at, branch in self.inner():
            sources = branch.sources()
            if sources is None:
                return None
            found += [source.under(at + pointer(branch.word)) for source in sources]
        return tuple(found)

    def places(self) -> int | None:
        """Return the most decimals of any branch, those of written numbers included; None leaves the values as they are."""
        places = [_places(branch) for _, branch in self.inner()]
        known = [each for each in places if each is not None]
        return None if self.written_places() is not None or len(known) < len(places) else max(known)

    def written_places(self) -> int | None:
        """Return the most decimals that are written in any branch, if all values of all branches are written out."""
        places = [branch.written_places() for _, branch in self.inner()]
        known = [each for each in places if each is not None]
        return None if len(known) < len(places) else max(known)

    def layout(self, facts: Facts) -> Layout:
        """Return that few values repeat, if they do in every branch and are few together."""
        made = self.outcomes(facts)
        are_all_few = all(branch.layout(facts) == "category" for branch in self._branches(facts))
        return "category" if are_all_few and (made is None or len(made) <= CATEGORY_LIMIT) else "plain"

    def texts(self, facts: Facts) -> Texts:
        """Return the mean of all branches, and the words of all."""
        found = [texts_of(branch, facts) for branch in self._branches(facts)]
        if not found:
            return Texts()
        return Texts(sum(each.length for each in found) / len(found), sum(each.words for each in found))

    def makes(self, facts: Facts) -> ColumnType:
        """Return the type that all branches make, or the column's, to which they are then converted."""
        made = {branch.makes(facts) for _, branch in self.inner() if branch.sources() != ()}
        return made.pop() if len(made) == 1 else facts.type

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: where all branches draw of few values, one table; else the rows of each branch apart."""
        branches, which = self._all_branches(), self._which(scope)
        lots = [NOTHING if branch is None else branch.lots(scope) for _, branch in branches]
        drawn = [each for each in lots if each is not None]
        if len(drawn) == len(lots) and are_few(drawn):
            keys = [scope.nested(*steps).key(each.draw) for (steps, _), each in zip(branches, drawn, strict=True)]
            return draw_lots(drawn, keys, which, scope.type)
        return self._apart(scope)

    def _apart(self, scope: Scope) -> Sampler:
        wanted = self.makes(scope)
        samplers = [_sampler(branch, scope.nested(*steps), wanted) for steps, branch in self._all_branches()]
        some = next(sampler for sampler in samplers if sampler is not None)
        parts, join = self._parts(scope), Joiner()

        def sample(rows: Rows) -> Values:
            made = [(sampler, index) for number, index in parts(rows) if (sampler := samplers[number]) is not None]
            if len(made) == 1 and len(made[0][1]) == len(rows):
                return made[0][0](rows)
            made = made or [(some, np.zeros(0, np.int64))]
            values = [sampler(Subset(rows, index)) for sampler, index in made]
            return scattered(values, [index for _, index in made], len(rows), join)

        return sample

    def limits(self, scope: Scope) -> Callable[[Rows], Limits] | None:
        """Return how to find the bounds of each row's branch."""
        found = [branch and branch.limits(scope.nested(*steps)) for steps, branch in self._all_branches()]
        if not any(found):
            return None
        parts = self._parts(scope)

        def limits(rows: Rows) -> Limits:
            low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
            for number, index in parts(rows):
                if own := found[number]:
                    low[index], high[index] = own(Subset(rows, index))
            return low, high

        return limits

    def locate(self, scope: Scope, table: str) -> Locator:
        """Return how to find the row that each branch's value comes from."""
        if self.sources() is None:
            return scope.search(table)
        found = [_locator(branch, scope.nested(*steps), table) for steps, branch in self._all_branches()]
        parts = self._parts(scope)

        def locate(rows: Rows) -> Index:
            out = np.zeros(len(rows), np.int64)
            for number, index in parts(rows):
                out[index] = found[number](Subset(rows, index))
            return out

        return locate

    def _all_branches(self) -> list[tuple[tuple[str, ...], Generator | None]]:
        """Return every branch's steps from here, and its generator; that of the other rows comes last."""
        return [*((("when", key), branch) for key, branch in self.when.items()), (("else",), self.else_)]

    def _which(self, scope: Scope) -> Callable[[Rows], Any]:
        """Return how to number the branches that rows take, the last being -1; columns that divide the rows alike share it."""
        type_, read = scope.type_of(*self.source), scope.reader(*self.source)
        assert type_ is not None
        name, branches = ("case", self.on, *self.when), Branches(tuple(self.when), type_)
        return lambda rows: rows.shared(name, lambda: branches.of(read(rows)))

    def _parts(self, scope: Scope) -> Callable[[Rows], tuple[tuple[int, Index], ...]]:
        """Return how to find the positions of the rows of each branch that has any."""
        which, name = self._which(scope), ("case parts", self.on, *self.when)
        return lambda rows: rows.shared(name, lambda: divided(which(rows), len(self.when)))


def _check_branch(branch: Generator, facts: Facts) -> Iterator[Problem]:
    yield from branch.check(facts)
    if facts.type not in branch.fills:
        message = f"{branch.word} cannot make values of type {facts.type}."
        yield Problem("", "generator-type", message, "Use another generator here.")
    if branch.limits_rows or branch.is_distinct:
        message = f"This {branch.word} decides about all rows of a parent, but a branch has only some of them."
        yield Problem("", "case-of-rows", message, "Leave distinct and regular spacing out here, or use it without a case.")


def _sampler(branch: Generator | None, scope: Scope, wanted: ColumnType) -> Sampler | None:
    """Return the sampler of a branch whose values become those of a type, rounded where the column leaves that to it."""
    if branch is None:
        return None
    made, convert = branch.compile(scope), converter(branch.makes(scope), wanted)
    places = branch.places() if scope.type == "float" and scope.decimals is None else None
    stages = [convert] if convert else []
    if places is not None:
        stages.insert(0, lambda values: _rounded(values, places))
    return made if not stages else lambda rows: _through(stages, made(rows))


def _locator(branch: Generator | None, scope: Scope, table: str) -> Locator:
    if branch is None or not branch.sources():
        return lambda rows: np.zeros(len(rows), np.int64)
    return branch.locate(scope, table)


def _depth(case: Case) -> int:
    """Return how many cases stand inside each other."""
    return 1 + max((_depth(branch) for _, branch in case.inner() if isinstance(branch, Case)), default=0)


def _places(branch: Generator) -> int | None:
    places = branch.places()
    return branch.written_places() if places is None else places


def _rounded(values: Values, places: int) -> Values:
    if not isinstance(values, Numbers) or values.data.dtype != np.float64:
        return values
    return Numbers(round_half_even(values.data, places), values.valid)


def _through(stages: list[Callable[[Values], Values]], values: Values) -> Values:
    for stage in stages:
        values = stage(values)
    return values
