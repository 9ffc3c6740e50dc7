"""What a client can know about the entities without asking: fields, types, limits, defaults, as plain JSON.

It says what the wire types of lib/wire.py check. docs/entities.md and the reference client's entities.json are made from it.
"""

from typing import Any, get_args

from django.db import models

from lib import upcasting, wire
from lib.fields import SLUG_PATTERN, EnumField, JsonField, NoteField, PatternField, SlugSetField, TimeZoneField

Shape = dict[str, Any]

_BY_SQL_TYPE = {
    "bigint": "integer",
    "boolean": "boolean",
    "date": "date",
    "double precision": "number",
    "integer": "integer",
    "timestamp with time zone": "time",
    "uuid": "id",
    "varchar": "text",
}


def everything() -> Shape:
    """Every entity by its name, parents before children."""
    return {
        "schema_version": upcasting.schema_version(),
        "entities": {entity.name: entity_shape(entity) for entity in wire.entities()},
    }


def entity_shape(entity: wire.Entity) -> Shape:
    derived = entity.derived_id
    return {
        "creatable": entity.wire.creatable and not entity.wire.read_only,
        "read_only": entity.wire.read_only,
        "fields": {field.name: field_shape(field) for field in entity.fields},
        "together": [{"fields": group.fields, "leading": group.leading} for group in entity.wire.together],
        **({} if derived is None else {"derived_id": {"within": derived.within, "by": derived.by}}),
    }


def field_shape(field: wire.WireField) -> Shape:
    """`required` or `default`, and `null` where there may be nothing; limits by the names that their types have."""
    shape = _type(field) | _limits(field)
    if type(None) in get_args(field.python_type):
        shape["null"] = True
    if field.read_only:
        return shape | {"read_only": True}
    return shape | ({"required": True} if field.required else {"default": field.default()})


def _type(field: wire.WireField) -> Shape:  # noqa: PLR0911 - a table
    match field.field:
        case models.ForeignKey():
            return {"type": "id", "of": wire.entity_of(field.target).name} if field.target else {"type": "id"}
        case SlugSetField():
            return {"type": "slugs"}
        case EnumField():
            return {"type": "choice"}
        case NoteField():
            return {"type": "note"}
        case TimeZoneField():
            return {"type": "time_zone"}
        case JsonField():
            return {"type": field.field.shape}
        case models.DecimalField():
            return {"type": "decimal", "places": field.field.decimal_places}
    return {"type": _BY_SQL_TYPE[field.sql_type.split("(")[0]]}


def _limits(field: wire.WireField) -> Shape:
    found = field.field
    if hasattr(found, "min_value"):
        return {"min": field.to_wire(found.min_value), "max": field.to_wire(found.max_value)}
    match found:
        case EnumField():
            return {"values": found.values}
        case SlugSetField():
            return {"max_size": found.max_size, "pattern": SLUG_PATTERN, "max_length": found.base_field.max_length}
        case JsonField():
            return {"max_bytes": found.max_bytes}
        case models.CharField() | models.TextField() if found.max_length:
            form = {"pattern": found.whole_pattern} if isinstance(found, PatternField) else {}
            return {"max_length": found.max_length} | ({} if found.blank else {"min_length": 1}) | form
    return {}
