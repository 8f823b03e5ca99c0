"""The tokens of a grammar's branches: literals and small pools joined beforehand, so that a row has few words to fetch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from datagen_chat.faking.grammar import CHECK, Branch, Grammar, Pool
from datagen_chat.faking.guide import CELLS
from datagen_chat.frozen import dataclass

LARGEST = 4096
INNER = 256
"""Words that may share one word of a weighted pool: they are drawn by the 16 bits that choosing it leaves over."""


Atom = tuple[str | Pool, tuple[int, ...]]
"""A literal or a pool, and its residues where the branch has check digits."""


@dataclass(frozen=True, slots=True)
class Token:
    """Words to draw from: `weights` over groups of `inner` words each, which are evenly likely within a group.

    `residues` are what each word adds to the sum that the check digits are of. The check digits themselves are a token too:
    its first word is that of sum 0, and nothing is drawn for it. A `given` token's group is not drawn but handed in.
    """

    words: tuple[str, ...]
    weights: tuple[float, ...] | None = None
    inner: int = 1
    residues: tuple[int, ...] = ()
    is_check: bool = False
    given: int = 0

    def cells(self) -> int:
        """Return how many equal cells the groups are drawn by."""
        if self.is_check or self.given:
            return 1
        return len(self.words) // self.inner if self.weights is None else CELLS


def tokens_of(grammar: Grammar) -> list[tuple[Token, ...]]:
    """Return the tokens of each branch."""
    return [tuple(_branch(grammar, branch)) for branch in grammar.branches]


def _branch(grammar: Grammar, branch: Branch) -> Iterator[Token]:
    check = branch.check
    residues = check.residues if check is not None else ((),) * len(branch.parts)
    group: list[Atom] = []
    for part, residue in zip(branch.parts, residues, strict=True):
        atom = grammar.pools[part] if isinstance(part, int) and part != CHECK else str(part)
        ends = part == CHECK or (bool(group) and not _fits(group, atom))
        if ends and group:
            yield _joined(tuple(group))
            group = []
        if part == CHECK:
            assert check is not None
            yield Token(check.words, is_check=True)
        else:
            group.append((atom, residue))
    if group or not branch.parts:
        yield _joined(tuple(group))


def _fits(group: Sequence[Atom], atom: str | Pool) -> bool:
    """Return True when the atom may join the group: the words stay few, and no two pools are weighted or given."""
    if isinstance(atom, str):
        return True
    pools = [atom, *(other for other, _ in group if isinstance(other, Pool))]
    even = [len(pool.words) for pool in pools if not _weighted(pool)]
    weighted = [len(pool.words) for pool in pools if _weighted(pool)]
    if not weighted:
        return len(even) == 1 or math.prod(even) <= LARGEST
    return len(weighted) == 1 and math.prod(even) <= INNER and math.prod(even) * weighted[0] <= LARGEST


def _weighted(atom: str | Pool) -> bool:
    return isinstance(atom, Pool) and (atom.weights is not None or atom.given > 0)


@lru_cache(maxsize=1024)
def _joined(atoms: tuple[Atom, ...]) -> Token:
    """Return one token that says these atoms in a row."""
    weighted = next((number for number, (atom, _) in enumerate(atoms) if _weighted(atom)), None)
    if weighted is None:
        words, residues = _product(atoms)
        return Token(words, residues=residues)
    pool = atoms[weighted][0]
    assert isinstance(pool, Pool)
    before, after = _product(atoms[:weighted]), _product(atoms[weighted + 1 :])
    middle = _product(atoms[weighted : weighted + 1])
    # The weighted pool comes first in the order of the words, so that its words head groups of equal size.
    words = tuple(head + word + tail for word in middle[0] for head in before[0] for tail in after[0])
    sums: tuple[int, ...] = ()
    if any(added for _, added in atoms):
        sums = _sums(*(found or (0,) * len(said) for said, found in (middle, before, after)))
    weights = None if pool.given else pool.shares()
    return Token(words, weights, len(before[0]) * len(after[0]), sums, given=pool.given)


def _product(atoms: Sequence[Atom]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    words: tuple[str, ...] = ("",)
    residues: tuple[int, ...] = (0,) if any(added for _, added in atoms) else ()
    for atom, added in atoms:
        more = (atom,) if isinstance(atom, str) else atom.words
        words = tuple(word + other for word in words for other in more)
        residues = _sums(residues, added or (0,) * len(more)) if added or residues else ()
    return words, residues


def _sums(*residues: Sequence[int]) -> tuple[int, ...]:
    return tuple(sum(each) for each in product(*residues))
