"""Keys that are not what they seem: looked up but not declared, or a column that comes from another row than its key."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.advice.base import Advice, Study, many, named, of_column, percent, remarks
from datagen_chat.advice.names import any_of, words
from datagen_chat.generators.lookup import Lookup
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Column


@remarks
def undeclared(study: Study) -> Iterator[Advice]:
    """Yield, as one remark, the keys that are looked up and stand in no foreign key."""
    declared = {(key.from_, key.to) for key in study.dataset.constraints.foreign_keys}
    missing = [
        (place, key)
        for place, _, column in study.columns()
        if column.name != study.index.tables[place[0]].pk
        and (key := study.index.key_read_by(place)) is not None
        and (named(place), named(key)) not in declared
        and isinstance(column.generator, Lookup)
    ]
    if not missing:
        return
    listed = ", ".join(f"{named(place)} → {key[0]}" for place, key in missing[:4])
    more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
    counted = "1 column looks up a key" if len(missing) == 1 else f"{len(missing)} columns look up keys"
    yield Advice(
        "key-undeclared",
        study.pointers[missing[0][0]],
        named(missing[0][0]),
        f"{counted} that no foreign key declares: {listed}{more}.",
        "They hold all the same, but a reader, and a database that loads the data, cannot know.",
        "Declare them under constraints.foreign_keys.",
        study.added("foreign_keys", *({"from": named(place), "to": named(key)} for place, key in missing)),
        weight=15,
        is_noted=True,
    )


_GENERAL = any_of("name code title label key value number date time year type kind status level position slug symbol")
"""What many things have, and keys may be called too."""


@remarks
def undrawn(study: Study) -> Iterator[Advice]:
    """Yield the columns that are named like the key of another table, and drawn by themselves."""
    keys: dict[str, list[str]] = {}
    for table in study.dataset.nodes:
        keys.setdefault(table.pk, []).append(table.id)
    for place, table, column in study.columns():
        targets = [name for name in keys.get(column.name, ()) if name != table.id]
        if column.name == table.pk or len(targets) != 1 or len(column.name) < 4 or words(column.name)[0] in _GENERAL:
            continue
        target = targets[0]
        if study.index.columns[target, column.name].type != column.type or not _is_drawn(study, place, column):
            continue
        yield _unrelated(study, place, target)


def _is_drawn(study: Study, place: Place, column: Column) -> bool:
    """Return whether a column makes its values itself, from nothing else."""
    is_declared = any(key.from_ == named(place) for key in study.dataset.constraints.foreign_keys)
    return not is_declared and not any(column.uses()) and study.index.sources(place) is None


def _unrelated(study: Study, place: Place, target: str) -> Advice:
    rows = study.rows[place[0]]
    key = {"from": named(place), "to": f"{target}.{place[1]}"}
    is_loop = target in (place[0], *study.index.descendants(place[0]))
    patch = of_column(place, {"generator": {"lookup": {"from": f"{target}.{place[1]}"}}})
    return Advice(
        "key-not-looked-up",
        study.pointers[place],
        named(place),
        f"{named(place)} is named like the key of {target}, but makes its own values: none of its {many(rows)} rows is sure "
        f"to find its {target}.",
        "Joins lose rows, or find the wrong ones.",
        f"Look it up in {target}, and declare the foreign key.",
        None if is_loop else patch | study.added("foreign_keys", key),
        weight=88,
    )


@remarks
def looked_up_apart(study: Study) -> Iterator[Advice]:
    """Yield the columns that look up a row of a table at random, beside a key of that table which names another row."""
    for place, table, column in study.columns():
        word = column.generator
        if not isinstance(word, Lookup) or word.on is not None or word.table in (table.id, *study.index.ancestors(table.id)):
            continue
        pointing = [name for name in study.index.pointing(table.id, word.table) if name != column.name]
        is_key = study.index.tables[word.table].pk == word.column
        if len(pointing) == 1 and not is_key and not word.is_drawn:
            yield from _apart(study, place, word, pointing[0])


def _apart(study: Study, place: Place, word: Lookup, key: str) -> Iterator[Advice]:
    rows, theirs = study.rows[place[0]], study.rows[word.table]
    outcomes = study.index.outcomes((word.table, word.column))
    different = min(theirs, len(outcomes)) if outcomes else theirs
    if different <= 1:
        return
    yield Advice(
        "looked-up-apart",
        study.pointers[place],
        named(place),
        f"{named(place)} is taken from a random row of {word.table}, not from the one that {key} points at: about "
        f"{percent(1 - 1 / different)} of {many(rows)} rows show another row's {word.column}.",
        f"{word.column} and {key} of one row then speak of different rows of {word.table}.",
        f'Take it from the row that {key} points at ("on").',
        of_column(place, {"generator": {"lookup": {"on": key}}}),
        weight=92,
    )
