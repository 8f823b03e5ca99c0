"""A Faker method turned into a grammar, by calling it with scripted choices and watching what each choice changes.

A choice whose every option changes one stretch of the text, and nothing that is asked for later, is a slot: its words are
what stands in that stretch. Any other choice is a branch, and each class of its options is followed by itself. What was found
is then replayed: real Faker must say what the grammar predicts.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from datagen_chat.faking.checksum import checked
from datagen_chat.faking.decimals import forms
from datagen_chat.faking.grammar import Branch, Check, Grammar, Part, Pool
from datagen_chat.faking.oracle import Choice, Player, Run, Untraceable, player, seeded
from datagen_chat.faking.real import Call, still

BRANCHES = 1_500
FORKS = 10
LARGEST_POOL = 12_000
LARGEST_FORK = 400
WIDE = 1000
"""Options up to which numbers are tried one by one: an exception among them is seen then."""
REPLAYS = 400
Form = tuple[float, tuple[str | int | Pool, ...], Check | None]
"""A branch before its pools have numbers."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A choice that changes one stretch of the text: its word for each option, or the width of its number."""

    at: int
    choice: Choice
    words: tuple[str, ...] | None
    width: int = 0

    def word(self, option: int) -> str:
        """Return what stands in the text for an option."""
        return self.words[option] if self.words is not None else f"{self.choice.options[option]:0{self.width}d}"

    def telling(self) -> list[int]:
        """Return a few options, those among them that a transform of the text may treat in its own way."""
        odd = (option for option, word in enumerate(self.words or ()) if not word.isalnum() or not word.isascii())
        return sorted({*_some(self.choice.size), *islice(odd, 6)})

    def longest(self) -> int:
        """Return the option with the longest word."""
        if self.words is None:
            return self.choice.size - 1
        return max(range(self.choice.size), key=lambda option: len(self.words[option]))  # type: ignore[index]


@dataclass(frozen=True, slots=True)
class Path:
    """A way into the method: the options taken so far, the slots and forks among them, and its probability."""

    script: tuple[int, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    weight: float = 1.0
    forks: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """What a branch says, ready to be held against real Faker."""

    weight: float
    shown: Run
    leaves: tuple[Leaf, ...]
    literals: tuple[str, ...]


@dataclass(slots=True)
class Tracer:
    """The state of one trace: what is known of its choices, and how many calls are left."""

    play: Player
    runs: int
    known: dict[tuple[Any, ...], list[tuple[tuple[str, ...] | None, int]]] = field(default_factory=dict)
    proofs: list[Proof] = field(default_factory=list)

    def run(self, script: Sequence[int], after: int = 0) -> Run:
        """Play a script.

        Raises:
            Untraceable: the trace has used up its calls.
        """
        self.runs -= 1
        if self.runs < 0:
            raise Untraceable("too many calls")
        return self.play(script, after)

    def vary(self, base: Run, at: int, option: int) -> Run:
        """Play a run again with another option at one place."""
        script = base.script
        return self.run((*script[:at], option, *script[at + 1 :]))

    def grammar(self) -> Grammar:
        """Return the grammar of the whole method.

        Raises:
            Untraceable: it has none that could be proven.
        """
        pools: dict[Pool, int] = {}
        weights: dict[tuple[tuple[Part, ...], Check | None], float] = {}
        paths = [Path()]
        while paths:
            for weight, parts, check in self._follow(paths.pop(), paths):
                numbered = tuple(pools.setdefault(p, len(pools)) if isinstance(p, Pool) else p for p in parts)
                weights[numbered, check] = weights.get((numbered, check), 0.0) + weight
            if len(weights) + len(paths) > BRANCHES:
                raise Untraceable("too many branches")
        for proof in self.proofs:
            self._replay(proof)
        return Grammar(tuple(pools), tuple(Branch(weight, parts, check) for (parts, check), weight in weights.items()))

    def _follow(self, path: Path, paths: list[Path]) -> list[Form]:
        base = self.run(path.script)
        leaves = list(path.leaves)
        for at in range(len(path.script), len(base.choices)):
            choice = base.choices[at]
            if choice.size == 1:
                continue
            leaf = self._leaf(base, at, choice)
            if leaf is None:
                found = checked(base, at, [leaf.at for leaf in leaves], self.vary, self.run)
                if found is not None:
                    return [(path.weight, *found)]
                if path.forks == FORKS:
                    raise Untraceable("too many forks")
                for option, share in self._classes(base, at, choice):
                    script = (*base.script[:at], option)
                    paths.append(Path(script, tuple(leaves), path.weight * share, path.forks + 1))
                return []
            leaves.append(leaf)
        return list(self._branches(base, [leaf for leaf in leaves if leaf.word(leaf.longest())], path.weight))

    def _leaf(self, base: Run, at: int, choice: Choice) -> Leaf | None:
        key = choice.signature()
        for words, width in self.known.get(key, ()):
            leaf = Leaf(at, choice, words, width)
            if self._holds(base, leaf):
                return leaf
        for leaf in self._guesses(base, at, choice):
            if self._holds(base, leaf) and self._holds(self.run(base.script[:at], 1), leaf):
                self.known.setdefault(key, []).append((leaf.words, leaf.width))
                return leaf
        return None

    def _guesses(self, base: Run, at: int, choice: Choice) -> Iterator[Leaf]:
        numbers = choice.numbers
        if numbers is not None and choice.size > WIDE and numbers.step == 1 and numbers.start >= 0:
            for width in sorted({0, len(str(numbers.stop - 1))}):
                yield Leaf(at, choice, None, width)
        words = self._words(base, at, choice) if choice.size <= LARGEST_POOL else None
        if words is not None:
            yield Leaf(at, choice, words)

    def _words(self, base: Run, at: int, choice: Choice) -> tuple[str, ...] | None:
        """Return what each option puts in the place of the others, or None when an option changes what is asked later."""
        later = _later(base, at)
        texts = []
        for option in range(choice.size):
            run = self.vary(base, at, option)
            if _later(run, at) != later:
                return None
            texts.append(run.text)
        before = _common(texts)
        after = _common([text[len(before) :][::-1] for text in texts])[::-1]
        words = tuple(text[len(before) : len(text) - len(after)] for text in texts)
        return _whole(words, before, after, choice)

    def _holds(self, base: Run, leaf: Leaf) -> bool:
        """Return True when the leaf's words explain what a few of its options change."""
        later = _later(base, leaf.at)
        tests = [(leaf.word(option), self.vary(base, leaf.at, option)) for option in leaf.telling()]
        if any(_later(run, leaf.at) != later for _, run in tests):
            return False
        here = base.choices[leaf.at].taken
        return bool(_places(base.text, leaf.word(here), [(word, run.text) for word, run in tests]))

    def _classes(self, base: Run, at: int, choice: Choice) -> Iterator[tuple[int, float]]:
        """Yield one option of each class that behaves alike, with the share of the class."""
        if choice.size > LARGEST_FORK:
            raise Untraceable("a branch with too many options")
        other = self.run(base.script[:at], 1)
        found: dict[Any, tuple[int, float]] = {}
        for option in range(choice.size):
            runs = (self.vary(base, at, option), self.vary(other, at, option))
            alike = tuple((run.text, _later(run, at)) for run in runs)
            first, share = found.get(alike, (option, 0.0))
            found[alike] = (first, share + choice.weight(option))
        for first, share in found.values():
            if share > 0:
                yield first, share

    def _branches(self, base: Run, leaves: Sequence[Leaf], weight: float) -> Iterator[Form]:
        script = list(base.script)
        for leaf in leaves:
            script[leaf.at] = leaf.longest()
        shown = self.run(script)
        placed = sorted((self._place(shown, leaf), leaf.at, leaf) for leaf in leaves)
        literals, end = [], 0
        for start, _, leaf in placed:
            if start < end:
                raise Untraceable("slots overlap")
            literals.append(shown.text[end:start])
            end = start + len(leaf.word(leaf.longest()))
        literals.append(shown.text[end:])
        ordered = [leaf for _, _, leaf in placed]
        self.proofs.append(Proof(weight, shown, tuple(ordered), tuple(literals)))
        for share, pools in _combined(ordered):
            yield weight * share, tuple(_interleaved(literals, pools)), None

    def _place(self, shown: Run, leaf: Leaf) -> int:
        here = leaf.longest()
        options = [option for option in _some(leaf.choice.size)[:3] if leaf.word(option) != leaf.word(here)]
        tests = [(leaf.word(option), self.vary(shown, leaf.at, option).text) for option in options]
        places = _places(shown.text, leaf.word(here), tests)
        if not places:
            raise Untraceable("a slot without a place")
        return places[0]

    def _replay(self, proof: Proof) -> None:
        """Prove a branch on random options of all its slots at once, more often the more likely it is.

        Raises:
            Untraceable: real Faker says something else.
        """
        draw = seeded(len(proof.leaves))
        for _ in range(4 + round(REPLAYS * proof.weight)):
            script = list(proof.shown.script)
            for leaf in proof.leaves:
                script[leaf.at] = draw.randrange(leaf.choice.size)
            said = "".join(_interleaved(proof.literals, [leaf.word(script[leaf.at]) for leaf in proof.leaves]))
            if self.play(script, 0).text != said:
                raise Untraceable(f"not {said!r}")


def _later(run: Run, at: int) -> tuple[Any, ...]:
    return tuple(choice.signature() for choice in run.choices[at + 1 :])


def _common(texts: Sequence[str]) -> str:
    """Return the longest start that all texts share."""
    return os.path.commonprefix(list(texts))  # noqa: RUF071 -- letter by letter is what is wanted


def _some(size: int) -> list[int]:
    """Return a few options of a choice, the ends among them."""
    return sorted({0, size // 3, (2 * size) // 3, size - 1})


def _places(text: str, word: str, tests: Sequence[tuple[str, str]]) -> list[int]:
    """Return where `word` stands in `text` so that putting the other words there gives the other texts."""
    return [
        at
        for at in range(len(text) - len(word) + 1)
        if text.startswith(word, at)
        and all(other == text[:at] + replaced + text[at + len(word) :] for replaced, other in tests)
    ]


def _whole(words: tuple[str, ...], before: str, after: str, choice: Choice) -> tuple[str, ...]:
    """Return the words with what all options share put back, when that makes them Faker's own words again."""
    options = choice.options if all(isinstance(option, str) for option in choice.options) else ()
    for form in (str, str.lower):
        wanted = tuple(form(option) for option in options)
        if not wanted or len(words[0]) > len(wanted[0]):
            continue
        head = wanted[0].find(words[0])
        front, back = wanted[0][:head], wanted[0][head + len(words[0]) :]
        if before.endswith(front) and after.startswith(back) and wanted == tuple(front + word + back for word in words):
            return wanted
    return words


def _combined(leaves: Sequence[Leaf]) -> Iterator[tuple[float, list[tuple[str | Pool, ...]]]]:
    """Yield the forms of all leaves together, with their shares: a number may have several."""
    choices = []
    for leaf in leaves:
        if leaf.words is not None:
            weights = None if leaf.choice.weights is None else tuple(float(w) for w in leaf.choice.weights)
            choices.append([(1.0, (Pool(leaf.choice.slot, leaf.words, weights),))])
        else:
            numbers = leaf.choice.options
            found = forms(numbers[0], numbers[-1], leaf.width, leaf.choice.slot)
            choices.append([(count / len(numbers), parts) for count, parts in found])  # type: ignore[misc]
    for combination in product(*choices):
        share = 1.0
        for part_share, _ in combination:
            share *= part_share
        yield share, [parts for _, parts in combination]


def _interleaved(literals: Sequence[str], between: Sequence[Any]) -> Iterator[Any]:
    for literal, slot in zip(literals, between, strict=False):
        if literal:
            yield literal
        yield from slot if isinstance(slot, tuple) else (slot,)
    if literals[-1]:
        yield literals[-1]


def trace(call: Call, patience: int) -> Grammar:
    """Return the grammar of a real Faker method, found with so many calls at most.

    Raises:
        Untraceable: it has none that could be proven.
    """
    with still(call.faker):
        return Tracer(player(call), patience).grammar()
