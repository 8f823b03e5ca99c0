"""Named merge patches: the schema's own shape, holding only what changes.

Tables and columns merge by their names, other lists are replaced, null deletes, and `"$rename"` in a table or column gives
it another name and rewrites every reference to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.generators import GENERATORS
from datagen_chat.problems import Problem, did_you_mean, pointer, shown
from datagen_chat.schema.limits import check_size
from datagen_chat.schema.places import columns_of, tables_of
from datagen_chat.schema.read import Json
from datagen_chat.schema.rename import rename_column, rename_table
from datagen_chat.schema.repair import copied

RENAME, DELETE = "$rename", "$delete"
_NAMED = {"nodes": "id", "columns": "name"}
_OF_LAWS = {"type", "params", "clamp", "truncate", "correlate", "comment", "description"}
_OTHER_NAMES = {"tables": "nodes", "fields": "columns"}


@dataclass(frozen=True, slots=True)
class Patched:
    """A draft after a patch; unchanged when the patch has problems, whose pointers lead into the patch."""

    draft: Json
    problems: tuple[Problem, ...] = ()


def apply_patch(draft: Json, patch: Json) -> Patched:
    """Return the draft with the patch applied; the one given stays as it is."""
    problems = check_size(patch)
    if not problems and not (isinstance(draft, dict) and isinstance(patch, dict)):
        problems = (Problem("", "not-a-patch", "A patch is a JSON object in the schema's own shape.", "Write an object."),)
    problems = problems or tuple(_check_once(patch))
    if problems:
        return Patched(draft, problems)
    changed = copied(draft)
    problems = tuple(_Merge(changed).merge(changed, copied(patch), ()))
    return Patched(draft, problems) if problems else Patched(changed)


def join_patches(patches: Sequence[Json]) -> tuple[Json, tuple[Problem, ...]]:
    """Return patches as one that says all that they say, in their order; with problems where they contradict each other.

    What they say of tables is held against each other when the whole is applied.
    """
    whole: dict[str, Any] = {}
    problems = [problem for patch in patches if isinstance(patch, dict) for problem in _join(whole, copied(patch), ())]
    return whole, tuple(problems)


def _join(whole: dict[str, Any], patch: dict[str, Any], place: tuple[str, ...]) -> Iterator[Problem]:
    for written, value in patch.items():
        key = written if place else _OTHER_NAMES.get(written, written)
        if key == "nodes" and not place and isinstance(value, list | dict):
            there = whole.setdefault(key, [])
            whole[key] = [*(there if isinstance(there, list) else [there]), *_listed(value)]
        elif isinstance(value, dict) and isinstance(whole.get(key), dict):
            yield from _join(whole[key], value, (*place, key))
        elif whole.setdefault(key, value) != value:
            message = f"{shown(key, 60)} stands there twice, and not with the same value."
            yield Problem(pointer(*place, key), "named-twice", message, "Write it once, with all that it is to hold.")


def _listed(patch: list[Any] | dict[str, Any]) -> list[Any]:
    """Return the patches of tables as a list, each with its name."""
    if isinstance(patch, list):
        return patch
    named = {name: {DELETE: True} if part is None else part for name, part in patch.items()}
    return [{"id": name, **part} if isinstance(part, dict) else part for name, part in named.items()]


def _check_once(patch: dict[str, Any]) -> Iterator[Problem]:
    """Yield tables and columns that a patch names more than once, to say different things of them: either could be meant."""
    said: dict[str, Any] = {}
    for key, value in patch.items():
        if _OTHER_NAMES.get(key, key) == "nodes":
            yield from _claims(said, value, "id", (key,))


def _claims(said: dict[str, Any], patch: Any, name_key: str, place: tuple[str | int, ...]) -> Iterator[Problem]:
    """Note what a patch says of each named thing, yielding what contradicts something that was said before."""
    for step, name, part in _items(patch, name_key) if isinstance(patch, list | dict) else ():
        if isinstance(name, str):
            before, part = said.setdefault(name, {}), part if isinstance(part, dict) else {DELETE: part is None}
            yield from _claim(before, part | {name_key: name}, name, (*place, step))


def _claim(said: dict[str, Any], part: dict[str, Any], name: str, at: tuple[str | int, ...]) -> Iterator[Problem]:
    changes = [key for key in (DELETE, RENAME) if said and (key in said) | (key in part)]
    for written, value in part.items():
        key = _OTHER_NAMES.get(written, written)
        if key == "columns":
            yield from _claims(said.setdefault(key, {}), value, "name", (*at, written))
        elif said.setdefault(key, value) != value:
            changes.append(written)
    if changes:
        message = f"{shown(name, 60)} stands there twice, and not with the same {shown(changes[0], 60)}."
        yield Problem(pointer(*at), "named-twice", message, "Name it once, with all that changes.")


@dataclass(frozen=True, slots=True)
class _Merge:
    """One patch on its way into a draft, which is edited in place."""

    draft: dict[str, Any]

    def merge(
        self, holder: dict[str, Any], patch: dict[str, Any], place: tuple[str | int, ...], *, is_named: bool = False
    ) -> Iterator[Problem]:
        """Merge an object into another, yielding what cannot be done; of a named one, the new name is not its business."""
        for written, value in patch.items():
            key, at = _OTHER_NAMES.get(written, written) if written not in holder else written, (*place, written)
            if written in (RENAME, DELETE):
                yield from _check_change(written, value, at, is_named=is_named)
            elif value is None:
                yield from _delete(holder, key, at)
            elif key in _NAMED and isinstance(holder.get(key, []), list) and isinstance(value, list | dict):
                yield from self._merge_named(holder.setdefault(key, []), value, _NAMED[key], at)
            elif isinstance(value, dict) and isinstance(holder.get(key), dict) and not _replaces(key, holder[key], value):
                if "choices" in value and "weights" not in value:
                    holder[key].pop("weights", None)  # they belonged to the choices that go
                yield from self.merge(holder[key], value, at)
            else:
                holder[key] = _without_nulls(value)

    def _merge_named(
        self, values: list[Any], patch: list[Any] | dict[str, Any], name_key: str, place: tuple[str | int, ...]
    ) -> Iterator[Problem]:
        """Merge objects into a list by their names; unknown ones are added at its end."""
        for step, name, part in _items(patch, name_key):
            at = (*place, step)
            found = next((value for value in values if isinstance(value, dict) and value.get(name_key) == name), None)
            if not isinstance(name, str):
                yield Problem(
                    pointer(*at), "unnamed", f"{shown(part)} names no {name_key}.", f'Give it the "{name_key}" of what changes.'
                )
            elif part is None or (isinstance(part, dict) and part.get(DELETE) is True):
                yield from _check_only_deleted(part or {}, at)
                yield from _remove(values, found, name, name_key, at)
            elif not isinstance(part, dict):
                yield Problem(
                    pointer(*at),
                    "wrong-type",
                    f"{name} is {shown(part)}, not an object.",
                    "Write an object, or null to delete it.",
                )
            elif found is None and RENAME in part:
                yield _unknown(name, _names(values, name_key), at, "rename")
            elif found is None:
                values.append({name_key: name} | _without_nulls(part))
            else:
                yield from self.merge(found, part, at, is_named=True)
                yield from self._rename(values, found, name_key, part, at)

    def _rename(
        self, values: list[Any], found: dict[str, Any], name_key: str, part: dict[str, Any], at: tuple[str | int, ...]
    ) -> Iterator[Problem]:
        """Give a table or column its new name, everywhere."""
        new, old = part.get(RENAME), found.get(name_key)
        if RENAME not in part or new == old:
            return
        if not isinstance(new, str) or new in _names(values, name_key):
            message = f"{old} cannot be renamed to {shown(new)}."
            yield Problem(pointer(*at, RENAME), "bad-rename", message, "Give a name that nothing else here has.")
        elif name_key == "id":
            rename_table(self.draft, str(old), new)
        else:
            table = next(table for table in tables_of(self.draft) if any(column is found for column in columns_of(table)))
            rename_column(self.draft, str(table.get("id")), str(old), new)


def _items(patch: list[Any] | dict[str, Any], name_key: str) -> Iterator[tuple[str | int, Any, Any]]:
    """Yield the step of the pointer, the name and the patch of each named thing, from a list or an object by name."""
    if isinstance(patch, dict):
        yield from ((name, name, part) for name, part in patch.items())
        return
    for index, part in enumerate(patch):
        names = [part[key] for key in (name_key, "id", "name") if key in part] if isinstance(part, dict) else []
        yield index, names[0] if names else None, part


def _names(values: list[Any], name_key: str) -> list[str]:
    return [str(value.get(name_key)) for value in values if isinstance(value, dict)]


def _check_only_deleted(part: dict[str, Any], at: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield a problem for a table or a column that is both deleted and described."""
    more = [key for key in part if key not in (DELETE, "id", "name", "comment")]
    if more:
        message = f"This is deleted, and has {shown(more[0], 60)} nevertheless."
        yield Problem(pointer(*at), "bad-delete", message, 'Leave "$delete" out, or everything but the name.')


def _check_change(key: str, value: Any, at: tuple[str | int, ...], *, is_named: bool) -> Iterator[Problem]:
    """Yield what is wrong with a deletion or a new name: neither has an effect but in a table or a column."""
    if key == RENAME and not is_named:
        yield Problem(pointer(*at), "bad-rename", "Only tables and columns can be renamed.", "Write the key by its new name.")
    elif key == DELETE and not (is_named and value is False):
        hint = 'Write "$delete": true in a table or a column, or null as the value of any other key.'
        yield Problem(pointer(*at), "bad-delete", f"{shown(value)} deletes nothing here.", hint)


def _delete(holder: dict[str, Any], key: str, at: tuple[str | int, ...]) -> Iterator[Problem]:
    if key in holder:
        del holder[key]
    else:
        yield _unknown(key, holder, at, "delete")


def _remove(values: list[Any], found: Any, name: str, name_key: str, at: tuple[str | int, ...]) -> Iterator[Problem]:
    if found is None:
        yield _unknown(name, _names(values, name_key), at, "delete")
    else:
        values[:] = [value for value in values if value is not found]


def _unknown(name: str, known: Any, at: tuple[str | int, ...], verb: str) -> Problem:
    hint = did_you_mean(name, list(known)) or f"Name something that is there to {verb}."
    return Problem(pointer(*at), f"nothing-to-{verb}", f"There is no {shown(name, 60)} to {verb}.", hint)


def _replaces(key: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Return whether an object takes the place of another of a different kind, rather than merging into it."""
    if key == "when":
        return False  # its keys are values of a column, not words of the language
    if key == "generator" or (len(old) == 1 and set(old) <= set(GENERATORS)):
        return set(old) != set(new)
    if {"type", "params"} <= set(old) and not set(new) <= _OF_LAWS:
        return True  # parameters beside the type: merged, they would be taken for bounds of the old law
    tag = next((tag for tag in ("distribution", "type") if tag in old and tag in new), None)
    return tag is not None and old[tag] != new[tag]


def _without_nulls(value: Any) -> Any:
    """Return a new value without the keys that are null: there is nothing yet to delete."""
    if isinstance(value, dict):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value
