"""Values as Faker makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, StringConstraints

from datagen_chat import faking
from datagen_chat.draws import Key
from datagen_chat.generators.base import CATEGORY_LIMIT, Facts, Generator, Layout, Rows, Sampler, Scope, Use
from datagen_chat.problems import Problem
from datagen_chat.values import Text, Values, coded
from datagen_chat.words import AnyScalar, ColumnName, ColumnType, term

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

    also: ClassVar = ("fake", "faker_method")
    example: ClassVar = {"faker": {"method": "email", "locale_from": "country"}}

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield a method, locale or argument that Faker does not have, and one that does not fit the column's type."""
        problems = list(faking.check(self.method, self.locale or DEFAULT_LOCALE, self.args))
        yield from problems
        if self.locale and self.locale_from:
            message = "locale and locale_from cannot both decide the locale."
            yield Problem("/locale", "locale-twice", message, "Keep the one that you want.")
        if not problems:
            yield from self._check_type(facts.type)

    def _check_type(self, type_: ColumnType) -> Iterator[Problem]:
        kind = self.kind()
        if type_ not in (kind, "string") and (kind, type_) not in WIDENED:
            message = f"faker.{self.method} makes a {kind}, which does not fit a column of type {type_}."
            yield Problem("/method", "faker-type", message, f"Set the column's type to {kind}, or use another method.")

    def uses(self) -> Iterator[Use]:
        """Yield the column that decides the locale."""
        if self.locale_from:
            table, _, column = self.locale_from.rpartition(".")
            yield Use("/locale_from", table or None, column, wants=("string",))

    def places(self) -> int | None:
        """Return None: Faker's numbers stay as they are."""
        return None

    def layout(self, facts: Facts) -> Layout:
        """Return whether few values repeat: truth values, and the words of a small pool in one locale."""
        if facts.type == "string" and self.kind() == "string" and self.locale_from is None:
            size = faking.pool_size(faking.source(self.method, self.locale or DEFAULT_LOCALE, self.args, Key(0)))
            return "category" if size is not None and size <= CATEGORY_LIMIT else "plain"
        return "category" if facts.type == "bool" else "plain"

    def makes(self, facts: Facts) -> ColumnType:  # noqa: ARG002 - the method decides
        """Return the type that the method makes."""
        return self.kind()

    def kind(self) -> ColumnType:
        """Return the type that the method makes; text where nothing is known of it."""
        known = faking.method(self.method, self.locale or DEFAULT_LOCALE)
        return "string" if known is None else known.kind

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: a grammar over Faker's own data, or a pool of real calls."""
        source = faking.source(self.method, self.locale or DEFAULT_LOCALE, self.args, scope.key("value"))
        if self.locale_from is None:
            return lambda rows: source.sample(rows.numbers)
        table, _, column = self.locale_from.rpartition(".")
        read, sources = scope.reader(table or None, column), LocaleSources(self, scope, source)
        return lambda rows: sources.sample(rows, read(rows))


class LocaleSources:
    """The method in each locale that turns up among the countries of the rows."""

    def __init__(self, faker: Faker, scope: Scope, default: faking.Source) -> None:
        self._faker, self._scope, self._default = faker, scope, default
        self._sources: dict[str, faking.Source] = {}

    def sample(self, rows: Rows, countries: Values) -> Values:
        """Return each row's value in the locale of its country."""
        from datagen_chat.faking.merge import ByLocale

        assert isinstance(countries, Text)
        text = coded(countries)
        assert text.codes is not None
        names = text.words.to_pylist()
        sources = {code: self._source(names[code]) for code in np.flatnonzero(np.bincount(text.codes, minlength=1)).tolist()}
        return ByLocale(sources, self._default).sample(rows.numbers, text.codes)

    def _source(self, country: str) -> faking.Source:
        locale = faking.locale_for(country) or DEFAULT_LOCALE
        if locale not in self._sources:
            self._sources[locale] = self._made(locale)
        return self._sources[locale]

    def _made(self, locale: str) -> faking.Source:
        """Return the method in this locale, or the default where the locale cannot do the same."""
        faker, made = self._faker, faking.method_in(self._faker.method, locale)
        known = None if made is None else faking.method(made, locale)
        if known is None or known.kind != self._default.kind or any(faking.check(faker.method, locale, faker.args)):
            return self._default
        return faking.source(faker.method, locale, faker.args, self._scope.key("value"))
