"""Claims about the rows of one parent: what none of them repeats, and the states that they go through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.generators.lookup import Lookup
from datagen_chat.generators.position import Position
from datagen_chat.generators.state import State
from datagen_chat.instants import DAY, parse_step
from datagen_chat.problems import shown
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import literal, quoted
from datagen_chat.unfoldings.state_transition_model import StateTransitionModel
from datagen_chat.verify.basis import Basis
from datagen_chat.verify.claims import Claim
from datagen_chat.verify.keys import repeated
from datagen_chat.verify.questions import NoRow
from datagen_chat.verify.row_numbers import NO_ORDER, row_order
from datagen_chat.verify.sql import listed


def family_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what a schema claims of the rows of one parent."""
    for at, table, column in basis.columns:
        word = column.generator
        times = isinstance(word, DatetimeSeries) and word.limits_rows
        if times or (isinstance(word, Lookup) and word.distinct):
            yield _distinct(f"{at}/generator/{word.word}", table, column, basis)
        if isinstance(word, Position) and not column.modifiers:
            yield _counted(f"{at}/generator/position", table, column, word, basis)
        if isinstance(word, State) and table.unfolding is not None and not column.modifiers:
            yield from _states(f"{at}/generator/state", table, column, word, basis)


def _distinct(at: str, table: Table, column: Column, basis: Basis) -> Claim:
    """Return that no value comes twice among the rows of one parent, or of a table without parents."""
    parent = table.parents[0] if table.parents else None
    among = f"among the rows of one {parent}" if parent else "among its rows"
    claim = Claim("distinct", at, table.id, f"{table.id}.{column.name}", f"has no value twice {among}")
    if column.modifiers:
        return claim.skipped("modifiers or behaviours change the values")
    if (
        isinstance(column.generator, DatetimeSeries)
        and column.type == "date"
        and parse_step(column.generator.freq).length % DAY
    ):
        return claim.skipped("several times can lie on one day")
    word = column.generator
    if isinstance(word, Lookup) and not basis.index.never_repeats((word.table, word.column)):
        return claim.skipped(f"several rows of {word.table} can have the same {word.column}")
    owner = None if parent is None else basis.parent_key(table.id, parent)
    if parent and owner is None:
        return claim.skipped("no column says which parent a row has")
    names = ([owner] if owner and owner != column.name else []) + [column.name]
    return claim.asking(repeated(table.id, names), *((table.id, name) for name in names))


def _counted(at: str, table: Table, column: Column, word: Position, basis: Basis) -> Claim:
    """Return that the rows of each parent are counted in their order."""
    place, cell = (table.id, column.name), quoted(column.name)
    step = "" if word.step == 1 else f" by {word.step}"
    claim = Claim(
        "sequence", at, table.id, ".".join(place), f"counts the rows of each {table.parents[0]} from {word.start}{step}"
    )
    order, owner = row_order(table), basis.parent_key(table.id, table.parents[0])
    if owner is None or order is None:
        return claim.skipped(_why_not(owner, order))
    names = tuple(dict.fromkeys((table.pk, owner, column.name)))
    asked = (
        f'{word.start} + {word.step} * (row_number() OVER (PARTITION BY {quoted(owner)} ORDER BY {order}) - 1) AS "its place"'
    )
    source = f"(SELECT {listed(map(quoted, names))}, {asked} FROM {quoted(table.id)})"  # noqa: S608 - names are letters, digits and underscores
    broken = f'{cell} <> "its place"' + ("" if column.may_be_null else f" OR {cell} IS NULL")
    return claim.asking(
        NoRow(source, broken, (*map(quoted, names), '"its place"')), place, (table.id, owner), (table.id, table.pk)
    )


def _states(at: str, table: Table, column: Column, word: State, basis: Basis) -> Iterator[Claim]:
    """Yield that a name is that of a state, and that a field follows from the row before of the same parent."""
    walk, place, cell = table.unfolding, (table.id, column.name), quoted(column.name)
    assert walk is not None
    if word.field in ("name", "previous"):
        named = Claim("enum", at, table.id, ".".join(place), "is the name of a state")
        question = NoRow(quoted(table.id), f"{cell} NOT IN ({listed(map(literal, walk.names))})", basis.shown(*place))
        yield named.asking(question, place)
    words, broken = _broken(table, column, word)
    if not broken:
        return
    claim = Claim("states", at, table.id, ".".join(place), words)
    order, owner = row_order(table), basis.parent_key(table.id, table.parents[0])
    if owner is None or order is None or column.null_rate:
        yield claim.skipped(_why_not(owner, order))
        return
    names = tuple(dict.fromkeys((table.pk, owner, column.name)))
    over = f"OVER (PARTITION BY {quoted(owner)} ORDER BY {order})"
    asked = f'lag({cell}) {over} AS "the one before", row_number() {over} AS "its place"'
    source = f"(SELECT {listed(map(quoted, names))}, {asked} FROM {quoted(table.id)})"  # noqa: S608 - names are letters, digits and underscores
    shown_ = (*map(quoted, names), '"the one before"', '"its place"')
    yield claim.asking(NoRow(source, broken, shown_), place, (table.id, owner), (table.id, table.pk))


def _why_not(owner: str | None, order: str | None) -> str:
    if owner is None:
        return "no column says which parent a row has"
    return NO_ORDER if order is None else "some of its values are null"


def _broken(table: Table, column: Column, word: State) -> tuple[str, str]:
    """Return what a field keeps from row to row, in words, and SQL that tells where it does not; empty where it is nothing."""
    cell, walk, parent = quoted(column.name), table.unfolding, table.parents[0]
    if word.field == "index":
        return f"counts the rows of one {parent} from 0", f'{cell} <> "its place" - 1'
    if word.field == "entered_at":
        return f"ascends among the rows of one {parent}", f'{cell} < "the one before"'
    if word.field == "name" and isinstance(walk, StateTransitionModel):
        begun = {name: weight for name, weight in walk.initial.items() if weight > 0}
        first = f'"its place" = 1 AND {cell} NOT IN ({listed(map(literal, begun))})'
        following = {name: _next(walk, name) for name in walk.states}
        words = f"begins with {' or '.join(shown(name, 20) for name in list(begun)[:4])} and goes on as next says"
        return words, f'({first} OR "its place" > 1 AND NOT ({_onward(cell, following)}))'
    if word.field == "name" and walk is not None:
        names = f"[{listed(map(literal, walk.names))}]"
        words = f"goes through the stages of one {parent} in their order, from the first"
        return words, f'list_position({names}, {cell}) IS DISTINCT FROM "its place"'
    return "", ""


def _next(walk: StateTransitionModel, name: str) -> tuple[str, ...]:
    """Return the states that can follow one."""
    state = walk.states[name]
    return () if state.terminal else tuple(other for other, weight in (state.next or {}).items() if weight > 0)


def _onward(cell: str, following: Mapping[str, tuple[str, ...]]) -> str:
    """Return SQL on whether a state may follow the one before."""
    ways = [
        f'"the one before" = {literal(name)} AND {cell} IN ({listed(map(literal, others))})'
        for name, others in following.items()
        if others
    ]
    return f"coalesce({' OR '.join(f'({way})' for way in ways)}, false)" if ways else "false"
