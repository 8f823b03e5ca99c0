"""Where the files that come with Datagen are: in the wheel below the package, in a clone beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Folder = Literal["prompts", "transcripts", "evals"]

_PACKAGE = Path(__file__).parent


def folder(name: Folder) -> Path:
    """Return a folder that comes with Datagen.

    Raises:
        FileNotFoundError: this installation is without it.
    """
    for path in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if path.is_dir():
            return path
    raise FileNotFoundError(f"this installation of Datagen has no folder {name}")
