"""Characters that an editor, a terminal, a page or a model has put in the place of others."""

from __future__ import annotations

import html
import json
import re

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import Good
from datagen_chat.evaluation.faults.pieces import a_piece, pieces, spliced
from datagen_chat.evaluation.faults.registry import fault

_ALIKE = str.maketrans("aceiopsxyHKMT", "асеіорѕхуНКМТ")  # Latin letters and their Cyrillic doubles
_SPACES = ("\u00a0", "\u2003", "\u200b", "\u3000", "\ufeff", "\u2060", "\v", "\f")
_INVISIBLE = ("\u200b", "\u200d", "\u00ad", "\u202e", "\ufeff", "\u2066")


@fault("same")
def windows_lines(good: Good, chance: Chance) -> str:
    """Lines end as on Windows, or on old Macs."""
    return good.text.replace("\n", chance.pick(("\r\n", "\r")))


@fault("same")
def byte_order_mark(good: Good, chance: Chance) -> str:
    """A byte order mark stands before the reply, or before its JSON."""
    return chance.pick(("\ufeff" + good.text, good.around("\ufeff" + good.json)))


@fault("same")
def odd_spaces(good: Good, chance: Chance) -> str:
    """The space between the pieces is no space of JSON."""
    space = chance.pick(_SPACES)
    if chance.one_in(2):
        return good.around(re.sub("^ +", lambda found: space * len(found.group()), good.json, flags=re.MULTILINE))
    piece = chance.pick(pieces(good.json))
    return good.around(spliced(good.json, piece.end, piece.end, space))


@fault("asked", "same")
def invisible_character(good: Good, chance: Chance) -> str | None:
    """A character that nobody sees stands inside a key or a name."""
    piece = a_piece(good.json, chance, "key", least=4)
    if piece is None:
        return None
    at = chance.between(piece.start + 1, piece.end - 1)
    return good.around(spliced(good.json, at, at, chance.pick(_INVISIBLE)))


@fault("same", "asked")
def html_entities(good: Good, chance: Chance) -> str:
    """The JSON is escaped as for a web page."""
    if chance.one_in(2):
        return good.around(html.escape(good.json))
    return f"{good.lead}\n<pre><code>{html.escape(good.json)}</code></pre>\n{good.tail}"


@fault("same")
def escaped_characters(good: Good, chance: Chance) -> str:
    """Characters are written as escapes, as JSON allows."""
    if chance.one_in(2):
        return good.around(json.dumps(good.draft, indent=1))
    piece = chance.pick(pieces(good.json, "key", "string"))
    text = json.loads(good.json[piece.start : piece.end])
    return good.around(
        spliced(
            good.json, piece.start, piece.end, '"' + "".join(f"\\u{ord(char):04x}" for char in text if ord(char) < 65536) + '"'
        )
    )


@fault("asked")
def control_characters(good: Good, chance: Chance) -> str:
    """A control character stands somewhere in the JSON."""
    piece = chance.pick(pieces(good.json, "key", "string", "number", ","))
    at = chance.between(piece.start, piece.end - 1) + 1
    return good.around(spliced(good.json, at, at, chance.pick(("\0", "\x1b[31m", "\x07", "\x08", "\x1c"))))


@fault("asked", "same", "other")
def letters_that_look_alike(good: Good, chance: Chance) -> str | None:
    """A key, a name or a word is written with letters of another script that look the same."""
    piece = a_piece(good.json, chance, chance.pick(("key", "string")), least=4)
    if piece is None:
        return None
    text = good.json[piece.start : piece.end]
    return (
        None
        if text == text.translate(_ALIKE)
        else good.around(spliced(good.json, piece.start, piece.end, text.translate(_ALIKE)))
    )


@fault("asked", "same")
def wide_marks(good: Good, chance: Chance) -> str:
    """Marks of JSON are full-width, as an East Asian keyboard writes them."""
    piece = chance.pick(pieces(good.json, ",", ":", "{", "}", "[", "]"))
    wide = chr(ord(good.json[piece.start]) + 0xFEE0)
    return good.around(spliced(good.json, piece.start, piece.end, wide))


@fault("same", "asked", "prose")
def coloured(good: Good, chance: Chance) -> str:
    """The reply was copied out of a terminal, with its colours or its frame."""
    if chance.one_in(2):
        return good.around("\n".join(f"\x1b[32m{line}\x1b[0m" for line in good.json.split("\n")))
    return good.around("\n".join(f"{chance.pick(('│ ', '| '))}{line}" for line in good.json.split("\n")))


@fault("same", "asked")
def numbered_lines(good: Good, chance: Chance) -> str:
    """Every line carries its number, or the sign of a difference."""
    sign = chance.pick(("{:4d} ", "{:4d}: ", "{:4d}| ", "+ ", "- ", "> "))
    return good.around("\n".join(sign.format(number) + line for number, line in enumerate(good.json.split("\n"), 1)))


@fault("asked", "same")
def lone_surrogate(good: Good, chance: Chance) -> str | None:
    """Half of a character stands in a text, as it is or as an escape."""
    piece = a_piece(good.json, chance, "string")
    half = chance.pick(("\\ud83d", "\\ude00", "\ud83d", "\\u12", "\\x41"))
    return None if piece is None else good.around(spliced(good.json, piece.end - 1, piece.end - 1, half))
