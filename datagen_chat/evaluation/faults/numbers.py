"""Numbers that are no numbers of JSON."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import Good
from datagen_chat.evaluation.faults.pieces import Piece, pieces, spliced
from datagen_chat.evaluation.faults.registry import fault


def _rewritten(good: Good, chance: Chance, write: Callable[[str], str], least: float = 0) -> str | None:
    """Return the reply with one number, of at least that size, written in another way."""
    found = pairwise(pieces(good.json, "key", "number"))
    fitting = [piece for before, piece in found if piece.sort == "number" and _fits(good.json, before, piece, least)]
    if not fitting:
        return None
    piece = chance.pick(fitting)
    return good.around(spliced(good.json, piece.start, piece.end, write(good.json[piece.start : piece.end])))


def _fits(text: str, before: Piece, piece: Piece, least: float) -> bool:
    """Return whether a number is large enough, and whole; what a check or a constant wants may as well be a text."""
    written = text[piece.start : piece.end]
    may_be_text = text[before.start : before.end] in ('"equals"', '"value"')
    return not may_be_text and float(written) >= least and (least == 0 or written.isdigit())


@fault("asked")
def arithmetic(good: Good, chance: Chance) -> str | None:
    """A number is written as a calculation."""
    sums = (" * 2", "*3", " + 1", " - 1", "-1", "/2", " // 2", " ** 2", "**2", " % 7", "e", "^2", "!", " +", " × 2")
    return _rewritten(
        good, chance, lambda text: chance.pick((text + chance.pick(sums), f"({text})", f"max({text}, 1)", f"~{text}"))
    )


@fault("asked")
def thousands_separators(good: Good, chance: Chance) -> str | None:
    """The digits of a number stand in groups."""
    mark = chance.pick((",", "_", ".", "'", " ", "\u00a0", "\u202f", ", ", "\\,"))
    quote = '"' if mark == "." or chance.one_in(3) else ""  # 1.000 without quotes is the number one
    return _rewritten(good, chance, lambda text: f"{quote}{int(text):,}{quote}".replace(",", mark), least=1000)


@fault("asked")
def not_finite(good: Good, chance: Chance) -> str | None:
    """A number is none, or has no end."""
    words = ("NaN", "Infinity", "-Infinity", "nan", "inf", "-inf", "+Infinity", "1e999", '"NaN"', '"Infinity"', '"-inf"')
    return _rewritten(good, chance, lambda _: chance.pick(words))


@fault("asked")
def other_digits(good: Good, chance: Chance) -> str | None:
    """A number is written in hexadecimal, octal, binary or with a suffix."""
    return _rewritten(
        good,
        chance,
        lambda text: chance.pick(
            (
                hex(int(text)),
                oct(int(text)),
                bin(int(text)),
                f"{text}n",
                f"{text}L",
                f"0{text}",
                f'"{hex(int(text))}"',
                f"${text}",
            )
        ),
        least=2,
    )


@fault("asked")
def units(good: Good, chance: Chance) -> str | None:
    """A number carries its unit, or a sign for a thousand."""
    signs = (" rows", "k", "K", "M", "%", " €", " days", "px")
    return _rewritten(good, chance, lambda text: chance.pick(('"{}"', "{}")).format(text + chance.pick(signs)), least=2)


@fault("asked")
def number_words(good: Good, chance: Chance) -> str | None:
    """A number is written as a word."""
    words = ("five hundred", "a few", "many", "~500", "about 1000", "5-10", "10..20", ">100", "≥ 2", "one")
    return _rewritten(good, chance, lambda _: f'"{chance.pick(words)}"', least=2)


@fault("same")
def other_notation(good: Good, chance: Chance) -> str | None:
    """A whole number is written with decimals or an exponent."""
    return _rewritten(good, chance, lambda text: chance.pick((f"{text}.0", f"{text}e0", f"{text}.00", f"{text}E+0")), least=2)


@fault("asked")
def incomplete_numbers(good: Good, chance: Chance) -> str | None:
    """A number begins or ends with its dot, or with a plus."""
    return _rewritten(
        good, chance, lambda text: chance.pick((f"{text}.", f"+{text}", f"{text}e", f"--{text}", f"{text}..", f"- {text}"))
    )


@fault("asked")
def wide_digits(good: Good, chance: Chance) -> str | None:
    """Digits are those of another script."""
    zero = ord(chance.pick("０٠०"))
    return _rewritten(good, chance, lambda text: "".join(chr(zero + int(digit)) for digit in text), least=2)
