"""Lists: the values that something has, and the things that a dataset has."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from datagen_chat.asked.ground import Ground
from datagen_chat.asked.lexicon import REMOVING, STOPS, TIMES, vocabulary
from datagen_chat.asked.nouns import is_plural, root, stem, stems, subject_before
from datagen_chat.asked.statements import UNPLACED, Statement, Tie
from datagen_chat.asked.words import Sentence
from datagen_chat.frozen import dataclass
from datagen_chat.schema.index import Place

_WHOLES = vocabulary("dataset database data schema tables table model")
_INSIDE = vocabulary("of for in on at to out by past off up")
_TALK = vocabulary("thanks note notes hello questions examples remarks comments")
_OPENERS = frozenset((":", "(", "like"))
_MOST_ITEMS, _MOST_WORDS, _SHORTEST, _ENOUGH, _CODE = 30, 3, 3, 3, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Statement):
    """A list of values, or of things; `subject` is what they are values of, empty where it is the dataset."""

    subject: str
    items: tuple[str, ...]

    @property
    def key(self) -> Hashable:
        """What the list is of."""
        return "list", stems(self.subject)

    @property
    def said(self) -> Hashable:
        """The items."""
        return self.items

    @property
    def topic(self) -> str:
        """What the list is of."""
        return self.subject

    def is_about(self, stem: str) -> bool:
        """Return whether a thing is what this is a list of, or one of its items."""
        return stems(self.subject)[-1:] == (stem,) or any(stems(item) == (stem,) for item in self.items)

    def tie(self, ground: Ground) -> Tie:
        """Return the column that has these values, or the tables and columns that are called so."""
        found = self._as_values(ground) if self.subject else None
        return found or self._as_things(ground) or (UNPLACED if self.subject else Tie("unsure", "it names no table"))

    def _as_values(self, ground: Ground) -> Tie | None:
        best: tuple[int, Place, list[str]] | None = None
        for place in self._places(ground):
            known = [_roots(value) for value in ground.values_of(place)]
            missing = [item for item in self.items if not _is_among(_roots(item), known)]
            if known and (best is None or len(missing) < best[0]):
                best = len(missing), place, missing
        if best is None:
            return None
        count, place, missing = best
        name, at = ".".join(place), ground.at_column(place)
        if not count:
            more = len(ground.values_of(place)) - len(self.items)
            return Tie("held", f"{name} has them" + (f", and {more} more" if more > 0 else ""), at)
        if 2 * count < len(self.items) or self._could_be(ground, place):
            return Tie("open", f"{name} lacks {', '.join(missing)}", at)
        return Tie("unsure", f"{name} has other values", at)

    def _could_be(self, ground: Ground, place: Place) -> bool:
        """Return whether a column could have all items: then those that it lacks are lacking by chance."""
        known = [_roots(str(value)) for value in ground.index.outcomes(place) or ()]
        return all(_is_among(_roots(item), known) for item in self.items)

    def _places(self, ground: Ground) -> list[Place]:
        named = ground.table(self.subject)
        places = list(ground.columns(self.subject))
        if named is not None:
            places += [(named.table.id, column.name) for column in named.table.columns if column.type == "string"]
        return places

    def _as_things(self, ground: Ground) -> Tie | None:
        tables = {item: ground.table(item) for item in self.items}
        found = [item for item, table in tables.items() if table is not None]
        missing = [item for item in self.items if item not in found and not ground.columns(item)]
        if not found or 2 * len(found) < len(self.items):
            return None
        if missing:
            return Tie("unsure", f"nothing is called {', '.join(missing)}", "/nodes")
        return Tie("held", "each has a table or a column", "/nodes")


def _roots(text: str) -> tuple[str, ...]:
    return tuple(map(root, stems(text)))


def _is_among(item: tuple[str, ...], known: list[tuple[str, ...]]) -> bool:
    """Return whether an item is a known value, or one of the two a form of the other.

    >>> known = [("profesional",), ("unit", "kingdom"), ("credit", "card"), ("femal",)]
    >>> [_is_among(item, known) for item in (("pro",), ("uk",), ("card",), ("mal",))]
    [True, True, True, False]
    """
    plain = "".join(item)
    return any(
        plain == "".join(value)
        or (len(plain) >= _SHORTEST and "".join(value).startswith(plain))
        or (len(plain) >= _ENOUGH and value[-len(item) :] == item)
        or _initials(item) == "".join(value)
        or _initials(value) == plain
        for value in known
    )


def _initials(words: tuple[str, ...]) -> str:
    """Return the first letters of several words; no word consists of those of one alone."""
    return "".join(word[0] for word in words) if len(words) > 1 else " "


def read_lists(sentence: Sentence) -> Iterator[Listing]:
    """Yield the lists of a sentence: behind a colon, in brackets, behind "like" and "such as", of what a dataset has."""
    for at, token in enumerate(sentence.tokens):
        opener = token.lower
        size = 2 if opener == "such" and sentence.word(at + 1) == "as" else 1 if opener in _OPENERS else 0
        if size:
            yield from _values(sentence, at, at + size, opener)
        elif opener in ("with", "containing", "of"):
            yield from _things(sentence, at, fewest=2 if sentence.word(at - 1) in _WHOLES else 3)
    found = _items(sentence, 0, ("",))
    if found is not None and found[1] == len(sentence.tokens) and _are_things(found[0], 3):
        quote, start = sentence.quote(0, found[1])
        yield Listing(quote=quote, start=start, subject="", items=found[0])


def _values(sentence: Sentence, at: int, first: int, opener: str) -> Iterator[Listing]:
    subject = subject_before(sentence, at, 3)
    closing = (")",) if opener == "(" else ("", ";")
    found = _items(sentence, first, closing if opener != "like" else ("", ";", ",", "."))
    if subject is None or found is None or _is_demonstrative(sentence, subject[0]) or _is_denied(sentence, subject[0]):
        return
    if sentence.word(subject[1] - 1) in _TALK:
        return
    items, last = found
    if opener != ":" and not is_plural(sentence.word(subject[1] - 1)) and not (opener == "(" and len(items) >= _ENOUGH):
        return
    if opener == ":" and subject[0] > 0 and sentence.word(subject[0] - 1) not in (",", "and", "the", "with", "our", "an", "a"):
        return
    quote, start = sentence.quote(subject[0], last)
    name = sentence.quote(*subject)[0]
    yield Listing(quote=quote, start=start, subject=name, items=items)


def _is_demonstrative(sentence: Sentence, first: int) -> bool:
    return sentence.word(first - 1) in ("these", "those", "this", "that", "such", "each")


def _is_denied(sentence: Sentence, first: int) -> bool:
    """Return whether close before a list it is said that these are not to be."""
    near = [sentence.word(k) for k in range(max(first - 4, 0), first)]
    return any(word in REMOVING or word in ("no", "not", "without") or word.endswith("n't") for word in near)


def _are_things(items: tuple[str, ...], fewest: int) -> bool:
    """Return whether all items are plurals, and enough of them."""
    return len(items) >= fewest and all(is_plural(item.split()[-1].lower()) for item in items)


def _things(sentence: Sentence, at: int, fewest: int) -> Iterator[Listing]:
    found = _items(sentence, at + 1, ("", ";"))
    if found is not None and _are_things(found[0], fewest):
        quote, start = sentence.quote(at - sentence.is_word(at - 1), found[1])
        yield Listing(quote=quote, start=start, subject="", items=found[0])


def _items(sentence: Sentence, first: int, closing: tuple[str, ...]) -> tuple[tuple[str, ...], int] | None:
    """Return the items of a list that begins at a token, and the token behind it; None where it is no plain list."""
    items: list[str] = []
    at = start = first
    while at <= len(sentence.tokens) and len(items) < _MOST_ITEMS:
        word = sentence.word(at)
        is_end = word in closing or at == len(sentence.tokens)
        if is_end or word in (",", "/", "and", "or", "&", "|"):
            if at > start:
                items.append(sentence.quote(start, at)[0])
            elif not (word in ("and", "or", "&") and items):
                return None
            if is_end and not (word == "," and _goes_on(sentence, at)):
                last = at + (word == ")")
                return (tuple(items), min(last, len(sentence.tokens))) if len(set(items)) > 1 else None
            start = at + 1
        elif at == start and word in ("the", "a", "an", "our", "their", "also"):
            start = at + 1
        elif not sentence.is_word(at) or _is_stop(sentence, at) or word in TIMES or at - start >= _MOST_WORDS:
            return None
        at += 1
    return None


def _is_stop(sentence: Sentence, at: int) -> bool:
    """Return whether a word is no part of a name; DE is a country, and de none."""
    word = sentence.word(at)
    return word in STOPS and word not in _INSIDE and not (sentence.tokens[at].text.isupper() and len(word) == _CODE)


def _goes_on(sentence: Sentence, at: int) -> bool:
    """Return whether a list goes on behind a comma: another comma or a last "and" follows within an item's length."""
    for k in range(at + 1, at + 2 + _MOST_WORDS):
        if sentence.word(k) in (",", "and", "or"):
            return k > at + 1
        if not sentence.is_word(k) or stem(sentence.word(k)) in STOPS:
            return False
    return False
