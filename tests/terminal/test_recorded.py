"""The pictures of a conversation show what a person sees by now."""

from __future__ import annotations

import re

import pytest

from tests.cli.running import ROOT
from tests.terminal.recorded import MOMENTS, PICTURES, WIDTHS, words


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", MOMENTS)
def test_a_picture_is_as_the_program_draws_it(name: str, width: int) -> None:
    """`python -m tests.terminal.recorded` writes them again."""
    kept = (PICTURES / f"{name}-{width}.svg").read_text("utf-8")
    assert words(kept) == words(MOMENTS[name](width))
    assert "http" not in kept.replace("http://www.w3.org/2000/svg", "").replace("https://www.textualize.io", "")


def test_the_readme_shows_pictures_that_are_there() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+\.svg)\)", (ROOT / "README.md").read_text("utf-8"))
    assert shown
    assert all((ROOT / path).is_file() for path in shown)
