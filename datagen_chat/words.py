"""What all words of the language share: how a word is declared, the types of its arguments, its registry.

A word is a frozen pydantic model. Its class is the only place that says what it takes, what that means and what else
people call it: the JSON Schema, the prompt's reference, the known aliases and the contract tests are derived from it.
"""

# Annotations are values here: as texts, those of `Word` would be compiled again for each class that is derived from it.
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from datagen_chat.instants import INSTANT_PATTERN, parse_instant, parse_step
from datagen_chat.problems import Problem, note

ColumnType = Literal["int", "float", "string", "bool", "datetime", "date"]
COLUMN_TYPES: tuple[ColumnType, ...] = ("int", "float", "string", "bool", "datetime", "date")
TEXT_LIMIT = 10_000
LIST_LIMIT = 100_000
NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"
COLUMN_PATTERN = r"^([A-Za-z][A-Za-z0-9_]{0,62}\.)?[A-Za-z][A-Za-z0-9_]{0,62}$"
FORMULA_PATTERN = r"^[A-Za-z(][^\n]{0,999}$"
MOMENT_PATTERN = f"{INSTANT_PATTERN}|{FORMULA_PATTERN}"
REFERENCE_PATTERN = r"^[A-Za-z][A-Za-z0-9_]{0,62}\.[A-Za-z][A-Za-z0-9_]{0,62}$"


def _integer(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or (isinstance(value, float) and not value.is_integer()):
        raise PydanticCustomError("type", "not a whole number")
    return int(value)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("type", "not a number")
    return value


def _truth(value: Any) -> Any:
    if not isinstance(value, bool):
        raise PydanticCustomError("type", "not true or false")
    return value


def _instant(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("type", "not an instant")
    return parse_instant(value)


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("type", "not an instant, nor a column")
    return value if re.fullmatch(FORMULA_PATTERN, value) else parse_instant(value)


def _scalar(value: Any) -> Any:
    if not isinstance(value, str | int | float | bool | None) or (isinstance(value, str) and len(value) > TEXT_LIMIT):
        raise ValueError("not a text, number, truth value or null")
    return value


def _frequency(value: Any) -> Any:
    if isinstance(value, str):
        parse_step(value)
    return value


Int = Annotated[int, BeforeValidator(_integer), Field(ge=-(2**63), le=2**63 - 1)]
Float = Annotated[float, BeforeValidator(_number), Field(ge=-1e300, le=1e300)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Text = Annotated[str, StringConstraints(max_length=TEXT_LIMIT)]
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
TableName = Annotated[
    str,
    StringConstraints(pattern=NAME_PATTERN),
    WithJsonSchema({"type": "string", "pattern": NAME_PATTERN, "names": "table"}),
]
NameBelow = Annotated[  # a column of any table that hangs off the one that names it
    str,
    StringConstraints(pattern=NAME_PATTERN),
    WithJsonSchema({"type": "string", "pattern": NAME_PATTERN, "names": "below"}),
]
Reference = Annotated[str, StringConstraints(pattern=REFERENCE_PATTERN)]
ColumnName = Annotated[str, StringConstraints(pattern=COLUMN_PATTERN)]
Positive = Annotated[float, BeforeValidator(_number), Field(gt=0, le=1e300)]
Weight = Annotated[float, BeforeValidator(_number), Field(ge=0, le=1e300)]
Share = Annotated[float, BeforeValidator(_number), Field(ge=0, le=1)]
Count = Annotated[int, BeforeValidator(_integer), Field(ge=0, le=10**12)]
Instant = Annotated[
    int,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "instant", "pattern": INSTANT_PATTERN}),
]
Moment = Annotated[
    int | str,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "moment", "pattern": MOMENT_PATTERN}),
]
Frequency = Annotated[str, BeforeValidator(_frequency), WithJsonSchema({"type": "string", "format": "frequency"})]
Code = Annotated[
    str,
    StringConstraints(max_length=TEXT_LIMIT),
    WithJsonSchema({"type": "string", "format": "expression", "maxLength": TEXT_LIMIT}),
]
Scalar = str | int | float | bool | None
AnyScalar = Annotated[
    Scalar,
    PlainValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"], "maxLength": TEXT_LIMIT}),
]
Given = Annotated[  # where null would say as much as leaving it out
    Scalar,
    PlainValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean"], "maxLength": TEXT_LIMIT}),
]


def term(
    default: Any = ...,
    description: str = "",
    *,
    also: tuple[str, ...] = (),
    alias: str | None = None,
    advice: str = "",
    rows_of: str = "",
    **rules: Any,
) -> Any:
    """Declare one argument of a word: its default, its description, and the other names that `repair` maps to it.

    `advice` is the hint for a value of the wrong shape, where saying what shape is wanted would not help. `rows_of` is the
    argument that names the table whose columns a formula reads, where it is not the column's own.
    """
    notes = {"also": list(also), "advice": advice, "rows_of": rows_of}
    extra: dict[str, Any] = {name: value for name, value in notes.items() if value}
    if alias is not None:
        rules["alias"] = alias
    return Field(default, description=description, json_schema_extra=extra, **rules)


class Word(BaseModel):
    """A term of the language, or a part of one. Frozen; unknown keys and explicit nulls are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), defer_build=True)

    comment: Text | None = term(None, "A remark for readers; it changes nothing.")
    description: Text | None = term(None, "What this is, for readers; it changes nothing.")

    @model_validator(mode="before")
    @classmethod
    def _refuse_null(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for name, value in data.items():
                if value is None:
                    raise ValueError(f"{name} is null")
        return data

    @classmethod
    def arguments(cls) -> Mapping[str, Any]:
        """Return the word's own arguments, by the names that a schema uses, as pydantic's FieldInfo."""
        remarks = ("comment", "description")
        return {field.alias or name: field for name, field in cls.model_fields.items() if name not in remarks}


W = TypeVar("W", bound="Registered")


class Vocabulary(Mapping[str, type[W]]):
    """The words of one family by name, in alphabetical order; the module of a word is imported when the word is asked for.

    A word lives in the module of its own name in its family's package, where only `base` and modules that begin with an
    underscore hold no word. Thus the names are known from the folder, and a schema costs no more than the words in it.
    """

    def __init__(self, package: str) -> None:
        self._package = package
        self._declared: dict[str, type[W]] = {}

    def declare(self, word: str, cls: type[W]) -> None:
        """Take up a word."""
        self._declared[word] = cls

    def __getitem__(self, word: str) -> type[W]:
        if word not in self._declared and word in self._modules:
            import_module(f"{self._package}.{word}")
        return self._declared[word]

    def __contains__(self, word: object) -> bool:
        return word in self._declared or word in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._modules.union(self._declared)))

    def __len__(self) -> int:
        return len(self._modules.union(self._declared))

    @cached_property
    def _modules(self) -> frozenset[str]:
        folders = sys.modules[self._package].__path__
        names = (path.stem for folder in folders for path in Path(folder).glob("[!_]*.py"))
        return frozenset(name for name in names if name != "base")


class Registered(Word):
    """A word that is found by its name in its family's registry.

    A family is a direct subclass, in the module `base` of its package; a word of it is declared by
    `class Bernoulli(Generator, word="bernoulli")`. A subclass in between, without a word, holds what several words share.
    """

    word: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()  # what else people call it
    example: ClassVar[Mapping[str, Any]]
    registry: ClassVar[Vocabulary[Self]]

    def __init_subclass__(cls, *, word: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if Registered in cls.__bases__:
            cls.registry = Vocabulary(cls.__module__.rpartition(".")[0])
        elif word is not None:
            cls.word = word
            cast("Vocabulary[Registered]", cls.registry).declare(word, cls)


def check_shares(count: int, weights: tuple[float, ...]) -> Iterator[Problem]:
    """Yield what is wrong with weights that are meant as the shares of `count` choices."""
    yield from check_weights(count, weights, "choices")
    total = sum(weights)
    if len(weights) == count and max(weights) <= 1 and total > 0 and abs(total - 1) > 0.01:
        yield note("/weights", "weights-sum", f"The weights add up to {total:.4g}; they are scaled to add up to 1.")


def check_weights(count: int, weights: tuple[float, ...], what: str) -> Iterator[Problem]:
    """Yield what is wrong with the weights of `count` things."""
    at = "/weights"
    if len(weights) != count:
        hint = f"Give exactly {count} weights, or leave weights out for equal shares."
        yield Problem(at, "weights-length", f"There are {count} {what} but {len(weights)} weights.", hint)
    elif not sum(weights) > 0:
        yield Problem(at, "weights-zero", "The weights add up to zero.", "Make at least one weight positive.")
