"""Values as Faker makes them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, StringConstraints

from datagen_chat import faking
from datagen_chat.draws import Key, RowNumbers
from datagen_chat.generators.base import CATEGORY_LIMIT, Generator
from datagen_chat.generators.base.facts import Facts, Layout, Texts
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Use
from datagen_chat.problems import Problem, note
from datagen_chat.values import Text, Values, coded
from datagen_chat.words import AnyScalar, ColumnName, ColumnType, Truth, term

MethodName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,62}$")]
LocaleName = Annotated[str, StringConstraints(max_length=20)]

DEFAULT_LOCALE = "en_US"
WIDENED: frozenset[tuple[Any, ColumnType]] = frozenset({("int", "float"), ("date", "datetime"), ("datetime", "date")})


class Faker(Generator, word="faker"):
    """Names, addresses, e-mails, companies, texts: any method of Faker's standard providers."""

    method: MethodName = term(
        description="The method's name, such as name, email, city or company.", also=("provider", "type", "name", "kind")
    )
    locale: LocaleName | None = term(None, 'The locale, such as "de_DE"; default "en_US".', also=("language", "lang", "region"))
    locale_from: ColumnName | None = term(
        None, "A column that holds country codes or names; each row takes the locale of its country.", also=("locale_column",)
    )
    args: Annotated[dict[str, AnyScalar | list[AnyScalar]], Field(max_length=20)] = term(
        {}, "Arguments of the method, by name.", also=("kwargs", "params", "parameters", "arguments", "options")
    )

    coherent: Truth = term(
        True,
        "Whether the names and e-mails of a row are one person's, whatever the columns are called, where the table has one of "
        "each; several people are told by how the columns begin: sender_name and sender_email, receiver_name.",
        also=("consistent", "coherence"),
    )

    also: ClassVar = ("fake", "faker_method")
    example: ClassVar = {"faker": {"method": "email", "locale_from": "country"}}

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield a method, locale or argument that Faker does not have, and one that does not fit the column's type."""
        problems = list(faking.check(self.method, DEFAULT_LOCALE if self.locale is None else self.locale, self.args))
        yield from problems
        if self.locale and self.locale_from:
            message = "locale and locale_from cannot both decide the locale."
            yield Problem("/locale", "locale-twice", message, "Keep the one that you want.")
        if not problems:
            yield from self._check_type(facts.type)
            yield from self._check_people(facts)

    def _check_type(self, type_: ColumnType) -> Iterator[Problem]:
        kind = self.kind()
        if type_ not in (kind, "string") and (kind, type_) not in WIDENED:
            message = f"faker.{self.method} makes a {kind}, which does not fit a column of type {type_}."
            yield Problem("/method", "faker-type", message, f"Set the column's type to {kind}, or use another method.")

    def _check_people(self, facts: Facts) -> Iterator[Problem]:
        """Yield a note when names and addresses of the table cannot be those of one person."""
        others = [speaker for speaker in self._speakers(facts) if speaker.column != facts.column_name]
        if not self.coherent or not faking.speaks(self.method) or not others:
            return
        if facts.is_unique and faking.is_name_part(self.method):
            message = f"{facts.column_name} is unique, so it does not agree with the other names and e-mails of its row."
            yield note("/method", "people-not-coherent", message, 'Allow it to repeat, or write "coherent": false.')

    def uses(self) -> Iterator[Use]:
        """Yield the column that decides the locale."""
        if self.locale_from:
            table, _, column = self.locale_from.rpartition(".")
            yield Use("/locale_from", table or None, column, wants=("string",))

    def why_null(self, facts: Facts) -> str:  # noqa: ARG002 - the method decides
        """Return that the method makes nulls, which one does."""
        return "null_boolean is null in a third of the rows" if self.method == "null_boolean" else ""

    def places(self) -> int | None:
        """Return None: Faker's numbers stay as they are."""
        return None

    def layout(self, facts: Facts) -> Layout:
        """Return whether few values repeat: truth values, and the words of a small pool in one locale."""
        if facts.type == "string" and self.kind() == "string" and self.locale_from is None:
            size = faking.pool_size(self._plain(facts, self.locale or DEFAULT_LOCALE))
            return "category" if size is not None and size <= CATEGORY_LIMIT else "plain"
        return "category" if facts.type == "bool" else "plain"

    def texts(self, facts: Facts) -> Texts:  # noqa: ARG002 - the method decides
        """Return about what the method makes, known without its data."""
        length, words = faking.usual_texts(self.method, self.args)
        return Texts(length, math.inf if self.locale_from else words)

    def makes(self, facts: Facts) -> ColumnType:  # noqa: ARG002 - the method decides
        """Return the type that the method makes."""
        return self.kind()

    def kind(self) -> ColumnType:
        """Return the type that the method makes; text where nothing is known of it."""
        known = faking.method(self.method, self.locale or DEFAULT_LOCALE)
        return "string" if known is None else known.kind

    def capacity(self, facts: Facts) -> int | None:
        """Return how many rows can have different values: as many as the method's forms and words tell apart for certain."""
        locale, kind = self.locale or DEFAULT_LOCALE, self.kind()
        if any(faking.check(self.method, locale, self.args)) or (kind == "datetime" and facts.type != "datetime"):
            return None
        if faking.speaks(self.method) and not faking.is_name_part(self.method):
            found = faking.speaking_capacity(self.method, locale, self._person(facts))
            return None if self.locale_from and not faking.is_address(self.method) else found
        return None if self.locale_from else faking.capacity(faking.source(self.method, locale, self.args, Key(0)))

    def _speakers(self, facts: Facts) -> list[faking.Speaker]:
        """Return the columns of the table that say something of a person."""
        return [
            faking.Speaker(name, made.method, (made.locale or DEFAULT_LOCALE, made.locale_from), facts.is_unique_of(name))
            for name, made in facts.generators().items()
            if isinstance(made, Faker) and made.coherent and faking.speaks(made.method)
        ]

    def _person(self, facts: Facts) -> faking.Person:
        """Return whose name or address the column holds."""
        locale = (self.locale or DEFAULT_LOCALE, self.locale_from)
        own = faking.Speaker(facts.column_name, self.method, locale, facts.is_unique)
        return faking.person_of(own, facts.table_name, self._speakers(facts))

    def _speaks(self, facts: Facts) -> bool:
        """Return whether the values are made from a person of each row."""
        if not faking.speaks(self.method) or (facts.is_unique and faking.is_name_part(self.method)):
            return False
        return self.coherent or facts.is_unique

    def _plain(self, facts: Facts, locale: str) -> faking.Source:
        """Return a source like the column's, for what can be told of it without rows."""
        if self._speaks(facts):
            person = self._person(facts)
            return faking.speaking(self.method, locale, self.args, person, (Key(0), Key(0)))
        return faking.source(self.method, locale, self.args, Key(0))

    def locales(self, facts: Facts) -> tuple[str, ...]:
        """Return the locales that the values are known to be made in."""
        if self.locale_from is None:
            return (self.locale or DEFAULT_LOCALE,)
        table, _, column = self.locale_from.rpartition(".")
        named = [value for value in facts.outcomes(table or None, column) or () if isinstance(value, str)]
        return tuple(dict.fromkeys(filter(None, map(faking.locale_for, named))))

    def gather(self, facts: Facts, locale: str) -> None:
        """Take what the values of a locale are made from out of Faker, so that it is at hand when they are made."""
        method = faking.method_in(self.method, locale)
        if method is not None and not any(faking.check(self.method, locale, self.args)):
            self._plain(facts, locale)

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: a grammar over Faker's own data, or a pool of real calls."""
        column = MadeByFaker(self, scope)
        if self.locale_from is None:
            return column.sampler(self.locale or DEFAULT_LOCALE)
        table, _, name = self.locale_from.rpartition(".")
        column.countries = scope.reader(table or None, name)
        return column.by_country


class MadeByFaker:
    """A column's sources, one for each locale that turns up among its rows."""

    def __init__(self, faker: Faker, scope: Scope) -> None:
        self._faker, self._scope = faker, scope
        self._sources: dict[str, faking.Source] = {}
        self._numbered = self._numbers() if scope.is_unique and faking.is_address(faker.method) else None
        self.countries: Sampler | None = None

    def sampler(self, locale: str) -> Sampler:
        """Return the sampler of a column in one locale; columns that speak of one person draw it once for each block."""
        source = self._source(locale)
        if not isinstance(source, faking.Speaking):
            return lambda rows: source.sample(rows.numbers)
        persons = source.persons
        return lambda rows: source.of(rows.numbers, rows.shared(persons.name, lambda: persons.draw(rows.numbers)))

    def by_country(self, rows: Rows) -> Values:
        """Return each row's value in the locale of its country."""
        from datagen_chat.faking.merge import ByLocale

        sources, codes = self._by_code(rows)
        return ByLocale(sources, self._source(DEFAULT_LOCALE)).sample(rows.numbers, codes)

    def _by_code(self, rows: Rows) -> tuple[dict[int, faking.Source], NDArray[Any]]:
        """Return the source of each country that turns up, and each row's code of its country."""
        assert self.countries is not None
        countries = self.countries(rows)
        assert isinstance(countries, Text)
        text = coded(countries)
        assert text.codes is not None
        names = text.words.to_pylist()
        codes = np.flatnonzero(np.bincount(text.codes, minlength=1)).tolist()
        return {code: self._source(faking.locale_for(names[code]) or DEFAULT_LOCALE) for code in codes}, text.codes

    def _numbers(self) -> faking.Numbered:
        return faking.numbered(self._scope.key("number"), self._scope.row_count(), self._stems)

    def _stems(self, numbers: range) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """Return a hash of each address without its number, and whether it is too bare to go without one."""
        if self.countries is None:
            return self._stems_in(self._source(self._faker.locale or DEFAULT_LOCALE), numbers)
        sources, codes = self._by_code(self._scope.rows(numbers))
        stems, is_bare = np.empty(len(numbers), np.uint64), np.empty(len(numbers), np.bool_)
        for code, source in sources.items():
            here = np.flatnonzero(codes == code)
            stems[here], is_bare[here] = self._stems_in(source, here + numbers.start)
        return stems, is_bare

    @staticmethod
    def _stems_in(source: faking.Source, numbers: RowNumbers) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        from datagen_chat.faking.contacts import Contact

        assert isinstance(source, Contact)
        return source.stems(numbers)

    def _source(self, locale: str) -> faking.Source:
        if locale not in self._sources:
            self._sources[locale] = self._made(locale)
        return self._sources[locale]

    def _made(self, locale: str) -> faking.Source:
        """Return the method in this locale, or in the default where the locale cannot do the same."""
        faker = self._faker
        made = faking.method_in(faker.method, locale)
        known = None if made is None else faking.method(made, locale)
        can = known is not None and known.kind == faker.kind() and not any(faking.check(faker.method, locale, faker.args))
        if faker.locale_from and locale != DEFAULT_LOCALE and not can:
            return self._source(DEFAULT_LOCALE)
        return self._speaking(locale) if faker._speaks(self._scope) else self._plain(locale)

    def _speaking(self, locale: str) -> faking.Speaking:
        faker, scope = self._faker, self._scope
        person = faker._person(scope)
        group = scope.table_key(f"person {person.owner}") if faker.coherent else scope.key("person")
        keys, rows = (group, scope.key("value")), scope.row_count() if person.is_unique else 0
        return faking.speaking(faker.method, locale, faker.args, person, keys, rows, self._numbered)

    def _plain(self, locale: str) -> faking.Source:
        faker, scope = self._faker, self._scope
        source = faking.source(faker.method, locale, faker.args, scope.key("value"))
        return faking.distinct(source, scope.key("distinct"), scope.row_count()) if scope.is_unique else source
