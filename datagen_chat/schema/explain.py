"""Where and why a document is not a schema: every error of the JSON Schema, said in the language's own terms.

Importing this module imports jsonschema, which takes a while; only documents with mistakes need it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from pydantic import ValidationError as PydanticError

from datagen_chat.frozen import dataclass
from datagen_chat.instants import INSTANT_PATTERN
from datagen_chat.popularity import WEIGHTS_KIND_HELP, WEIGHTS_KIND_PATTERN
from datagen_chat.problems import Problem, did_you_mean, pointer, shown
from datagen_chat.schema.json_schema import annotated_schema, formats
from datagen_chat.schema.limits import PROBLEM_LIMIT
from datagen_chat.schema.model import Column, Table
from datagen_chat.words import COLUMN_PATTERN, MOMENT_PATTERN, NAME_PATTERN, REFERENCE_PATTERN, Word


@dataclass(frozen=True, slots=True)
class Slip:
    """One departure from the JSON Schema: the keyword and its value, and the instance, its place and the schema for it."""

    keyword: str
    rule: Any
    value: Any
    place: tuple[str | int, ...]
    schema: Any
    cause: Exception | None

    def at(self, *more: str) -> str:
        """Return the pointer of the place, or of something in it."""
        return pointer(*self.place, *more)

    @property
    def what(self) -> str:
        """What a message calls the place: the last key of its pointer, or the table or column by its name."""
        key = next((part for part in reversed(self.place) if isinstance(part, str)), "the schema")
        if not self.place or isinstance(self.place[-1], str):
            return key
        kind = {"nodes": "table", "columns": "column", "foreign_keys": "foreign key"}.get(key, f"entry of {key}")
        name = self.value.get("id", self.value.get("name")) if isinstance(self.value, dict) else None
        return f"{kind} {name}" if isinstance(name, str) and len(name) <= 63 else f"the {kind}"


def explain(draft: Any) -> tuple[Problem, ...]:
    """Return every place where a document departs from the JSON Schema, at most PROBLEM_LIMIT of them."""
    found: dict[tuple[str, str], Problem] = {}
    for error in islice(_validator().iter_errors(draft), PROBLEM_LIMIT):
        slip = Slip(
            str(error.validator), error.validator_value, error.instance, tuple(error.absolute_path), error.schema, error.cause
        )
        for problem in _EXPLAINED.get(slip.keyword, _other)(slip):
            found.setdefault((problem.at, problem.code), problem)
    return tuple(islice(found.values(), PROBLEM_LIMIT))


@cache
def _validator() -> Validator:
    kind = extend(Draft202012Validator, {"pattern": _match, "items": _check_items})  # type: ignore[no-untyped-call] # jsonschema's own annotation is partial
    validator: Validator = kind(annotated_schema(), format_checker=formats())
    return validator


def _match(validator: Validator, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ARG001
    """Yield an error unless the whole text matches; Python's `$` alone would let a final newline pass."""
    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError(f"{instance!r} does not match")


_MODELS: dict[str, type[Word]] = {"#/$defs/Table": Table, "#/$defs/Column": Column}


def _check_items(validator: Validator, items: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Yield the errors of an array's items; tables and columns that the model accepts need none, and it is much faster."""
    model = _MODELS.get(items.get("$ref", ""))
    for index in range(len(schema.get("prefixItems", ())), len(instance) if isinstance(instance, list) else 0):
        if model is None or not _accepts(model, instance[index]):
            yield from validator.descend(instance[index], items, path=index)  # type: ignore[attr-defined] # not in the protocol


def _accepts(model: type[Word], value: Any) -> bool:
    try:
        model.model_validate(value)
    except PydanticError:
        return False
    return True


def told(value: Any) -> str:
    """Return how a message names a value: itself when it is short and plain, else what it is.

    >>> told([1, 2]), told({}), told("x"), told(1.5)
    ('an array of 2', 'an object without keys', '"x"', '1.5')
    """
    if isinstance(value, dict):
        return f"an object with the keys {_listed(value)}" if value else "an object without keys"
    return f"an array of {len(value)}" if isinstance(value, list) else shown(value)


def _listed(words: Any, limit: int = 12) -> str:
    names = [str(word)[:60] for word in islice(words, limit + 1)]
    return ", ".join(names[:limit]) + (" …" if len(names) > limit else "")


def _unknown_keys(slip: Slip) -> Iterator[Problem]:
    known: Mapping[str, Any] = slip.schema["properties"]
    is_generator = slip.schema.get("family") == "generator"
    if is_generator and len(slip.value) != 1:
        return  # there is one problem for the object already: too many keys
    for key in slip.value:
        if key not in known:
            meant = _meant(key, known)
            listed = f"Use one of {_listed(known, 30)}." if is_generator else f"The keys here are {_listed(_own(known), 30)}."
            code, what = ("unknown-generator", "generator") if is_generator else ("unknown-key", "key")
            yield Problem(slip.at(key), code, f"There is no {what} {shown(key, 60)} in {slip.what}.", meant or listed)


def _own(known: Mapping[str, Any]) -> list[str]:
    return [name for name in known if name not in ("comment", "description")] or list(known)


def _meant(key: str, known: Mapping[str, Any]) -> str:
    named = next((name for name, part in known.items() if key in part.get("also", ())), None)
    return f'Write "{named}" instead.' if named else did_you_mean(key, known)


def _missing(slip: Slip) -> Iterator[Problem]:
    for key in slip.rule:
        if key not in slip.value:
            part = slip.schema.get("properties", {}).get(key, {})
            about = part.get("description", "")
            hint = f'Add "{key}"' + (f". {about}" if about[:1] == '"' else f": {about[0].lower()}{about[1:]}" if about else ".")
            yield Problem(slip.at(key), "missing-key", f"{key} is missing in {slip.what}.", hint)


_TYPES = {
    "object": "an object",
    "array": "an array",
    "string": "a text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def _wrong_type(slip: Slip) -> Iterator[Problem]:
    if slip.value is None:
        hint = f"Leave {slip.what} out, or give it a value."
        yield Problem(slip.at(), "null-value", f"{slip.what} is null.", hint)
        return
    types = [slip.rule] if isinstance(slip.rule, str) else slip.rule
    wanted = " or ".join(_TYPES[name] for name in types)
    hint = slip.schema.get("advice", f"Write {wanted}.")
    yield Problem(slip.at(), "wrong-type", f"{slip.what} is {told(slip.value)}, not {wanted}.", hint)


def _not_listed(slip: Slip) -> Iterator[Problem]:
    if not isinstance(slip.value, str):
        return  # the wrong type is problem enough
    words = [str(word) for word in slip.rule]
    meant = slip.schema.get("synonyms", {}).get(slip.value)
    near = f'Did you mean "{meant}"?' if meant else did_you_mean(slip.value, words)
    hint = f"Use {_either(words)}. {near}".strip()
    yield Problem(slip.at(), "not-one-of", f"{told(slip.value)} is not allowed as {slip.what}.", hint)


def _either(words: list[str]) -> str:
    quoted = [f'"{word}"' for word in words]
    return " or ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else quoted[0]


_FORMS = {
    NAME_PATTERN: ("bad-name", "Use letters, digits and underscores, starting with a letter, at most 63 characters."),
    REFERENCE_PATTERN: ("bad-reference", 'Write it as "table.column".'),
    COLUMN_PATTERN: ("bad-reference", 'Write a column\'s name, or "table.column".'),
    INSTANT_PATTERN: ("bad-instant", "Write an instant in UTC such as 2024-01-01T00:00:00Z."),
    MOMENT_PATTERN: ("bad-instant", 'Write an instant such as 2024-01-01T00:00:00Z, or a column such as "order.placed_at".'),
    WEIGHTS_KIND_PATTERN: ("bad-weights-kind", f"Write {WEIGHTS_KIND_HELP}."),
    "^timeframe$": ("bad-window", 'Write "timeframe", or an object with start and end.'),
}


def _bad_form(slip: Slip) -> Iterator[Problem]:
    code, hint = _FORMS.get(slip.rule, ("bad-text", f"Write a text that matches {slip.rule}"))
    yield Problem(slip.at(), code, f"{told(slip.value)} is not allowed as {slip.what}.", hint)


def _bad_format(slip: Slip) -> Iterator[Problem]:
    code = "bad-instant" if slip.rule == "moment" else f"bad-{slip.rule}"
    yield Problem(slip.at(), code, f"{slip.cause}.".replace("\n", "\\n"), _FORM_HINTS[slip.rule])


_FORM_HINTS = {
    "instant": _FORMS[INSTANT_PATTERN][1],
    "moment": _FORMS[MOMENT_PATTERN][1],
    "frequency": "Write a step such as H, D, W, M or 15min.",
}


def _bound(code: str, relation: str, hint: str) -> Callable[[Slip], Iterator[Problem]]:
    """Return how to say that a number, a text, an array or an object leaves a bound."""

    def said(slip: Slip) -> Iterator[Problem]:
        size = f"{slip.what} has {len(slip.value)}" if isinstance(slip.value, str | list | dict) else told(slip.value)
        limit = f"{slip.rule:g}" if isinstance(slip.rule, float) else slip.rule
        message = (
            f"{size} is {relation} {limit}." if not isinstance(slip.value, str | list | dict) else f"{size} {relation} {limit}."
        )
        yield Problem(slip.at(), code, message, hint.format(what=slip.what, limit=limit))

    return said


def _too_many_keys(slip: Slip) -> Iterator[Problem]:
    keys = _listed(slip.value)
    if slip.schema.get("family") == "generator":
        hint = f'Write {{"<word>": {{…}}}} with one of {_listed(slip.schema["properties"], 30)}; all arguments stand inside.'
        yield Problem(slip.at(), "too-many-keys", f"A generator has exactly one key; here are {keys}.", hint)
    else:
        message = f"{slip.what} has {len(slip.value)} keys ({keys})."
        yield Problem(slip.at(), "too-many-keys", message, f"Keep at most {slip.rule}.")


def _too_few_keys(slip: Slip) -> Iterator[Problem]:
    hint = (
        f"Give it one of {_listed(slip.schema.get('properties', {}), 30)}." if "properties" in slip.schema else "Give it a key."
    )
    yield Problem(slip.at(), "too-few-keys", f"{slip.what} has no key.", hint)


def _other(slip: Slip) -> Iterator[Problem]:
    yield Problem(slip.at(), "invalid", f"{told(slip.value)} is not allowed as {slip.what}.")


_EXPLAINED: dict[Any, Callable[[Slip], Iterator[Problem]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing,
    "type": _wrong_type,
    "enum": _not_listed,
    "pattern": _bad_form,
    "format": _bad_format,
    "minimum": _bound("too-small", "below", "Use {limit} or more."),
    "maximum": _bound("too-large", "above", "Use {limit} or less."),
    "exclusiveMinimum": _bound("too-small", "not above", "Use more than {limit}."),
    "exclusiveMaximum": _bound("too-large", "not below", "Use less than {limit}."),
    "minLength": _bound("too-short", "characters, fewer than", "Write at least {limit}."),
    "maxLength": _bound("too-long", "characters, more than", "Write at most {limit}."),
    "minItems": _bound("too-few", "values, fewer than", "Give {what} at least {limit}."),
    "maxItems": _bound("too-many", "values, more than", "Give {what} at most {limit}."),
    "minProperties": _too_few_keys,
    "maxProperties": _too_many_keys,
}
