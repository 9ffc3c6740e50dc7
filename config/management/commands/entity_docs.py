"""Writes docs/entities.md from the models, so that it cannot disagree with them."""

from collections.abc import Iterator
from typing import Any, get_args

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import models

from lib import wire
from lib.fields import EnumField, JsonField, MomentField, NoteField, SlugSetField

FILE = settings.BASE_DIR / "docs" / "entities.md"
HEAD = """# Entities

What syncs, field by field. Made from the models by `manage.py entity_docs`; a test holds the two together.

Times are RFC 3339 in UTC with microseconds, decimals are strings, ids are lower-case UUIDs, sets are sorted lists.
A field that is not required has the default that the table names. `null` stands where nothing is known.
"""


class Command(BaseCommand):
    help = "Writes docs/entities.md from the models."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only say whether the file is up to date.")

    def handle(self, *args: Any, **options: Any) -> None:
        text = HEAD + "".join(_section(entity) for entity in wire.entities())
        if not options["check"]:
            FILE.write_text(text, encoding="utf-8")
        elif FILE.read_text(encoding="utf-8") != text:
            self.stderr.write("docs/entities.md is old: run manage.py entity_docs.")
            raise SystemExit(1)


def _section(entity: wire.Entity) -> str:
    doc = " ".join((entity.model.__doc__ or "").split())
    notes = [] if doc.startswith(f"{entity.model.__name__}(") else [doc]
    notes += ["The server alone writes it."] if entity.wire.read_only else []
    notes += (
        ["It comes with the account: it is updated, never created or deleted."] if not entity.wire.creatable else []
    )
    notes += (
        ["Who deletes it retires it: its document stays readable, for the logs that name it."]
        if entity.wire.stays_readable
        else []
    )
    rows = "".join(_row(field) for field in entity.fields)
    rules = "".join(f"- {message}\n" for message in (*_registers(entity), *_rules(entity)))
    return (
        f"\n## `{entity.name}`\n\n{' '.join(notes)}\n\n| field | type | limits | default |\n|---|---|---|---|\n{rows}"
        + (f"\nRules:\n{rules}" if rules else "")
    )


def _registers(entity: wire.Entity) -> Iterator[str]:
    for group in entity.wire.together:
        *first, last = (f"`{name}`" for name in group.fields)
        names = f"{', '.join(first)} and {last}"
        alone = f" Written alone, `{group.leading}` empties the others." if group.leading else ""
        yield f"{names} are one register: what a patch leaves out of it stays as its author saw it.{alone}"


def _rules(entity: wire.Entity) -> list[str]:
    implied = {f"{field.field.name}_{getattr(field.field, 'fact', '')}" for field in entity.fields}
    return [
        str(constraint.violation_error_message)
        for constraint in entity.model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
        and not any(constraint.name.endswith(name) for name in implied)
    ]


def _row(field: wire.WireField) -> str:
    null = ", null" if type(None) in get_args(field.python_type) else ""
    default = (
        "read-only"
        if field.read_only
        else "required"
        if field.required
        else f"`{orjson.dumps(field.default()).decode()}`"
    )
    return f"| `{field.name}` | {_type(field)}{null} | {_limits(field)} | {default} |\n"


def _type(field: wire.WireField) -> str:  # noqa: PLR0911 - a table
    match field.field:
        case models.ForeignKey():
            return f"id of {wire.entity_of(field.target).name}" if field.target else "id"
        case SlugSetField():
            return "set of slugs"
        case EnumField():
            return "one of"
        case NoteField():
            return "note"
        case JsonField():
            return f"JSON {field.field.shape}"
        case models.DecimalField():
            return f"decimal, {field.field.decimal_places} places"
    return {"timestamp with time zone": "time", "varchar": "text", "double precision": "number"}.get(
        name := field.sql_type.split("(")[0], name
    )


def _limits(field: wire.WireField) -> str:
    found = field.field
    if isinstance(found, EnumField):
        return ", ".join(f"`{value}`" if value else '""' for value in found.values)
    if isinstance(found, MomentField):
        return f"{found.EARLIEST:%Y-%m-%d} to {found.LATEST:%Y-%m-%d}"
    if hasattr(found, "min_value"):
        return f"{found.min_value} to {found.max_value}"
    if isinstance(found, SlugSetField):
        return f"at most {found.max_size}"
    if isinstance(found, models.CharField | models.TextField) and found.max_length:
        return f"at most {found.max_length} characters"
    return ""
