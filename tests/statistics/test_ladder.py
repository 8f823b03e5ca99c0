"""Steps of whole heights on top of each other: every height falls on the step that holds it."""

import numpy as np
import pytest

from datagen_chat.ladder import Ladder


@pytest.mark.parametrize(
    "heights",
    [[3], [1] * 5000, [0, 7, 0, 0, 2, 0], [1, 10**15, 1], [10**12] * 20 + [0] * 7, [2**k for k in range(40)]],
    ids=["one", "even", "zeros", "uneven", "large, then zeros", "doubling"],
)
def test_a_height_falls_on_the_step_that_ends_above_it(heights: list[int]) -> None:
    ladder = Ladder(np.array(heights, dtype=np.int64))
    ends = np.cumsum(heights)
    tried = np.unique(
        np.concatenate([ends[ends < ladder.total], ends - 1, np.linspace(0, ladder.total - 1, 999).astype(np.int64)])
    )
    tried = tried[tried >= 0]
    found = ladder.step_at(tried)
    assert (ends[found] > tried).all()
    assert (ends[found] - np.array(heights)[found] <= tried).all()
