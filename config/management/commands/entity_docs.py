"""Writes what the documentation and the reference client say about the models, from the models, so that neither can disagree."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import orjson
import pgtrigger
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import models

from catalog.domain import progressions
from catalog.domain.rules_language import language_schema
from lib import shapes, wire
from lib.constraints import AtMostOne, DerivedId
from lib.rules import OwnOrShared, Rule
from lib.shapes import Shape

PAGE = settings.BASE_DIR / "docs" / "entities.md"
DATA_MODEL = settings.BASE_DIR / "docs" / "data-model.md"
VECTORS = settings.BASE_DIR / "docs" / "vectors"
PROGRESSIONS = VECTORS / "progressions.json"
RULES = VECTORS / "recommendation_rules.json"
SHAPES = settings.BASE_DIR / "clients" / "python" / "dropset_client" / "entities.json"
_TYPES = {"choice": "one of", "slugs": "set of slugs", "time_zone": "text"}
HEAD = """# Entities

What syncs, field by field. `manage.py entity_docs` makes this page from the models, and a test holds it to them.

Times are RFC 3339 in UTC with microseconds, decimals are strings, ids are lower-case UUIDs, sets are sorted lists.
The end of a name is its unit: `_kg`, `_m`, `_s` (seconds), `_bpm`, `_w` (watts), `_h` (hours).

A field that is not required has the default in the table. `null` means that nothing is known. If a POST over REST leaves out
a `time_zone`, it is that of the user's settings. If a push leaves it out, it is the default, UTC, since that is what the
device holds; so a device should send the zone.
"""


class Command(BaseCommand):
    help = "Writes docs/entities.md and the reference client's entities.json from the models."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only say whether the files are up to date.")

        parser.add_argument("--codes", action="store_true", help="Only list the wire codes that are taken.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["codes"]:
            for code, name in sorted(wire.names().items()):
                self.stdout.write(f"{code:>5}  {name}")
            return
        files = {
            PAGE: _page(),
            DATA_MODEL: _data_model(),
            PROGRESSIONS: _as_json({kind: progressions.schema_of(kind) for kind in progressions.KINDS}),
            RULES: _as_json(language_schema()),
            SHAPES: _as_json(shapes.everything()),
        }
        if not options["check"]:
            for file, content in files.items():
                file.write_bytes(content)
        elif old := [_name(file) for file, content in files.items() if file.read_bytes() != content]:
            self.stderr.write(f"{' and '.join(old)}: older than the models. Run manage.py entity_docs.")
            raise SystemExit(1)


def _name(file: Path) -> str:
    return str(file.relative_to(settings.BASE_DIR))


def _page() -> bytes:
    return (HEAD + "".join(_section(entity) for entity in wire.entities())).encode()


def _data_model() -> bytes:
    """The page as it is, with the diagram made anew."""
    head, _, rest = DATA_MODEL.read_text(encoding="utf-8").partition("```mermaid\n")
    return f"{head}```mermaid\nerDiagram\n{''.join(_lines())}```{rest.partition('```')[2]}".encode()


def _lines() -> Iterator[str]:
    for entity in wire.entities():
        yield f"    {entity.name}\n"
        for field in entity.references:
            one, line = "|o" if field.field.null else "||", "--" if field in entity.parents else ".."
            yield f"    {wire.name_of(cast('type[models.Model]', field.target))} {one}{line}o{{ {entity.name} : {field.name}\n"
        for field in entity.fields:
            if label := getattr(field.field, "vocabulary", ""):
                yield f"    {wire.name_of(apps.get_model(label))} }}o..o{{ {entity.name} : {field.name}\n"


def _as_json(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _section(entity: wire.Entity) -> str:
    doc = " ".join((entity.model.__doc__ or "").split())
    notes = [] if doc.startswith(f"{entity.model.__name__}(") else [doc]
    notes += ["Only the server writes it."] if entity.wire.read_only else []
    notes += (
        ["It comes with the account: it is updated, never created or deleted."] if not entity.wire.creatable else []
    )
    notes += (
        ["Deleting it retires it: its document stays readable, for the logs that name it."]
        if entity.wire.stays_readable
        else []
    )
    rows = "".join(_row(name, field) for name, field in shapes.entity_shape(entity)["fields"].items())
    rules = "".join(f"- {message}\n" for message in (*_helps(entity), *_registers(entity), *_rules(entity)))
    return (
        f"\n## `{entity.name}`\n\n{' '.join(notes)}\n\n| field | type | limits | default |\n|---|---|---|---|\n{rows}"
        + (f"\nRules:\n{rules}" if rules else "")
    )


def _helps(entity: wire.Entity) -> Iterator[str]:
    yield from (f"`{f.name}`: {text}" for f in entity.fields if (text := str(getattr(f.field, "help_text", ""))))


def _registers(entity: wire.Entity) -> Iterator[str]:
    for group in entity.wire.together:
        *first, last = (f"`{name}`" for name in group.fields)
        names = f"{', '.join(first)} and {last}"
        alone = f" Written alone, `{group.leading}` empties the others." if group.leading else ""
        yield f"{names} are one register: what a patch leaves out of it stays as its author saw it.{alone}"


def _rules(entity: wire.Entity) -> Iterator[str]:
    """With their codes. What a single field implies is among its limits."""
    implied = {f"{field.field.name}_{getattr(field.field, 'fact', '')}" for field in entity.fields}
    for constraint in entity.model._meta.constraints:
        if isinstance(constraint, DerivedId):
            name = " ".join((constraint.kind, *(f"<{field}>" for field in constraint.by)))
            namespaces = " or ".join(f"`{field}`" for field in constraint.within) or "the user's id"
            said = f"The id is the UUID version 3 of “{name}” in the namespace of {namespaces}."
        elif isinstance(constraint, AtMostOne):
            names = " and ".join(f"`{name}`" for name in constraint.fields)
            has = f"has {names}" if constraint.is_flag(entity.model) else f"claims the same {names}"
            said = f"At most one live record of a user {has}: the later one holds."
        elif isinstance(constraint, models.CheckConstraint) and not constraint.name.endswith(tuple(implied)):
            said = str(constraint.violation_error_message)
        else:
            continue
        yield f"{said} (`{constraint.violation_error_code or 'invalid'}`)"
    for trigger in getattr(entity.model._meta, "triggers", []):
        if isinstance(trigger, Rule) and not isinstance(trigger, OwnOrShared) and trigger.operation is pgtrigger.Insert:
            yield f"{trigger.violation_message} (`{trigger.violation_code}`)"


def _row(name: str, field: Shape) -> str:
    null = ", null" if field.get("null") else ""
    return f"| `{name}` | {_type(field)}{null} | {_limits(field)} | {_default(field)} |\n"


def _default(field: Shape) -> str:
    if field.get("read_only"):
        return "read-only"
    return "required" if field.get("required") else f"`{orjson.dumps(field['default']).decode()}`"


def _type(field: Shape) -> str:
    match field["type"]:
        case "id":
            return f"id of {field['of']}" if "of" in field else "id"
        case "object" | "array" as shape:
            return f"JSON {shape}"
        case "decimal":
            return f"decimal, {field['places']} places"
        case str(kind):
            return _TYPES.get(kind, kind)
    raise TypeError(f"{field} has no type.")


def _limits(field: Shape) -> str:
    if "values" in field:
        return ", ".join(f"`{value}`" if value else '""' for value in field["values"])
    if "min" in field:
        low, high = (str(field[end]).partition("T")[0] for end in ("min", "max"))
        return f"{low} to {high}"
    if "max_size" in field:
        return f"at most {field['max_size']}"
    return f"at most {field['max_length']} characters" if "max_length" in field else ""
