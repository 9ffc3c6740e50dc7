"""What an owned model looks like on the wire.

The model's fields are the one place where an entity is defined. From them come: the SQL that renders its document, the
columns and types for set-based writes, and the msgspec type that checks a patch. Documents hold decimals as strings,
times as RFC 3339 in UTC with microseconds, ids and references as lower-case UUIDs, sets as sorted lists.
"""

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from psycopg import sql

from lib.constraints import AtMostOne, DerivedId
from lib.declaration import Wire as Wire  # noqa: PLC0414 - what models say of themselves is read here
from lib.fields import (
    SLUG_PATTERN,
    EnumField,
    JsonField,
    MomentField,
    NoteField,
    PatternField,
    SlugSetField,
    TimeZoneField,
    parents_of,
)
from lib.models import OwnedModel
from lib.shared import CATALOGUE as CATALOGUE  # noqa: PLC0414 - in the sync tables too
from lib.shared import SharedModel


@dataclasses.dataclass(frozen=True, eq=False)  # one of a kind: to hash it by its content is slow
class WireField:
    name: str  # on the wire and in serializers
    column: str
    kind: Literal["scalar", "set", "note"]
    sql_type: str
    python_type: Any  # for msgspec; None allowed where the column is nullable
    read_only: bool
    required: bool
    target: type[models.Model] | None  # of a reference
    to_wire: Callable[[Any], Any]  # checked Python value -> canonical JSON value; raises ValidationError
    field: Any = dataclasses.field(repr=False)

    def default(self) -> Any:
        """The wire value of a field that a create leaves out."""
        value = self.field.to_python(self.field.get_default())
        return None if value is None or (self.required and value == "") else self.to_wire(value)


@dataclasses.dataclass(frozen=True, eq=False)  # one of a kind: to hash it by its content is slow
class Entity:
    name: str
    code: int
    model: type[OwnedModel]
    fields: tuple[WireField, ...]

    @property
    def wire(self) -> Wire:
        return self.model.wire

    @property
    def is_owned(self) -> bool:
        """Whether rows can have an owner: those of a vocabulary have none."""
        return issubclass(self.model, OwnedModel)

    @property
    def is_shared(self) -> bool:
        """Whether there are rows without an owner, which are for everybody."""
        return not self.is_owned or issubclass(self.model, SharedModel)

    @property
    def skipped(self) -> frozenset[str]:
        """Columns that are not content: they travel beside the document, or not at all."""
        return self.wire.internal | (self.model.envelope if self.is_owned else frozenset())

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def field_names(self) -> list[str]:
        return [field.name for field in self.fields]

    @cached_property
    def writable(self) -> tuple[WireField, ...]:
        return tuple(field for field in self.fields if not field.read_only)

    @cached_property
    def by_name(self) -> dict[str, WireField]:
        return {field.name: field for field in self.fields}

    @cached_property
    def parents(self) -> tuple[WireField, ...]:
        """References to a row that this one hangs on: it is deleted with it."""
        parents = parents_of(self.model)
        return tuple(field for field in self.fields if field.field in parents)

    @cached_property
    def singles(self) -> tuple[AtMostOne, ...]:
        """What at most one live row of a user may claim."""
        return tuple(c for c in self.model._meta.constraints if isinstance(c, AtMostOne))

    @cached_property
    def derived_id(self) -> DerivedId | None:
        """What the ids of its rows follow from, where they do."""
        return next((c for c in self.model._meta.constraints if isinstance(c, DerivedId)), None)

    @cached_property
    def references(self) -> tuple[WireField, ...]:
        return tuple(field for field in self.fields if field.target is not None)

    def document_sql(self, row: str) -> str:
        """SQL for the document of `row` as compact JSON text, independent of the session's time zone and styles."""
        pairs = ", ".join(f"{column_sql(f, row)} AS {f.name}" for f in self.fields)
        return f"(SELECT row_to_json(d)::text FROM (SELECT {pairs}) AS d)"  # noqa: S608 - our own column names

    def row_columns(self) -> list[tuple[sql.Identifier, sql.SQL]]:
        """(column, type) of what a set-based write fills from JSON."""
        return [(sql.Identifier(f.column), sql.SQL(f.sql_type)) for f in self.writable]


def column_sql(field: WireField, row: str) -> str:
    """SQL for the value of a column of `row` as documents have it."""
    column = f"{row}.{field.column}"
    if field.sql_type == "timestamp with time zone":
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    if field.sql_type.startswith("numeric"):
        return f"{column}::text"
    if field.sql_type == "date":
        return f"to_char({column}, 'YYYY-MM-DD')"
    return column


# --- from a Django field to its wire type: the one table that says so ---


def _same(value: Any) -> Any:
    return value


def _text(value: str) -> str:
    if "\x00" in value:
        raise ValidationError("Null characters are not allowed.", code="null_characters_not_allowed")
    return value


def _moment(field: MomentField) -> Callable[[dt.datetime], str]:
    def to_wire(value: dt.datetime) -> str:
        if not field.min_value <= value <= field.max_value:
            raise ValidationError(field.violation_message, code=field.violation_code)
        return _time(value)

    return to_wire


def _time(value: dt.datetime) -> str:
    try:
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except (OverflowError, ValueError) as error:
        raise ValidationError("The time is out of range.", code="invalid") from error


def _date(value: dt.date) -> str:
    return value.isoformat()


def uuid_text(value: UUID) -> str:
    """str(value), three times as fast."""
    text: str = msgspec.to_builtins(value)
    return text


def _slugs(value: list[str]) -> list[str]:
    return sorted({_text(slug) for slug in value})


def _json(field: JsonField) -> Callable[[Any], Any]:
    def to_wire(value: Any) -> Any:
        field.run_validators(value)  # first its depth: an encoder gives up on more
        if len(msgspec.json.encode(value)) > field.max_bytes:
            raise ValidationError(f"Must have at most {field.max_bytes} bytes as JSON.", code="max_length")
        return value

    return to_wire


# Decimal itself also reads the digits of other scripts, underscores, and spaces around it.
DECIMAL_TEXT = re.compile(r"[0-9A-Za-z+.-]+")


def _number(given: str | float | Decimal) -> Decimal:
    text = str(given)
    try:
        if DECIMAL_TEXT.fullmatch(text):
            return Decimal(text)
    except InvalidOperation:
        pass
    raise ValidationError("Must be a decimal number, with the digits 0 to 9.", code="invalid")


def _decimal(field: models.DecimalField[Any, Any]) -> Callable[[str | float | Decimal], str]:
    low: Any = getattr(field, "min_value", None)
    high: Any = getattr(field, "max_value", None)
    places = Decimal(1).scaleb(-int(field.decimal_places))

    def to_wire(given: str | float | Decimal) -> str:
        value = _number(given)
        if not value.is_finite() or (low is not None and not low <= value <= high):
            raise ValidationError(f"Must be between {low} and {high}.", code="out_of_range")
        rounded = value.quantize(places)
        if rounded != value:
            raise ValidationError(
                f"Must have at most {field.decimal_places} decimal places.", code="max_decimal_places"
            )
        return str(rounded + 0)  # + 0: no negative zero

    return to_wire


def _validated(field: TimeZoneField | PatternField) -> Callable[[str], str]:
    def to_wire(value: str) -> str:
        field.run_validators(_text(value))
        return value

    return to_wire


def _limits(field: Any) -> msgspec.Meta:
    return msgspec.Meta(ge=field.min_value, le=field.max_value) if hasattr(field, "min_value") else msgspec.Meta()


def _text_type(field: Any) -> Any:
    minimum = 0 if field.blank else 1
    return Annotated[str, msgspec.Meta(min_length=minimum, max_length=field.max_length)]


def _python_type(field: Any) -> tuple[Any, Callable[[Any], Any]]:  # noqa: C901, PLR0911, PLR0912 - a table, one line a kind
    match field:
        case models.ForeignKey() if isinstance(field.target_field, models.SlugField):
            return Annotated[str, msgspec.Meta(pattern=SLUG_PATTERN, max_length=field.target_field.max_length)], _text
        case models.ForeignKey() | models.UUIDField():
            return UUID, uuid_text
        case EnumField():
            return Literal[tuple(field.values)], str
        case TimeZoneField() | PatternField():
            return _text_type(field), _validated(field)
        case models.BooleanField():
            return bool, _same
        case models.IntegerField():
            return Annotated[int, _limits(field)], _same
        case models.FloatField():
            return Annotated[float, _limits(field)], float
        case models.DecimalField():
            return str | float, _decimal(field)
        case MomentField():
            return Annotated[dt.datetime, msgspec.Meta(tz=True)], _moment(field)
        case models.DateTimeField():
            return Annotated[dt.datetime, msgspec.Meta(tz=True)], _time
        case models.DateField():
            return dt.date, _date
        case SlugSetField():
            slug = Annotated[str, msgspec.Meta(pattern=SLUG_PATTERN, max_length=64)]
            return Annotated[list[slug], msgspec.Meta(max_length=field.max_size)], _slugs
        case JsonField():
            return type(field.get_default()), _json(field)
        case models.CharField() | models.TextField():
            return _text_type(field), _text
    raise TypeError(f"lib/wire.py does not know what {field} looks like on the wire: add it to _python_type.")


def _wire_field(field: Any) -> WireField:
    generated = isinstance(field, models.GeneratedField)
    source = field.output_field if generated else field
    python_type, to_wire = _python_type(source)
    kind: Literal["scalar", "set", "note"] = (
        "set" if isinstance(field, SlugSetField) else "note" if isinstance(field, NoteField) else "scalar"
    )
    parameters = (field.target_field if isinstance(field, models.ForeignKey) else source).db_parameters(connection)
    return WireField(
        name=field.name,
        column=field.column,
        kind=kind,
        sql_type=str(parameters["type"]),
        python_type=python_type | None if field.null else python_type,
        read_only=generated,
        required=not (field.null or field.has_default() or field.blank or generated),
        target=field.related_model if isinstance(field, models.ForeignKey) else None,
        to_wire=to_wire,
        field=source,
    )


@cache
def entity_of(model: type[OwnedModel]) -> Entity:
    """The entity that a model is. Raises TypeError where the model has no `wire`, or a field of an unknown kind."""
    wire = getattr(model, "wire", None)
    if not isinstance(wire, Wire):
        raise TypeError(
            f"{model.__name__} is owned by users but has no `wire = Wire(code=...)`: see docs/adding-an-entity.md."
        )
    entity = Entity(name=name_of(model), code=wire.code, model=model, fields=())
    names = [field.name for field in model._meta.concrete_fields if field.name not in entity.skipped]
    return dataclasses.replace(entity, fields=fields_of(model, names))


def fields_of(model: type[models.Model], names: Collection[str]) -> tuple[WireField, ...]:
    """Those of the named fields that the model has, in its order."""
    return tuple(_wire_field(field) for field in model._meta.concrete_fields if field.name in names)


def name_of(model: type[models.Model]) -> str:
    """On the wire: that of the class in snake_case."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in model.__name__).removeprefix("_")


def referred_by(model: type[models.Model]) -> list[type[models.Model]]:
    """The models that rows of this one name: by a key, or by the words of a vocabulary. Their own kind is not among them."""
    fields = model._meta.concrete_fields
    named: list[Any] = [field.related_model for field in fields if field.related_model is not None]
    named += [apps.get_model(f.vocabulary) for f in fields if isinstance(f, SlugSetField) and f.vocabulary]
    return [other for other in named if other is not model]


@cache
def everything() -> tuple[Entity, ...]:
    """The entities and vocabularies: each after what it refers to, and else by their codes. manage.py check finds circles."""
    owned_or_named = (m for m in apps.get_models() if issubclass(m, OwnedModel) or hasattr(m, "wire"))
    waiting = sorted((entity_of(cast("type[OwnedModel]", m)) for m in owned_or_named), key=lambda entity: entity.code)
    found = {entity.model: entity for entity in waiting}
    placed: dict[type[models.Model], Entity] = {}
    visited = set[type[models.Model]]()

    def place(model: type[models.Model]) -> None:
        if model not in visited and model in found:
            visited.add(model)
            for other in sorted(referred_by(model), key=lambda m: found[m].code if m in found else 0):
                place(other)
            placed[model] = found[model]

    for entity in waiting:
        place(entity.model)
    return tuple(placed.values())


@cache
def entities() -> tuple[Entity, ...]:
    """Every entity, parents before children."""
    return tuple(entity for entity in everything() if entity.is_owned)


@cache
def catalogue() -> tuple[Entity, ...]:
    """What has shared rows: entities, and vocabularies, which nobody owns or writes to by sync."""
    return tuple(entity for entity in everything() if entity.is_shared)


@cache
def codes() -> dict[str, int]:
    """Of the entities and vocabularies, by their names; parents before children."""
    return {entity.name: entity.code for entity in everything()}


@cache
def names() -> dict[int, str]:
    """Of the entities and vocabularies, by their codes; parents before children."""
    return {code: name for name, code in codes().items()}


@cache
def order_digest() -> str:
    """Another one when the order of the entities is another one."""
    return hashlib.sha256(repr(list(names())).encode()).hexdigest()[:8]


@cache
def readable_codes() -> frozenset[int]:
    """Of what keeps its document when it is deleted."""
    return frozenset(entity.code for entity in everything() if entity.wire.stays_readable)


@cache
def entities_by_name() -> dict[str, Entity]:
    return {entity.name: entity for entity in entities()}
