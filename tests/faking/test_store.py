import gzip
import json
import pwd
from pathlib import Path
from typing import NoReturn

import pytest

from datagen_chat.faking import catalog
from datagen_chat.faking.grammar import Grammar, from_json, to_json
from datagen_chat.faking.kernels import KERNELS
from datagen_chat.faking.prose import COMPOSED
from datagen_chat.faking.store import cache_folder, grammar_for, is_shipped, traced
from datagen_chat.faking.survey import look, own


def test_what_is_computed_or_composed_is_not_also_shipped() -> None:
    locales = [path.name.split(".")[1] for path in catalog.DATA.glob("grammars.*")]
    assert "en_US" in locales
    assert [(name, locale) for locale in locales for name in {*KERNELS, *COMPOSED} if is_shipped(name, locale)] == []


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def only_file(folder: Path) -> Path:
    (file,) = (path for path in folder.rglob("*") if path.is_file())
    return file


def test_a_traced_grammar_is_kept_and_read_again(cache: Path) -> None:
    first = grammar_for("first_name", "fi_FI", {})
    kept = only_file(cache_folder())
    written = kept.stat().st_mtime_ns

    assert grammar_for("first_name", "fi_FI", {}) == first
    assert only_file(cache) == kept
    assert kept.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", [b"", b"nonsense", gzip.compress(b"0\n{}", mtime=0), gzip.compress(b"x" * 40, mtime=0)])
def test_a_damaged_cache_changes_nothing(cache: Path, damage: bytes) -> None:
    first = grammar_for("first_name", "fi_FI", {})
    only_file(cache).write_bytes(damage)

    assert grammar_for("first_name", "fi_FI", {}) == first
    assert only_file(cache).read_bytes() != damage


def test_a_cache_that_says_something_else_is_not_believed(cache: Path) -> None:
    first = grammar_for("first_name", "fi_FI", {})
    file = only_file(cache)
    checksum, _, body = gzip.decompress(file.read_bytes()).partition(b"\n")
    file.write_bytes(gzip.compress(checksum + b"\n" + body.replace(b"first_name", b"other_name")))

    assert grammar_for("first_name", "fi_FI", {}) == first


def test_a_cache_that_cannot_be_written_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert isinstance(grammar_for("first_name", "fi_FI", {}), Grammar)


def test_a_user_without_a_home_does_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> NoReturn:
        raise KeyError(uid)

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)

    assert isinstance(grammar_for("numerify", "en_US", {"text": "#-#"}), Grammar)


@pytest.mark.parametrize("unset", ["", "here"])
def test_a_cache_that_is_no_absolute_path_is_none(unset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    usual = cache_folder()
    monkeypatch.setenv("XDG_CACHE_HOME", unset)

    assert cache_folder() == usual


def test_a_refusal_is_kept_too(cache: Path) -> None:
    assert grammar_for("user_name", "ru_RU", {}) is None
    assert only_file(cache).name == "user_name.json.gz"


@pytest.mark.parametrize(
    ("name", "locale"),
    [
        ("email", "en_US"),
        ("name", "en_US"),
        ("company", "en_US"),
        ("sentence", "en_US"),
        ("postcode", "en_US"),
        ("iban", "de_DE"),
        ("name", "fr_FR"),
    ],
)
def test_the_shipped_grammars_are_those_of_the_installed_faker(name: str, locale: str) -> None:
    found = traced(name, locale, {})

    assert found is not None
    assert grammar_for(name, locale, {}) == reread(found)


def reread(grammar: Grammar) -> Grammar:
    words: dict[tuple[str, ...], int] = {}
    return from_json(json.loads(json.dumps(to_json(grammar, words))), list(words))


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "pt_BR"])
def test_the_shipped_catalogue_is_that_of_the_installed_faker(locale: str) -> None:
    signatures: dict[tuple, int] = {}
    found, _ = look(locale, signatures)
    numbered = list(signatures)

    assert set(found) == catalog.methods(locale)
    for name, (kind, signature) in found.items():
        known = catalog.method(name, locale)
        assert known is not None
        assert (known.kind, known.parameters) == (kind, tuple(catalog.Parameter(*p) for p in numbered[signature])), name
    assert own(locale) == catalog.shipped()["locales"][locale]["own"]


def test_the_shipped_catalogue_has_the_installed_locales() -> None:
    from faker.config import AVAILABLE_LOCALES

    assert catalog.locales() == set(AVAILABLE_LOCALES)


def test_the_shipped_data_is_small() -> None:
    assert sum(file.stat().st_size for file in catalog.DATA.iterdir()) < 500_000


def test_names_inside_other_texts_can_be_told(cache: Path) -> None:
    for name in ("name", "email", "user_name"):
        grammar = grammar_for(name, "en_US", {})
        assert grammar is not None
        assert {"last_name"} < grammar.slots()
    words = {pool.slot: pool.words for pool in grammar_for("email", "en_US", {}).pools}
    plain = {pool.slot: pool.words for pool in grammar_for("last_name", "en_US", {}).pools}
    assert words["last_name"] == tuple(word.lower().replace("'", "") for word in plain["last_name"])
