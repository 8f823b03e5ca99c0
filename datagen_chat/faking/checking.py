"""Whether a Faker method, a locale and arguments go together, told without Faker wherever the shipped catalogue can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from datagen_chat.draws import key
from datagen_chat.faking import catalog
from datagen_chat.faking.countries import locale_for, locale_of_tag
from datagen_chat.problems import Problem, did_you_mean, nearest, pointer, shown

ALIASES = {
    "birth_date": "date_of_birth", "birthdate": "date_of_birth", "birthday": "date_of_birth", "dob": "date_of_birth",
    "bool": "boolean", "browser": "user_agent", "cell_phone": "phone_number", "colour": "color_name", "color": "color_name",
    "company_name": "company", "country_name": "country", "creditcard": "credit_card_number", "currency": "currency_code",
    "datetime": "date_time", "date_this_week": "date_between", "description": "sentence", "domain": "domain_name",
    "email_address": "email", "family_name": "last_name", "firstname": "first_name", "float": "pyfloat",
    "full_address": "address", "full_name": "name", "fullname": "name", "given_name": "first_name", "guid": "uuid4",
    "int": "pyint", "integer": "pyint", "ip": "ipv4", "ip_address": "ipv4", "job_title": "job", "language": "language_name",
    "lastname": "last_name", "lat": "latitude", "latlng": "latitude", "lng": "longitude", "lon": "longitude",
    "lorem": "sentence", "mac": "mac_address", "middle_name": "first_name", "mobile": "phone_number",
    "mobile_number": "phone_number", "number": "random_int", "organisation": "company", "organization": "company",
    "paragraphs": "paragraph", "person": "name", "phone": "phone_number", "post_code": "postcode", "postal_code": "postcode",
    "profession": "job", "sentences": "sentence", "slogan": "catch_phrase", "street": "street_address", "surname": "last_name",
    "tagline": "catch_phrase", "telephone": "phone_number", "texts": "text", "time_zone": "timezone", "title": "catch_phrase",
    "url_address": "url", "username": "user_name", "uuid": "uuid4", "vehicle_plate": "license_plate", "website": "url",
    "words": "word", "zip": "postcode", "zip_code": "postcode",
}  # fmt: skip
"""What people and models write for Faker's methods."""
PARTS = {
    "profile": "Make a column for each part: name, job, company, address, email, date_of_birth.",
    "simple_profile": "Make a column for each part: name, user_name, address, email, date_of_birth.",
    "latlng": "Make a column for each part: latitude, longitude.",
    "currency": "Make a column for each part: currency_code, currency_name.",
    "cryptocurrency": "Make a column for each part: cryptocurrency_code, cryptocurrency_name.",
}
INSTEAD = {
    "bytes": "Use md5 or sha256, which are bytes written as text.",
    "a whole file": "Make a column for each value of a line.",
    "a collection": "Make a column for each value, or a table below this one with a row for each.",
}
"""What to do for what is no single value."""
NEARLY = 0.75
"""How much alike names are where one is a slip of the pen."""
LENGTHS = frozenset(
    {"count", "deep", "depth", "digits", "left_digits", "length", "levels", "max_chars", "max_nb_chars", "min_chars", "nb",
     "nb_sentences", "nb_words", "number", "right_digits"}
)  # fmt: skip
"""Arguments that say how much to make."""
LONGEST_TEXT = 1000
LONGEST = 5000
MOST = {"deep": 100, "depth": 100, "levels": 100, "left_digits": 300}
"""The most of what takes long, or leaves what a float holds; of everything else LONGEST."""
MOST_DIGITS = 18
TRIES = 16
"""Values that are made of arguments before they are taken: some fail for some draws only."""
_TOKEN = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_PLAIN_FIELD = re.compile(r"\{(width|height)\}")
_STRAY_PATTERN = re.compile(r"%(?![-#]?[A-Za-z%])")


def check(method: str, locale: str, args: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with a Faker method, its locale or its arguments; pointers start at the generator."""
    if locale not in catalog.locales():
        yield _unknown_locale(locale)
        return
    name = catalog.method_in(method, locale)
    known = None if name is None else catalog.method(name, locale)
    if known is None:
        yield _unknown_method(method, locale)
        return
    problems = [problem for name, value in args.items() for problem in _check_argument(known, name, value, locale)]
    yield from problems
    if args and not problems:
        yield from _check_values(known, locale, args)


def _unknown_locale(locale: str) -> Problem:
    meant = locale_of_tag(locale) or locale_for(locale)
    hint = f'Did you mean "{meant}"?' if meant else did_you_mean(locale, catalog.locales()) or 'Use one such as "en_US".'
    return Problem("/locale", "unknown-faker-locale", f"Faker has no locale {shown(locale)}.", hint)


def _unknown_method(method: str, locale: str) -> Problem:
    spelled = (
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", method.rsplit(".", maxsplit=1)[-1]).lower().replace("-", "_").replace(" ", "_")
    )
    made = catalog.refused().get(method)
    having = (known for known in catalog.locales() if method in catalog.methods(known))
    elsewhere = sorted(having, key=lambda known: (known != catalog.DEFAULT_LOCALE, known))
    near = _near(spelled, catalog.methods(locale))
    hint = "Use one of: " + ", ".join(near) + "." if near else ""
    if made is not None:
        message = f"Faker's {shown(method)} makes {made}, not one value."
        hint = PARTS.get(method) or hint or INSTEAD.get(made, "Make a column for each of them.")
    elif elsewhere:
        message = f"Faker has {shown(method)} in {', '.join(elsewhere[:5])}, but not in {locale}."
        hint = hint or f'Set locale to "{elsewhere[0]}", or list the values in a choice.'
    else:
        message = f"Faker has no method {shown(method)}."
    return Problem("/method", "unknown-faker-method", message, hint)


def _near(spelled: str, known: frozenset[str]) -> list[str]:
    """Return the methods that a name may stand for: what people call so, what is spelled nearly so, what has it as a word."""
    from difflib import SequenceMatcher  # most schemas hold no mistake

    alike = [
        name
        for name in nearest(spelled, sorted(known), 3)
        if spelled in name.split("_") or SequenceMatcher(None, name, spelled).ratio() >= NEARLY
    ]
    return list(dict.fromkeys(name for name in (ALIASES.get(spelled, spelled), *alike) if name in known))


def _check_argument(method: catalog.Method, name: str, value: Any, locale: str) -> Iterator[Problem]:
    at = "/args" + pointer(name)
    parameter = method.parameter(name)
    if parameter is None:
        names = [parameter.name for parameter in method.parameters]
        hint = f"It takes {', '.join(names)}." if names else "It takes no arguments."
        message = f"Faker's {method.name} has no argument {shown(name)}."
        yield Problem(at, "unknown-faker-argument", message, f"{did_you_mean(name, names)} {hint}".strip())
        return
    if not _accepts(parameter, value):
        wanted = parameter.accepts.replace("|", " or ").replace("date", 'a date such as "2024-01-31", "-30y" or "today"')
        yield Problem(at, "bad-faker-argument", f"{shown(value)} is no value for {name}.", f"Give {wanted}.")
        return
    yield from _check_size(at, name, value, locale)


def _accepts(parameter: catalog.Parameter, value: Any) -> bool:
    if parameter.accepts == "any":
        return True
    kind = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", tuple: "array", dict: "object"}
    found = "null" if value is None else kind.get(type(value), "")
    if isinstance(value, str) and f"'{value}'" in parameter.accepts.split("|"):
        return True
    if parameter.allows("date") and found in ("string", "integer"):
        return True
    if found == "array" and None in value:
        return False
    wider = {"integer": ("integer", "number"), "object": ("array", "object")}
    return any(parameter.allows(name) for name in wider.get(found, (found,)))


def _check_size(at: str, name: str, value: Any, locale: str) -> Iterator[Problem]:
    """Yield a problem for what would make Faker slow, or do more than make one value."""
    for text in [value] if isinstance(value, str) else value if isinstance(value, (list, dict, tuple)) else ():
        if isinstance(text, str):
            yield from _check_text(at, text, locale)
    most = MOST.get(name, LONGEST)
    if name in LENGTHS and isinstance(value, (int, float)) and abs(value) > most:
        message = f"{name} {value} is more than {most}."
        yield Problem(at, "faker-argument-too-large", message, f"Set {name} to {most} or less.")
    if name == "digits" and isinstance(value, int) and value > MOST_DIGITS:
        message = f"A number of {value} digits leaves the 64 bits of an int."
        yield Problem(at, "faker-argument-too-large", message, f"Set digits to {MOST_DIGITS} or less.")
    if isinstance(value, (list, dict, tuple)) and len(value) > LONGEST:
        yield Problem(at, "faker-argument-too-large", f"{name} has {len(value)} values.", f"Give {LONGEST} or fewer.")


def _check_text(at: str, text: str, locale: str) -> Iterator[Problem]:
    if len(text) > LONGEST_TEXT:
        message = f"A text of {len(text)} characters is too long."
        yield Problem(at, "faker-argument-too-large", message, f"Shorten it to {LONGEST_TEXT}.")
    unknown = [token for token in _TOKEN.findall(text) if token not in catalog.methods(locale)]
    rest = _PLAIN_FIELD.sub("", _TOKEN.sub("", text))
    if unknown or "{" in rest or "}" in rest:
        yield Problem(at, "bad-faker-argument", f"{shown(text)} holds braces that stand for no method.", "Write {{method}}.")
    elif "%" in text and ("date" in at or "pattern" in at) and _STRAY_PATTERN.search(text):
        yield Problem(at, "bad-faker-argument", f"{shown(text)} is no pattern of a date.", 'Write one such as "%Y-%m-%d".')


def _check_values(method: catalog.Method, locale: str, args: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem when the method cannot make a value of these arguments: kernels know, else real Faker is asked."""
    try:
        from datagen_chat.faking.kernels import kernel_of
        from datagen_chat.faking.sources import read_args

        given = read_args(method, args)
        if not catalog.overrides(method.name, locale) and kernel_of(method.name, given, key(0)) is not None:
            return
    except (ValueError, OverflowError) as error:
        yield _refusal(method, args, error)
        return
    if method.name == "text":
        from datagen_chat.faking.fitting import check_fit

        too_long = list(check_fit(args))
        if too_long:
            yield from too_long
            return
    from datagen_chat.faking.oracle import seeded
    from datagen_chat.faking.pooled import Unstorable, stored
    from datagen_chat.faking.real import FAILURES, caller

    try:
        call = caller(method.name, locale, given)
        for number in range(TRIES):
            stored(call(seeded(number)), method.kind)
    except Unstorable as error:
        yield _bad_arguments(method, args, f"With these arguments, Faker's {method.name} {error}.")
    except FAILURES as error:
        yield _refusal(method, args, error)


def _refusal(method: catalog.Method, args: Mapping[str, Any], error: Exception) -> Problem:
    said = str(error.args[0]).rstrip(".") if error.args and isinstance(error.args[0], str) else ""
    return _bad_arguments(method, args, f"Faker's {method.name} refuses these arguments: {said or type(error).__name__}.")


def _bad_arguments(method: catalog.Method, args: Mapping[str, Any], message: str) -> Problem:
    at = "/args" + pointer(next(iter(args))) if len(args) == 1 else "/args"
    hint = "It takes " + ", ".join(parameter.name for parameter in method.parameters) + "."
    return Problem(at, "bad-faker-argument", message, hint)
