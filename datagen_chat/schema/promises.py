"""What a schema promises of single columns, by the patterns and lists of its constraints, held against what is known of them.

Promises are checked on the output. What the generator of a column is known to break is a problem before the first row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datagen_chat.frozen import dataclass
from datagen_chat.generators._written import check_fit, fits, held
from datagen_chat.problems import Problem, pointer, shown
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Column, Dataset
from datagen_chat.schema.references import unknown_place
from datagen_chat.values import compute, words_array
from datagen_chat.words import ColumnType, Scalar


@dataclass(frozen=True, slots=True)
class PatternPromise:
    """That all texts of a column match a regular expression as a whole; `at` is where it stands."""

    at: str
    place: Place
    regex: str


@dataclass(frozen=True, slots=True)
class EnumPromise:
    """That a column has no values but these, or those of another column; `at` is where it stands."""

    at: str
    place: Place
    values: tuple[Scalar, ...] | None
    source: Place | None


def patterns(dataset: Dataset) -> Iterator[PatternPromise]:
    """Yield the patterns that columns promise to match."""
    for k, rule in enumerate(dataset.constraints.pattern):
        yield PatternPromise(pointer("constraints", "pattern", k, "regex"), _place(rule.attr), rule.regex)
    for at, place, column in _promising(dataset):
        if column.constraints is not None and column.constraints.pattern is not None:
            yield PatternPromise(at + "/pattern", place, column.constraints.pattern)


def enums(dataset: Dataset) -> Iterator[EnumPromise]:
    """Yield the lists that columns promise to keep to."""
    for k, rule in enumerate(dataset.constraints.enum):
        key = "values" if rule.enum_ref is None else "enum_ref"
        source = None if rule.enum_ref is None else _place(rule.enum_ref)
        yield EnumPromise(pointer("constraints", "enum", k, key), _place(rule.attr), rule.values, source)
    for at, place, column in _promising(dataset):
        own = column.constraints
        if own is not None and own.enum is not None:
            yield EnumPromise(at + "/enum", place, own.enum, None)
        if own is not None and own.enum_ref is not None:
            yield EnumPromise(at + "/enum_ref", place, None, _place(own.enum_ref))


def _promising(dataset: Dataset) -> Iterator[tuple[str, Place, Column]]:
    for i, table in enumerate(dataset.nodes):
        for j, column in enumerate(table.columns):
            if column.constraints is not None:
                yield pointer("nodes", i, "columns", j, "constraints"), (table.id, column.name), column


def _place(reference: str) -> Place:
    table, _, column = reference.partition(".")
    return table, column


def check_promises(index: Index) -> Iterator[Problem]:
    """Yield patterns and lists that make no sense for their columns, and those that the columns are known to break."""
    constraints = index.dataset.constraints
    for family, rules in (("pattern", constraints.pattern), ("enum", constraints.enum)):
        places = (_place(rule.attr) for rule in rules)
        for k, place in enumerate(places):
            if place not in index.columns:
                yield unknown_place(pointer("constraints", family, k, "attr"), *place, index, qualified=True)
    yield from _check_given(index)
    for pattern in patterns(index.dataset):
        if pattern.place in index.columns:
            yield from _check_pattern(pattern, index)
    for enum in enums(index.dataset):
        if enum.place in index.columns:
            yield from _check_enum(enum, index)


def _check_given(index: Index) -> Iterator[Problem]:
    """Yield entries of constraints.enum that give no values, or two sources of them."""
    for k, rule in enumerate(index.dataset.constraints.enum):
        at = pointer("constraints", "enum", k)
        if rule.values is None and rule.enum_ref is None:
            message = f"The values of {rule.attr} are missing."
            yield Problem(at + "/values", "missing-key", message, 'Add "values", or "enum_ref".')
        elif rule.values is not None and rule.enum_ref is not None:
            message = f"values and enum_ref both say what {rule.attr} may be."
            yield Problem(at + "/enum_ref", "enum-twice", message, "Keep the one that is meant.")


def _check_pattern(promise: PatternPromise, index: Index) -> Iterator[Problem]:
    name, type_ = ".".join(promise.place), index.columns[promise.place].type
    if type_ != "string":
        message = f"{name} is of type {type_}; only text matches a pattern."
        yield Problem(promise.at, "pattern-type", message, "Use constraints.ranges for numbers and times.")
        return
    from pyarrow import ArrowInvalid

    words = [value for value in index.outcomes(promise.place) or () if isinstance(value, str)]
    try:
        matched = matching(promise.regex, words)
    except ArrowInvalid:
        message = f"{shown(promise.regex)} is no regular expression that can be checked."
        hint = "Write characters, classes, groups and repetition; lookaround and backreferences are not known."
        yield Problem(promise.at, "bad-regex", message, hint)
        return
    odd = next((word for word, fits in zip(words, matched, strict=True) if not fits), None)
    if odd is not None:
        message = f"{name} can be {shown(odd)}, which does not match {shown(promise.regex)}."
        yield Problem(promise.at, "pattern-broken", message, "Change the pattern, or what the column can be.")


def matching(regex: str, words: Sequence[str]) -> list[bool]:
    """Return which words a regular expression matches as a whole, in time proportional to their length.

    Raises:
        pyarrow.ArrowInvalid: it is none that RE2 knows.
    """
    from pyarrow._compute import MatchSubstringOptions

    column = words_array(list(words) or [""])
    compute("match_substring_regex", words_array([""]), options=MatchSubstringOptions(regex))  # by itself: a)|(b is none
    found = compute("match_substring_regex", column, options=MatchSubstringOptions(f"^(?:{regex})$"))
    return [bool(fits) for fits in found.to_pylist()[: len(words)]]


def _check_enum(promise: EnumPromise, index: Index) -> Iterator[Problem]:
    type_ = index.columns[promise.place].type
    allowed = promise.values
    if promise.source is not None:
        wrong = _check_source(promise, promise.source, index)
        if wrong is not None:
            yield wrong
            return
        allowed = index.outcomes(promise.source)
    else:
        at = enumerate(allowed or ())
        problems = [p for k, value in at for p in check_fit(f"{promise.at}/{k}", "enum-type", value, type_)]
        yield from problems
        allowed = None if problems else allowed
    if allowed is not None:
        yield from _check_kept(promise, allowed, type_, index)


def _check_source(promise: EnumPromise, source: Place, index: Index) -> Problem | None:
    if source not in index.columns:
        return unknown_place(promise.at, *source, index, qualified=True)
    own, theirs = index.columns[promise.place].type, index.columns[source].type
    if own == theirs:
        return None
    message = f"{'.'.join(promise.place)} is of type {own}, but {'.'.join(source)} is of type {theirs}."
    return Problem(promise.at, "enum-type", message, "Give both the same type.")


def _check_kept(promise: EnumPromise, allowed: tuple[Scalar, ...], type_: ColumnType, index: Index) -> Iterator[Problem]:
    """Yield the first value that a column can have and that is not allowed; a null is no value."""
    values = {held(value, type_) for value in allowed if value is not None}
    made = [value for value in index.outcomes(promise.place) or () if value is not None and fits(value, type_)]
    odd = next((value for value in made if held(value, type_) not in values), None)
    if odd is not None:
        message = f"{'.'.join(promise.place)} can be {shown(odd)}, which is not among the values that it promises."
        yield Problem(promise.at, "enum-broken", message, "Add the value, or change what the column can be.")
