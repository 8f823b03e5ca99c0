"""The declared shape is the schema's: expected shares come from SciPy or by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from scipy import stats

from datagen_chat.report.bars import Bar, Bars, Unit
from datagen_chat.report.declared import Declared, declared
from datagen_chat.report.families import declared_families
from datagen_chat.schema.behaviours import with_behaviours
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.ranges import within_ranges
from datagen_chat.schema.unfoldings import bound

YEAR = {"start": "2025-01-01T00:00:00Z", "end": "2025-12-31T23:59:59Z"}


def index_of(*columns: dict[str, Any], **more: Any) -> Index:
    """Return a table `t` of these columns, as the page knows it."""
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    table = {"id": "t", "kind": "entity", "pk": "id", "rows": 1000, "columns": [key, *columns]}
    draft = {"version": "1.0", "metadata": {"name": "d"}, "timeframe": YEAR, "nodes": [table], **more}
    return Index(within_ranges(bound(with_behaviours(Dataset.model_validate(draft)))))


def column(type_: str, generator: dict[str, Any], name: str = "x", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "generator": generator, **more}


def intervals(*edges: float) -> Bars:
    return Bars("number", tuple(Bar(1, low, high) for low, high in pairwise(edges)))


def law(type_: str, clamp: Sequence[float] | None = None, *, truncate: bool = False, **params: float) -> dict[str, Any]:
    word: dict[str, Any] = {"type": type_, "params": params}
    word |= {"clamp": list(clamp)} if clamp else {}
    return {"distribution": word | ({"truncate": True} if truncate else {})}


def shares(cdf: Callable[[float], float], edges: Sequence[float]) -> list[float]:
    return [float(cdf(high) - cdf(low)) for low, high in pairwise(edges)]


CONTINUOUS = {
    "normal": (law("normal", mu=10, sigma=3), stats.norm(10, 3).cdf),
    "lognormal": (law("lognormal", mu=2, sigma=0.4), stats.lognorm(0.4, scale=math.exp(2)).cdf),
    "uniform": (law("uniform", low=2, high=12), stats.uniform(2, 10).cdf),
    "exponential": (law("exponential", scale=6), stats.expon(scale=6).cdf),
    "gamma": (law("gamma", shape=3, scale=2), stats.gamma(3, scale=2).cdf),
}


@pytest.mark.parametrize("name", CONTINUOUS)
def test_a_continuous_law_has_the_shares_of_its_distribution_function(name: str) -> None:
    generator, cdf = CONTINUOUS[name]
    edges = [0.995, 4.995, 8.995, 12.995, 20.995]
    found = declared(index_of(column("float", generator)), ("t", "x"), intervals(*edges))
    assert found.is_smooth
    # The laws' own distribution functions are found by inversion, to about 1e-9.
    assert found.shares == pytest.approx(shares(cdf, edges), abs=1e-6)


def test_a_clamp_heaps_the_tails_up_at_its_bounds() -> None:
    edges = [7.5, 8.5, 12.5, 13.5]
    found = declared(index_of(column("int", law("normal", (8, 13), mu=10, sigma=3))), ("t", "x"), intervals(*edges))
    cdf = stats.norm(10, 3).cdf
    assert found.shares == pytest.approx([cdf(8.5), cdf(12.5) - cdf(8.5), 1 - cdf(12.5)], abs=1e-6)


def test_a_truncated_law_is_scaled_to_what_lies_within() -> None:
    edges = [7.5, 8.5, 12.5, 13.5]
    generator = law("normal", (8, 13), truncate=True, mu=10, sigma=3)
    found = declared(index_of(column("int", generator)), ("t", "x"), intervals(*edges))
    cdf = stats.norm(10, 3).cdf
    inside = cdf(13.5) - cdf(7.5)
    assert found.shares == pytest.approx([share / inside for share in shares(cdf, edges)], abs=1e-6)


def test_a_range_of_the_constraints_is_a_clamp_too() -> None:
    ranges = {"ranges": [{"attr": "t.x", "min": 8, "max": 13}]}
    found = declared(
        index_of(column("int", law("normal", mu=10, sigma=3)), constraints=ranges), ("t", "x"), intervals(7.5, 8.5, 13.5)
    )
    low = stats.norm(10, 3).cdf(8.5)
    assert found.shares == pytest.approx([low, 1 - low], abs=1e-6)


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        (law("poisson", **{"lambda": 2.5}), stats.poisson(2.5).pmf),
        (law("binomial", n=10, p=0.3), stats.binom(10, 0.3).pmf),
        (law("uniform", low=0, high=4), lambda k: 0.2),
    ],
)
def test_whole_numbers_have_the_probabilities_of_their_law(generator: dict[str, Any], expected: Callable[[int], float]) -> None:
    edges = [k - 0.5 for k in range(6)]
    found = declared(index_of(column("int", generator)), ("t", "x"), intervals(*edges))
    assert found.shares == pytest.approx([float(expected(k)) for k in range(5)], abs=1e-6)


def test_a_case_is_the_mixture_of_its_branches() -> None:
    kinds = column("string", {"choice": {"choices": ["a", "b"], "weights": [3, 1]}}, "kind")
    branches = {"a": law("normal", mu=10, sigma=1), "b": law("normal", mu=20, sigma=2)}
    edges = [5.0, 15.0, 25.0]
    found = declared(
        index_of(kinds, column("float", {"case": {"on": "kind", "when": branches}})), ("t", "x"), intervals(*edges)
    )
    mixed = [
        0.75 * a + 0.25 * b for a, b in zip(*(shares(stats.norm(m, s).cdf, edges) for m, s in ((10, 1), (20, 2))), strict=True)
    ]
    assert found.shares == pytest.approx(mixed, abs=1e-6)


def days(first: datetime, count: int, unit: Unit = "D") -> Bars:
    start = round(first.timestamp() * 1e6)
    return Bars(
        "time", tuple(Bar(1, start + k * 86_400_000_000, start + (k + 1) * 86_400_000_000) for k in range(count)), unit=unit
    )


def test_times_have_the_weights_of_their_weekdays() -> None:
    window = {"start": "2025-03-03T00:00:00Z", "end": "2025-03-16T23:59:59Z"}  # two weeks from a Monday on
    pattern = {"dimension": "dow", "weights": [1, 1, 1, 1, 2, 4, 0]}
    generator = {"datetime_series": {"within": window, "freq": "h", "pattern": pattern}}
    found = declared(index_of(column("datetime", generator)), ("t", "x"), days(datetime(2025, 3, 3, tzinfo=UTC), 14))
    # 2**16 points are spread over the window, so a bar is exact to one of them on either side.
    assert found.shares == pytest.approx([weight / 20 for weight in pattern["weights"] * 2], abs=2 / 2**16)  # type: ignore[operator]


def test_categories_have_their_weights_and_others_the_rest() -> None:
    generator = {"choice": {"choices": ["a", "b", None, "c"], "weights": [2, 1, 4, 1]}}
    bars = Bars("category", (Bar(1, key="a"), Bar(1, key="x"), Bar(1, key="2 others", is_rest=True)))
    found = declared(index_of(column("string", generator, nullable=True)), ("t", "x"), bars)
    assert found.shares == pytest.approx([0.5, 0, 0.5])  # of the rows that have a value


def test_numbers_are_compared_as_their_column_rounds_them() -> None:
    bars = Bars("category", (Bar(1, key="1.2", is_number=True), Bar(1, key="2.5", is_number=True)))
    found = declared(index_of(column("float", {"choice": {"choices": [1.234, 2.5, 1.21]}}, decimals=1)), ("t", "x"), bars)
    assert found.shares == pytest.approx([2 / 3, 1 / 3])


FANOUT = {"distribution": "poisson", "lambda": 2, "max": 3}


def test_the_rows_of_parents_have_the_probabilities_of_the_fanout_within_its_bounds() -> None:
    found = declared_families(child_of().tables["below"], intervals(-0.5, 0.5, 1.5, 3.5))
    below = stats.poisson(2).cdf
    assert found.shares == pytest.approx([below(0), below(1) - below(0), 1 - below(1)], abs=1e-6)


def child_of(**more: Any) -> Index:
    """Return a table `below` another one, as the page knows it."""
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    kind = {"name": "kind", "type": "string", "generator": {"choice": {"choices": ["a", "b"]}}}
    above = {"id": "above", "kind": "entity", "pk": "id", "rows": 9, "columns": [key, kind], **more}
    below = {"id": "below", "kind": "fact", "pk": "id", "parents": ["above"], "fanout": FANOUT, "columns": [key]}
    draft = {"version": "1.0", "metadata": {"name": "d"}, "nodes": [above, below]}
    return Index(with_behaviours(Dataset.model_validate(draft)))


def test_where_a_behaviour_scales_the_fanout_no_shape_is_drawn() -> None:
    segments = {"segment_column": "kind", "behaviors": {"a": {"fanout_multiplier": 2}}}
    found = declared_families(child_of(segment_behavior=segments).tables["below"], intervals(-0.5, 0.5))
    assert found == Declared(why_not="The number of rows follows from columns of the parent, so no declared shape is drawn.")


@pytest.mark.parametrize(
    ("columns", "constraints", "reason"),
    [
        (
            [column("float", law("normal", mu=0, sigma=1), modifiers=[{"transform": "jitter", "args": {"std": 1}}])],
            {},
            "The values are changed afterwards (jitter), so no declared shape is drawn.",
        ),
        (
            [
                column("datetime", {"datetime_series": {"within": "timeframe"}}, "begun"),
                column("datetime", {"datetime_series": {"within": {"start": "begun", "end": "timeframe.end"}}}),
            ],
            {},
            "The window of the times depends on other columns, so no declared shape is drawn.",
        ),
        (
            [
                column("datetime", {"datetime_series": {"within": "timeframe"}}, "begun"),
                column("datetime", {"datetime_series": {"within": "timeframe"}}),
            ],
            {"inequalities": [{"left": "t.begun", "op": "<=", "right": "t.x"}]},
            "The times are drawn within an order (>= begun), so no declared shape is drawn.",
        ),
        (
            [column("float", {"expression": {"code": "id * 2"}})],
            {},
            "The values are computed from others, so no declared shape is drawn.",
        ),
    ],
)
def test_where_something_else_has_a_say_no_shape_is_drawn(columns: list[Any], constraints: dict[str, Any], reason: str) -> None:
    bars = days(datetime(2025, 1, 1, tzinfo=UTC), 3) if columns[-1]["type"] == "datetime" else intervals(0, 1, 2)
    assert declared(index_of(*columns, constraints=constraints), ("t", "x"), bars) == Declared(why_not=reason)
