"""Which rows of an import somebody has changed here since."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from catalog.models.history import version_model

IMPORT_OF = "Import of "  # how the reasons of imports begin, in the former states of rows


def edited_here(model: Any, rows: Iterable[Any], fields: Sequence[str]) -> Collection[UUID]:
    """Of rows that an import made: those whose content anything else has changed. A step of the workflow changes none."""
    after = {row.pk: tuple(getattr(row, name) for name in fields) for row in rows}
    former = version_model(model).objects.filter(pgh_obj_id__in=list(after)).order_by("-pgh_id")
    edited: dict[UUID, bool] = defaultdict(bool)
    for key, context, *content in former.values_list("pgh_obj_id", "pgh_context", *fields).iterator():
        why = (context or {}).get("why") or ""
        if tuple(content) != after[key] and not why.startswith(IMPORT_OF):
            edited[key] = True
        after[key] = tuple(content)
    return edited.keys()
