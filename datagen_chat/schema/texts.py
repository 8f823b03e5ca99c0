"""About how long the values of columns are as texts: to tell how large files will be."""

from __future__ import annotations

import math
from dataclasses import replace

from datagen_chat.generators._texts import texts_among
from datagen_chat.generators.base import CATEGORY_LIMIT
from datagen_chat.generators.base.facts import Texts
from datagen_chat.schema.index import Index, Place

_WIDTHS = {"date": 10.0, "datetime": 20.0, "bool": 4.5}
_WRITTEN_FLOAT, _WRITTEN_INT = 9.0, 7.0  # as they usually are


def find_texts(index: Index, place: Place) -> Texts:
    """Return about how long the values of a column are, modifiers included, and how few where a file keeps them once."""
    column, outcomes, facts = index.columns[place], index.outcomes(place), index.facts(place)
    if outcomes is not None and len(outcomes) <= CATEGORY_LIMIT:
        return texts_among(outcomes)
    found = column.generator.texts(facts) if facts.type == "string" else Texts(_width(index, place))
    changes = [change.args for change in column.modifiers]
    found = replace(found, length=found.length + sum(change.added_length() for change in changes))
    return found if all(change.keeps_few for change in changes) else replace(found, words=math.inf)


def _width(index: Index, place: Place) -> float:
    """Return about how many characters a number or a time takes."""
    type_ = index.columns[place].made_type
    if type_ == "int" and (ends := index.ends(place)) is not None:
        return min(float(len(f"{ends[1]:.0f}")), _WRITTEN_INT)
    return _WIDTHS.get(type_, _WRITTEN_FLOAT)
