"""Tests see nothing of what the person who runs them has kept or set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from datagen_chat.commands.places import data_folder
from datagen_chat.faking.store import cache_folder
from datagen_chat.llm.keys import ANYWHERE
from tests.apart import MARK

_ASKED = """
import json, os
import tests.conftest
from datagen_chat.commands.places import data_folder
from datagen_chat.faking.store import cache_folder
print(json.dumps([dict(os.environ), str(data_folder(os.environ)), str(cache_folder())]))
"""


def test_keys_settings_sessions_and_caches_of_a_person_are_out_of_reach(tmp_path: Path) -> None:
    own = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1])}
    names = (
        ANYWHERE,
        f"{ANYWHERE}_BOX_80",
        "OPENAI_API_KEY",
        "ANTHROPIC_BASE_URL",
        "OLLAMA_HOST",
        "DATAGEN_MODEL",
        "DATAGEN_PRICES",
    )
    folders = ("DATAGEN_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    environment = {**own, **dict.fromkeys(names, "canary"), **dict.fromkeys(folders, str(tmp_path))}
    done = subprocess.run(
        [sys.executable, "-c", _ASKED], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    found, *places = json.loads(done.stdout)
    assert [name for name in found if found[name] == "canary"] == []
    assert [place for place in places if Path(place).is_relative_to(tmp_path)] == []


def test_there_is_one_folder_for_a_run_and_its_programs() -> None:
    folder = Path(os.environ[MARK])
    assert data_folder(os.environ).is_relative_to(folder)
    assert cache_folder().is_relative_to(folder)
