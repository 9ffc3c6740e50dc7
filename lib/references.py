"""References to rows that a user may use: their own live ones, and what is shared by all."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from lib import wire
from lib.fields import OwnedForeignKey
from lib.models import OwnedModel
from lib.statements import fetch


def missing_references(entity: wire.Entity, user: Any, rows: Iterable[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """(row number, field) of each reference to a row that the user may not use. One query a reference field.

    rows: values by column.
    """
    missing: list[tuple[int, str]] = []
    numbered = list(enumerate(rows))
    for field in entity.references:
        wanted = {number: row[field.column] for number, row in numbered if row.get(field.column) is not None}
        if not wanted:
            continue
        known = usable(field, user).filter(pk__in=set(wanted.values()))
        found = set(known.values_list("pk", flat=True))
        missing += [(number, field.name) for number, key in wanted.items() if key not in found]
    return missing


def usable(field: wire.WireField, user: Any) -> Any:
    """The rows to which the field of a user's row may refer: those of the same owner if a composite key says so, otherwise
    shared ones too.
    """
    target = cast("type[OwnedModel]", field.target)
    rows: Any = target._default_manager
    return rows.for_user(user) if isinstance(field.field, OwnedForeignKey) else rows.usable_by(user)


def used_ids(user: Any, models: Iterable[type[OwnedModel]]) -> set[str]:
    """All that the user's rows of these models ever had, whatever became of them: none is used again. One query."""
    codes = [wire.entity_of(model).code for model in models]
    return {record_id for (record_id,) in fetch("lib", "used_ids", user_id=user.pk, codes=codes)}
