"""What keeps the tests apart from whoever runs them: no keys, no settings, and folders of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path

MARK = "DATAGEN_TESTS"
_FOREIGN = re.compile(
    r"\w+_API_KEY(?:_\w+)?|\w+_BASE_URL|OLLAMA_HOST|COLUMNS|NO_COLOR|FORCE_COLOR|VISUAL|EDITOR|DATAGEN_(?!WRITE_SCREENS)\w+"
)


def set_apart(environment: MutableMapping[str, str], folder: Path) -> None:
    """Take out what a person has set for Datagen and for models, and let sessions and caches be kept below `folder`.

    The programs that tests start get the same.
    """
    for name in [name for name in environment if _FOREIGN.fullmatch(name)]:
        del environment[name]
    environment.update({MARK: str(folder), **_own(folder)})


def _own(folder: Path) -> Mapping[str, str]:
    names = {"DATAGEN_HOME": "data", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache", "LOCALAPPDATA": "data"}
    return {name: str(folder / place) for name, place in names.items()}
