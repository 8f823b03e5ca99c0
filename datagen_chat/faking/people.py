"""The people of a locale: which first and last names go together, and the forms in which whole names are written.

All of it is read from the grammar of Faker's `name`. Forms in which the first name or the last name does not stand by itself
("Anna-Lena", "Müller-Schmidt") are left out, so that a whole name always holds the names of its person.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate

from datagen_chat.faking.grammar import Branch, Grammar, Part, Pool
from datagen_chat.faking.roles import GENDERS, Gender, gender_in
from datagen_chat.faking.spelling import spelled
from datagen_chat.faking.store import grammar_for
from datagen_chat.frozen import dataclass

FIRST, LAST = 1, 2
"""The numbers of the codes that are handed in: the person's first name, and the last."""


@dataclass(frozen=True, slots=True)
class Sort:
    """People whose first and last names come from the same pools; `forms` are the parts of their whole names.

    A weight of zero stands for people who are only made where their gender is asked for.
    """

    first: Pool
    last: Pool
    forms: tuple[tuple[float, tuple[str | Pool, ...]], ...]

    @property
    def weight(self) -> float:
        """Return the share of these people among all, before it is scaled."""
        return sum(weight for weight, _ in self.forms)

    @property
    def gender(self) -> Gender | None:
        """Return the gender that the pools are of, if any."""
        return gender_in(self.first.slot) or gender_in(self.last.slot)


@dataclass(frozen=True, eq=False)
class People:
    """The sorts of people of a locale, and how many of each there are. There is one object for each locale."""

    locale: str
    sorts: tuple[Sort, ...]
    shares: tuple[float, ...]

    def of_gender(self, gender: Gender | None) -> tuple[float, ...]:
        """Return the share of each sort among the people of a gender; a locale without any of it has all its people."""
        if gender is None:
            return self.shares
        named = [sort.gender == gender for sort in self.sorts]
        extra = [float(is_named and not share) for is_named, share in zip(named, self.shares, strict=True)]
        common = [share * is_named for is_named, share in zip(named, self.shares, strict=True)]
        return tuple(extra if any(extra) else common if any(common) else self.shares)

    @cached_property
    def firsts(self) -> tuple[str, ...]:
        """The first names of all sorts, one sort after the other."""
        return tuple(word for sort in self.sorts for word in sort.first.words)

    @cached_property
    def lasts(self) -> tuple[str, ...]:
        """The last names of all sorts, one pool after the other."""
        return tuple(word for pool in self.last_pools for word in pool.words)

    @cached_property
    def form_starts(self) -> tuple[int, ...]:
        """The number of each sort's first form among the forms of all sorts."""
        return _starts([len(sort.forms) for sort in self.sorts])

    @cached_property
    def first_starts(self) -> tuple[int, ...]:
        """The number of each sort's first first name."""
        return _starts([len(sort.first.words) for sort in self.sorts])

    @cached_property
    def last_starts(self) -> tuple[int, ...]:
        """The number of each sort's first last name."""
        starts = _starts([len(pool.words) for pool in self.last_pools])
        return tuple(starts[self.last_pools.index(sort.last)] for sort in self.sorts)

    @cached_property
    def last_pools(self) -> tuple[Pool, ...]:
        """The pools of last names; sorts may share one."""
        return tuple(dict.fromkeys(sort.last for sort in self.sorts))

    @cached_property
    def spelling(self) -> Mapping[str, str]:
        """Each name as it is written in an address."""
        return spelled(self.locale, (*self.firsts, *self.lasts))

    @cached_property
    def whole(self) -> Grammar:
        """The grammar of whole names: the forms of all sorts, one sort after the other; first and last name are handed in."""
        numbers: dict[Pool, int] = {}
        first, last = Pool("first_name", self.firsts, given=FIRST), Pool("last_name", self.lasts, given=LAST)
        branches = []
        for sort in self.sorts:
            for weight, form in sort.forms:
                named = _put(_put(form, sort.first, first), sort.last, last)
                parts = tuple(numbers.setdefault(part, len(numbers)) if isinstance(part, Pool) else part for part in named)
                branches.append(Branch(weight, parts))
        return Grammar(tuple(numbers), tuple(branches))


def _starts(sizes: Sequence[int]) -> tuple[int, ...]:
    return tuple(accumulate(sizes, initial=0))[: len(sizes)]


def _put(form: Sequence[str | Pool], pool: Pool, instead: Pool) -> tuple[str | Pool, ...]:
    """Return a form with another pool where `pool` stands first."""
    place = form.index(pool)
    return (*form[:place], instead, *form[place + 1 :])


@functools.cache
def people_of(locale: str) -> People:
    """Return the people of a locale; where whole names cannot be taken apart, they are first and last names in this order."""
    found = grammar_for("name", locale, {})
    sorts = () if found is None else tuple(_sorts(_with_endings(found)))
    sorts = sorts or tuple(_pairs(locale))
    further = tuple(_further(sorts, locale))
    return People(locale, (*sorts, *further), (*(sort.weight for sort in sorts), *(0.0 for _ in further)))


def _sorts(grammar: Grammar) -> Iterator[Sort]:
    """Yield the people of a grammar of whole names."""
    forms: dict[tuple[Pool, Pool], list[tuple[float, tuple[str | Pool, ...]]]] = {}
    for branch in grammar.branches:
        form = tuple(grammar.pools[part] if isinstance(part, int) else part for part in branch.parts)
        first, last = _place(form, "first_name"), _place(form, "last_name")
        if first is not None and last is not None:
            pair = form[first], form[last]
            forms.setdefault(pair, []).append((branch.weight, form))  # type: ignore[arg-type] # both are pools
    for (first_name, last_name), found in forms.items():
        yield Sort(first_name, last_name, tuple(found))


def _place(form: Sequence[str | Pool], slot: str) -> int | None:
    """Return where the first of such slots stands, if it stands by itself."""
    place = next((n for n, part in enumerate(form) if isinstance(part, Pool) and part.slot.startswith(slot)), None)
    if place is None or form[place].slot.endswith("_abbreviated"):  # type: ignore[union-attr] # it is a pool
        return None
    before, after = form[place - 1] if place else "", form[place + 1] if place + 1 < len(form) else ""
    return place if _ends_word(before, -1) and _ends_word(after, 0) else None


def _ends_word(neighbour: str | Pool, at: int) -> bool:
    """Return whether a word ends where a name meets its neighbour, whose letter in question stands at 0 or -1."""
    if isinstance(neighbour, str):
        return not neighbour or neighbour[at] in " ,"
    return "_name" in neighbour.slot or all(not word or word[at] == " " for word in neighbour.words)


def _with_endings(grammar: Grammar) -> Grammar:
    """Return a grammar whose last names hold what always follows them, as "dóttir" does in Iceland."""
    pools, branches = list(grammar.pools), list(grammar.branches)
    for number, pool in enumerate(pools):
        if pool.slot.startswith("last_name"):
            ends = {_ending(branch.parts, place) for branch in branches for place, p in enumerate(branch.parts) if p == number}
            if len(ends) == 1 and (end := ends.pop()):
                pools[number] = replace(pool, words=tuple(word + end for word in pool.words))
                branches = [replace(branch, parts=tuple(_without(branch.parts, number, end))) for branch in branches]
    return Grammar(tuple(pools), tuple(branches))


def _ending(parts: Sequence[Part], place: int) -> str:
    """Return the letters that follow a slot at once."""
    after = parts[place + 1] if place + 1 < len(parts) else ""
    return "" if isinstance(after, int) or not after[:1].isalpha() else after.partition(" ")[0]


def _without(parts: Sequence[Part], number: int, end: str) -> Iterator[Part]:
    """Yield parts without the ending after a pool."""
    before: Part = ""
    for part in parts:
        rest = part.removeprefix(end) if before == number and isinstance(part, str) else part
        if rest != "":
            yield rest
        before = part


def _pairs(locale: str) -> Iterator[Sort]:
    """Yield the women and men of a locale, written by first and last name."""
    lasts = _names(locale, "last_name")
    for gender in GENDERS:
        firsts = _names(locale, f"first_name_{gender}")
        yield Sort(firsts, lasts, ((1.0, (firsts, " ", lasts)),))


def _names(locale: str, method: str) -> Pool:
    """Return the names that a method makes; American ones where they are no plain list."""
    found = grammar_for(method, locale, {})
    if found is None or len(found.branches) > 1 or found.branches[0].parts != (0,):
        found = grammar_for(method, "en_US", {})
        assert found is not None
    return replace(found.pools[0], slot=method)


def _further(sorts: Sequence[Sort], locale: str) -> Iterator[Sort]:
    """Yield the women and men of a locale whose whole names do not tell them apart, made like its other people."""
    model = max((sort for sort in sorts if sort.gender is None), key=lambda sort: sort.weight, default=None)
    if model is None:
        return
    for gender in GENDERS:
        first = _names(locale, f"first_name_{gender}")
        yield Sort(first, model.last, tuple((weight, _put(form, model.first, first)) for weight, form in model.forms))
