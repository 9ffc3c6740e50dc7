"""The way of a row of the library from a draft to its retirement."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from catalog.enums import Status
from catalog.exceptions import (
    ChangingNotAllowed,
    PublishAtInvalid,
    PublishingNotAllowed,
    ReplacementInvalid,
    SecondPersonNeeded,
    StepNotAllowed,
)
from catalog.models import EditorialStep, Program
from catalog.models.history import version_model
from catalog.models.library import Editorial
from catalog.models.trees import parts_of
from catalog.services.following import follow_published
from catalog.services.programs import retire_other_versions
from catalog.services.signing import authored
from lib import wire

PUBLISH = "catalog.publish_library"
PUBLISH_ALONE = "catalog.publish_alone"

# From where one may go whereto. What is published is never taken back: athletes may use it. It is retired.
STEPS: dict[str, tuple[Status, ...]] = {
    Status.DRAFT: (Status.IN_REVIEW, Status.SCHEDULED, Status.PUBLISHED),
    Status.IN_REVIEW: (Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED),
    Status.SCHEDULED: (Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED),
    Status.PUBLISHED: (Status.RETIRED,),
    Status.RETIRED: (Status.RETIRED, Status.PUBLISHED),
}
OUT = (Status.SCHEDULED, Status.PUBLISHED)  # steps that bring a row before athletes
FOR_PUBLISHERS = (*OUT, Status.RETIRED)
LIVE = (Status.SCHEDULED, Status.PUBLISHED, Status.RETIRED)  # changing such a row is publishing, too


def libraries() -> list[type[Any]]:
    return [model for model in apps.get_app_config("catalog").get_models() if issubclass(model, Editorial)]


def library_named(entity: str) -> type[Any]:
    """By its name on the wire. Raises KeyError."""
    return {wire.name_of(model): model for model in libraries()}[entity]


def next_steps(row: Any, by: Any) -> list[Status]:
    """Where the workflow may take the row, if this person asks."""
    steps = STEPS[row.status]
    return [step for step in steps if step not in FOR_PUBLISHERS or by.has_perm(PUBLISH)]


def may_change(row: Any, by: Any) -> bool:
    """Whether a change of its content would be no publishing without a second person."""
    return row.status not in LIVE or bool(by.has_perm(PUBLISH_ALONE))


def steps_of(row: Any) -> QuerySet[EditorialStep]:
    steps = EditorialStep.objects.filter(entity=wire.name_of(type(row)), row_id=row.pk)
    return steps.select_related("by").order_by("-at", "-id")


def began(*, row: Any, by: Any, at: dt.datetime, note: str = "") -> None:
    """It was made."""
    _keep(row, "", row.status, by=by, at=at, note=note)


def move(
    *,
    row: Any,
    to: str,
    by: Any,
    at: dt.datetime,
    note: str = "",
    publish_at: dt.datetime | None = None,
    replaced_by: Any = None,
    source: str = "admin",
) -> None:
    """Takes a row one step further. by: None is the clock, which may do all.

    publish_at goes with `scheduled`, replaced_by (a row, or None) with `retired`. Raises StepNotAllowed, PublishingNotAllowed,
    SecondPersonNeeded, PublishAtInvalid, ReplacementInvalid.
    """
    with authored(by=by, source=source, why=note, step=to):
        standing = type(row).objects.canonical().select_for_update(of=("self",), no_key=True).get(pk=row.pk)
        _refuse(standing, to, by)
        values: dict[str, Any] = {"status": to, "publish_at": None, "replaced_by": None}
        if to == Status.SCHEDULED:
            values["publish_at"] = _time_to_come(publish_at, at)
        if to == Status.RETIRED:
            values["replaced_by"] = _replacement(standing, replaced_by)
        _write(row, values, at)
        _keep(row, standing.status, to, by=by, at=at, note=note)
        if to == Status.PUBLISHED:
            _is_published(row, at)


def add_words(*, row: Any, field: str, words: list[str], by: Any, at: dt.datetime) -> bool:
    """Adds to its tags or its aliases; says whether any was new. Raises ChangingNotAllowed, ValidationError."""
    with authored(by=by, source="admin"):
        standing = type(row).objects.canonical().select_for_update(of=("self",), no_key=True).get(pk=row.pk)
        if not may_change(standing, by):
            raise ChangingNotAllowed
        there = getattr(standing, field)
        new = [word for word in words if word not in there]
        if not new:
            return False
        setattr(standing, field, [*there, *new])
        standing.updated_at = at
        standing.clean_fields(exclude={f.name for f in standing._meta.fields if f.name != field})
        standing.save(update_fields=[field, "updated_at"])
        return True


def publish_due(*, at: dt.datetime) -> int:
    """Publishes what is scheduled for now or before. Gives the count."""
    count = 0
    for model in libraries():
        due = model._default_manager.filter(user=None, status=Status.SCHEDULED, publish_at__lte=at)
        for row in due.filter(deleted_at=None).order_by("publish_at", "id"):
            try:
                move(row=row, to=Status.PUBLISHED, by=None, at=at, source="job")
            except StepNotAllowed:  # somebody was quicker
                continue
            count += 1
    return count


def authors_of(row: Any) -> set[UUID]:
    """Who wrote what would be published: made it, submitted it, or changed it or a part of it since it was published last."""
    entity = wire.name_of(type(row))
    steps = EditorialStep.objects.filter(entity=entity, row_id=row.pk).order_by("at", "id")
    wrote: set[UUID] = set()
    since: Any = None
    for step in steps:
        if step.to_status == Status.PUBLISHED:
            wrote.clear()
            since = step.at
        elif (step.from_status == "" or step.to_status == Status.IN_REVIEW) and step.by_id is not None:
            wrote.add(step.by_id)
    return wrote | _changed_by(row, since)


def _changed_by(row: Any, since: dt.datetime | None) -> set[UUID]:
    """From what the former states say of who ended them. A step of the workflow changes no content."""
    ways = [(type(row), "pgh_obj_id"), *((part.model, part.path) for part in parts_of(type(row)))]
    found: set[UUID] = set()
    for model, path in ways:
        versions = version_model(model).objects.filter(**{path: row.pk}, pgh_context__step="")
        if since is not None:
            versions = versions.filter(pgh_created_at__gt=since)
        users = versions.exclude(pgh_context__user=None).values_list("pgh_context__user", flat=True).distinct()
        found |= {UUID(user) for user in users}
    return found


def _refuse(row: Any, to: str, by: Any) -> None:
    if to not in STEPS[row.status]:
        raise StepNotAllowed(f"{row} is {_said(row.status)}: it cannot become {_said(to)}.")
    if by is None or to not in FOR_PUBLISHERS:
        return
    if not by.has_perm(PUBLISH):
        raise PublishingNotAllowed
    if to in OUT and not by.has_perm(PUBLISH_ALONE) and by.pk in authors_of(row):
        raise SecondPersonNeeded


def _is_published(row: Any, at: dt.datetime) -> None:
    if isinstance(row, Program):
        retire_other_versions(program=row, at=at)
    follow_published(row=row, at=at)


def _time_to_come(publish_at: dt.datetime | None, at: dt.datetime) -> dt.datetime:
    if publish_at is None or publish_at <= at:
        raise PublishAtInvalid
    return publish_at


def _replacement(row: Any, replaced_by: Any) -> Any:
    if replaced_by is None:
        return None
    published = type(row).objects.published().filter(pk=replaced_by.pk).exclude(pk=row.pk)
    if not isinstance(replaced_by, type(row)) or not published.exists():
        raise ReplacementInvalid
    return replaced_by


def _write(row: Any, values: dict[str, Any], at: dt.datetime) -> None:
    type(row).objects.filter(pk=row.pk).update(**values, updated_at=at)
    for name, value in values.items():
        setattr(row, name, value)


def _keep(row: Any, before: str, to: str, *, by: Any, at: dt.datetime, note: str) -> None:
    entity = wire.name_of(type(row))
    EditorialStep.objects.create(
        entity=entity, row_id=row.pk, from_status=before, to_status=to, by=by, at=at, note=note
    )


def _said(status: str) -> str:
    return str(Status(status).label).lower()
