"""References to rows that a user may use: their own live ones, and what is shared by all."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from lib import wire
from lib.models import OwnedModel


def missing_references(entity: wire.Entity, user: Any, rows: Iterable[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """(row number, field) of each reference to a row that the user may not use. One query a reference field.

    rows: values by column.
    """
    missing: list[tuple[int, str]] = []
    numbered = list(enumerate(rows))
    for field in entity.references():
        wanted = {number: row[field.column] for number, row in numbered if row.get(field.column) is not None}
        if not wanted:
            continue
        target = cast("type[OwnedModel]", field.target)
        found = set(_usable(target, user).filter(pk__in=set(wanted.values())).values_list("pk", flat=True))
        missing += [(number, field.name) for number, key in wanted.items() if key not in found]
    return missing


def _usable(target: type[OwnedModel], user: Any) -> Any:
    queryset: Any = target._default_manager.all()
    usable_by = getattr(queryset, "usable_by", queryset.for_user)  # a library model also has shared rows
    return usable_by(user)
