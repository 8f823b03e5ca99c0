"""Check digits found in a trace: digits that every choice changes, by an amount that depends on that choice alone.

Most checksums (Luhn, EAN, IBAN, many national numbers) are a sum over the characters modulo some number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from datagen_chat.faking.grammar import CHECK, Check, Pool
from datagen_chat.faking.oracle import Choice, Run, seeded
from datagen_chat.frozen import dataclass

MODULI = (10, 97, 11, 9, 7)
LARGEST = 1000
PROOFS = 40
Vary = Callable[[Run, int, int], Run]
Play = Callable[[Sequence[int]], Run]
Parts = tuple[str | int | Pool, ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    """A choice that changes one stretch of the text besides the check digits."""

    at: int
    start: int
    stop: int
    choice: Choice
    words: tuple[str, ...]
    residues: tuple[int, ...]


def checked(base: Run, first: int, fixed: Sequence[int], vary: Vary, play: Play) -> tuple[Parts, Check] | None:
    """Return the parts of a text with check digits, and their checksum; None when this is no such text.

    `fixed` are the slots found before choice `first`: they are slots still.
    """
    open_ = [at for at in (*fixed, *range(first, len(base.choices))) if base.choices[at].size > 1]
    if len(open_) < 3 or any(base.choices[at].size > LARGEST for at in open_):
        return None
    changed = [set.union(*(_changed(base, vary(base, at, other)) for other in _others(base.choices[at]))) for at in open_]
    place = _stretch(set.intersection(*changed)) if all(changed) else None
    if place is None or not base.text[slice(*place)].isdigit():
        return None
    texts = [[vary(base, at, option).text for option in range(base.choices[at].size)] for at in open_]
    if any(len(text) != len(base.text) for group in texts for text in group):
        return None
    for modulus in MODULI:
        slots = [_slot(base, at, group, place, modulus) for at, group in zip(open_, texts, strict=True)]
        ordered = sorted((slot for slot in slots if slot is not None), key=lambda slot: slot.start)
        if len(ordered) < len(slots) or _overlap(ordered):
            continue
        for words in _words(base, texts, place, modulus):
            parts, check = _parts(base, ordered, place, words)
            if _proven(base, ordered, parts, check, play):
                return parts, check
    return None


def _others(choice: Choice) -> set[int]:
    """Return a few other options: one alone may leave one of two check digits as it was."""
    return {(choice.taken + step) % choice.size for step in range(1, min(4, choice.size))}


def _changed(base: Run, other: Run) -> set[int]:
    same_shape = len(base.text) == len(other.text) and len(base.choices) == len(other.choices)
    return {at for at in range(len(base.text)) if base.text[at] != other.text[at]} if same_shape else set()


def _stretch(places: set[int]) -> tuple[int, int] | None:
    """Return the bounds of neighbouring places, or None when there is a gap or nothing."""
    if not places or max(places) - min(places) >= len(places):
        return None
    return min(places), max(places) + 1


def _slot(base: Run, at: int, texts: Sequence[str], place: tuple[int, int], modulus: int) -> _Slot | None:
    check = range(*place)
    places = {spot for text in texts for spot in range(len(text)) if text[spot] != base.text[spot] and spot not in check}
    bounds = _stretch(set(range(min(places), max(places) + 1))) if places else None
    if bounds is None or (bounds[0] < place[1] and place[0] < bounds[1]):
        return None
    here = int(base.text[slice(*place)])
    residues = []
    for text in texts:
        if not text[slice(*place)].isdigit():
            return None
        residues.append((int(text[slice(*place)]) - here) % modulus)
    words = tuple(text[slice(*bounds)] for text in texts)
    return _Slot(at, *bounds, base.choices[at], words, tuple(residues))


def _overlap(slots: Sequence[_Slot]) -> bool:
    return any(before.stop > after.start for before, after in pairwise(slots))


def _words(base: Run, texts: Sequence[Sequence[str]], place: tuple[int, int], modulus: int) -> Iterator[tuple[str, ...]]:
    """Yield what may be the check digits of each sum, the base's being sum 0: the numbers from some lowest one."""
    here = int(base.text[slice(*place)])
    seen = {text[slice(*place)] for group in texts for text in group}
    width = place[1] - place[0]
    if all(word.isdigit() for word in seen):
        numbers = sorted(map(int, seen))
        for low in range(max(0, numbers[-1] - modulus + 1), min(numbers[0], 10**width - modulus) + 1):
            yield tuple(f"{low + (here + total - low) % modulus:0{width}d}" for total in range(modulus))


def _parts(base: Run, slots: Sequence[_Slot], place: tuple[int, int], words: tuple[str, ...]) -> tuple[Parts, Check]:
    spans: list[tuple[int, int, _Slot | None]] = [(slot.start, slot.stop, slot) for slot in slots]
    parts: list[str | int | Pool] = []
    residues: list[tuple[int, ...]] = []
    end = 0
    for start, stop, slot in sorted([*spans, (*place, None)], key=lambda span: span[0]):
        if start > end:
            parts.append(base.text[end:start])
            residues.append(())
        parts.append(CHECK if slot is None else _pool(slot))
        residues.append(() if slot is None else slot.residues)
        end = stop
    if end < len(base.text):
        parts.append(base.text[end:])
        residues.append(())
    return tuple(parts), Check(words, tuple(residues))


def _pool(slot: _Slot) -> Pool:
    weights = slot.choice.weights
    return Pool(slot.choice.slot, slot.words, None if weights is None else tuple(float(w) for w in weights))


def _proven(base: Run, slots: Sequence[_Slot], parts: Parts, check: Check, play: Play) -> bool:
    """Return True when real Faker gives these check digits for random options of all slots at once."""
    draw = seeded(len(slots))
    for _ in range(PROOFS):
        script = list(base.script)
        total, said = 0, iter(slots)
        for slot in slots:
            script[slot.at] = draw.randrange(slot.choice.size)
            total += slot.residues[script[slot.at]]
        text = ""
        for part in parts:
            if isinstance(part, Pool):
                slot = next(said)
                text += slot.words[script[slot.at]]
            else:
                text += check.words[total % len(check.words)] if part == CHECK else str(part)
        if play(script).text != text:
            return False
    return True
