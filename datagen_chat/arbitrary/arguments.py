"""Arguments of words by chance: the word's own example, moved within the bounds that its fields declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from datagen_chat.chance import Chance
from datagen_chat.fanouts.base import Spread
from datagen_chat.laws.base import Law
from datagen_chat.words import Word

Json = dict[str, Any]

_FACTORS = (0.5, 0.75, 1, 1, 2, 3)
_TRIES = 4


def arguments(word: type[Word], example: Mapping[str, Any], chance: Chance) -> Json:
    """Return arguments that a word takes: those of the example with other numbers, and with other options."""
    for _ in range(_TRIES):
        trial = _moved(word, example, chance)
        if _is_valid(word, trial):
            return trial
    return dict(example)


def _is_valid(word: type[Word], trial: Json) -> bool:
    try:
        made = word.model_validate(trial)
    except ValidationError:
        return False
    return not isinstance(made, Law | Spread) or not any(made.check())


def _moved(word: type[Word], example: Mapping[str, Any], chance: Chance) -> Json:
    found: Json = {}
    for name, field in word.arguments().items():
        if name in example:
            if not _is_left_out(field, chance):
                found[name] = _value(field, example[name], chance)
        elif options := _options(field):
            found |= {name: chance.pick(options)} if chance.one_in(3) else {}
    return found | {name: value for name, value in example.items() if name not in word.arguments()}


def _is_left_out(field: FieldInfo, chance: Chance) -> bool:
    """Return whether an option of the example is left at its default, where that is more than nothing."""
    return not field.is_required() and field.default is not None and chance.one_in(4)


def _options(field: FieldInfo) -> tuple[Any, ...]:
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def _value(field: FieldInfo, value: Any, chance: Chance) -> Any:
    if options := _options(field):
        return chance.pick(options)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    moved = value * chance.pick(_FACTORS)
    low = max((float(str(part.ge)) for part in field.metadata if isinstance(part, Ge)), default=float("-inf"))
    high = min((float(str(part.le)) for part in field.metadata if isinstance(part, Le)), default=float("inf"))
    if any(isinstance(part, Gt) for part in field.metadata) and moved <= 0:
        return value
    moved = min(max(moved, low), high)
    return round(moved) if isinstance(value, int) and moved == round(moved) else round(moved, 6)
