"""Values as Faker makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from datagen_chat import faking
from datagen_chat.generators.base import Facts, Generator, Layout, Sampler, Scope, Use
from datagen_chat.problems import Problem
from datagen_chat.words import AnyScalar, ColumnType, term

MethodName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,62}$")]
LocaleName = Annotated[str, StringConstraints(max_length=20)]
ColumnName = Annotated[str, StringConstraints(pattern=r"^([A-Za-z][A-Za-z0-9_]{0,62}\.)?[A-Za-z][A-Za-z0-9_]{0,62}$")]


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
        problems = list(faking.check(self.method, self.locale or "en_US", self.args))
        yield from problems
        if self.locale and self.locale_from:
            message = "locale and locale_from cannot both decide the locale."
            yield Problem("/locale", "locale-twice", message, "Keep the one that you want.")
        if not problems:
            yield from self._check_type(facts.type)

    def _check_type(self, type_: ColumnType) -> Iterator[Problem]:
        kind = faking.kind_of(self.method)
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
        """Return that truth values repeat; text says itself whether it does."""
        return "category" if facts.type == "bool" else "plain"

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: a grammar over Faker's own data, or a pool of real calls."""
        return faking.sampler(self, scope)


WIDENED: frozenset[tuple[Any, ColumnType]] = frozenset({("int", "float"), ("date", "datetime"), ("datetime", "date")})
