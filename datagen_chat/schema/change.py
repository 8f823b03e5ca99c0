"""What changed from one schema to the next: matched by name, one line each, as a person would say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError

from datagen_chat.frozen import dataclass
from datagen_chat.generators import GENERATORS
from datagen_chat.problems import shown
from datagen_chat.schema.canonical import as_draft, shortest
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import Json

_SHOWN_PARTS = 8
Sort = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of what sort, where (by the names of table and column), and the line that says it."""

    sort: Sort
    place: str
    text: str

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.place}: {self.text}" if self.place else self.text


def difference(old: Dataset | Json | None, new: Dataset | Json) -> tuple[Change, ...]:
    """Return what changed from `old` to `new`; nothing when they say the same, everything when there was nothing before."""
    return tuple(_dataset_changes(_plain(old), _plain(new)))


def _plain(schema: Dataset | Json) -> dict[str, Any]:
    """Return a schema as JSON, without defaults where its shape is right."""
    try:
        dataset = schema if isinstance(schema, Dataset) else Dataset.model_validate(schema)
    except ValidationError:
        return _object(schema)
    return _object(shortest(as_draft(dataset)))


def _object(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dataset_changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    apart = ("nodes", "constraints", "checks")
    one, other = ({key: value for key, value in draft.items() if key not in apart} for draft in (old, new))
    yield from _key_changes("", one, other, deep=("metadata", "timeframe"))
    yield from _constraint_changes(_object(old.get("constraints")), _object(new.get("constraints")))
    yield from _named_changes("", _by_name(old.get("nodes"), "id"), _by_name(new.get("nodes"), "id"))
    yield from _check_changes(_by_name(old.get("checks"), "name"), _by_name(new.get("checks"), "name"))


def _by_name(values: Any, key: str) -> dict[str, dict[str, Any]]:
    """Return objects by their names; those without a name stand under their number."""
    values = values if isinstance(values, list) else []
    return {str(value.get(key, f"#{k}")): value for k, value in enumerate(values) if isinstance(value, dict)}


def _named_changes(table: str, old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]) -> Iterator[Change]:
    """Yield the changes of tables, or of the columns of a table."""
    for name in old:
        if name not in new:
            yield Change("removed", _place(table, name), "removed")
    for name, value in new.items():
        if name not in old:
            yield Change("added", _place(table, name), "added" + _about(value))
        elif old[name] != value:
            yield from _value_changes(_place(table, name), old[name], value)
    stayed = [name for name in old if name in new]
    if stayed != [name for name in new if name in old]:
        yield Change("moved", table, f"{'columns' if table else 'tables'} in another order")


def _place(table: str, name: str) -> str:
    return f"{table}.{name}" if table else name


def _about(value: dict[str, Any]) -> str:
    """Return what a new table or column is, in a few words."""
    if "columns" not in value:
        return f": {value.get('type', '')} from {in_words(value.get('generator'))}" if "generator" in value else ""
    columns, parents = value["columns"], value.get("parents")
    size = f" with {len(columns)} columns" if isinstance(columns, list) else ""
    under = f" under {'/'.join(map(str, parents))}" if isinstance(parents, list) and parents else ""
    return f": {value.get('kind', 'table')}{under}{size}"


def _value_changes(place: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    if "columns" in old or "columns" in new:
        old, new = _spread_out(old, new), _spread_out(new, old)
        apart = ("columns",)
        yield from _named_changes(place, _by_name(old.get("columns"), "name"), _by_name(new.get("columns"), "name"))
    else:
        apart = ("generator",)
        yield from _generator_changes(place, old.get("generator"), new.get("generator"))
    yield from _modifier_changes(place, old.get("modifiers"), new.get("modifiers"))
    one, other = ({key: value for key, value in draft.items() if key not in (*apart, "modifiers")} for draft in (old, new))
    yield from _key_changes(place, one, other)


def _modifier_changes(place: str, old: Any, new: Any) -> Iterator[Change]:
    """Yield the modifiers that came, went, have other arguments or stand in another order."""
    before, after = _modifiers(old), _modifiers(new)
    for name, change in before.items():
        if name not in after:
            yield Change("removed", place, f"no {_modifier(*change)} any more")
    for name, (word, arguments) in after.items():
        if name not in before:
            yield Change("added", place, _modifier(word, arguments))
        elif before[name][1] != arguments:
            yield from _key_changes(place, _named_by(word, before[name][1]), _named_by(word, arguments))
    stayed = [name for name in before if name in after]
    if stayed != [name for name in after if name in before]:
        yield Change("moved", place, "modifiers in another order")


def _modifiers(changes: Any) -> dict[tuple[str, int], tuple[str, dict[str, Any]]]:
    """Return modifiers as (word, arguments), by their word and how many of the same word come before."""
    found: dict[tuple[str, int], tuple[str, dict[str, Any]]] = {}
    for change in changes if isinstance(changes, list) else []:
        if isinstance(change, dict) and isinstance(change.get("transform"), str):
            word = change["transform"]
            found[word, sum(each == word for each, _ in found)] = (word, _object(change.get("args")))
    return found


def _modifier(word: str, arguments: dict[str, Any]) -> str:
    if not arguments:
        return word
    return _cut(f"{word} " + ", ".join(f"{name} {_worded(value, 1)}" for name, value in arguments.items()))


def _named_by(word: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return arguments with their modifier in their names; a mapping's entries stand by themselves."""
    mapping = _object(arguments.get("mapping"))
    plain = {f"{word} {name}": value for name, value in arguments.items() if name != "mapping" or not mapping}
    return plain | {f"{word} {name}": value for name, value in mapping.items()}


def _spread_out(table: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return a table with the parts of its walk, journey or behaviours as keys, where the other one has them too."""
    spread: dict[str, Any] = {}
    for key, value in table.items():
        is_both = isinstance(value, dict) and isinstance(other.get(key), dict)
        spread |= _SPREAD[key](value) if is_both and key in _SPREAD else {key: value}
    return spread


def _behaviour_parts(behaviour: dict[str, Any]) -> dict[str, Any]:
    """Return what a behaviour consists of: each argument, and what it says of each segment or curve, by its name."""
    parts: dict[str, Any] = {}
    for key, value in behaviour.items():
        if key in ("behaviors", "segments", "age_based_multipliers"):
            parts |= {f"{name} {inner}": part for name, each in _object(value).items() for inner, part in _object(each).items()}
        else:
            parts[key] = value
    return parts


def _parts(unfolding: dict[str, Any]) -> dict[str, Any]:
    """Return what a walk or a journey consists of: each argument, each part of a state, each way on from it, each stage."""
    parts: dict[str, Any] = {}
    for name, state in ((name, _object(state)) for name, state in _object(unfolding.get("states")).items()):
        parts |= {f"{name} {key}": value for key, value in state.items() if key != "next"}
        parts |= {f"{name} to {other}": weight for other, weight in _object(state.get("next")).items()}
    stages = _by_name(unfolding.get("stages"), "stage_name")
    parts |= {f"{name} {key}": value for name, stage in stages.items() for key, value in stage.items() if key != "stage_name"}
    if stages:
        parts["stages"] = list(stages)
    return {key: value for key, value in unfolding.items() if key not in ("states", "stages")} | parts


_SPREAD: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    **dict.fromkeys(("state_transition_model", "stage_config"), _parts),
    **dict.fromkeys(("segment_behavior", "vintage_behavior"), _behaviour_parts),
}


def _generator_changes(place: str, old: Any, new: Any) -> Iterator[Change]:
    """Yield the changed arguments of the same word, or one change for another word."""
    if old == new:
        return
    one, other = _word(old), _word(new)
    if one is None or other is None or one[0] != other[0]:
        yield Change("changed", place, f"{in_words(old)} → {in_words(new)}")
        return
    before, after = _branches(one[1]), _branches(other[1])
    for key in dict.fromkeys((*before, *after)):
        yield from _branch_changes(place, f"{one[0]} {key}", before.get(key), after.get(key))
    plain, changed = ({key: value for key, value in draft.items() if key not in _NESTING} for draft in (one[1], other[1]))
    alike = plain.get("type") == changed.get("type")
    yield from _key_changes(place, plain, changed, deep=("params", "within", "pattern") if alike else ())


_NESTING = ("when", "else")


def _branches(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the generators that stand in the arguments of another one, by the names of their branches."""
    found = {key: arguments[key] for key in ("else",) if key in arguments}
    return _object(arguments.get("when")) | found


def _branch_changes(place: str, branch: str, old: Any, new: Any) -> Iterator[Change]:
    """Yield how one branch of a generator changed, each change with the branch before it."""
    if old is None:
        yield Change("added", place, f"{branch} added: {in_words(new)}")
    elif new is None:
        yield Change("removed", place, f"{branch} removed (was {in_words(old)})")
    else:
        changes = _generator_changes(place, old, new)
        yield from (Change(change.sort, place, f"{branch}: {change.text}") for change in changes)


def _word(generator: Any) -> tuple[str, dict[str, Any]] | None:
    if not isinstance(generator, dict) or len(generator) != 1:
        return None
    [(word, arguments)] = generator.items()
    return (word, arguments) if isinstance(arguments, dict) else None


def _key_changes(place: str, old: dict[str, Any], new: dict[str, Any], deep: Sequence[str] = ()) -> Iterator[Change]:
    """Yield the keys that came, went or have another value; `deep` ones are looked into."""
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        if one == other and (key in old) == (key in new):
            continue
        if key in deep and isinstance(one, dict) and isinstance(other, dict):
            yield from _key_changes(place or key, one, other)
        elif isinstance(one, list) and isinstance(other, list) and _are_alike(one, other):
            for before, after in zip(one, other, strict=True):
                label = next((str(value) for value in after.values() if isinstance(value, str)), key)
                yield from _key_changes(place, _labelled(label, before), _labelled(label, after))
        elif isinstance(one, list) and isinstance(other, list) and _are_long(one, other):
            yield Change("changed", place, f"{key} {_positions(one, other)}")
        else:
            yield _key_change(place, key, one, other, added=key not in old, removed=key not in new)


def _are_alike(one: list[Any], other: list[Any]) -> bool:
    """Return whether two lists hold objects that can be compared one by one, such as patterns of the same dimensions."""
    return (
        len(one) == len(other) > 0
        and all(isinstance(part, dict) for part in (*one, *other))
        and [part.get("dimension") for part in one] == [part.get("dimension") for part in other]
    )


def _labelled(label: str, part: dict[str, Any]) -> dict[str, Any]:
    return {f"{label} {key}": value for key, value in part.items()}


def _are_long(one: list[Any], other: list[Any]) -> bool:
    """Return whether two lists are as long as each other and too long to be shown whole."""
    return len(one) == len(other) > _SHOWN_PARTS and not any(isinstance(part, list | dict) for part in (*one, *other))


def _positions(one: list[Any], other: list[Any]) -> str:
    """Return which entries of a long list changed, the first few with their values."""
    changed = [(k, before, after) for k, (before, after) in enumerate(zip(one, other, strict=True), 1) if before != after]
    first = "; ".join(f"#{k} {in_words(before)} → {in_words(after)}" for k, before, after in changed[:4])
    more = f"; {len(changed) - 4} more" if len(changed) > 4 else ""
    return f"{first}{more} (of {len(one)})"


def _key_change(place: str, key: str, one: Any, other: Any, *, added: bool, removed: bool) -> Change:
    if added:
        return Change("added", place, f"{key} {in_words(other)}")
    if removed:
        return Change("removed", place, f"no {key} any more (was {in_words(one)})")
    return Change("changed", place, f"{key} {in_words(one)} → {in_words(other)}")


def _constraint_changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        one, other = (_promises(draft.get(key)) for draft in (old, new))
        what = {"inequalities": "inequality"}.get(key, key.replace("_", " ").removesuffix("s"))
        yield from (Change("removed", "", f"{what} {promise} removed") for promise in one if promise not in other)
        yield from (Change("added", "", f"{what} {promise} added") for promise in other if promise not in one)
        if one != other and sorted(one) == sorted(other):
            yield Change("moved", "", f"{key} in another order")


def _check_changes(old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]) -> Iterator[Change]:
    for name in old:
        if name not in new:
            yield Change("removed", "", f"check {name} removed")
    for name, check in new.items():
        if name not in old:
            about = f": {in_words(check['requirement'])}" if "requirement" in check else ""
            yield Change("added", "", f"check {name} added{about}")
        else:
            yield from _key_changes(f"check {name}", old[name], check)


def _promises(values: Any) -> list[str]:
    values = values if isinstance(values, list) else [values] if values else []
    return [_promise(value) for value in values]


def _promise(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"from", "to"}:
        return f"{value['from']} → {value['to']}"
    if isinstance(value, dict) and set(value) == {"left", "op", "right"}:
        return f"{value['left']} {value['op']} {value['right']}"
    return in_words(value)


def in_words(value: Any) -> str:
    """Return a value as a short line: lists with strokes, objects as their names and values, words before their arguments.

    >>> in_words({"choice": {"choices": ["a", "b"], "weights": [0.7, 0.3]}})
    'choice a/b, weights 0.7/0.3'
    """
    return _cut(_worded(value))


def _worded(value: Any, depth: int = 0) -> str:
    if isinstance(value, dict):
        if depth > 3 or not value:
            return "{…}" if value else "nothing"
        if all(map(_is_word, value.values())):
            return ", ".join(f"{name}: {_worded(part, depth + 1)}" for name, part in list(value.items())[:_SHOWN_PARTS])
        if len(value) == 1 and isinstance(next(iter(value.values())), dict):
            [(word, arguments)] = value.items()
            return f"{word} {_arguments(arguments, depth + 1)}".strip()
        return _arguments(value, depth + 1)
    if isinstance(value, list):
        shortened = [_worded(part, depth + 1) for part in value[:_SHOWN_PARTS]]
        return "/".join(shortened) + ("/…" if len(value) > _SHOWN_PARTS else "") if value else "none"
    return value if isinstance(value, str) else shown(value)


def _arguments(arguments: dict[str, Any], depth: int) -> str:
    """Return arguments with their names; without, what says it by itself: the first or only one, and what an object holds."""
    parts = []
    for k, (name, value) in enumerate(list(arguments.items())[:12]):
        text = _worded(value, depth)
        is_first = k == 0 and (len(arguments) == 1 or isinstance(value, str | list))
        is_plain = is_first or (isinstance(value, dict) and not _is_word(value))
        parts.append(text if is_plain else f"{name} {text}")
    return ", ".join(parts)


def _is_word(value: Any) -> bool:
    """Return whether an object is a generator, or a fanout of one distribution."""
    is_fanout = isinstance(value, dict) and isinstance(value.get("distribution"), str)
    return is_fanout or (_word(value) is not None and next(iter(value)) in GENERATORS)


def _cut(text: str, width: int = 100) -> str:
    text = text.replace("\n", " ")
    return text if len(text) <= width else text[: width - 1] + "…"
