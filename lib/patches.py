"""Patches: what a mutation wants to write, checked against its entity, in the form that documents have."""

from functools import cache
from typing import Any

import msgspec
from django.core.exceptions import ValidationError

from lib import wire
from lib.fields import CheckedField


class _Patch(msgspec.Struct, forbid_unknown_fields=True):
    pass


@cache
def patch_type(entity: wire.Entity) -> type[msgspec.Struct]:
    """A msgspec type with every writable field, all optional: absent is UNSET, and is not null."""
    fields = [(f.name, f.python_type | msgspec.UnsetType, msgspec.UNSET) for f in entity.writable]
    return msgspec.defstruct(f"{entity.name}_patch", fields, bases=(_Patch,), kw_only=True)


class PatchError(Exception):
    """A patch that its entity does not allow: `fields` says for each name the code and what is wrong."""

    def __init__(self, fields: dict[str, tuple[str, str]]) -> None:
        super().__init__(fields)
        self.fields = fields


def check_patch(entity: wire.Entity, patch: Any) -> dict[str, Any]:
    """The patch with canonical values. Raises PatchError that names every wrong field at once."""
    try:
        struct = msgspec.convert(patch, patch_type(entity))
        return {
            f.name: None if (value := getattr(struct, f.name)) is None else f.to_wire(value)
            for f in entity.writable
            if f.name in patch
        }
    except (msgspec.ValidationError, ValidationError):
        raise PatchError(_problems(entity, patch)) from None


def _problems(entity: wire.Entity, patch: Any) -> dict[str, tuple[str, str]]:
    """The slow path: field by field, so that one answer names everything that is wrong."""
    if not isinstance(patch, dict):
        return {"patch": ("invalid", "Must be an object.")}
    known = entity.by_name
    return {name: problem for name, value in patch.items() if (problem := _problem(known.get(name), value)) is not None}


def _problem(field: wire.WireField | None, value: Any) -> tuple[str, str] | None:
    if field is None:
        return "unknown_field", "There is no such field."
    if field.read_only:
        return "read_only", "The server makes this value."
    try:
        converted = msgspec.convert(value, field.python_type)
        if converted is not None:
            field.to_wire(converted)
    except msgspec.ValidationError as error:
        return _limit_broken(field.field, value) or ("invalid", str(error))
    except ValidationError as error:
        return str(error.error_list[0].code or "invalid"), " ".join(error.messages)
    return None


def _limit_broken(field: Any, value: Any) -> tuple[str, str] | None:
    """The limit's own words, where the value has the right type."""
    if not isinstance(field, CheckedField) or field.json_type is None:
        return None
    try:
        msgspec.convert(value, field.json_type)
    except msgspec.ValidationError:
        return None
    return field.violation_code, field.violation_message
