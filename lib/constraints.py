"""Constraints that Django does not have."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.db import models
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from lib.identity import derived_id
from lib.sqlfiles import load_sql


class SameOwner(models.BaseConstraint):
    """FOREIGN KEY (<owner>, <field>) REFERENCES <target> (<owner>, id)."""

    def __init__(self, *, field: str, name: str, owner: str = "user_id") -> None:
        super().__init__(
            name=name, violation_error_code="does_not_exist", violation_error_message="There is no such row of yours."
        )
        self.field, self.owner = field, owner

    def create_sql(self, model: type[models.Model] | None, schema_editor: Any) -> None:  # type: ignore[override]  # None: deferred
        """At the end of the migration, when the target has the unique (owner, id) that this refers to."""
        assert model is not None
        field = model._meta.get_field(self.field)
        target = field.related_model
        assert isinstance(field, models.ForeignKey)
        assert isinstance(target, type)
        quote = schema_editor.quote_name
        schema_editor.deferred_sql.append(
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({self.owner}, {quote(field.column)}) REFERENCES {quote(target._meta.db_table)} ({self.owner}, id)"
            f"{' ON DELETE CASCADE' if field.remote_field.on_delete is models.CASCADE else ''}"
        )

    constraint_sql = create_sql  # type: ignore[assignment]  # inside CREATE TABLE it is deferred in the same way

    def remove_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Nothing to do ahead of the write: the database refuses it, and the error handler names it."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs.pop("violation_error_code", None)
        kwargs.pop("violation_error_message", None)
        owner = {} if self.owner == "user_id" else {"owner": self.owner}
        return path, args, kwargs | {"field": self.field} | owner

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SameOwner):
            return NotImplemented
        return (self.name, self.field, self.owner) == (other.name, other.field, other.owner)

    def __hash__(self) -> int:
        return hash((self.name, self.field, self.owner))


class DeletedWith(models.BaseConstraint):
    """A row is deleted with the one that it hangs on; where both are shared, it is shown and hidden with it too.

    OwnedForeignKey adds it where a row goes with its target. Its trigger stands on the target's table, and is part of this
    model: a new child changes nothing of its parent.
    """

    def __init__(self, *, field: str, name: str, owner: str = "user_id") -> None:
        super().__init__(name=name)
        self.field, self.owner = field, owner

    def create_sql(self, model: type[models.Model] | None, schema_editor: Any) -> None:  # type: ignore[override]  # None: deferred
        """At the end of the migration, when both tables are there."""
        assert model is not None
        field: Any = model._meta.get_field(self.field)
        text = load_sql("lib", "deleted_with")
        text = text.replace("/*shown*/", load_sql("lib", "shown_with") if self.owner == "owner" else "")
        places = {"name": self.name, "owner": self.owner, "table": model._meta.db_table, "column": field.column}
        for place, value in (places | {"parent": field.related_model._meta.db_table}).items():
            text = text.replace(f"/*{place}*/", value)
        schema_editor.deferred_sql.append(text)

    constraint_sql = create_sql  # type: ignore[assignment]  # inside CREATE TABLE it is deferred in the same way

    def remove_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        return load_sql("lib", "forget_deleted_with").replace("/*name*/", self.name)

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Nothing can break it."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"field": self.field, "owner": self.owner}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DeletedWith):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.field, self.owner))


class AtMostOne(models.BaseConstraint):
    """At most one live row of a user has these values; for a flag, at most one has it set. NULL claims nothing.

    Two devices may each make one offline: the later claim holds, and the other row gives way in one field
    (sync/domain/singles.py). gives_way: that field, a flag or one that may be NULL; the last of `fields` unless it is said.
    An exclusion constraint, because it is held at the end of a statement, or of the transaction where that asks for it: rows
    of one statement may hand over to each other in any order. A unique index is held row by row.
    """

    def __init__(
        self, *, fields: Sequence[str], name: str, gives_way: str = "", message: str = "", code: str = "only_one"
    ) -> None:
        message = message or f"There is one with this {' and '.join(fields)} already."
        super().__init__(name=name, violation_error_code=code, violation_error_message=message)
        self.fields, self.gives_way = tuple(fields), gives_way or fields[-1]

    def is_flag(self, model: type[models.Model]) -> bool:
        return isinstance(model._meta.get_field(self.gives_way), models.BooleanField)

    def create_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        return (
            f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} ADD {self._definition(model, schema_editor)}"
        )

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        return self._definition(model, schema_editor)

    def _definition(self, model: type[models.Model], schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        found = [model._meta.get_field(name) for name in self.fields]
        columns = [quote(field.column) for field in found]  # type: ignore[union-attr]  # columns
        flags = [quote(f.column) for f in found if isinstance(f, models.BooleanField)]
        keys = ", ".join(f"{column} WITH =" for column in (quote("user_id"), *columns))
        condition = " AND ".join([f"{quote('deleted_at')} IS NULL", *flags])
        return f"CONSTRAINT {quote(self.name)} EXCLUDE USING btree ({keys}) WHERE ({condition}) DEFERRABLE INITIALLY IMMEDIATE"

    def remove_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        assert model is not None
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Nothing to do ahead of the write, as above."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"code": kwargs.pop("violation_error_code", "only_one")}
        kwargs |= {"message": kwargs.pop("violation_error_message", "")}
        return path, args, kwargs | {"fields": self.fields, "gives_way": self.gives_way}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AtMostOne):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.fields, self.gives_way))


class _Name(models.Func):
    """The parts of a name, with a space between them."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = models.TextField()


class DerivedId(models.CheckConstraint):
    """The id follows from what the row is about, so that two devices that make the same thing offline make one row.

    kind: the entity's name. within: the references of which one says the namespace; empty: it is the user. Where none of them is
    set, the id is free. by: the fields that tell rows of a namespace apart: dates, numbers, texts.
    """

    def __init__(self, kind: str, *, within: Sequence[str] = (), by: Sequence[str], name: str, **_: Any) -> None:
        self.kind, self.within, self.by = kind, tuple(within), tuple(by)
        # A date as text is written as in RFC 3339 in every session of ours: psycopg sees to it.
        parts = [models.Value(kind), *(Cast(part, models.TextField()) for part in self.by)]
        namespaces = [models.F(field) for field in self.within or ("user",)]
        namespace = Coalesce(*namespaces) if len(namespaces) > 1 else namespaces[0]
        derived = models.Func(namespace, _Name(*parts), function="lib_derived_id", output_field=models.UUIDField())
        super().__init__(
            condition=Exact(models.F("id"), derived),
            name=name,
            violation_error_code="id_does_not_follow",
            violation_error_message=f"The id of a {kind} follows from its {', '.join((*self.within, *self.by))}.",
        )

    def id_of(self, row: Any) -> UUID | None:
        """None where it is free. row: an instance; its references may be text, as forms have them."""
        columns = [f"{field}_id" for field in self.within or ("user",)]
        namespace = next((found for column in columns if (found := getattr(row, column)) is not None), None)
        return namespace and derived_id(UUID(str(namespace)), self.kind, *(getattr(row, field) for field in self.by))

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, (self.kind,), {"within": self.within, "by": self.by, "name": self.name}

    def clone(self) -> "DerivedId":
        return DerivedId(self.kind, within=self.within, by=self.by, name=self.name)


class KnownSlugs(models.BaseConstraint):
    """Each slug of a set is one of a vocabulary, and stays there as long as a set names it: a foreign key of arrays.

    SlugSetField adds it. vocabulary: the label of a model whose key is `slug`; the migration that adds this depends on that
    model's app. `name` says what the database calls a slug that is not there, `in_use` one that is not to go.
    """

    def __init__(self, *, field: str, vocabulary: str, name: str) -> None:
        super().__init__(
            name=name,
            violation_error_code="does_not_exist",
            violation_error_message="There is no such slug in the library.",
        )
        self.field, self.vocabulary = field, vocabulary

    @property
    def in_use(self) -> str:
        return f"{self.name.removesuffix('_known_slugs')}_in_use"

    def create_sql(self, model: type[models.Model] | None, schema_editor: Any) -> None:  # type: ignore[override]  # None: deferred
        """At the end of the migration, when both tables are there."""
        assert model is not None
        try:
            vocabulary = model._meta.apps.get_model(self.vocabulary)._meta.db_table
        except LookupError as error:  # Django sees no reference here that a migration would depend on by itself
            raise CommandError(
                f"{self.name} needs {self.vocabulary}: add the migration that makes it to `dependencies`."
            ) from error
        column = str(model._meta.get_field(self.field).column)  # type: ignore[union-attr]  # a column
        schema_editor.deferred_sql.append(
            self._filled("known_slugs")
            .replace("/*table*/", model._meta.db_table)
            .replace("/*vocabulary*/", vocabulary)
            .replace("/*column*/", column)
        )

    constraint_sql = create_sql  # type: ignore[assignment]  # inside CREATE TABLE it is deferred in the same way

    def remove_sql(self, model: type[models.Model] | None, schema_editor: Any) -> str:
        return self._filled("forget_slugs")

    def _filled(self, name: str) -> str:
        return load_sql("lib", name).replace("/*known*/", self.name).replace("/*in_use*/", self.in_use)

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Nothing to do ahead of the write, as above."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs.pop("violation_error_code", None)
        kwargs.pop("violation_error_message", None)
        return path, args, kwargs | {"field": self.field, "vocabulary": self.vocabulary}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KnownSlugs):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.field, self.vocabulary))
