"""A field of the state that a row stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import WithJsonSchema

from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.problems import Problem
from datagen_chat.values import Values
from datagen_chat.words import ColumnType, Scalar, term

_TYPES: Mapping[str, tuple[ColumnType, ...]] = {
    "name": ("string",),
    "previous": ("string",),
    "index": ("int", "float"),
    "entered_at": ("datetime", "date"),
    "exited_at": ("datetime", "date"),
}
_OTHERS = {
    "name": "state status current current_state to to_state value stage stage_name new_state",
    "previous": "from from_state previous_state prev prev_state old_state last_state",
    "index": "sequence step position order number rank seq no stage_index",
    "entered_at": "entered start started_at enter start_time timestamp at time begin from_time changed_at",
    "exited_at": "exited end ended_at exit left_at left end_time until to_time",
}
_SYNONYMS = {other: name for name, others in _OTHERS.items() for other in others.split()}
FieldName = Annotated[
    Literal["name", "previous", "index", "entered_at", "exited_at"],
    WithJsonSchema({"type": "string", "enum": list(_TYPES), "synonyms": _SYNONYMS}),
]


class State(Generator, word="state"):
    """A field of the row's state, where a state_transition_model or stage_config makes the rows."""

    fills: ClassVar = ("string", "int", "float", "datetime", "date")
    is_unfolded: ClassVar = True

    field: FieldName = term(
        description="name; previous: the name in the row before, null in the first; index: counts a parent's rows from 0; "
        "entered_at: when; exited_at: when the next row's state was, null in the last row.",
        also=("attribute", "value", "property", "of", "name", "what"),
    )

    also: ClassVar = ("state_field", "state_machine", "walk", "stage")
    example: ClassVar = {"state": {"field": "entered_at"}}

    def types(self) -> tuple[ColumnType, ...]:
        """Return the types that a column of this field can have."""
        return _TYPES[self.field]

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield a table without states, and a type that the field does not have."""
        if facts.states is None:
            message = f"{facts.table_name} has no states: nothing makes its rows go through any."
            hint = f"Add state_transition_model to {facts.table_name}, or use another generator."
            yield Problem("", "no-states", message, hint)
        if facts.type in self.fills and facts.type not in self.types():
            message = f"{self.field} is no {facts.type}."
            yield Problem("/field", "state-type", message, f"Set the column's type to {' or '.join(self.types())}.")

    def why_null(self, facts: Facts) -> str:  # noqa: ARG002
        """Return that nothing stands before the first state, or after the last."""
        whys = {"previous": "nothing stands before the first state", "exited_at": "the last state is not left"}
        return whys.get(self.field, "")

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:
        """Return the names of the states."""
        if facts.states is None or self.field not in ("name", "previous"):
            return None
        return facts.states if self.field == "name" else (*facts.states, None)

    def places(self) -> int | None:
        """Return None: an index is a whole number."""
        return None

    def layout(self, facts: Facts) -> Layout:  # noqa: ARG002
        """Return that names repeat."""
        return "category" if self.field in ("name", "previous") else "plain"

    def makes(self, facts: Facts) -> ColumnType:
        """Return the type of the field."""
        return self.types()[0] if facts.type in self.fills else facts.type

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: the parent rows unfold once for all columns."""
        unfold, parent, field = scope.unfolding(), scope.parent, self.field
        assert parent is not None
        name = ("unfolded", scope.table_name)

        def sample(rows: Rows) -> Values:
            above, siblings = rows.ancestor(parent)[0], rows.siblings()
            unfolded = above.shared(name, lambda: unfold(above))
            ranks = rows.shared("ranks", lambda: siblings.ranks(rows.numbers))
            return unfolded.field(field, siblings.family, ranks)

        return sample
