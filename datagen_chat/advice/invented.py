"""Names, addresses and words as Faker makes them, where two rows probably get the same one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from datagen_chat.advice.base import Advice, Study, many, named, remarks
from datagen_chat.advice.likely import shares_of
from datagen_chat.advice.repeats import probable
from datagen_chat.faking import locale_for
from datagen_chat.generators.faker import DEFAULT_LOCALE, Faker
from datagen_chat.schema.index import Place

_SAFE_DOMAINS = 3  # example.com, example.net and example.org
_SAME_USER: Mapping[str, float] = {
    "da_DK": 4.1e-5, "de_DE": 9.4e-6, "en_AU": 2.1e-5, "en_CA": 2.1e-5, "en_GB": 2.4e-5, "en_IN": 7.3e-6, "en_US": 2.1e-5,
    "es_ES": 5.1e-6, "es_MX": 9.2e-6, "fr_FR": 1.6e-5, "it_IT": 5.6e-6, "nl_NL": 5.5e-6, "pl_PL": 5.6e-6, "pt_BR": 5.4e-5,
    "pt_PT": 5.0e-5, "sv_SE": 6.6e-5, "tr_TR": 7.0e-5,
}  # fmt: skip
"""How probable it is that two people of a locale get the same user name, measured on 400,000 of each; others are left out."""
_DIVIDED: Mapping[str, float] = {
    "user_name": 1,
    "email": _SAFE_DOMAINS,
    "safe_email": _SAFE_DOMAINS,
    "ascii_safe_email": _SAFE_DOMAINS,
}
_ENGLISH_WORDS = 971
_TITLES = frozenset({"name", "title", "label"})


@remarks
def addresses_twice(study: Study) -> Iterator[Advice]:
    """Yield the e-mails and user names that nothing keeps from coming twice, where they probably do."""
    for place, _, column in study.columns():
        made = column.generator
        if not isinstance(made, Faker) or made.method not in _DIVIDED or column.modifiers or study.index.must_not_repeat(place):
            continue
        divided = 1 if made.args.get("domain") else _DIVIDED[made.method]
        rows = study.rows[place[0]] * (1 - column.null_rate)
        if made.args.get("safe", True):
            pairs = rows * (rows - 1) / 2 * _same(study, place, made) / divided
            yield from probable(study, place, pairs, "made from names, of which the frequent ones come often")


def _same(study: Study, place: Place, made: Faker) -> float:
    """Return how probable it is that two rows get the same user name, at least."""
    if made.locale_from is None:
        return _SAME_USER.get(made.locale or DEFAULT_LOCALE, 0.0)
    table, _, column = made.locale_from.rpartition(".")
    shares: dict[str, float] = {}
    for country, share in (shares_of(study.index, (table or place[0], column)) or {}).items():
        locale = locale_for(str(country)) or DEFAULT_LOCALE
        shares[locale] = shares.get(locale, 0.0) + share
    return math.fsum(share**2 * _SAME_USER.get(locale, 0.0) for locale, share in shares.items())


@remarks
def bare_words(study: Study) -> Iterator[Advice]:
    """Yield the names and titles that are single words of a dictionary."""
    for place, _, column in study.columns():
        made = column.generator
        is_bare = isinstance(made, Faker) and made.method == "word" and not made.locale_from and not made.args
        if not is_bare or column.name.rpartition("_")[2] not in _TITLES or column.modifiers:
            continue
        if (
            not isinstance(made, Faker)
            or (made.locale or DEFAULT_LOCALE) != DEFAULT_LOCALE
            or study.index.must_not_repeat(place)
        ):
            continue
        rows = study.rows[place[0]]
        different = -_ENGLISH_WORDS * math.expm1(rows * math.log1p(-1 / _ENGLISH_WORDS))
        yield Advice(
            "bare-words",
            study.pointers[place],
            named(place),
            f'Each {named(place)} is one of {_ENGLISH_WORDS} English words, such as "often": its {many(rows)} rows have about '
            f"{many(different)} different ones.",
            f"Nobody would take one for the {place[1]} of a {place[0]}.",
            "Put names together of parts that belong to the category (choice, case, template).",
            None,
            weight=45,
        )
