"""The fault corpus as jobs: each class of faults made of a few good replies, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.evaluation.entry import Entry, Grade, failed, left_out, passed
from datagen_chat.evaluation.faults import MUTATIONS, FaultResult, Mutation
from datagen_chat.evaluation.faults.good import Good, shipped, situations
from datagen_chat.evaluation.faults.run import made_of
from datagen_chat.frozen import dataclass

FAULTS = "faults"
OUTCOME, SILENT = "outcome", "silent corruption"

_SMALL = ("short-2", "short-4")  # the long ones only take longer: a fault does the same to them
_HEAVY = "sizes"


@dataclass(frozen=True, slots=True)
class Damage:
    """One class of faults, to be made of some replies."""

    mutation: Mutation
    replies: tuple[Good, ...]
    seed: int
    suite: str = FAULTS
    model: str = ""
    epoch: int = 0

    @property
    def case(self) -> str:
        """The name of the class."""
        return self.mutation.name

    def run(self) -> Entry:
        """Return the entry."""
        made = (made_of(self.mutation, good, self.seed) for good in self.replies)
        results = [result for result in made if result is not None]
        counts = {"faulty replies": len(results), "mended without asking": sum(result.is_mended for result in results)}
        counts["asked again"] = sum(result.outcome == "asked" for result in results)
        return Entry(self.suite, self.case, tags=(self.mutation.family,), grades=tuple(_grades(results)), counts=counts)


def _grades(results: list[FaultResult]) -> Iterator[Grade]:
    if not results:
        yield from (left_out(grader, "the reply has no place for it") for grader in (OUTCOME, SILENT))
        return
    wrong = [result for result in results if result.outcome not in result.must]
    yield failed(OUTCOME, f"{wrong[0].source}: {wrong[0].outcome}, {'; '.join(wrong[0].told)}") if wrong else passed(OUTCOME)
    silent = [result for result in results if result.is_silent]
    yield failed(SILENT, f"{silent[0].source}: another schema was accepted.") if silent else passed(SILENT)


def damages(seed: int) -> Iterator[Damage]:
    """Yield every class of faults, each to be made of a schema and of changes to one."""
    one, other = (situations(good) for good in shipped() if good.name in _SMALL)
    replies = (one[0], one[2], other[1])
    for mutation in MUTATIONS.values():
        yield Damage(mutation, replies[:1] if mutation.family == _HEAVY else replies, seed)
