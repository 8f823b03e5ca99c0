"""Write the shipped data from the installed Faker: `python -m datagen_chat.faking.build`."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable
from typing import Any

from datagen_chat.faking.catalog import DATA, DEFAULT_LOCALE, method, methods
from datagen_chat.faking.grammar import Grammar
from datagen_chat.faking.kernels import KERNELS
from datagen_chat.faking.prose import COMPOSED
from datagen_chat.faking.store import shipped_lines, shipped_path, traced
from datagen_chat.faking.survey import survey

LOCALES = (
    "de_DE", "en_AU", "en_CA", "en_GB", "en_IN", "es_ES", "es_MX", "fr_FR", "it_IT", "ja_JP", "nl_NL", "pl_PL", "pt_BR",
    "sv_SE", "zh_CN",
)  # fmt: skip
"""Locales whose common methods are shipped as grammars, besides all methods of en_US."""
COMMON = (
    "address", "city", "company", "company_email", "country", "domain_name", "email", "first_name", "first_name_female",
    "first_name_male", "iban", "job", "last_name", "license_plate", "name", "phone_number", "postcode", "sentence", "state",
    "street_address", "street_name", "url", "user_name", "word",
)  # fmt: skip
PATIENCE = 200_000
"""Calls for one trace: more than at run time, when somebody waits."""


def main() -> None:
    """Write the catalogue and the grammars."""
    DATA.mkdir(exist_ok=True)
    (DATA / "catalog.json").write_text(_line(survey()), "utf-8")
    write(DEFAULT_LOCALE, sorted(methods() - set(KERNELS) - set(COMPOSED)), ["isbn10", "isbn13"])
    for locale in LOCALES:
        write(locale, [name for name in COMMON if name in methods(locale)], [])


def write(locale: str, names: Iterable[str], hopeless: list[str]) -> None:
    """Write the grammars of a locale."""
    found: dict[str, Grammar] = {}
    for name in names:
        known = method(name, locale)
        grammar = traced(name, locale, {}, PATIENCE) if known is not None and known.kind == "string" else None
        if grammar is not None:
            found[name] = grammar
        elif known is not None and known.kind == "string":
            hopeless.append(name)
    lines = "".join(map(_line, shipped_lines(found, sorted(hopeless))))
    shipped_path(locale).write_bytes(lzma.compress(lines.encode(), preset=9))


def _line(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    main()
