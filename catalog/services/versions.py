"""What a row of the library was before, with all that hangs on it; and how it becomes that again."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.db.models import Max, Model

from catalog.enums import Status
from catalog.exceptions import VersionUnknown
from catalog.models import Program
from catalog.models.history import told_fields, version_model
from catalog.models.trees import parts_of
from catalog.services import editorial
from catalog.services.contents import write_changes, write_content
from catalog.services.signing import authored
from lib import wire
from lib.identity import id_within

VERSIONS_MAX = 500
MADE_TOGETHER = dt.timedelta(seconds=2)  # parts that were added with a change belong to it
# What the workflow keeps, and what a row never changes: a version that comes back brings none of it.
KEPT = frozenset({"status", "publish_at", "replaced_by_id", "slug", "version", "deleted_at", "copied_from"})

Values = dict[str, Any]
Content = dict[type[Model], dict[UUID, Values]]  # values by attribute, of each row, by its model


@dataclass
class Version:
    """A state of a tree. at: when it came to be; `until`: the last moment at which it stood as this version has it."""

    at: dt.datetime
    until: dt.datetime
    by: UUID | None = None
    name: str = ""  # of that person
    why: str = ""
    step: str = ""
    changed: set[str] = field(default_factory=set)


def versions_of(row: Any) -> list[Version]:
    """The newest first."""
    found = [Version(row.created_at, row.created_at)]
    marks = [mark for mark in _marks(row) if mark.at > row.created_at]  # before: while it was being made
    for mark in sorted(marks, key=lambda mark: mark.at):
        latest = found[-1]
        if mark.is_event and latest.at == mark.at:
            latest.changed |= mark.changed
        elif mark.is_event:
            said = mark.context
            by = UUID(said["user"]) if said.get("user") else None
            why, step = said.get("why", ""), said.get("step", "")
            found.append(Version(mark.at, mark.at, by, why=why, step=step, changed=set(mark.changed)))
        elif mark.at - latest.at <= MADE_TOGETHER:
            latest.until = mark.at
            latest.changed |= mark.changed
        else:
            found.append(Version(mark.at, mark.at, changed=set(mark.changed)))
    return _with_names(found[::-1][:VERSIONS_MAX], row)


def content_at(row: Any, at: dt.datetime | None) -> Content:
    """The tree as it stood then, or as it stands. A row's state is what its earliest later event kept, else the row itself.

    Three queries for each kind of row.
    """
    root = type(row)
    content: Content = {root: _states(root, {"pk": row.pk}, {"pgh_obj_id": row.pk}, at)}
    if not content[root]:
        raise VersionUnknown
    for part in parts_of(root):
        states = _states(part.model, {part.path: row.pk}, {part.path: row.pk}, at)
        above: Any = part.model._meta.get_field(part.parent)
        parents = content[above.related_model]
        content[part.model] = {
            key: values
            for key, values in states.items()
            if values["deleted_at"] is None and values[above.attname] in parents
        }
    return content


def roll_back(*, row: Any, version: dt.datetime, by: Any, at: dt.datetime, note: str = "") -> Any:
    """Writes what stood then as a new version, and gives the row that has it: of a program that athletes can see it is a draft
    of its next version. Raises what refuses any such row, and VersionUnknown.
    """
    why = note or f"Back to the version of {version:%Y-%m-%d %H:%M}"
    with authored(by=by, source="admin", why=why):
        content = content_at(row, version)
        if isinstance(row, Program) and row.visible:
            return _new_draft(row, content, by=by, at=at, why=why)
        _write_root(row, content[type(row)][row.pk], at)
        for part in parts_of(type(row)):
            _restore(part.model, content[part.model], {part.path: row.pk}, at)
        return row


def _with_names(found: list[Version], row: Any) -> list[Version]:
    made = editorial.steps_of(row).filter(from_status="").last()
    if made is not None and found[-1].at == row.created_at:
        found[-1].by, found[-1].why = made.by_id, made.note
    people = get_user_model()._default_manager.in_bulk({version.by for version in found if version.by})
    for version in found:
        version.name = str(people.get(version.by, ""))
    return found


# --- when it changed ---


@dataclass
class _Mark:
    at: dt.datetime
    is_event: bool
    context: Mapping[str, Any]
    changed: set[str]


def _marks(row: Any) -> Iterator[_Mark]:
    """When something of the tree changed, or came."""
    root = type(row)
    yield from _events(root, {"pgh_obj_id": row.pk}, "")
    for part in parts_of(root):
        label = str(part.model._meta.verbose_name)
        yield from _events(part.model, {part.path: row.pk}, label)
        made = part.model.objects.filter(**{part.path: row.pk}).values_list("created_at", flat=True)
        for at in made.order_by("-created_at")[:VERSIONS_MAX]:
            yield _Mark(at, is_event=False, context={}, changed={label})


def _events(model: Any, where: dict[str, Any], label: str) -> Iterator[_Mark]:
    """label: of a part. Of the root the fields are named that changed: what differs from the state that came after."""
    names = [name for name in told_fields(model) if not label]
    later: dict[str, Any] = {}
    if not label:
        later = model.objects.filter(pk=where["pgh_obj_id"]).values(*names).first() or {}
    events = version_model(model).objects.filter(**where).order_by("-pgh_id")
    for event in events.values("pgh_created_at", "pgh_context", *names)[:VERSIONS_MAX]:
        changed = {name for name in names if later and event[name] != later[name]}
        told = {label} if label else changed
        yield _Mark(event["pgh_created_at"], is_event=True, context=event["pgh_context"] or {}, changed=told)
        later = event


# --- what stood ---


def _columns(model: Any) -> list[str]:
    return [model._meta.get_field(name).attname for name in told_fields(model)]


def _states(model: Any, rows: dict[str, Any], events: dict[str, Any], at: dt.datetime | None) -> dict[UUID, Values]:
    """States of rows of the model that hang, or hung, on the root."""
    names = _columns(model)
    standing = model.objects.filter(**rows).values("id", *names)
    states = {found.pop("id"): found for found in standing}
    if at is None:
        return states
    later = version_model(model).objects.filter(**events, pgh_created_at__gt=at)
    for event in later.order_by("-pgh_created_at", "-pgh_id").values("pgh_obj_id", *names):
        states[event.pop("pgh_obj_id")] = event  # the earliest comes last
    made_later = set(model.objects.filter(pk__in=states, created_at__gt=at).values_list("pk", flat=True))
    return {key: values for key, values in states.items() if key not in made_later}


# --- back to it ---


def _write_root(row: Any, values: Values, at: dt.datetime) -> None:
    write_content(row, {name: value for name, value in values.items() if name not in KEPT}, at)


def _restore(model: Any, states: dict[UUID, Values], where: dict[str, Any], at: dt.datetime) -> None:
    """Rows that there were become what they were; those that came since go."""
    standing = {row.pk: row for row in model.objects.filter(pk__in=states)}
    for key, values in states.items():
        if key in standing:
            write_changes(standing[key], values, at)
        else:
            model.objects.create(id=key, user=None, **values)
    model.objects.filter(**where, deleted_at=None).exclude(pk__in=states).update(deleted_at=at)


def _new_draft(program: Program, content: Content, *, by: Any, at: dt.datetime, why: str) -> Program:
    latest = Program.objects.filter(user=None, slug=program.slug).aggregate(latest=Max("version"))["latest"]
    draft = {"slug": program.slug, "version": latest + 1, "status": Status.DRAFT}
    ids = {program.pk: uuid4()}
    for model, rows in content.items():  # parents come first
        ids |= {key: id_within(ids[program.pk], key) for key in rows if key not in ids}
        own = draft if model is Program else {}
        model._default_manager.bulk_create(_copy(model, ids, key, {**values, **own}) for key, values in rows.items())
    made: Program = Program.objects.get(pk=ids[program.pk])
    editorial.began(row=made, by=by, at=at, note=why)
    return made


def _copy(model: Any, ids: Mapping[UUID, UUID], key: UUID, values: Values) -> Any:
    columns = {field.column for field in wire.entity_of(model).references}
    content = {name: ids.get(value, value) if name in columns else value for name, value in values.items()}
    keep = {"slug", "version", "status"} if model is Program else set()
    return model(id=ids[key], user=None, **{n: v for n, v in content.items() if n not in KEPT - keep})
