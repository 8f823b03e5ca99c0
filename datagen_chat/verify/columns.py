"""Claims about the values of one column: types, nulls, bounds, patterns and lists."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from datagen_chat.generators.bernoulli import Bernoulli
from datagen_chat.generators.choice import Choice
from datagen_chat.generators.constant import Constant
from datagen_chat.generators.distribution import Distribution
from datagen_chat.generators.enum_list import EnumList
from datagen_chat.generators.pattern import Pattern
from datagen_chat.generators.uuid import Uuid
from datagen_chat.modifiers.clamp import Clamp
from datagen_chat.problems import pointer, shown
from datagen_chat.schema.constraints import Range
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Column, Table
from datagen_chat.schema.promises import enums, patterns
from datagen_chat.sql import literal, quoted
from datagen_chat.verify.basis import Basis
from datagen_chat.verify.branches import Branch, branches
from datagen_chat.verify.claims import Claim
from datagen_chat.verify.questions import NoRow, Question, Stored
from datagen_chat.verify.reading import Reading, misfit
from datagen_chat.verify.sql import held, listed, number, value
from datagen_chat.words import ColumnType, Scalar

_NAMES: dict[ColumnType, str] = {
    "int": "whole numbers",
    "float": "numbers",
    "string": "text",
    "bool": "true or false",
    "datetime": "times",
    "date": "days",
}
_SHOWN = 4
_LAST_BITS = "4e-15"
"""What the last bits of a float can make of its nearest decimal number, as a share of it."""

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def column_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what a schema claims of single columns, row by row."""
    yield from _of_types(basis)
    for k, rule in enumerate(basis.index.dataset.constraints.ranges):
        yield _range(pointer("constraints", "ranges", k), rule, basis)
    for at, table, column in basis.columns:
        yield from _drawn(at, table, column, basis)
    for pattern in patterns(basis.index.dataset):
        yield _matching(pattern.at, pattern.place, pattern.regex, basis)
    for enum in enums(basis.index.dataset):
        if enum.source is not None:
            yield _among_rows(enum.at, enum.place, enum.source, basis)
        else:
            yield _among(enum.at, enum.place, enum.values or (), basis)


def _of_types(basis: Basis) -> Iterator[Claim]:
    """Yield that columns are of their types, are not null where none may be, and have no more decimals than are written."""
    for at, table, column in basis.columns:
        reading = basis.readings.get(table.id)
        if reading is not None and column.name in reading.columns:
            yield _typed(at, table, column, reading)
    for at, table, column in basis.columns:
        if not column.may_be_null:
            yield _never_null(at, table, column, basis)
    for at, table, column in basis.columns:
        if column.type == "float":
            yield _finite(at, table, column, basis)


def _typed(at: str, table: Table, column: Column, reading: Reading) -> Claim:
    question: Question
    if reading.is_text:
        condition = misfit(column, reading.columns[column.name])
        question = NoRow(reading.written, condition, _written(table, column.name, reading))
    else:
        question = Stored(f"(DESCRIBE {quoted(table.id)})", column.name, column.type)
    claim = Claim("type", f"{at}/type", table.id, f"{table.id}.{column.name}", f"holds {_NAMES[column.type]}")
    return claim.asking(question)


def _written(table: Table, column: str, reading: Reading) -> tuple[str, ...]:
    return tuple(quoted(name) for name in dict.fromkeys((table.pk, column)) if name in reading.columns)


def _never_null(at: str, table: Table, column: Column, basis: Basis) -> Claim:
    place, cell, reading = (table.id, column.name), quoted(column.name), basis.readings.get(table.id)
    claim = Claim("null", at, table.id, ".".join(place), "is never null")
    if place in basis.index.failing:
        return claim.skipped("a formula that fails gives null, whatever the column says")
    if reading is not None and reading.is_text:
        question = NoRow(reading.written, f"{cell} IS NULL", _written(table, column.name, reading))
    else:
        question = NoRow(quoted(table.id), f"{cell} IS NULL", basis.shown(table.id, column.name))
    return claim.asking(question, place)


def _finite(at: str, table: Table, column: Column, basis: Basis) -> Claim:
    """Return that numbers are finite, and have no more decimals than are written."""
    place, cell, decimals = (table.id, column.name), quoted(column.name), column.decimals
    broken, words = f"NOT isfinite({cell})", "is finite"
    if decimals is not None:
        broken = f"({broken} OR abs({cell} - round({cell}, {decimals})) > {_LAST_BITS} * abs({cell}))"
        words = f"is finite and has at most {decimals} {'decimal' if decimals == 1 else 'decimals'}"
    claim = Claim("decimals", f"{at}/{'type' if decimals is None else 'decimals'}", table.id, ".".join(place), words)
    return claim.asking(NoRow(quoted(table.id), broken, basis.shown(*place)), place)


def _range(at: str, rule: Range, basis: Basis) -> Claim:
    table, _, name = rule.attr.partition(".")
    type_ = basis.index.columns[table, name].type
    bound: ColumnType = "float" if type_ == "int" else type_
    low = None if rule.min is None else value(rule.min, bound)
    high = None if rule.max is None else value(rule.max, bound)
    words = [f"at least {shown(rule.min)}"] if rule.min is not None else []
    words += [f"at most {shown(rule.max)}"] if rule.max is not None else []
    claim = Claim("range", at, table, rule.attr, f"is {' and '.join(words)}")
    return claim.asking(_outside((table, name), low, high, None, basis), (table, name))


def _outside(place: Place, low: str | None, high: str | None, condition: str | None, basis: Basis) -> NoRow:
    """Return that no row of some lies beyond two bounds."""
    cell = quoted(place[1])
    beyond = [f"{cell} < {low}"] if low is not None else []
    beyond += [f"{cell} > {high}"] if high is not None else []
    broken = f"({' OR '.join(beyond)})" + (f" AND {condition}" if condition else "")
    return NoRow(quoted(place[0]), broken, basis.shown(*place))


def _drawn(at: str, table: Table, column: Column, basis: Basis) -> Iterator[Claim]:
    """Yield what the generator of a column says of each value."""
    place = (table.id, column.name)
    changes = [change.args for change in column.modifiers]
    last = changes[-1].clamps() if changes and isinstance(changes[-1], Clamp) and column.type in ("int", "float") else None
    if last is not None:
        yield _clamped(f"{at}/modifiers/{len(changes) - 1}/args", place, last, None, basis, slack=True)
    for branch in branches(column, table, basis.index):
        word, where = branch.generator, at + branch.at
        if isinstance(word, Distribution) and word.clamp is not None and not any(change.converts for change in changes):
            kept = word.clamp if last is None else (_pulled(word.clamp[0], last), _pulled(word.clamp[1], last))
            yield _clamped(f"{where}/clamp", place, kept, branch, basis, slack=last is not None)
        elif isinstance(word, Choice) and word.choices is not None and not changes:
            yield _among(f"{where}/choices", place, word.choices, basis, branch)
        elif isinstance(word, Bernoulli) and column.type != "bool" and not changes:
            yield _among(f"{where}/p", place, (0, 1), basis, branch)
        elif isinstance(word, Constant | EnumList) and not changes:
            said, values = ("value", (word.value,)) if isinstance(word, Constant) else ("values", word.values)
            yield _among(f"{where}/{said}", place, values, basis, branch)
        elif isinstance(word, Uuid) and not changes:
            yield _matching(where, place, _UUID, basis, branch)
        elif isinstance(word, Pattern) and not changes:
            yield _matching(f"{where}/regex", place, word.regex, basis, branch)


def _clamped(
    at: str, place: Place, clamp: tuple[float, float], branch: Branch | None, basis: Basis, *, slack: bool = False
) -> Claim:
    column, (low, high) = basis.index.columns[place], clamp
    words = [f"at least {low:.15g}"] if math.isfinite(low) else []
    words += [f"at most {high:.15g}"] if math.isfinite(high) else []
    half = 0.5 * 10.0 ** -(column.places or 0) if slack or _is_between(clamp, column) else 0.0
    bounds = (number(low - half) if math.isfinite(low) else None, number(high + half) if math.isfinite(high) else None)
    claim = Claim("clamp", at, place[0], ".".join(place), f"is {' and '.join(words)}{_of(branch)}")
    if branch is not None and branch.problem:
        return claim.skipped(branch.problem)
    return claim.asking(_outside(place, *bounds, None if branch is None else branch.condition, basis), place, *_read(branch))


def _pulled(bound: float, clamp: tuple[float, float]) -> float:
    """Return what a clamp after another one makes of a bound of the first."""
    return min(max(bound, clamp[0]), clamp[1])


def _is_between(clamp: tuple[float, float], column: Column) -> bool:
    """Return whether no rounded value lies within a clamp, so that rounding leads out of it."""
    if column.places is None:
        return False
    unit = 10.0**column.places
    return math.floor(clamp[1] * unit + 1e-9) < math.ceil(clamp[0] * unit - 1e-9)


def _of(branch: Branch | None) -> str:
    return "" if branch is None or not branch.words else f" where {branch.words}"


def _read(branch: Branch | None) -> tuple[Place, ...]:
    return () if branch is None else branch.reads


def _matching(at: str, place: Place, regex: str, basis: Basis, branch: Branch | None = None) -> Claim:
    claim = Claim("pattern", at, place[0], ".".join(place), f"matches {shown(regex, 60)}{_of(branch)}")
    if branch is not None and branch.problem:
        return claim.skipped(branch.problem)
    broken = f"NOT regexp_full_match({quoted(place[1])}, {literal(f'(?:{regex})')})"
    broken += f" AND {branch.condition}" if branch is not None and branch.condition else ""
    question = NoRow(quoted(place[0]), broken, basis.shown(*place))
    return claim.asking(question, place, *_read(branch))


def _among(at: str, place: Place, values: Sequence[Scalar], basis: Basis, branch: Branch | None = None) -> Claim:
    column = basis.index.columns[place]
    words = ", ".join(shown(one, 20) for one in values[:_SHOWN]) + (", …" if len(values) > _SHOWN else "")
    claim = Claim("enum", at, place[0], ".".join(place), f"is one of {words}{_of(branch)}")
    if branch is not None and branch.problem:
        return claim.skipped(branch.problem)
    allowed = listed(dict.fromkeys(held(one, column) for one in values if one is not None)) or "NULL"
    cell = quoted(place[1])
    broken = f"{cell} NOT IN ({allowed})" if allowed != "NULL" else f"{cell} IS NOT NULL"
    broken += f" AND {branch.condition}" if branch is not None and branch.condition else ""
    return claim.asking(NoRow(quoted(place[0]), broken, basis.shown(*place)), place, *_read(branch))


def _among_rows(at: str, place: Place, source: Place, basis: Basis) -> Claim:
    (table, name), (other, theirs) = place, source
    joined = f"{quoted(table)} AS t0 ANTI JOIN {quoted(other)} AS t1 ON t0.{quoted(name)} = t1.{quoted(theirs)}"
    question = NoRow(joined, f"t0.{quoted(name)} IS NOT NULL", basis.shown(table, name, alias="t0"))
    claim = Claim("enum", at, table, ".".join(place), f"is one of {'.'.join(source)}")
    return claim.asking(question, place, source)
