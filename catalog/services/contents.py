"""Writes what rows of the library hold, and nothing of where they stand in the workflow."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from lib.row_rules import hold_to_rules, row_change


def write_content(row: Any, wanted: Mapping[str, Any], at: dt.datetime) -> None:
    """Of a root; the caller is inside of `authored`. wanted: values by attribute. Raises RowsRefused, ValidationError."""
    standing = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    hold_to_rules([row_change(standing, wanted)])
    write_changes(standing, wanted, at)


def write_changes(row: Any, wanted: Mapping[str, Any], at: dt.datetime) -> None:
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(row, name, wanted[name])
    row.clean_fields(exclude={f.name for f in row._meta.fields if f.attname not in changed})
    row.updated_at = at
    row.save(update_fields=[*changed, "updated_at"])
