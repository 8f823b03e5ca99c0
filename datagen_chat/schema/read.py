"""JSON in, a dataset or problems out: limits first, then the shape, then each word's own checks, then references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, SchemaError, pointer
from datagen_chat.schema.limits import check_size
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.resolve import resolve

Json = Any


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a draft: the dataset unless there are errors, and every problem, notes included.

    `depth` says how far the reading came: 0 too large or another language, 1 wrong in shape, 2 wrong in sense, 3 valid.
    """

    dataset: Dataset | None
    problems: tuple[Problem, ...]
    depth: int = 3

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are not only notes."""
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """The problems that are only worth knowing."""
        return tuple(problem for problem in self.problems if not problem.is_error)

    def valid(self) -> Dataset:
        """Return the dataset.

        Raises:
            SchemaError: there are errors.
        """
        if self.dataset is None:
            raise SchemaError(self.errors)
        return self.dataset


def read(draft: Json) -> Reading:
    """Return the dataset that a JSON document describes, or what is wrong with it."""
    too_large = check_size(draft)
    if too_large:
        return Reading(None, too_large, 0)
    foreign = tuple(_other_language(draft))
    if foreign:
        return Reading(None, foreign, 0)
    try:
        dataset = Dataset.model_validate(draft)
    except ValidationError as error:
        return Reading(None, _explained(draft, error), 1)
    problems = tuple(resolve(dataset))
    wrong = any(problem.is_error for problem in problems)
    return Reading(None if wrong else dataset, problems, 2 if wrong else 3)


def _explained(draft: Json, error: ValidationError) -> tuple[Problem, ...]:
    from datagen_chat.schema.explain import explain

    return explain(draft) or tuple(_translated(error))


def _translated(error: ValidationError) -> Iterator[Problem]:
    """Yield what pydantic alone refused, so that nothing wrong is ever taken for right."""
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        yield Problem(pointer(*detail["loc"]), "invalid", f"{detail['msg']}.", "Write it as the reference says.")


_SIGNS = {
    "openapi": "an OpenAPI document",
    "swagger": "an OpenAPI document",
    "$schema": "a JSON Schema",
    "$defs": "a JSON Schema",
    "properties": "a JSON Schema",
    "dependencies": "a package description",
    "resource": "Terraform",
    "models": "a dbt project",
    "sources": "a dbt project",
}


def _other_language(draft: Json) -> Iterator[Problem]:
    """Yield one problem for a document that is no schema of this language at all."""
    hint = 'Write one object with "version": "1.0", "metadata" and "nodes", an array of tables.'
    if not isinstance(draft, dict):
        yield Problem("", "not-a-schema", f"A schema is a JSON object; this is {_kind(draft)}.", hint)
    elif "nodes" not in draft and not _tables_under_another_name(draft):
        sign = next((language for key, language in _SIGNS.items() if key in draft), None)
        what = f"This looks like {sign}, not like a Datagen schema" if sign else "There are no tables in this object"
        yield Problem("", "not-a-schema", f"{what}.", hint)


def _tables_under_another_name(draft: dict[str, Any]) -> bool:
    extra: Any = Dataset.model_fields["nodes"].json_schema_extra
    return any(isinstance(draft.get(name), list | dict) for name in extra["also"])


def _kind(draft: Json) -> str:
    kinds = {list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(draft), "a number")
