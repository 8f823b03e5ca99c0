"""JSON in other notations: what can mean only one thing is read, everything else is asked again."""

from __future__ import annotations

import json
from itertools import pairwise

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import Good
from datagen_chat.evaluation.faults.pieces import a_piece, pieces, respelled, spliced
from datagen_chat.evaluation.faults.registry import fault

_REMARKS = ("unique per customer", "about 3 a day", "see the note below", "1.5 % of all rows", "check again", "in UTC", "[sic]")
_QUOTES = ("“”", "””", "„“", "«»", "‘’", "＂＂")


@fault("same")
def trailing_commas(good: Good, chance: Chance) -> str:
    """Commas stand before brackets that close."""
    ends = [
        after for before, after in pairwise(pieces(good.json)) if after.sort in ("}", "]") and before.sort not in ("{", "[")
    ]
    text = good.json
    for piece in reversed(ends if chance.one_in(4) else [chance.pick(ends)]):
        text = spliced(text, piece.start, piece.start, ",")
    return good.around(text)


@fault("same", "asked")
def comments(good: Good, chance: Chance) -> str:
    """Comments explain values, at the ends of lines or before items."""
    piece = chance.pick(pieces(good.json, ",", "{", "[", ":"))
    remark = chance.pick(_REMARKS)
    comment = chance.pick((f" // {remark}\n", f" # {remark}\n", f" /* {remark} */ ", f"\n/*\n * {remark}\n */\n"))
    return good.around(spliced(good.json, piece.end, piece.end, comment))


@fault("asked")
def column_in_comment(good: Good, chance: Chance) -> str | None:
    """A part of the schema is commented out."""
    lines = good.json.split("\n")
    marked = [number for number, line in enumerate(lines) if '":' in line and number]
    if not marked:
        return None
    number = chance.pick(marked)
    lines[number] = f"{chance.pick(('//', '#'))} {lines[number].strip()}"
    return good.around("\n".join(lines))


@fault("same", "asked")
def single_quotes(good: Good, chance: Chance) -> str:
    """Texts and keys stand in single quotes."""
    sorts = chance.pick((("key",), ("key", "string"), ("string",)))
    return good.around(respelled(good.json, lambda text: f"'{text[1:-1]}'", *sorts))  # type: ignore[arg-type]


@fault("same", "asked")
def smart_quotes(good: Good, chance: Chance) -> str:
    """Texts and keys stand in typographic quotes."""
    opening, closing = (*chance.pick(_QUOTES),)
    sorts = chance.pick((("key",), ("key", "string"), ("string",)))
    return good.around(respelled(good.json, lambda text: opening + text[1:-1] + closing, *sorts))  # type: ignore[arg-type]


@fault("same", "asked")
def one_smart_quote(good: Good, chance: Chance) -> str | None:
    """One quote, or one pair of them, is typographic."""
    piece = a_piece(good.json, chance, "key", "string")
    if piece is None:
        return None
    text, (opening, closing) = good.json[piece.start + 1 : piece.end - 1], (*chance.pick(_QUOTES),)
    written = chance.pick((f'{opening}{text}"', f'"{text}{closing}', f"{opening}{text}{closing}"))
    return good.around(spliced(good.json, piece.start, piece.end, written))


@fault("same")
def python_literals(good: Good, chance: Chance) -> str | None:
    """True, False and None stand for true, false and null."""
    if not pieces(good.json, "word"):
        return None
    literals = {"true": "True", "false": "False", "null": "None"}
    return good.around(respelled(good.json, literals.__getitem__, "word"), info=chance.pick(("python", "json", "")))


@fault("same", "asked")
def python_dictionary(good: Good, chance: Chance) -> str:
    """The schema is printed as a Python dictionary."""
    return good.around(f"{chance.pick(('', 'schema = ', 'SCHEMA: dict = '))}{good.draft!r}", info="python")


@fault("same", "asked")
def bare_keys(good: Good, chance: Chance) -> str:
    """Keys stand without quotes."""
    if chance.one_in(2):
        return good.around(respelled(good.json, lambda text: text[1:-1], "key"))
    piece = chance.pick(pieces(good.json, "key"))
    return good.around(spliced(good.json, piece.start, piece.end, good.json[piece.start + 1 : piece.end - 1]))


@fault("asked", "same")
def bare_texts(good: Good, chance: Chance) -> str | None:
    """A text stands without quotes; a version may."""
    piece = a_piece(good.json, chance, "string", least=3)
    return (
        None
        if piece is None
        else good.around(spliced(good.json, piece.start, piece.end, good.json[piece.start + 1 : piece.end - 1]))
    )


@fault("same", "asked")
def wrapped_lines(good: Good, chance: Chance) -> str:
    """A window has wrapped the lines, inside texts too."""
    width = chance.between(30, 100)
    lines = [line for whole in good.json.split("\n") for line in _wrapped(whole, width)]
    return good.around("\n".join(lines))


def _wrapped(line: str, width: int) -> list[str]:
    lines = []
    while len(line) > width and (at := line.rfind(" ", 1, width)) > 0 and line[:at].strip():
        lines.append(line[:at])
        line = line[at + 1 :]
    return [*lines, line]


@fault("same", "asked")
def line_break_in_text(good: Good, chance: Chance) -> str | None:
    """A line breaks inside a text, where there was nothing or a space."""
    piece = a_piece(good.json, chance, "string", "key", least=4)
    if piece is None:
        return None
    at = chance.between(piece.start + 1, piece.end - 1)
    return good.around(spliced(good.json, at, at + (good.json[at] == " "), "\n"))


@fault("same", "asked")
def equals_for_colon(good: Good, chance: Chance) -> str:
    """An equals sign, an arrow or a semicolon stands for a colon or a comma."""
    piece = chance.pick(pieces(good.json, ":", ","))
    return good.around(spliced(good.json, piece.start, piece.end, chance.pick(("=", "=>", ";", "::", ":=", "，", "："))))


@fault("same", "asked")
def escaped_wrongly(good: Good, chance: Chance) -> str:
    """Characters are escaped as Markdown or another language does it."""
    ways = {"_": r"\_", "[": r"\[", "{": r"\{", "*": r"\*", '"': r"\"", "\\\\": "\\"}
    char = chance.pick([char for char in ways if char in good.json])
    return good.around(good.json.replace(char, ways[char], chance.pick((1, -1))))


@fault("same", "asked")
def inside_a_text(good: Good, chance: Chance) -> str:
    """The JSON stands escaped inside a text, as in the call of a tool."""
    text = json.dumps(good.json)
    return good.around(chance.pick((text, text[1:-1], f'{{"schema": {text}}}', f'{{"name": "save", "arguments": {text}}}')))


@fault("asked", "same")
def quote_in_text(good: Good, chance: Chance) -> str | None:
    """A quote stands inside a text without being escaped."""
    piece = a_piece(good.json, chance, "string", "key", least=4)
    return None if piece is None else good.around(_inserted(good.json, chance.between(piece.start + 1, piece.end - 1), '"'))


def _inserted(text: str, at: int, what: str) -> str:
    return spliced(text, at, at, what)
