"""Noise on times."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.instants import MINUTE, SECOND
from datagen_chat.modifiers._noise import noise
from datagen_chat.modifiers.base import Made, Modifier
from datagen_chat.values import Numbers, Values
from datagen_chat.words import Weight, term


class TimeJitter(Modifier, word="time_jitter"):
    """Move times by normal noise with mean zero; rows of one parent may then change places."""

    std_minutes: Annotated[Weight, Field(le=5_256_000)] = term(
        description="The noise's standard deviation in minutes; from one minute on, times move by whole seconds.",
        also=("minutes", "sigma_minutes", "std", "sigma", "stddev_minutes", "jitter_minutes", "std_min"),
    )

    takes: ClassVar = ("datetime",)
    also: ClassVar = ("datetime_jitter", "timestamp_jitter", "jitter_time", "time_noise")
    example: ClassVar = {"transform": "time_jitter", "args": {"std_minutes": 20}}

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the moved times: one draw for each row."""
        draw, unit = noise(scope.key("noise")), SECOND if self.std_minutes >= 1 else 1
        std = self.std_minutes * MINUTE / unit

        def sample(rows: Rows) -> Values:
            values = sampler(rows)
            assert isinstance(values, Numbers)
            moved = np.rint(draw(rows) * std).astype(np.int64) * unit
            return Numbers(values.data + moved, values.valid)

        return sample
