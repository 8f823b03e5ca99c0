"""How the parts of this package tell each other that something is wrong with an expression, and where."""

from __future__ import annotations

from datagen_chat.problems import DatagenError, Problem


class ExpressionError(DatagenError):
    """Something is wrong at one place of an expression. It never leaves the package: whoever asks gets the problem."""

    def __init__(self, at: int, code: str, message: str, hint: str = "") -> None:
        self.problem = Problem("", code, f"column {at + 1}: {message}", hint)
        super().__init__(self.problem.message)
