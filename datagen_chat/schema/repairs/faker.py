"""Faker's arguments in other places: beside `args`, and a wish for unique values among them."""

from __future__ import annotations

from datagen_chat import faking
from datagen_chat.problems import Problem, parts_of
from datagen_chat.schema.places import Json, holder_of
from datagen_chat.schema.repairs.registry import repairs

_UNIQUE = frozenset({"unique", "is_unique", "distinct", "no_duplicates", "allow_duplicates", "ensure_unique"})


@repairs("unknown-key", "unknown-faker-argument")
def ask_column_for_unique(draft: Json, problem: Problem) -> str | None:
    """Turn {"faker": {"args": {"unique": true}}} into "unique": true of the column."""
    place = parts_of(problem.at)
    if place[4:6] != ["generator", "faker"] or len(place) > 8 or place[-1] not in _UNIQUE:
        return None
    holder, key = holder_of(draft, problem.at)
    if not isinstance(holder[key], bool):
        return None
    is_wanted = holder.pop(key) is not (key == "allow_duplicates")
    if not is_wanted:
        return f'Dropped "{key}" of faker: values may repeat anyway.'
    draft["nodes"][int(place[1])]["columns"][int(place[3])]["unique"] = True
    return f'Wrote "{key}" of faker as "unique": true of the column.'


@repairs("unknown-key")
def move_argument_into_args(draft: Json, problem: Problem) -> str | None:
    """Turn {"faker": {"method": "pyint", "max_value": 9}} into {"faker": {"method": "pyint", "args": {"max_value": 9}}}."""
    faker, key = holder_of(draft, problem.at)
    if parts_of(problem.at)[-2:-1] != ["faker"] or not isinstance(faker, dict):
        return None
    name, locale = faker.get("method"), faker.get("locale", "en_US")
    known = faking.method(name, locale) if isinstance(name, str) and locale in faking.locales() else None
    args = faker.get("args", {})
    if known is None or known.parameter(key) is None or not isinstance(args, dict) or key in args:
        return None
    faker["args"] = args | {key: faker.pop(key)}
    return f'Moved "{key}" into args.'


_METHODS = {
    "full_name": "name",
    "fullname": "name",
    "person_name": "name",
    "phone": "phone_number",
    "telephone": "phone_number",
    "mobile": "phone_number",
    "zip": "zipcode",
    "zip_code": "zipcode",
    "username": "user_name",
    "email_address": "email",
    "company_name": "company",
    "job_title": "job",
    "street": "street_address",
    "ip_address": "ipv4",
    "ip": "ipv4",
    "dob": "date_of_birth",
    "birthdate": "date_of_birth",
    "birth_date": "date_of_birth",
    "date_birth": "date_of_birth",
    "country_name": "country",
    "city_name": "city",
}


@repairs("unknown-faker-method")
def name_method(draft: Json, problem: Problem) -> str | None:
    """Give a method that people call otherwise its own name, where Faker has it in the locale."""
    faker, key = holder_of(draft, problem.at)
    written, locale = faker[key], faker.get("locale", "en_US")
    own = _METHODS.get(written.strip().lower().removesuffix("()").replace(" ", "_").replace("-", "_"))
    if own is None or locale not in faking.locales() or faking.method(own, locale) is None:
        return None
    faker[key] = own
    return f'Renamed the method "{written}" to "{own}".'


@repairs("unknown-faker-locale")
def name_locale(draft: Json, problem: Problem) -> str | None:
    """Write the tag of a language and a country as Faker does; leave out one that is empty."""
    faker, key = holder_of(draft, problem.at)
    written = faker[key]
    if not written.strip():
        del faker[key]
        return f'Left out "{key}", which was empty.'
    own = faking.locale_of_tag(written)
    if own is None:
        return None
    faker[key] = own
    return f'Wrote the locale "{written}" as "{own}".'


@repairs("faker-type")
def element_as_choice(draft: Json, problem: Problem) -> str | None:
    """Turn a random element among numbers, which Faker's methods write as text, into a choice."""
    at = problem.at.removesuffix("/faker/method")
    holder, key = holder_of(draft, at)
    args = holder[key]["faker"].get("args", {})
    elements = args.get("elements")
    if holder[key]["faker"]["method"] != "random_element" or list(args) != ["elements"] or not isinstance(elements, list):
        return None
    holder[key] = {"choice": {"choices": elements}}
    return "Wrote the random element as a choice."
