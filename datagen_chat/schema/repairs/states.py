"""State machines in other shapes: transitions beside the states, states as a list, marks of the first and the last state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, holder_of, rename_key, replace_by
from datagen_chat.schema.repairs.registry import repairs

_MODEL = "state_transition_model"
_FROM, _TO = (
    ("from", "source", "from_state", "state", "current"),
    ("to", "target", "to_state", "next", "state", "name", "next_state"),
)
_WEIGHT = ("probability", "weight", "p", "prob", "share", "rate", "chance", "transition_probability")
_TERMINALS = ("terminal_states", "final_states", "end_states", "absorbing_states", "terminals", "terminal", "finals")
_IS_LAST = ("terminal", "final", "end", "absorbing", "last")


def _is_model(at: str) -> bool:
    return at.rpartition("/")[2] == _MODEL


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _first(holder: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((holder[name] for name in names if name in holder), None)


def shares_of(value: Any) -> dict[str, Any] | None:
    """Return states with weights from a single state, a list of states, or objects that each name a state and a weight."""
    if isinstance(value, str):
        return {value: 1.0}
    if isinstance(value, dict):
        found = {name: _first(weight, _WEIGHT) if isinstance(weight, dict) else weight for name, weight in value.items()}
        return found if found and all(map(_is_number, found.values())) else None
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(name, str) for name in value):
        return dict.fromkeys(value, 1.0) if len(set(value)) == len(value) else None
    if not all(isinstance(entry, dict) for entry in value):
        return None
    pairs = [(_first(entry, _TO), _first(entry, _WEIGHT)) for entry in value]
    names = [name for name, _ in pairs if isinstance(name, str)]
    weights = [1.0 if weight is None and len(pairs) == 1 else weight for _, weight in pairs]
    fits = len(set(names)) == len(pairs) and all(map(_is_number, weights))
    return dict(zip(names, weights, strict=True)) if fits else None


@repairs("wrong-type")
def name_shares(draft: Json, problem: Problem) -> str | None:
    """Turn "trial", a list of states, or objects with a state and a weight into weights by state."""
    holder, key = holder_of(draft, problem.at)
    at = problem.at.rpartition("/")[0]
    is_next = key == "next" and at.rpartition("/")[0].endswith(f"/{_MODEL}/states")
    if not is_next and not (key == "initial" and _is_model(at)):
        return None
    found = shares_of(holder[key])
    if found is None:
        return None
    holder[key] = found
    return f'Wrote the states of "{key}" with their weights.'


@repairs("wrong-type")
def take_weights(draft: Json, problem: Problem) -> str | None:
    """Turn {"active": {"probability": 0.6}} into {"active": 0.6}."""
    shares, _ = holder_of(draft, problem.at)
    if f"/{_MODEL}/" not in problem.at or problem.at.split("/")[-2] not in ("next", "initial"):
        return None
    found = shares_of(shares)
    if found is None or found == shares:
        return None
    replace_by(shares, found)
    return "Wrote the weights of the states as numbers."


@repairs("wrong-type")
def states_by_name(draft: Json, problem: Problem) -> str | None:
    """Turn a list of states, or of their names, into an object by name."""
    model, key = holder_of(draft, problem.at)
    if key != "states" or not _is_model(problem.at.rpartition("/")[0]) or not isinstance(model[key], list):
        return None
    found: dict[str, Any] = {}
    for state in model[key]:
        entry = {"name": state} if isinstance(state, str) else state
        name = _first(entry, ("name", "id", "state", "label")) if isinstance(entry, dict) else None
        if not isinstance(name, str) or name in found:
            return None
        found[name] = {own: value for own, value in entry.items() if own not in ("name", "id", "state", "label")}
    model[key] = found
    return "Wrote the states as an object by name."


@repairs("unknown-key")
def move_transitions(draft: Json, problem: Problem) -> str | None:
    """Move transitions that stand beside the states into the next of each state."""
    model, key = holder_of(draft, problem.at)
    if key not in ("transitions", "transition_matrix", "transition_probabilities", "edges") or not _is_model(
        problem.at.rpartition("/")[0]
    ):
        return None
    states = model.get("states", {})
    if not isinstance(states, dict) or not all(isinstance(state, dict) for state in states.values()):
        return None
    moves = _moves(model[key])
    if moves is None or any("next" in states.get(name, {}) for name in moves):
        return None
    del model[key]
    model["states"] = states
    for name, following in moves.items():
        states.setdefault(name, {})["next"] = following
    for name in (name for following in moves.values() for name in following):
        states.setdefault(name, {})
    return f'Moved "{key}" into the next of each state.'


def _moves(value: Any) -> dict[str, dict[str, Any]] | None:
    """Return what follows each state, from weights by state or from a list of single transitions."""
    if isinstance(value, dict):
        found = {name: shares_of(following) for name, following in value.items() if following}
        return None if None in found.values() else {name: shares for name, shares in found.items() if shares is not None}
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return None
    moves: dict[str, dict[str, Any]] = {}
    for entry in value:
        source, target, weight = _first(entry, _FROM), _first(entry, _TO), _first(entry, _WEIGHT)
        if not isinstance(source, str) or not isinstance(target, str) or target in moves.get(source, {}):
            return None
        moves.setdefault(source, {})[target] = 1.0 if weight is None else weight
    return moves if moves and all(_is_number(weight) for shares in moves.values() for weight in shares.values()) else None


@repairs("unknown-key")
def mark_terminals(draft: Json, problem: Problem) -> str | None:
    """Mark the states of a list of terminal ones."""
    model, key = holder_of(draft, problem.at)
    if key not in _TERMINALS or not _is_model(problem.at.rpartition("/")[0]):
        return None
    names, states = [model[key]] if isinstance(model[key], str) else model[key], model.get("states")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names) or not isinstance(states, dict):
        return None
    if not all(isinstance(states.get(name, {}), dict) for name in names):
        return None
    del model[key]
    for name in names:
        states.setdefault(name, {})["terminal"] = True
    return f'Marked the states of "{key}" as terminal.'


@repairs("unknown-key")
def name_kind_of_state(draft: Json, problem: Problem) -> str | None:
    """Turn {"type": "terminal"} into {"terminal": true}."""
    state, key = holder_of(draft, problem.at)
    if key not in ("type", "kind") or not _is_state(problem.at) or state[key] not in _IS_LAST or "terminal" in state:
        return None
    word = state[key]
    rename_key(state, key, "terminal")
    state["terminal"] = True
    return f'Wrote the {key} "{word}" as terminal.'


def _is_state(at: str) -> bool:
    """Return whether a pointer leads to a key of a state."""
    return f"/{_MODEL}/states" == at.rpartition("/")[0].rpartition("/")[0][-len(_MODEL) - 8 :]


@repairs("too-few-keys", "wrong-type")
def drop_empty_next(draft: Json, problem: Problem) -> str | None:
    """Turn a next that names no state into a terminal state."""
    state, key = holder_of(draft, problem.at)
    if key != "next" or not _is_state(problem.at) or state[key] not in ({}, []):
        return None
    del state[key]
    state["terminal"] = True
    return "Marked a state that nothing follows as terminal."


@repairs("state-without-next")
def mark_dead_end(draft: Json, problem: Problem) -> str | None:
    """Mark a state without a next as terminal."""
    state, _ = holder_of(draft, problem.at)
    if "terminal" in state:
        return None
    state["terminal"] = True
    return "Marked a state that nothing follows as terminal."


@repairs("missing-key")
def find_first_state(draft: Json, problem: Problem) -> str | None:
    """Let walks begin in the state that `start` names, or in the only one that follows no other."""
    model, key = holder_of(draft, problem.at)
    states = model.get("states") if isinstance(model, dict) else None
    if key != "initial" or not _is_model(problem.at.rpartition("/")[0]) or not isinstance(states, dict):
        return None
    if isinstance(model.get("start"), str) and model["start"] in states:
        first = model.pop("start")
    else:
        entered = set(_entered(states))
        sources = [name for name in states if name not in entered]
        if len(sources) != 1 or not entered:
            return None
        first = sources[0]
    model["initial"] = {first: 1.0}
    return f'Let the walks begin in "{first}".'


def _entered(states: dict[str, Any]) -> Iterator[str]:
    for state in states.values():
        if isinstance(state, dict):
            yield from shares_of(state.get("next", state.get("transitions"))) or ()


@repairs("unknown-state")
def match_state(draft: Json, problem: Problem) -> str | None:
    """Write a state as it stands among the states, where only the case or the signs between words differ."""
    shares, name = holder_of(draft, problem.at)
    model, _ = holder_of(draft, problem.at[: problem.at.index(f"/{_MODEL}/") + len(_MODEL) + 1] + "/states")
    meant = [state for state in model["states"] if _plain(state) == _plain(name)]
    if len(meant) != 1 or meant[0] in shares:
        return None
    rename_key(shares, name, meant[0])
    return f'Wrote the state "{name}" as "{meant[0]}".'


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


@repairs("null-not-allowed")
def allow_ends(draft: Json, problem: Problem) -> str | None:
    """Allow the nulls of a state before the first or after the last one."""
    column, _ = holder_of(draft, problem.at)
    generator = column["generator"]
    if not isinstance(generator, dict) or "state" not in generator or column.get("nullable") is False:
        return None
    column["nullable"] = True
    return "Allowed the null where no state comes before, or none after."


@repairs("missing-key")
def guess_field(draft: Json, problem: Problem) -> str | None:
    """Say which field of the state a column holds, by its type and its name."""
    arguments, key = holder_of(draft, problem.at)
    at, _, word = problem.at.rpartition("/")[0].rpartition("/")
    if key != "field" or word != "state" or not at.endswith("/generator"):
        return None
    column, _ = holder_of(draft, at)
    field = _field_of(str(column.get("name", "")).lower(), column.get("type"))
    if field is None:
        return None
    arguments["field"] = field
    return f'Took the column as the "{field}" of the state.'


def _field_of(name: str, type_: Any) -> str | None:
    if type_ in ("datetime", "date"):
        return "exited_at" if any(part in name for part in ("exit", "end", "left", "until")) else "entered_at"
    if type_ == "string":
        return "previous" if any(part in name for part in ("prev", "from", "old", "last")) else "name"
    return "index" if type_ == "int" else None
