"""Shares that are not what is written: weights that do not add up to one."""

from __future__ import annotations

import math
from collections.abc import Iterator

from datagen_chat.advice.base import Advice, Study, named, of_column, percent, remarks
from datagen_chat.advice.clamps import nested
from datagen_chat.generators.base import words_in
from datagen_chat.generators.choice import Choice
from datagen_chat.problems import shown

_NEARLY, _EXACTLY = 0.2, 0.002


@remarks
def not_whole(study: Study) -> Iterator[Advice]:
    """Yield the weights that are written as shares of 1 or of 100, and add up to something else."""
    for place, _, column in study.columns():
        for at, word in words_in(column.generator):
            if not isinstance(word, Choice) or not word.weights or not word.choices or len(word.choices) != len(word.weights):
                continue
            total = math.fsum(word.weights)
            whole = 1.0 if max(word.weights) <= 1 else 100.0
            if max(word.weights) >= whole:
                continue  # one is as often as it can be: no shares, but sizes
            if not _EXACTLY < abs(total / whole - 1) < _NEARLY:
                continue
            top = max(range(len(word.weights)), key=lambda k: (word.weights or ())[k])
            weight = word.weights[top]
            yield Advice(
                "weights-sum",
                study.pointers[place] + "/generator" + at + "/weights",
                named(place),
                f"The weights of {named(place)} add up to {total:.4g}: {shown(word.choices[top], 40)} comes out at "
                f"{percent(weight / total)} instead of {percent(weight / whole)}.",
                "Shares that were asked for shift, or one choice was forgotten.",
                "Write weights that add up to 1.",
                of_column(place, nested("/generator" + at, {"choices": list(word.choices), "weights": _scaled(word.weights)})),
                weight=30,
                is_noted=whole == 1 and abs(total - 1) > 0.01,
            )


def _scaled(weights: tuple[float, ...]) -> list[float]:
    """Return weights with four places that add up to 1.

    >>> _scaled((0.5, 0.3, 0.15))
    [0.5263, 0.3158, 0.1579]
    """
    total = math.fsum(weights)
    scaled = [round(weight / total, 4) for weight in weights]
    largest = max(range(len(scaled)), key=lambda k: scaled[k])
    scaled[largest] = round(scaled[largest] + 1 - math.fsum(scaled), 4)
    return scaled
