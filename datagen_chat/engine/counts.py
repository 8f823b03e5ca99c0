"""How many rows each parent has: drawn alike for all of them, as a total asks, or as the parents' own columns say."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from datagen_chat import draws
from datagen_chat.branches import Branches
from datagen_chat.draws import Key, RowNumbers, bits32
from datagen_chat.engine.fanout import (
    CHEAP_BYTES,
    Counts,
    Highest,
    bounded_masses,
    drawn_counts,
    exact_counts,
    kept,
    topped_up,
)
from datagen_chat.engine.parents import fanout_of
from datagen_chat.fanouts import Spread
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Room, Rows
from datagen_chat.laws._recursion import WidthError
from datagen_chat.problems import Problem, SchemaError, pointer
from datagen_chat.schema.fanouts import Fanout, branches, spreads
from datagen_chat.tables import Discrete
from datagen_chat.values import Numbers

if TYPE_CHECKING:
    from datagen_chat.engine.plan import TablePlan
    from datagen_chat.engine.scope import TableScope

Count = Callable[[Rows], NDArray[np.int64]]
Chooser = Callable[[Rows], NDArray[np.int64]]
Factor = Callable[[Rows], NDArray[np.float64]]

_STEPS, _WIDE_STEPS = 128, 8
"""So many factors per octave have a table of their own; others are drawn from the two nearest ones. Wide and uneven fanouts
have few: two neighbours of theirs differ by far less than the numbers of rows do."""

_WIDE = 1 << 12
_OCTAVES = 24


def table_counts(table: TablePlan, parent: TablePlan) -> Counts:
    """Return the number of a table's rows under each row of its parent, by block.

    Raises:
        SchemaError: the table has an exact total, and the parents that came out cannot have so many rows, or so few.
    """
    count, rows, parents = compile_count(table), table.table.rows, parent.row_count
    if rows and parents == 0:
        hint = f"Give {parent.name} rows with any seed, by a number of rows or a fanout that is never 0; or take another seed."
        raise _out_of_reach(table, f"{parent.name}, which they hang off, has none with this seed.", hint)
    if count is not None and (rows is None or parents == 0):
        return kept(lambda number: count(parent.block(number)))
    fanout = fanout_of(table.table, parents)
    shaping, room = compile_shaping(table, fanout), compile_room(table)
    if rows is not None and parents and (shaping is not None or room is not None):
        return _totalled(shaping or alike(table, fanout), table, parent, room)
    assert isinstance(fanout, Spread)
    key = draws.key(table.plan.seed, table.name, "", "fanout")
    if rows is None or parents == 0:
        return kept(drawn_counts(bounded_masses(fanout, fanout.masses()), key, parents), CHEAP_BYTES)
    try:
        return kept(exact_counts(fanout, key, parents, rows), CHEAP_BYTES)
    except WidthError as error:
        hint = "Set the fanout's max, or let the numbers of rows be more even."
        raise _out_of_reach(table, f"its fanout then spreads over {error}.", hint) from None
    except ValueError:
        found = f"{parents:,} {'row' if parents == 1 else 'rows'}"
        hint = f"Change rows, or the fanout's min and max, or give {parent.name} a fixed number of rows; or take another seed."
        raise _out_of_reach(
            table, f"its fanout does not allow it for the {found} of {parent.name} with this seed.", hint
        ) from None


def _out_of_reach(table: TablePlan, why: str, hint: str) -> SchemaError:
    """Return that a table cannot have its exact total of rows."""
    number = next(number for number, each in enumerate(table.plan.dataset.nodes) if each.id == table.name)
    message = f"{table.name} cannot have {table.table.rows:,} rows: {why}"
    return SchemaError([Problem(pointer("nodes", number, "rows"), "rows-out-of-reach", message, hint)])


def compile_count(table: TablePlan) -> Count | None:
    """Return the number of rows of any parents, where columns of theirs have a say in it; None where chance alone has."""
    if table.table.is_unfolded:
        unfold = table.unfolding
        return lambda parents: unfold(parents).counts
    room = compile_room(table)
    if table.table.is_ticking:
        return room  # without a fanout, the ticks of the parent's window are its rows
    fanout = fanout_of(table.table, 1)
    shaping, key = compile_shaping(table, fanout), draws.key(table.plan.seed, table.name, "", "fanout")
    if room is None:
        return None if shaping is None else lambda parents: _drawn(shaping, key, parents, 1.0)
    drawn = shaping or alike(table, fanout)

    def count(parents: Rows) -> NDArray[np.int64]:
        wanted, most = _drawn(drawn, key, parents, 1.0), room(parents)
        table.tell_cut(int(np.count_nonzero(wanted > most)), _part(parents))
        return np.minimum(wanted, most)

    return count


def _part(parents: Rows) -> tuple[int, int]:
    """Return what tells some parents from others: blocks of them are counted again and again."""
    numbers = parents.numbers
    return (int(numbers[0]), len(numbers)) if len(numbers) else (0, 0)


def compile_room(table: TablePlan) -> Room | None:
    """Return how many rows each parent can have at most; None where nothing limits them."""
    scopes = [table.scope(column.name) for column in table.table.columns]
    found = [scope.column.generator.room(scope) for scope in scopes if table.parent is not None]
    found += [each.room() for each in table.combinations]
    rooms = [room for room in found if room is not None]
    if not rooms:
        return None
    return lambda parents: np.asarray(np.minimum.reduce([room(parents) for room in rooms]))


@dataclass(frozen=True, slots=True, eq=False)
class Shaping:
    """What makes one parent's number of rows differ from another's.

    `choose` gives the number of the spread that each parent has; `scales` multiply the mean of single spreads, `factors`
    that of all. `places` point at the spreads.
    """

    places: tuple[str, ...]
    spreads: tuple[Spread, ...]
    choose: Chooser | None
    factors: tuple[Factor, ...]
    scales: tuple[Factor | None, ...]

    def parts(self, parents: Rows) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Yield the number of each spread that some parents have, and which ones."""
        if self.choose is None:
            yield 0, np.arange(len(parents))
            return
        chosen = self.choose(parents)
        for number in np.unique(chosen).tolist():
            yield number, np.flatnonzero(chosen == number)

    def bounds(self) -> tuple[int, int | None]:
        """Return the fewest and the most rows of every parent, where nothing tells parents apart; None is no limit."""
        is_alike = self.choose is None and not self.factors and not any(self.scales)
        return self.spreads[0].bounds() if is_alike else (0, None)

    def factor(self, parents: Rows) -> NDArray[np.float64] | None:
        """Return what multiplies the mean of each parent, never negative; None when nothing does.

        Raises:
            SchemaError: a factor is too large for any table of its draws.
        """
        if not self.factors and not any(self.scales):
            return None
        product = np.ones(len(parents))
        with np.errstate(over="ignore"):
            for factor in self.factors:
                product *= factor(parents)
            for number, chosen in self.parts(parents):
                scale = self.scales[number]
                if scale is not None:
                    product[chosen] *= scale(parents)[chosen]
        highest = int(product.argmax()) if len(product) else 0
        if product.max(initial=0.0) >= 2.0**_OCTAVES:
            place = next(self.places[number] for number, chosen in self.parts(parents) if highest in chosen)
            message = f"The fanout is multiplied by {product[highest]:.3g}, which is too much."
            raise SchemaError([Problem(place, "fanout-too-wide", message, "Use smaller multipliers.")])
        return np.maximum(product, 0.0)


def compile_shaping(table: TablePlan, fanout: Fanout) -> Shaping | None:
    """Return what shapes the fanout of single parents; None when all are drawn alike."""
    factors = tuple(table.factors())
    places, found = zip(*spreads(fanout, _place(table)), strict=True)
    scales = tuple(_compile_scale(table, spread) for spread in found)
    if isinstance(fanout, Spread):
        return Shaping(places, found, None, factors, scales) if factors or any(scales) else None
    return Shaping(places, found, _compile_choice(table.parent_scope(), fanout, itertools.count()), factors, scales)


def _place(table: TablePlan) -> str:
    """Return the pointer of a table's fanout; of the table where it has none."""
    number = next(number for number, each in enumerate(table.plan.dataset.nodes) if each.id == table.name)
    return pointer("nodes", number) if table.table.fanout is None else pointer("nodes", number, "fanout")


def alike(table: TablePlan, fanout: Fanout) -> Shaping:
    """Return the shaping of parents that are all drawn alike."""
    assert isinstance(fanout, Spread)
    return Shaping((_place(table),), (fanout,), None, (), (None,))


def _compile_scale(table: TablePlan, spread: Spread) -> Factor | None:
    """Return what a spread's own formula multiplies its mean by; where that is null, there are no rows."""
    if spread.scale is None:
        return None
    from datagen_chat.generators._formula import sampler_of  # most fanouts have no formula

    read = sampler_of(spread.scale, table.parent_scope().nested("scale"), "float")

    def factor(parents: Rows) -> NDArray[np.float64]:
        values = read(parents)
        assert isinstance(values, Numbers)
        factors = values.data.astype(np.float64)
        return factors if values.valid is None else np.where(values.valid, factors, 0.0)

    return factor


def _compile_choice(scope: TableScope, fanout: Fanout, numbers: Iterator[int]) -> Chooser:
    """Return which spread each parent has; they are numbered as `spreads` yields them."""
    if isinstance(fanout, Spread):
        number = next(numbers)
        return lambda parents: np.full(len(parents), number, dtype=np.int64)
    table, _, column = fanout.case.on.rpartition(".")
    read, type_ = scope.reader(table or None, column), scope.type_of(table or None, column) or "string"
    names = Branches(tuple(fanout.case.when), type_)
    inner = [_compile_choice(scope, each, numbers) for each in branches(fanout).values()]

    def choose(parents: Rows) -> NDArray[np.int64]:
        branch = names.of(read(parents))
        chosen = np.zeros(len(parents), dtype=np.int64)
        for number, each in enumerate(inner):
            # What no case names has the number -1; the last fanout is then that of "else".
            taken = (branch == number) | ((branch < 0) & (number == len(inner) - 1))
            chosen = np.where(taken, each(parents), chosen)
        return chosen

    return choose


def _totalled(shaping: Shaping, table: TablePlan, parent: TablePlan, room: Room | None) -> Counts:
    """Return counts that follow the shaping, leave no parent more than its room, and add up to the table's rows.

    Bounds of a fanout that is the same for all parents hold too; others are what the total stretches.
    """
    rows, key = table.table.rows or 0, draws.key(table.plan.seed, table.name, "", "fanout")
    expected = sum(_expected(shaping, parent.block(number)) for number in range(parent.blocks))
    scale = rows / expected if expected else 1.0

    least, high = shaping.bounds()
    most = None if room is None else _most(parent, room, high)

    def counts(number: int) -> NDArray[np.int64]:
        drawn = np.maximum(_drawn(shaping, key, parent.block(number), scale), least)
        return drawn if most is None else np.minimum(drawn, most(number))

    try:
        return topped_up(counts, parent.row_count, rows, least, most)
    except ValueError:
        if rows < least * parent.row_count:
            hint = f"Raise the rows, or lower the fanout's min; or take another seed, with fewer rows of {parent.name}."
            raise _out_of_reach(table, f"its parents have at least {least} each.", hint) from None
        hint = "Lower the rows, or leave more room: longer windows, finer steps, more to choose from."
        raise _out_of_reach(table, "its parents leave room for fewer.", hint) from None


def _most(parent: TablePlan, room: Room, high: int | None) -> Highest:
    """Return the most rows of each parent: what it has room for, and no more than the fanout allows."""
    return lambda number: np.minimum(room(parent.block(number)), sys.maxsize if high is None else high)


def _drawn(shaping: Shaping, key: Key, parents: Rows, scale: float) -> NDArray[np.int64]:
    counts = np.zeros(len(parents), dtype=np.int64)
    factor = shaping.factor(parents)
    if scale != 1.0:
        factor = np.full(len(parents), scale) if factor is None else factor * scale
    bits, choice = bits32(key, parents.numbers), _second(key, parents.numbers)
    for number, chosen in shaping.parts(parents):
        scaled = None if factor is None else factor[chosen]
        try:
            counts[chosen] = _scaled_draws(shaping.spreads[number], bits[chosen], choice[chosen], scaled)
        except WidthError as error:
            message = f"Multiplied as its parents say, the fanout spreads over {error}."
            hint = "Set the fanout's max, or use a smaller fanout or smaller multipliers."
            raise SchemaError([Problem(shaping.places[number], "fanout-too-wide", message, hint)]) from None
    return counts


def _second(key: Key, numbers: RowNumbers) -> NDArray[np.float64]:
    return draws.uniform(Key(draws.key(key, "nearest factor")), numbers)


def _scaled_draws(
    spread: Spread, bits: NDArray[np.uint32], choice: NDArray[np.float64], factor: NDArray[np.float64] | None
) -> NDArray[np.int64]:
    """Return draws of a spread whose mean is multiplied, each from the table of one of the two nearest factors."""
    if factor is None:
        return _sampled(spread, 1.0, bits)
    grid = _grid(_shape(spread)[1])
    places = grid.searchsorted(factor, side="right") - 1
    low, high = grid.take(np.maximum(places, 0)), grid.take(np.minimum(places + 1, len(grid) - 1))
    width = np.where(high > low, high - low, 1.0)
    places += (choice * width < factor - low) & (places >= 0)
    counts = np.zeros(len(bits), dtype=np.int64)
    for place in np.unique(places[places >= 0]).tolist():
        chosen = np.flatnonzero(places == place)
        counts[chosen] = _sampled(spread, float(grid[place]), bits[chosen])
    return counts


@lru_cache(maxsize=2)
def _grid(steps: int) -> NDArray[np.float64]:
    """Return the factors that have tables: 1, and others at equal ratios to both sides."""
    return np.array([0.0, *(math.exp2(step / steps) for step in range(-_OCTAVES * steps, _OCTAVES * steps + 1))])


@lru_cache(maxsize=256)
def _shape(spread: Spread) -> tuple[int, int]:
    """Return over how many numbers a spread goes, and how many factors per octave have a table.

    Those are few where that adds less than a hundredth to the variance.
    """
    masses = bounded_masses(spread, spread.masses())
    numbers, shares = np.arange(len(masses.shares)) + masses.first, np.array(masses.shares)
    mean = float((numbers * shares).sum())
    is_uneven = float(((numbers - mean) ** 2 * shares).sum()) > (mean / 2) ** 2
    return len(numbers), _WIDE_STEPS if len(numbers) > _WIDE and is_uneven else _STEPS


def _sampled(spread: Spread, factor: float, bits: NDArray[np.uint32]) -> NDArray[np.int64]:
    width, _ = _shape(spread)
    first, table = (_table if width * factor <= _WIDE else _wide_table)(spread, factor)
    return np.asarray(table.sample(bits).astype(np.int64) + first)


def _made_table(spread: Spread, factor: float) -> tuple[int, Discrete]:
    """Return the fewest rows that a spread comes to when its mean is multiplied, and the table of how many more.

    Raises:
        WidthError: the numbers of rows then spread too wide for a table.
    """
    masses = bounded_masses(spread, spread.masses(factor))
    return masses.first, Discrete(masses.shares)


_table, _wide_table = lru_cache(maxsize=4096)(_made_table), lru_cache(maxsize=64)(_made_table)


def _expected(shaping: Shaping, parents: Rows) -> float:
    """Return the expected number of rows of some parents together."""
    factor, total = shaping.factor(parents), 0.0
    for number, chosen in shaping.parts(parents):
        weight = float(len(chosen)) if factor is None else float(factor[chosen].sum())
        total += shaping.spreads[number].mean() * weight
    return total


__all__ = ["Factor", "Shaping", "compile_count", "table_counts"]
