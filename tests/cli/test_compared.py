"""`--check` and `--update`: a recorded conversation as a regression test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Done, datagen
from tests.conversation.replies import SHOP, reply, shop

CHECK = {"name": "customers", "sql": "SELECT count(*) FROM customer", "equals": 4}


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "shop.md"
    path.write_text(f"# A shop\n\n**User:** a shop\n\n**LLM:** {reply({**SHOP, 'checks': [CHECK]})}\n")
    path.chmod(0o640)
    return path


def test_what_was_recorded_is_compared_and_recorded_anew(talk: Path) -> None:
    def ran(option: str) -> Done:
        return datagen("chat", "--from-transcript", talk.name, option, cwd=talk.parent)

    none = ran("--check")
    assert (none.returncode, "[no-results]" in none.stderr) == (2, True)
    before = talk.read_text()
    assert "2 results recorded, 1 reply changed" in ran("--update").stdout
    assert talk.read_text().startswith(before)
    assert talk.stat().st_mode & 0o777 == 0o640
    held = ran("--check")
    assert (held.returncode, "2 results, all as recorded" in held.stdout) == (0, True)
    talk.write_text(talk.read_text().replace('"rows": 4,', '"rows": 5,'))
    changed = ran("--check")
    assert changed.returncode == 6
    assert "- Checks: 1 of 1 hold." in changed.stdout
    assert "+ customers: 5 instead of 4" in changed.stdout


def test_a_file_that_cannot_be_written_is_left_as_it_was(talk: Path) -> None:
    talk.write_text(talk.read_text() + "\n```\n")
    before = talk.read_text()
    assert datagen("chat", "--from-transcript", talk, "--update").returncode == 2
    assert talk.read_text() == before
    assert [path.name for path in talk.parent.iterdir()] == ["shop.md"]


def test_a_file_that_is_read_only_is_left_as_it_was(talk: Path) -> None:
    talk.chmod(0o440)
    before = talk.read_text()
    done = datagen("chat", "--from-transcript", talk, "--update")
    assert (done.returncode, "[read-only]" in done.stderr) == (2, True)
    assert talk.read_text() == before


def test_results_are_recorded_in_the_file_that_a_link_leads_to(talk: Path) -> None:
    link = talk.with_name("link.md")
    link.symlink_to(talk.name)
    assert datagen("chat", "--from-transcript", link, "--update").returncode == 0
    assert link.is_symlink()
    assert "Checks: 1 of 1 hold." in talk.read_text()


def test_the_seed_of_the_recording_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    tier = {"name": "gold", "sql": "SELECT count(*) FROM customer WHERE tier = 'gold'", "min": 0}
    draft = {**shop(nodes__0__rows=1000), "checks": [{**tier, "equals": -1}]}
    path.write_text(
        '<!-- datagen transcript {} -->\n\n<!-- datagen conversation {"meta": {"seed": 7}} -->\n\n'
        f"**User:** a shop\n\n**LLM:** {reply(draft)}\n"
    )
    said = [datagen("chat", "--from-transcript", path, "--check", *seed).stderr for seed in ((), ("--seed", "7"))]
    assert said[0] == said[1]
    seven, eight = (
        datagen("chat", "--from-transcript", path, *seed).stdout.split("Checks:")[1] for seed in ((), ("--seed", "8"))
    )
    assert seven != eight
    assert datagen("chat", "--from-transcript", path, "--seed", "7").stdout.split("Checks:")[1] == seven


@pytest.mark.parametrize(
    "options", [("--check", "--update"), ("--check", "--no-try"), ("--update", "--continue"), ("--save", "x", "--check")]
)
def test_options_that_do_not_go_together_are_refused(talk: Path, options: tuple[str, ...]) -> None:
    done = datagen("chat", "--from-transcript", talk, *options)
    assert (done.returncode, "[not-together]" in done.stderr) == (2, True)
