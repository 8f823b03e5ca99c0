"""What CONTRIBUTING and tests/README say: the example of a new word works as it stands, and no folder is left out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")

USE = """
from datagen_chat.engine.plan import Plan
from datagen_chat.schema.read import read
from datagen_chat.schema.reference import reference

flag = {"name": "flag", "type": "bool", "generator": Bernoulli.example}
key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
table = {"id": "t", "kind": "entity", "pk": "id", "rows": 40_000, "columns": [key, flag]}
reading = read({"version": "1.0", "metadata": {"name": "d"}, "nodes": [table]})
assert reading.problems == (), reading.problems
misspelt = {"name": "flag", "type": "bool", "generator": {"bernoulli": {"p": 2}}}
wrong = read({"version": "1.0", "metadata": {"name": "d"}, "nodes": [{**table, "columns": [key, misspelt]}]})
assert [problem.at for problem in wrong.problems] == ["/nodes/0/columns/1/generator/bernoulli/p"], wrong.problems
print(Plan(reading.valid(), 42).tables["t"].rows(range(40_000)).values("flag").data.mean(), "bernoulli" in reference())
"""


def test_the_example_of_a_new_word_works_as_it_stands() -> None:
    """0.2 ± 0.01 are five standard errors: sqrt(0.2 * 0.8 / 40_000) = 0.002."""
    [example] = re.findall(r"^```python\n(.*?)^```$", CONTRIBUTING, re.DOTALL | re.MULTILINE)
    command = [sys.executable, "-W", "error", "-c", example + USE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    share, is_in_reference = done.stdout.split()
    assert abs(json.loads(share) - 0.2) < 0.01
    assert is_in_reference == "True"


def test_every_make_target_that_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    readme = (ROOT / "README.md").read_text("utf-8")
    named = re.findall(r"(?:^|`)make ([a-z-]+)", CONTRIBUTING + readme, re.MULTILINE)
    assert set(named) <= targets


def test_every_folder_of_tests_is_described() -> None:
    described = (ROOT / "tests" / "README.md").read_text("utf-8")
    folders = {path.parent.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").glob("*/**/test_*.py")}
    assert [folder for folder in sorted(folders) if f"`{folder}/`" not in described] == []
