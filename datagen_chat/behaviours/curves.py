"""Multipliers over an age."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from datagen_chat import elementary
from datagen_chat.behaviours.vintage_behavior import UNITS, CurveFormula, Unit
from datagen_chat.behaviours.vintage_behavior import Curve as Written
from datagen_chat.frozen import dataclass

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A curve, and the unit that ages are counted in."""

    written: Written
    unit: Unit

    LARGEST: ClassVar = 1e300

    def at(self, ages: NDArray[np.int64]) -> Floats:
        """Return the multipliers at ages in microseconds, never below 0; before age 0 that of age 0 holds."""
        whole = np.maximum(ages, 0)
        if not isinstance(self.written, CurveFormula):
            steps = np.array(self.written, dtype=np.float64)
            place = np.minimum(whole // UNITS[self.unit], len(steps) - 1)
            return np.asarray(steps.take(place))
        return np.asarray(np.clip(self._formula(self.written, whole / UNITS[self.unit]), 0.0, self.LARGEST))

    @staticmethod
    def _formula(written: CurveFormula, ages: Floats) -> Floats:
        a, b = written.params.a, written.params.b
        if written.curve_type == "linear":
            return ages * b + a
        if written.curve_type == "logarithmic":
            return elementary.log(ages + 1.0) * b + a
        return np.minimum(elementary.exp(ages * b), Curve.LARGEST / 1e6) * a
