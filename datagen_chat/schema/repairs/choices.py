"""Choices in other shapes: with their weights in an object, as objects, in another type's notation."""

from __future__ import annotations

from typing import Any

from datagen_chat.generators._written import fits
from datagen_chat.popularity import canonical_weights_kind
from datagen_chat.problems import Problem, parts_of, shown
from datagen_chat.schema.places import (
    Json,
    called,
    columns_of,
    holder_of,
    is_word,
    rename_key,
    replace_by,
    schema_at,
    tables_of,
)
from datagen_chat.schema.repairs.registry import repairs
from datagen_chat.schema.repairs.values import loose_instant

_VALUE, _WEIGHT = ("value", "name", "choice", "option", "label"), ("weight", "probability", "prob", "p", "share", "ratio")


@repairs("wrong-type")
def split_weights(draft: Json, problem: Problem) -> str | None:
    """Turn {"a": 0.5, "b": 0.5} into choices and weights."""
    choice, key = holder_of(draft, problem.at)
    value = choice[key]
    if key not in ("choices", "weights") or not isinstance(value, dict) or not _are_numbers(list(value.values())):
        return None
    names, weights = _by_name(value)
    if key == "choices" and "weights" not in choice:
        replace_by(
            choice, {"choices": names, "weights": weights} | {name: part for name, part in choice.items() if name != key}
        )
    elif key == "weights" and isinstance(choice.get("choices"), list) and sorted(map(str, choice["choices"])) == sorted(names):
        choice["weights"] = [value[str(name)] for name in choice["choices"]]
    elif key == "weights" and "choices" not in choice:
        replace_by(choice, {"choices": names} | choice | {"weights": weights})
    else:
        return None
    return "Wrote choices and weights as two lists."


def _by_name(weights: Json) -> tuple[list[str], list[Any]]:
    """Return the names and the weights of an object, sorted: the keys have no order that rows could depend on."""
    names = sorted(weights)
    return names, [weights[name] for name in names]


def _are_numbers(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


@repairs("unknown-key")
def weights_by_name(draft: Json, problem: Problem) -> str | None:
    """Turn {"choice": {"a": 0.5, "b": 0.5}} into choices and weights."""
    choice, _ = holder_of(draft, problem.at)
    if not is_word(draft, problem.at.rpartition("/")[0], "choice") or not _are_numbers(list(choice.values())):
        return None
    names, weights = _by_name(choice)
    replace_by(choice, {"choices": names, "weights": weights})
    return "Wrote choices and weights as two lists."


@repairs("wrong-type")
def unfold_objects(draft: Json, problem: Problem) -> str | None:
    """Turn choices such as {"value": "a", "weight": 0.5} into choices and weights."""
    at = problem.at.rpartition("/")[0]
    choice, key = holder_of(draft, at)
    values = choice[key]
    if key != "choices" or not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        return None
    keys = set(values[0])
    value_key = next((name for name in _VALUE if name in keys), None)
    weight_key = next((name for name in _WEIGHT if name in keys), None)
    if value_key is None or keys != {value_key, weight_key} - {None} or any(set(value) != keys for value in values):
        return None
    if weight_key is not None and "weights" in choice:
        return None
    choice[key] = [value[value_key] for value in values]
    if weight_key is not None:
        choice["weights"] = [value[weight_key] for value in values]
    return "Wrote choices and weights as two lists."


@repairs("bad-weights-kind", "wrong-type", "unknown-key")
def name_weights_kind(draft: Json, problem: Problem) -> str | None:
    """Write a kind of weights as the language does, and by its own key."""
    holder, key = holder_of(draft, problem.at)
    if not isinstance(holder, dict):
        return None
    is_choice = problem.at.endswith("/choice/weights") and "choices" in holder
    if not is_choice and called(schema_at(draft, problem.at.rpartition("/")[0]), key) != "weights_kind":
        return None
    kind = canonical_weights_kind(holder[key])
    if kind is None or (key != "weights_kind" and "weights_kind" in holder):
        return None
    written = holder.pop(key)
    holder["weights_kind"] = kind
    return f"Wrote {shown(written, 40)} as weights_kind: {shown(kind)}."


@repairs("wrong-type", "unknown-key")
def weigh_rows(draft: Json, problem: Problem) -> str | None:
    """Turn a lookup with a list of weights into a choice of the column's values, which stand in the order of the rows."""
    at, _, key = problem.at.rpartition("/")
    holder, word = holder_of(draft, at)
    if word != "lookup" or not is_word(draft, at, "lookup") or key not in ("weights", "weights_kind", "probabilities"):
        return None
    lookup = holder[word]
    weights = lookup[key]
    if not isinstance(weights, list) or not _are_numbers(weights) or set(lookup) != {"from", key}:
        return None
    replace_by(holder, {"choice": {"choices_ref": lookup["from"], "weights": weights}})
    return f"Wrote the lookup with a weight for each row as a choice of {lookup['from']}."


@repairs("wrong-type")
def name_choices_ref(draft: Json, problem: Problem) -> str | None:
    """Turn choices that name a column into choices_ref."""
    choice, key = holder_of(draft, problem.at)
    names = {f"{table.get('id')}.{column.get('name')}" for table in tables_of(draft) for column in columns_of(table)}
    if key != "choices" or not isinstance(choice[key], str) or choice[key] not in names or "choices_ref" in choice:
        return None
    rename_key(choice, key, "choices_ref")
    return f'Wrote "{choice["choices_ref"]}" as choices_ref.'


@repairs("choice-type", "value-type")
def write_values_as(draft: Json, problem: Problem) -> str | None:
    """Write a value, or all values of its list, in the notation of the column's type, where each of them has one."""
    holder, key = holder_of(draft, problem.at)
    column, _ = holder_of(draft, problem.at.partition("/generator/")[0] + "/generator")
    type_ = column.get("type")
    before = holder if isinstance(holder, list) else [holder[key]]
    written = [written_as(value, type_) for value in before]
    if written == before or not all(value is None or fits(value, type_) for value in written):
        return None  # an earlier edit of the pass has done it, or some value has no such notation
    if isinstance(holder, list):
        holder[:] = written
        return f"Wrote the {parts_of(problem.at)[-2]} as {type_}."
    holder[key] = written[0]
    return f"Wrote the {key} as {type_}."


def written_as(value: Any, type_: str) -> Any:
    """Return a choice in the notation of a type, or as it is when it has none there."""
    if value is None:
        return None
    if type_ == "string":
        return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    if type_ == "bool":
        return {"true": True, "false": False}.get(value.strip().lower(), value) if isinstance(value, str) else value
    if type_ in ("datetime", "date"):
        return (loose_instant(value) or value) if isinstance(value, str) else value
    return _number(value, type_) if isinstance(value, str) else value


def _number(text: str, type_: str) -> Any:
    try:
        return int(text) if type_ == "int" or text.strip().lstrip("+-").isdigit() else float(text)
    except ValueError:
        return text
