"""The conflicts of a file: they come back as they were if their id is free. One that is there is newer than any file."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from accounts.models import User
from lib import patches, wire
from lib.upcasting import UpcastError, steps_from, upcast_losses
from sync.models import Conflict, Record
from sync.services.push.losses import read_losses
from sync.services.states.import_files import Row
from sync.services.states.import_rows import Names

ENTITY = "conflict"
MAX_VERSION = 2**62  # as everywhere that a client sends one


def read(
    rows: Sequence[Row], *, user: User, names: Names, schema_version: int
) -> tuple[list[Conflict], dict[str, Any]]:
    """(the conflicts, and by the id of a row what is wrong with it: field -> sentence)"""
    found: list[Conflict] = []
    wrong: dict[str, Any] = {}
    for row in rows:
        try:
            found.append(_conflict(row, user, names, schema_version))
        except patches.PatchError as error:
            wrong[row.id] = {name: detail for name, (_, detail) in error.fields.items()}
    return found, wrong


def restore(conflicts: Sequence[Conflict]) -> int:
    """Gives the number of those whose id was free."""
    code = wire.entities_by_name()[ENTITY].code
    known = Record.objects.filter(entity=code, id__in=[one.pk for one in conflicts])
    taken = set(known.values_list("id", flat=True))
    free = [one for one in conflicts if one.pk not in taken]
    Conflict.objects.bulk_create(free)
    return len(free)


def _conflict(row: Row, user: User, names: Names, schema_version: int) -> Conflict:
    """Raises PatchError."""
    entity = wire.entities_by_name()[ENTITY]
    columns = {field.name: field.column for field in entity.writable}
    known = {name: value for name, value in row.data.items() if name in columns}
    missing = [field.name for field in entity.writable if field.required and known.get(field.name) is None]
    if missing:
        raise patches.PatchError(dict.fromkeys(missing, ("required", "This field is required.")))
    values = patches.check_patch(entity, known)
    _check(values)
    values["record_id"] = names.of(values["entity"], values["record_id"])
    values["fields"] = _losses_anew(values, schema_version)
    return Conflict(
        id=UUID(names.of(row.entity, row.id)), user=user, **{columns[name]: value for name, value in values.items()}
    )


def _check(values: Mapping[str, Any]) -> None:
    """Raises PatchError: what nobody could show or decide must not stand among the conflicts."""
    wrong: dict[str, tuple[str, str]] = {}
    if values["entity"] not in wire.entities_by_name():
        wrong["entity"] = ("invalid", "There is no such entity.")
    if not 0 <= values["record_version"] <= MAX_VERSION:
        wrong["record_version"] = ("out_of_range", f"Must be between 0 and {MAX_VERSION}.")
    try:
        read_losses(values.get("fields", []))
    except ValueError as error:
        wrong["fields"] = ("invalid", str(error))
    if wrong:
        raise patches.PatchError(wrong)


def _losses_anew(values: Mapping[str, Any], schema_version: int) -> Any:
    """In today's words; as they came where a step knows nothing of it."""
    losses = values.get("fields", [])
    try:
        return upcast_losses(losses, *steps_from(values["entity"], schema_version))
    except UpcastError:
        return losses
