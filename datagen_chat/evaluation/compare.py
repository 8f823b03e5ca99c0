"""Two runs side by side: the same cases, and every grade that became another one."""

from __future__ import annotations

from collections.abc import Mapping

from datagen_chat.evaluation.entry import Entry, State
from datagen_chat.evaluation.log import Log
from datagen_chat.frozen import dataclass

Pair = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Flip:
    """A grade of one entry that is another one in the second run."""

    suite: str
    case: str
    model: str
    epoch: int
    grader: str
    before: State
    after: State
    reason: str

    @property
    def is_better(self) -> bool:
        """True when it fails no longer."""
        return self.after == "passed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many entries were paired, the flips, and the entries that only one run has."""

    paired: int
    flips: tuple[Flip, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def compared(before: Log, after: Log) -> Comparison:
    """Return what became different; entries pair by suite, case and epoch, and by model where a suite has several."""
    old, new = _paired(before), _paired(after)
    both = [key for key in old if key in new]
    flips = [flip for key in both for flip in _flips(key, old[key], new[key])]
    return Comparison(
        len(both),
        tuple(flips),
        tuple(_name(key) for key in old if key not in new),
        tuple(_name(key) for key in new if key not in old),
    )


def _paired(log: Log) -> Mapping[Pair, Entry]:
    models: dict[str, set[str]] = {}
    for entry in log.entries:
        models.setdefault(entry.suite, set()).add(entry.model)
    return {
        (entry.suite, entry.case, entry.model if len(models[entry.suite]) > 1 else "", entry.epoch): entry
        for entry in log.entries
    }


def _name(key: Pair) -> str:
    suite, case, model, epoch = key
    return f"{suite}/{case}" + (f" of {model}" if model else "") + (f", epoch {epoch}" if epoch else "")


def _flips(key: Pair, old: Entry, new: Entry) -> list[Flip]:
    found = []
    for grade in new.grades:
        known = old.grade(grade.grader)
        if known is not None and known.state != grade.state:
            reason = grade.reason or known.reason
            found.append(Flip(*key, grade.grader, known.state, grade.state, reason))
    return found
