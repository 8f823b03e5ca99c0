"""What modifiers of text share."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pyarrow as pa

from datagen_chat.conversion import converter
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.modifiers.base import Made, Modifier
from datagen_chat.values import Text, Values, uncoded, words_array

Words = Callable[[pa.StringArray], pa.StringArray]


class Respelling(Modifier):
    """A modifier that writes each text in another way. A word of this kind overrides `respell`."""

    keeps_few: ClassVar = True

    def makes(self, made: Made) -> Made:
        """Return what is known of the new texts, given what is known of the values before."""
        if made.outcomes is None or made.type != "string":
            return Made("string")
        texts = [str(value) for value in made.outcomes if value is not None]
        nulls = (None,) if None in made.outcomes else ()
        return Made("string", (*dict.fromkeys(self.respell(words_array(texts)).to_pylist()), *nulls))

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the new texts; a pool of words is changed once, not for every row, and null stays null."""
        convert, pool = converter(made.type, "string"), _Pool(self.respell)

        def sample(rows: Rows) -> Values:
            values = sampler(rows) if convert is None else convert(sampler(rows))
            assert isinstance(values, Text)
            if values.codes is None or len(values.words) > max(2 * len(values.codes), 1 << 12):
                return Text(self.respell(uncoded(values).words), None, values.valid)
            return Text(pool.changed(values.words), values.codes, values.valid)

        return sample

    def respell(self, words: pa.StringArray) -> pa.StringArray:
        """Return the new texts of some texts, in their order."""
        raise NotImplementedError


class _Pool:
    """The pool of words that was changed last: what comes next most often has the same one."""

    def __init__(self, change: Words) -> None:
        self._change = change
        self._last: tuple[pa.StringArray, pa.StringArray] | None = None

    def changed(self, words: pa.StringArray) -> pa.StringArray:
        """Return the words changed."""
        last = self._last
        if last is None or last[0] is not words:
            last = self._last = (words, self._change(words))
        return last[1]
