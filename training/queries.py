"""The calendar; and what stands of a user's training, as documents: for planning what a file would change in it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from catalog.models import ExerciseType
from dropset_files.shared.values import JsonObject, patch_to_wire
from lib import wire
from lib.models import OwnedModel
from lib.sqlfiles import load_sql
from lib.statements import rows_of
from training.models import Exercise, ExerciseAlias, Set, Workout

Documents = dict[str, JsonObject]  # by id
NEARBY = dt.timedelta(days=2)  # a corrected start, and the zones of the earth


@dataclass(frozen=True)
class Standing:
    """Documents by entity: `live` as the user sees them, `deleted` as they were."""

    live: Mapping[str, Documents]
    deleted: Mapping[str, Documents]


def calendar(*, user_id: Any, first: dt.date, last: dt.date, today: dt.date) -> bytes:
    """JSON: a list of {"date", "entries"}, for the days that have some. One query, however long the range is."""
    ((days,),) = rows_of(
        load_sql("training", "calendar"), {"user_id": user_id, "first": first, "last": last, "today": today}
    )
    return str(days).encode()


def workouts_around(*, user: Any, first: dt.date, last: dt.date, ids: Iterable[str]) -> Standing:
    """The workouts of these days and some around them, and those with these ids, with all that is in them. Three queries."""
    named = Q(local_date__range=(first - NEARBY, last + NEARBY)) | Q(pk__in=[UUID(one) for one in ids])
    live: dict[str, Documents] = {}
    deleted: dict[str, Documents] = {}
    levels: tuple[tuple[type[OwnedModel], str], ...] = ((Workout, "workout"), (Exercise, "exercise"), (Set, ""))
    for model, below in levels:
        name = wire.entity_of(model).name
        live[name], deleted[name] = documents(model._default_manager.filter(named, user=user))
        named = Q((f"{below}__in", [UUID(one) for one in (*live[name], *deleted[name])]))
    return Standing(live, deleted)


def exercise_aliases(*, user: Any) -> Documents:
    return documents(ExerciseAlias.objects.for_user(user))[0]


def usable_types(*, user: Any) -> tuple[Documents, list[JsonObject]]:
    """The user's own exercise types, and those of the library that may be chosen. One query."""
    names = ("pk", "user_id", "name", "names", "aliases", "status")
    own: Documents = {}
    library = []
    for pk, user_id, name, others, aliases, status in (
        ExerciseType.objects.usable_by(user).order_by("name", "pk").values_list(*names)
    ):
        document = {"id": str(pk), "name": name, "names": others, "aliases": aliases}
        if user_id is not None:
            own[str(pk)] = document
        elif status == "published":
            library.append(document)
    return own, library


def _entity_of(rows: QuerySet[Any]) -> wire.Entity:
    model: type[OwnedModel] = rows.model
    return wire.entity_of(model)


def documents(rows: QuerySet[Any]) -> tuple[Documents, Documents]:
    """Of any entity: live ones and deleted ones. One query."""
    columns = {field.column: field.name for field in _entity_of(rows).writable}
    live: Documents = {}
    deleted: Documents = {}
    for row in rows.values("id", "updated_at", "deleted_at", *columns):
        found = patch_to_wire(
            {columns[name]: value for name, value in row.items() if name in columns and value is not None}
        )
        found["updated_at"] = row["updated_at"].isoformat()
        (live if row["deleted_at"] is None else deleted)[str(row["id"])] = found
    return live, deleted
