"""References between columns: that they exist, that the types agree, that the keys hold."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.faking import locale_for
from datagen_chat.generators.base import Generator, words_in
from datagen_chat.generators.base.uses import Use
from datagen_chat.generators.choice import Choice
from datagen_chat.generators.faker import Faker
from datagen_chat.generators.lookup import Lookup
from datagen_chat.generators.sequence import Sequence
from datagen_chat.problems import Problem, did_you_mean, nearest, note, pointer, shown
from datagen_chat.schema.bounds import check_inequalities
from datagen_chat.schema.combinations import check_combinations
from datagen_chat.schema.constraints import ForeignKey
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Column, Table
from datagen_chat.schema.row_ranges import row_range
from datagen_chat.schema.unfoldings import counted_by
from datagen_chat.schema.uniqueness import check_repeats
from datagen_chat.words import ColumnType, Scalar

FLOWS: frozenset[tuple[ColumnType, ColumnType]] = frozenset({("int", "float"), ("date", "datetime"), ("datetime", "date")})

LONGEST_CHAIN = 50
"""So many columns may correlate one after the other."""


def check_references(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with lookups, with other columns that generators read, and with the constraints."""
    yield from dict.fromkeys(_check_reads(index))  # what a column reads may say how many rows there are, too
    for i, key in enumerate(index.dataset.constraints.foreign_keys):
        at = pointer("constraints", "foreign_keys", i)
        yield from (problem.under(at) for problem in _check_foreign_key(key, index))
    yield from _said_twice(index)
    yield from _check_unique(index)
    yield from check_combinations(index)
    yield from check_inequalities(index)
    yield from _inferred_keys(index)


def _check_reads(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with what columns, and the numbers of rows, are made of."""
    for at, table, column in index.every_column:
        yield from (problem.under(at) for use in column.uses() for problem in _check_use(use, table, index))
        for inside, word in words_in(column.generator):
            yield from (problem.under(at + "/generator" + inside) for problem in _check_word(table, column, word, index))
    for i, table in enumerate(index.dataset.nodes):
        yield from (problem.under(pointer("nodes", i)) for problem in _check_counted_by(table, index))


def _check_word(table: Table, column: Column, word: Generator, index: Index) -> Iterator[Problem]:
    if isinstance(word, Lookup):
        yield from _check_lookup(table, column, word, index)
    elif isinstance(word, Faker):
        yield from _check_countries(table, column, word, index)
    elif isinstance(word, Choice) and word is column.generator:
        yield from _check_list(table, column, word)


def _check_list(table: Table, column: Column, choice: Choice) -> Iterator[Problem]:
    """Yield a problem when a fixed list would be drawn from, though it has a value for each row."""
    values = choice.choices or ()
    is_plain = choice.weights is None and choice.weights_kind is None
    if table.kind == "vocab" and is_plain and len(values) == table.rows == len(set(values)) > 1:
        message = f"{column.name} has a value for each row of the vocab, but a choice draws them, so that values come twice."
        yield Problem("", "list-drawn", message, 'Write {"enum_list": {"values": [...]}}: the k-th row has the k-th value.')


def _check_counted_by(table: Table, index: Index) -> Iterator[Problem]:
    """Yield what is wrong with the columns that the number of rows depends on."""
    parent = index.tables.get(table.parents[0]) if table.parents else None
    if parent is not None:
        for use in counted_by(table, index):
            yield from _check_use(use, parent, index)


def _check_use(use: Use, table: Table, index: Index) -> Iterator[Problem]:
    """Yield why a row of a table cannot read the column that a word names."""
    if use.of is not None:
        if use.of not in index.tables:
            return  # that is told where the table is named
        table = index.tables[use.of]
    target = use.table or table.id
    found = index.columns.get((target, use.column))
    if found is None:
        yield unknown_place(use.at, target, use.column, index, qualified=use.table is not None)
    elif use.how == "row" and target not in (table.id, *index.ancestors(table.id)):
        yield from _check_pointed(use, table, target, index)
    elif use.how == "descendant" and table.id not in index.ancestors(target):
        yield _not_below(use, table, target, index)
    elif use.by_score and not found.generator.has_scores:
        message = f"{target}.{use.column} is made by {found.generator.word}, which nothing can be correlated with."
        yield Problem(use.at, "no-scores", message, "Name a column that is made by distribution.")
    elif use.by_score and _scores_behind((target, use.column), index) > LONGEST_CHAIN:
        message = f"The correlation with {target}.{use.column} leads through more than {LONGEST_CHAIN} columns."
        yield Problem(use.at, "chain-too-long", message, "Name a column nearer to the start of that chain.")
    elif found.type not in use.wants:
        message = f"{target}.{use.column} is of type {found.type}, not {' or '.join(use.wants)}."
        yield Problem(use.at, "reference-type", message, f"Name a column of type {' or '.join(use.wants)}.")


def _not_below(use: Use, table: Table, target: str, index: Index) -> Problem:
    """Return why the rows of a table do not lie below those of the table that would read them, and what may be meant."""
    own, message = table.id, f"The rows of {target} do not hang off those of {table.id}."
    chain = (target, *index.ancestors(target))
    second = next((name for name in chain if own in index.tables[name].parents[1:]), None)
    below = [name for name in index.tables if own in index.ancestors(name)]
    alike = [f"{name}.{use.column}" for name in below if (name, use.column) in index.columns]
    hint = f"Name a column of a table that hangs off {own}" + (f": {_some(below)}." if below else ".")
    if second is not None:
        first = index.tables[second].parents[0]
        message = f"The rows of {second} lie below those of its first parent, {first}; {own} is only a further one."
        hint = f'Write "{own}" first in the parents of {second}, or aggregate in {first}.'
    elif target in index.ancestors(own):
        message = f"{target} is above {own}, not below it."
        hint = f'Use {{"lookup": {{"from": "{target}.{use.column}"}}}} for the value of the row above.'
    elif target != own and index.pointing(target, own):
        hint = f'Make {target} a fact with "parents": ["{own}"]: pointing at a row is not enough.'
    elif alike:
        hint = f'Did you mean "{alike[0]}"?'
    return Problem(use.at, "not-a-descendant", message, hint)


def _scores_behind(place: Place, index: Index) -> int:
    """Return how many columns a column's score follows from, itself included; a circle is no chain."""
    chain: dict[Place, None] = {}
    while place in index.columns and place not in chain:
        chain[place] = None
        further = [use for use in index.columns[place].generator.uses() if use.by_score]
        if not further:
            return len(chain)
        place = (further[0].table or place[0], further[0].column)
    return 0


def _check_pointed(use: Use, table: Table, target: str, index: Index) -> Iterator[Problem]:
    """Yield why a row of a table does not lead to exactly one row of a table that it does not hang off."""
    keys = index.pointing(table.id, target)
    if len(keys) > 1:
        message = f"A row of {table.id} points at several rows of {target}: by {', '.join(keys)}."
        hint = f'Add a column with {{"lookup": {{"from": "{target}.{use.column}", "on": "{keys[0]}"}}}} and name that.'
        yield Problem(use.at, "ambiguous-reference", message, hint)
    elif not keys:
        message = f"{table.id} has no ancestor {target} and no key of it, so a row of it has no {target}.{use.column}."
        hint = f"Name a column of {table.id}, of a table that it hangs off, or of one whose key it looks up."
        yield Problem(use.at, "not-an-ancestor", message, hint)


def unknown_place(at: str, table: str, column: str, index: Index, *, qualified: bool) -> Problem:
    """Return the problem of a column that does not exist, with the nearest one that does."""
    if not qualified:
        hint = did_you_mean(column, [name for owner, name in index.columns if owner == table])
        return Problem(
            at, "unknown-column", f"{table} has no column {column}.", hint or "Name one of its columns, or add the column."
        )
    what = f"There is no table {table}" if table not in index.tables else f"{table} has no column {column}"
    if near := _nearest_reference(table, column, index):
        return Problem(at, "unknown-reference", f"{what}.", f'Did you mean "{near}"?')
    hint = (
        f"The columns of {table} are {_columns(table, index)}."
        if table in index.tables
        else f"The tables are {_some(index.tables)}."
    )
    return Problem(at, "unknown-reference", f"{what}.", hint)


def _nearest_reference(table: str, column: str, index: Index) -> str | None:
    if table in index.tables:
        own = [name for owner, name in index.columns if owner == table]
        found = nearest(column, own)
        return f"{table}.{found[0]}" if found else None
    owners = nearest(table, index.tables, 3)
    exact = next((owner for owner in owners if (owner, column) in index.columns), None)
    return f"{exact}.{column}" if exact else next(iter(nearest(f"{table}.{column}", index.names)), None)


def _columns(table: str, index: Index) -> str:
    return _some([name for owner, name in index.columns if owner == table])


def _some(names: object, limit: int = 20) -> str:
    listed = list(names)  # type: ignore[call-overload]
    return ", ".join(listed[:limit]) + (" …" if len(listed) > limit else "")


def _check_lookup(table: Table, column: Column, lookup: Lookup, index: Index) -> Iterator[Problem]:
    source = index.columns.get((lookup.table, lookup.column))
    if source is None:
        return
    name = f"{table.id}.{column.name}"
    is_converted = any(change.args.converts for change in column.modifiers)
    if source.type != column.type and (source.type, column.type) not in FLOWS and not is_converted:
        message = f"{name} is of type {column.type}, but {lookup.from_} is of type {source.type}."
        yield Problem("/from", "lookup-type", message, f"Set the type of {name} to {source.type}.")
    is_above = lookup.table in index.ancestors(table.id)
    if not is_above and row_range(index, lookup.table)[1] == 0 and row_range(index, table.id)[1] > 0:
        message = f"{lookup.table} has no rows for {name} to choose from."
        yield Problem("/from", "empty-table", message, f"Give {lookup.table} at least one row.")
    if pointed := lookup.pointed():
        yield from _check_on(table, lookup, *pointed, index)
    if twin := index.twins.get((table.id, column.name)):
        relation = {"<": "an earlier", ">": "a later", "!=": "another"}.get(twin.order, "any")
        message = f"{name} draws {relation} row of {lookup.table} than {twin.column} holds."
        yield note("/from", "second-key", message)
    elif other := index.unrelated.get((table.id, column.name)):
        message = f"{name} and {table.id}.{other} each draw any row of {lookup.table}, so that both can hold the same one."
        hint = f'Where they must differ, add {{"left": "{name}", "op": "!=", "right": "{table.id}.{other}"}} to inequalities.'
        is_matched = any(lookup.match for lookup in _lookups(table, column.name, other))
        yield note("/from", "second-key", message, "" if is_matched else hint)  # which cannot be kept beside a match
    elif is_above and lookup.column == index.tables[lookup.table].pk and _is_a_role(table, column, lookup, index):
        message = f"{name} is the {lookup.table} of its {table.parents[0]}, the same in all rows of one."
        hint = f'Add "weights_kind": "uniform" to its lookup if any row of {lookup.table} may be meant.'
        yield note("/from", "own-ancestor", message, hint)


def _lookups(table: Table, *names: str) -> Iterator[Lookup]:
    generators = (column.generator for column in table.columns if column.name in names)
    yield from (word for word in generators if isinstance(word, Lookup))


def _is_a_role(table: Table, column: Column, lookup: Lookup, index: Index) -> bool:
    """Return whether a key of a table above the parent bears another name than there, and that table is a further parent."""
    if lookup.table not in table.parents[1:] or lookup.is_drawn or lookup.on:
        return False
    return column.name not in (lookup.column, *index.pointing(table.parents[0], lookup.table))


def _check_countries(table: Table, column: Column, faker: Faker, index: Index) -> Iterator[Problem]:
    """Yield a note when a locale is to come from choices that name no country."""
    owner, _, name = (faker.locale_from or "").rpartition(".")
    source = index.columns.get((owner or table.id, name))
    if source is None or not isinstance(source.generator, Choice):
        return
    unknown = [choice for choice in source.generator.choices or () if isinstance(choice, str) and locale_for(choice) is None]
    if unknown:
        message = f"No locale is known for {_some(map(shown, unknown), 5)}; {column.name} is made in American English there."
        yield note("/locale_from", "unknown-country", message, "Write countries by their name or ISO code.")


def _check_on(table: Table, lookup: Lookup, local: str, theirs: str | None, index: Index) -> Iterator[Problem]:
    """Yield why the column that `on` names does not point at one row of the table."""
    if (table.id, local) not in index.columns:
        return
    if theirs is not None and (lookup.table, theirs) not in index.columns:
        yield unknown_place(f"/on/{local}", lookup.table, theirs, index, qualified=True)
        return
    wanted = theirs or index.tables[lookup.table].pk
    hint = f'Make {local} with {{"lookup": {{"from": "{lookup.table}.{wanted}"}}}}, or name a column that is.'
    leads_to = index.key_held((table.id, local), lookup.table)
    if leads_to is None:
        yield Problem("/on", "not-a-key", f"{table.id}.{local} does not point at rows of {lookup.table}.", hint)
    elif leads_to != wanted:
        message = f"{table.id}.{local} holds {lookup.table}.{leads_to}, not {lookup.table}.{wanted}."
        yield Problem("/on", "not-a-key", message, hint)
    elif ((table.id, local), (lookup.table, wanted)) in index.matched:
        yield from _check_match((table.id, local), (lookup.table, wanted), hint, index)


def _check_match(local: Place, theirs: Place, hint: str, index: Index) -> Iterator[Problem]:
    """Yield why a row cannot be found by a value: that others have it too, or that it may be nowhere."""
    types = index.columns[local].type, index.columns[theirs].type
    if types[0] != types[1]:
        message = f"{local[1]} is of type {types[0]}, but {'.'.join(theirs)} is of type {types[1]}."
        yield Problem("/on", "key-types", message, "Give both the same type.")
    elif repeats := list(check_repeats(index.facts(theirs))):
        yield from (problem.under("/on") for problem in repeats)
    elif not _draws_from(local, theirs, index):
        message = f"The values of {'.'.join(local)} need not be in {'.'.join(theirs)}, so that no row of {theirs[0]} is sure."
        yield Problem("/on", "not-a-key", message, hint)


def _check_foreign_key(key: ForeignKey, index: Index) -> Iterator[Problem]:
    child, parent = _place(key.from_), _place(key.to)
    missing = [(at, place) for at, place in (("/from", child), ("/to", parent)) if place not in index.columns]
    if missing:
        yield from (unknown_place(at, *place, index, qualified=True) for at, place in missing)
        return
    types = index.columns[child].type, index.columns[parent].type
    if types[0] != types[1]:
        message = f"{key.from_} is of type {types[0]}, but {key.to} is of type {types[1]}."
        yield Problem("", "key-types", message, "Give both the same type.")
    if not index.never_repeats(parent):
        own = index.tables[parent[0]].pk
        hint = f'Refer to "{parent[0]}.{own}", its primary key.' if own != parent[1] else "Make it with a sequence."
        yield Problem("/to", "not-a-key", f"{key.to} is no key: its values can repeat.", hint)
    elif not _draws_from(child, parent, index):
        hint = f'Make {child[1]} with {{"lookup": {{"from": "{key.to}"}}}}, or remove this foreign key.'
        message = f"{key.from_} is not taken from {key.to}, so its values need not exist there."
        yield Problem("/from", "key-not-looked-up", message, hint)


def _draws_from(child: Place, parent: Place, index: Index) -> bool:
    """Return whether all values of a column are those of another: copied, directly or not, or written out and all there."""
    if child == parent or child not in index.columns or index.columns[child].modifiers:
        return False
    return _stays_in(index.columns[child].generator, child, parent, index, frozenset([child]))


def _stays_in(word: Generator, child: Place, parent: Place, index: Index, seen: frozenset[Place]) -> bool:
    """Return whether all values but null of a word of the column `child` are those of the column `parent`."""
    sources = word.sources()
    if sources is not None:
        places = [(source.table, source.column) for source in sources]
        return all(_comes_from(place, parent, index, seen) and not _is_rounded(child, place, index) for place in places)
    inner = [inside for _, inside in word.inner()]
    if inner:
        return all(_stays_in(inside, child, parent, index, seen) for inside in inner)
    made = word.outcomes(index.facts(child))
    return made is not None and _all_there(tuple(map(index.columns[child].kept, made)), parent, index)


def _is_rounded(place: Place, source: Place, index: Index) -> bool:
    """Return whether a column can have other values than the one that it copies, for it has fewer decimals."""
    column, theirs, known = index.columns[place], index.columns[source].places, index.outcomes(source)
    if column.places is None or (theirs is not None and theirs <= column.places):
        return False
    return known is None or any(column.kept(value) != value for value in known)


def _comes_from(place: Place, parent: Place, index: Index, seen: frozenset[Place]) -> bool:
    if place == parent or place in seen or place not in index.columns or index.columns[place].modifiers:
        return place == parent
    return _stays_in(index.columns[place].generator, place, parent, index, seen | {place})


def _all_there(values: tuple[Scalar, ...], parent: Place, index: Index) -> bool:
    """Return whether a key is sure to have all of these values: it counts through them, or has no others."""
    wanted, fewest = {value for value in values if value is not None}, row_range(index, parent[0])[0]
    key = index.columns[parent].generator
    if isinstance(key, Sequence) and not index.columns[parent].modifiers:
        return all(isinstance(value, int | float) and key.row_of(value) in range(int(fewest)) for value in wanted)
    known = index.outcomes(parent)
    return known is not None and wanted <= set(known) and fewest >= len(set(known))


def _said_twice(index: Index) -> Iterator[Problem]:
    """Yield the promises that repeat an earlier one."""
    promised = index.dataset.constraints
    lists: dict[str, list[object]] = {
        "foreign_keys": [(key.from_, key.to) for key in promised.foreign_keys],
        "unique": [frozenset(places) for places in index.unique_sets],
        "inequalities": [(each.left, each.op, each.right) for each in promised.inequalities],
    }
    for name, entries in lists.items():
        first: dict[object, int] = {}
        for k, entry in enumerate(entries):
            if first.setdefault(entry, k) != k:
                message = f"This says the same as {name}[{first[entry]}]."
                yield note(pointer("constraints", name, k), "said-twice", message, "Remove one of them.")


def _check_unique(index: Index) -> Iterator[Problem]:
    """Yield unique constraints of columns that do not exist, or of several tables."""
    for i, columns in enumerate(index.unique_sets):
        at = pointer("constraints", "unique", i)
        unknown = [place for place in columns if place not in index.columns]
        yield from (unknown_place(at, *place, index, qualified=True) for place in unknown)
        if len({table for table, _ in columns}) > 1:
            hint = "Give one entry for each table."
            yield Problem(at, "unique-across-tables", "A unique constraint names columns of several tables.", hint)
        if len(columns) == 1 and not unknown:
            yield from (problem.under(at) for problem in check_repeats(index.facts(columns[0])))


def _inferred_keys(index: Index) -> Iterator[Problem]:
    declared = {_place(key.from_) for key in index.dataset.constraints.foreign_keys}
    for at, table, column in index.every_column:
        place = (table.id, column.name)
        key = index.key_read_by(place) if index.columns[place] is column else None  # a name that stands twice is told already
        if key and place not in declared:
            name, whole = ".".join(place), ".".join(key)
            hint = f'Add {{"from": "{name}", "to": "{whole}"}} to constraints.foreign_keys to say so.'
            source = (column.generator.sources() or ())[0].under(at + pointer("generator", column.generator.word))
            yield note(source.at, "foreign-key-inferred", f"{name} counts as a foreign key to {whole}.", hint)


def _place(reference: str) -> Place:
    table, _, column = reference.partition(".")
    return table, column
