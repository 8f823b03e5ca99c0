"""A person's message as what it states; whatever is not sure is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from itertools import islice, pairwise

from datagen_chat.asked.counts import Count, read_count
from datagen_chat.asked.each import read_each, read_none_without
from datagen_chat.asked.lexicon import MONTHS, STOPS, vocabulary
from datagen_chat.asked.lists import read_lists
from datagen_chat.asked.nouns import noun_after
from datagen_chat.asked.numbers import Amount, amounts
from datagen_chat.asked.periods import read_periods
from datagen_chat.asked.ranges import read_range
from datagen_chat.asked.rules import read_repeating, read_rhythms, read_unique, read_zone
from datagen_chat.asked.shares import Share, read_ratios, read_share
from datagen_chat.asked.spoken import Spoken, read_spoken
from datagen_chat.asked.statements import Statement
from datagen_chat.asked.withdrawn import Withdrawal, read_withdrawn
from datagen_chat.asked.words import Sentence, sentences
from datagen_chat.frozen import dataclass

MOST, READ = 200, 100_000
"""No more statements of a message count, and no more of its characters are read: what is longer is a document."""

_LONGEST, _ANSWER = 300, 20_000
_OF_AMOUNTS: tuple[Callable[[Sentence, Amount, str], Iterator[Statement]], ...] = (
    read_each,
    read_range,
    read_count,
    read_share,
)
_OF_SENTENCES: tuple[Callable[[Sentence], Iterator[Statement]], ...] = (
    read_periods,
    read_ratios,
    read_none_without,
    read_lists,
    read_unique,
    read_rhythms,
    read_zone,
)
_PARTING = (",", ";", ":", "(", ")", "and", "with", "/", "|")
_SEASONS = vocabulary("summer winter spring autumn fall weekends weekdays night holidays") | MONTHS.keys()
_ITEM = re.compile(r"(?:(?<=\s)|^)(\d{1,2})[.)][ \t]+", re.MULTILINE)
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loose:
    """A number that nobody can be sure what it is of: "make it 300" may change what was stated before."""

    amount: Amount


@dataclass(frozen=True, slots=True)
class Overruled:
    """That a person set the schema otherwise by hand than they had stated it, or took it back."""

    key: Hashable


@dataclass(frozen=True, slots=True)
class Doubted:
    """That the schema was changed where it held a statement, in answer to a message that may have asked for it."""

    key: Hashable


Heard = Statement | Withdrawal | Loose | Overruled | Spoken | Doubted


def read(text: str, question: str = "") -> tuple[Heard, ...]:
    """Return what a message states, in its order; `question` is what the model said before it.

    The quote of each statement stands in the message at its `start`. The time is linear in the text.
    """
    text = text[:READ]
    found = list(islice(_heard(text), MOST))
    statements = [one for one in found if isinstance(one, Statement)]
    if not any(isinstance(one, Count) for one in statements):
        found += _answers(text, question)
    statements = [one for one in found if isinstance(one, Statement)]
    return (*found, read_spoken(text, statements, question))


def _heard(text: str) -> Iterator[Heard]:
    before, heading = "", Sentence("", ())
    for sentence in sentences(text):
        heading = sentence if sentence.word(len(sentence.tokens) - 1) == ":" else heading
        if len(sentence.tokens) > _LONGEST:
            continue  # no person writes such a sentence: it is a table, or a document
        yield from read_withdrawn(sentence)
        yield from map(Overruled, read_repeating(sentence))
        found: list[Statement] = []
        known = list(amounts(sentence))
        for amount in known if not _is_local(sentence) else ():
            said = next((said for read in _OF_AMOUNTS for said in read(sentence, amount, before)), None)
            found += [] if said is None else [said]
            before = said.things if isinstance(said, Count) else before
        found += [said for read in _OF_SENTENCES for said in read(sentence)]
        beside = _beside(sentence, found, heading)
        found = [said.among(beside) if isinstance(said, Share) else said for said in found]
        yield from sorted(found, key=lambda said: said.start)
        yield from (Loose(amount) for amount in known if not _is_in(sentence.tokens[amount.first].start, found))


def _beside(sentence: Sentence, found: list[Statement], heading: Sentence) -> tuple[str, ...] | None:
    """Return the words of a sentence's shares, and those of it and its heading that belong to no statement.

    None where a word stands close before a share, or behind it.
    """
    shares = [said for said in found if isinstance(said, Share)]
    starts, ends = {said.start for said in shares}, {said.start + len(said.quote) for said in shares}
    beside = [token.lower for token, after in pairwise(sentence.tokens) if after.start in starts]
    beside += [after.lower for token, after in pairwise(sentence.tokens) if token.end in ends]
    if any(word not in _PARTING for word in beside):
        return None
    others = [said for said in found if not isinstance(said, Share)]
    left = [token for token in sentence.tokens if not _is_in(token.start, others)]
    return tuple(
        token.lower for token in (*heading.tokens, *left) if token.kind in ("word", "date") and token.lower not in STOPS
    )


def _is_local(sentence: Sentence) -> bool:
    """Return whether a sentence says at once that it is about one place or time only: in Germany, on weekends."""
    if sentence.word(0) not in ("in", "on", "during", "at") or sentence.word(2) != ",":
        return False
    return sentence.tokens[1].kind == "word" and (sentence.tokens[1].text[0].isupper() or sentence.word(1) in _SEASONS)


def _is_in(place: int, found: list[Statement]) -> bool:
    return any(said.start <= place < said.start + len(said.quote) for said in found)


def _answers(text: str, question: str) -> Iterator[Statement]:
    """Yield the bare numbers that answer "how many": by the number of the question, or to the only one there is."""
    asked = _numbered(_FENCED.sub("", question[-_ANSWER:]).replace("*", "").replace("_", ""))
    if not asked:
        return
    for number, start, answer in _parts(text[:_ANSWER]):
        nouns = asked.get(number, ())
        given = _bare_numbers(answer)
        if nouns and len(given) == len(nouns):
            for noun, (quote, at, amount) in zip(nouns, given, strict=True):
                yield Count(quote=quote, start=start + at, things=noun, amount=amount)


def _numbered(question: str) -> dict[int, tuple[str, ...]]:
    """Return the nouns after "how many" in each numbered question; those of a single question under 0."""
    if not _ITEM.search(question):
        return {0: _asked_nouns(question)} if question.count("?") == 1 else {}
    return {number: _asked_nouns(part) for number, _, part in _parts(question)}


def _parts(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the numbered parts of a text with where they begin; the whole text as number 0 where there are none."""
    marks = list(_ITEM.finditer(text))
    if not marks:
        yield 0, 0, text
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends if marks else [], strict=True):
        yield int(mark[1]), mark.end(), text[mark.end() : end]


def _asked_nouns(question: str) -> tuple[str, ...]:
    found = re.search(r"\bhow many ([^?.()]{1,120})", question, re.IGNORECASE)
    if found is None or "(" in question[found.start() : found.end()]:
        return ()
    nouns: list[str] = []
    for sentence in sentences(found[1]):
        at = 0
        while (noun := noun_after(sentence, at)) is not None:
            nouns.append(sentence.quote(*noun)[0])
            at = noun[1]
            while sentence.word(at) in (",", "and", "or"):
                at += 1
    return tuple(nouns)


def _bare_numbers(answer: str) -> list[tuple[str, int, Amount]]:
    """Return the numbers of an answer that holds nothing else; none where it does."""
    found: list[tuple[str, int, Amount]] = []
    for sentence in sentences(answer):
        if len(sentence.tokens) > _LONGEST:
            return []
        known = list(amounts(sentence))
        covered = {k for amount in known for k in range(amount.first, amount.last)}
        rest = [token.lower for k, token in enumerate(sentence.tokens) if k not in covered]
        if any(word not in (",", "and", "/", "&", "please", "yes") for word in rest) or any(amount.unit for amount in known):
            return []
        for amount in known:
            quote, start = sentence.quote(amount.first, amount.last)
            found.append((quote, start, amount))
    return found
