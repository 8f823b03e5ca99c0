"""Claims about the value of each row that its generator leaves no choice in, and about the bounds of laws."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from datagen_chat.generators.distribution import Distribution
from datagen_chat.generators.enum_list import EnumList
from datagen_chat.generators.sequence import Sequence
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import quoted
from datagen_chat.verify.basis import Basis
from datagen_chat.verify.branches import Branch, branches
from datagen_chat.verify.claims import Claim
from datagen_chat.verify.questions import NoRow
from datagen_chat.verify.row_numbers import NO_ORDER, distance, row_number, step_of
from datagen_chat.verify.shares import inside
from datagen_chat.verify.sql import held, listed, number

_FUZZ = 1e-9
"""What the last bits of a float can make of a bound, beside it."""

_ENDS: Mapping[str, Callable[[Any], tuple[float, float]]] = {
    "lognormal": lambda _: (0, math.inf),
    "uniform": lambda law: (law.low, law.high),
    "loguniform": lambda law: (law.low, law.high),
    "triangular": lambda law: (law.low, law.high),
    "exponential": lambda _: (0, math.inf),
    "gamma": lambda _: (0, math.inf),
    "beta": lambda law: (law.low, law.high),
    "weibull": lambda _: (0, math.inf),
    "pareto": lambda law: (law.minimum, math.inf),
    "poisson": lambda _: (0, math.inf),
    "binomial": lambda law: (0, law.n),
    "geometric": lambda _: (1, math.inf),
    "negative_binomial": lambda _: (0, math.inf),
    "zipf": lambda law: (1, law.n),
}
"""The lowest and the highest number of each law that has such ends."""


def value_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what generators say of each value: the bounds of laws, the rows of sequences and of lists."""
    for at, table, column in basis.columns:
        for branch in branches(column, table, basis.index) if not column.modifiers else ():
            word = branch.generator
            if isinstance(word, Distribution):
                yield from _bounded(at, (table.id, column.name), word, branch, basis)
            elif isinstance(word, Sequence):
                yield _counted(at, table, column, word, branch, basis)
            elif isinstance(word, EnumList):
                yield _in_order(at, table, column, word, branch, basis)


def _bounded(at: str, place: Place, word: Distribution, branch: Branch, basis: Basis) -> Iterator[Claim]:
    """Yield that no value lies beyond the ends of its law, where nothing pulls it to other ones."""
    ends = _ENDS.get(word.type)
    if ends is None:
        return
    column, (low, high), (least, most) = basis.index.columns[place], ends(word.params), inside(word, basis, place)
    unit = 10.0 ** -(column.places or 0)
    half = 0.0 if word.params.discrete else unit / 2
    is_low, is_high = low + unit <= most and low >= least, high - unit >= least and high <= most
    cell, words, beyond = quoted(place[1]), list[str](), list[str]()
    if is_low and math.isfinite(low):
        words.append(f"at least {low:.15g}")
        beyond.append(f"{cell} < {number(low - half - _FUZZ * max(half, abs(low)))}")
    if is_high and math.isfinite(high):
        words.append(f"at most {high:.15g}")
        beyond.append(f"{cell} > {number(high + half + _FUZZ * max(half, abs(high)))}")
    if not beyond:
        return
    claim = Claim("bounds", f"{at}{branch.at}/params", place[0], ".".join(place), f"is {' and '.join(words)}{_of(branch)}")
    if branch.problem:
        yield claim.skipped(branch.problem)
        return
    question = NoRow(quoted(place[0]), _among(f"({' OR '.join(beyond)})", branch), basis.shown(*place))
    yield claim.asking(question, place, *branch.reads)


def _of(branch: Branch) -> str:
    return f" where {branch.words}" if branch.words else ""


def _among(broken: str, branch: Branch) -> str:
    return f"{broken} AND {branch.condition}" if branch.condition else broken


def _counted(at: str, table: Table, column: Column, word: Sequence, branch: Branch, basis: Basis) -> Claim:
    """Return that the values of a sequence are those of its rows: for a key, the first ones of it, and no others."""
    step = f" in steps of {word.step}" if word.step != 1 else ""
    place, cell = (table.id, column.name), quoted(column.name)
    claim = Claim("sequence", at + branch.at, table.id, ".".join(place), f"counts from {word.start}{step}{_of(branch)}")
    if branch.problem:
        return claim.skipped(branch.problem)
    if column.name != table.pk:
        row = row_number(table)
        if row is None:
            return claim.skipped(NO_ORDER)
        question = NoRow(
            quoted(table.id), _among(f"{cell} <> {word.start} + {step_of(word)} * {row}", branch), basis.shown(*place)
        )
        return claim.asking(question, place, (table.id, table.pk), *branch.reads)
    rows = '"number of rows"'
    source = f"{quoted(table.id)}, (SELECT count(*) AS {rows} FROM {quoted(table.id)})"  # noqa: S608 - names are letters, digits and underscores
    last = f"{word.start} + {step_of(word)} * ({rows} - 1)"
    beyond = f"{cell} < {word.start} OR {cell} > {last}" if word.step > 0 else f"{cell} > {word.start} OR {cell} < {last}"
    broken = f"({beyond} OR ({distance(cell, word)}) % {abs(word.step)} <> 0)"
    return claim.asking(NoRow(source, _among(broken, branch), basis.shown(*place)), place, *branch.reads)


def _in_order(at: str, table: Table, column: Column, word: EnumList, branch: Branch, basis: Basis) -> Claim:
    """Return that the k-th row has the k-th value of a list; for a key, which says the order, that it is of the first ones."""
    place, cell, row = (table.id, column.name), quoted(column.name), row_number(table)
    claim = Claim(
        "list", f"{at}{branch.at}/values", table.id, ".".join(place), f"has the k-th value in the k-th row{_of(branch)}"
    )
    if branch.problem:
        return claim.skipped(branch.problem)
    if row is None:
        return claim.skipped(NO_ORDER)
    if column.name == table.pk:
        source = f'{quoted(table.id)}, (SELECT count(*) AS "number of rows" FROM {quoted(table.id)})'  # noqa: S608 - names are letters, digits and underscores
        question = NoRow(source, _among(f'coalesce({row} >= "number of rows", true)', branch), basis.shown(*place))
        return claim.asking(question, place, *branch.reads)
    broken = f"{cell} IS DISTINCT FROM [{listed(held(value, column) for value in word.values)}][{row} + 1]"
    if column.null_rate:
        broken = f"{cell} IS NOT NULL AND {broken}"
    question = NoRow(quoted(table.id), _among(broken, branch), basis.shown(*place))
    return claim.asking(question, place, (table.id, table.pk), *branch.reads)
