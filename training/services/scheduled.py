"""What is done to scheduled workouts. The callers are inside of `writing`."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Case, CharField, F, OuterRef, Subquery, Value, When
from django.utils import timezone

from catalog.models import ProgramSet, ProgramSlot
from lib.documents import document_of, documents_of
from training.domain import programs, templates
from training.domain import schedule as domain
from training.domain.programs import DayTree
from training.domain.templates import Start, Tree
from training.enums import ScheduledStatus
from training.exceptions import FulfilsAnother, NotOpen
from training.models import ProgressionState, ScheduledWorkout, Workout
from training.services.trees import (
    MAX_EXERCISES,
    MAX_SETS,
    TEMPLATE,
    WORKOUT,
    exercise_ids,
    make_once,
    read_tree,
)


def move(*, scheduled: ScheduledWorkout, to: dt.date, following: bool) -> None:
    """To another day; with `following`, all open days of its enrolment from it on by as many days. Raises NotOpen."""
    _refuse_closed(scheduled)
    rows: list[dict[str, Any]] = []
    if following and scheduled.enrolment_id is not None:
        later = ScheduledWorkout.objects.for_user(scheduled.user_id).filter(
            enrolment=scheduled.enrolment_id, scheduled_on__gte=scheduled.scheduled_on
        )
        rows = [document_of(row) for row in later]
    write_changes(domain.moved(document_of(scheduled), to=to, rows=rows), user=scheduled.user_id)


def swap(*, scheduled: ScheduledWorkout, other: ScheduledWorkout) -> None:
    """Each takes the day of the other. Raises NotOpen."""
    _refuse_closed(scheduled)
    _refuse_closed(other)
    write_changes(domain.swapped(document_of(scheduled), document_of(other)), user=scheduled.user_id)


def skip(*, scheduled: ScheduledWorkout) -> None:
    """Nothing if it is skipped already. Raises NotOpen."""
    if scheduled.status != ScheduledStatus.SKIPPED:
        _refuse_closed(scheduled)
        _update(scheduled, {"status": ScheduledStatus.SKIPPED})


def link(*, scheduled: ScheduledWorkout, workout: Workout | None) -> None:
    """Says which workout fulfils it, or that none does. Raises FulfilsAnother."""
    if workout is not None:
        others = ScheduledWorkout.objects.for_user(scheduled.user_id).filter(workout=workout).exclude(pk=scheduled.pk)
        if others.exists():
            raise FulfilsAnother
    document = {"id": workout.pk, "status": workout.status} if workout else None
    _update(scheduled, domain.fulfilled(document_of(scheduled), document))


def workout_id_for(scheduled: ScheduledWorkout) -> UUID:
    """The one that every device would choose; another one where a workout of that id was deleted."""
    first = programs.workout_id_of(scheduled.pk)
    return uuid4() if Workout.objects.filter(pk=first).exclude(deleted_at=None).exists() else first


def start(*, scheduled: ScheduledWorkout, start: Start) -> UUID:
    """Makes a workout of what the day prescribes, and links it. Gives its id; that of the first time, if it was started before.

    Raises NotOpen where it is skipped or done, TooLarge, and IdTaken where the id is that of something else.
    """
    if Workout.objects.live().filter(pk=scheduled.workout_id).exists():
        return UUID(str(scheduled.workout_id))
    if scheduled.workout_id is None and scheduled.status not in {
        ScheduledStatus.SCHEDULED,
        ScheduledStatus.IN_PROGRESS,
    }:
        raise NotOpen
    if scheduled.program_day_id is not None:
        _make_from_day(scheduled, start)
    elif scheduled.template_id is not None:
        origin = read_tree(TEMPLATE, scheduled.template)
        made = templates.workout_of(origin, start)
        made = replace(made, root={**made.root, "title": scheduled.title or made.root["title"]})
        make_once(WORKOUT, made, origins=exercise_ids(origin), user=scheduled.user_id)
    else:
        made = Tree(templates.workout_root(start, title=scheduled.title), [], [])
        make_once(WORKOUT, made, origins=[], user=scheduled.user_id)
    link(scheduled=scheduled, workout=Workout.objects.get(pk=start.workout_id))
    return start.workout_id


def _make_from_day(scheduled: ScheduledWorkout, start: Start) -> None:
    day: Any = scheduled.program_day
    slots = ProgramSlot.objects.live().filter(day=day).order_by("position", "id")
    sets = ProgramSet.objects.live().filter(slot__day=day, slot__deleted_at=None).order_by("slot", "position", "id")
    states = ProgressionState.objects.for_user(scheduled.user_id).filter(
        enrolment=scheduled.enrolment_id, slot__day=day
    )
    tree = DayTree(
        document_of(day), documents_of(slots, MAX_EXERCISES, "exercises"), documents_of(sets, MAX_SETS, "sets")
    )
    made = programs.workout_of_day(
        tree,
        title=scheduled.title or day.title,
        week=scheduled.week or 1,
        start=start,
        states={state.slot_id: document_of(state) for state in states.order_by("id")},
    )
    make_once(WORKOUT, made, origins=[slot["id"] for slot in tree.slots], user=scheduled.user_id)


def follow_workouts(*, workout_ids: Iterable[UUID | Any]) -> None:
    """What was scheduled is under way, done or skipped as the workouts are that fulfil it."""
    of_its_workout = Workout.objects.filter(pk=OuterRef("workout")).annotate(
        scheduled=Case(
            *(When(status=found, then=Value(shown)) for found, shown in domain.STATUS_BY_WORKOUT.items()),
            output_field=CharField(),
        )
    )
    rows = ScheduledWorkout.objects.live().filter(workout__in=set(workout_ids))
    following = rows.annotate(now=Subquery(of_its_workout.values("scheduled"))).exclude(status=F("now"))
    following.update(status=Subquery(of_its_workout.values("scheduled")), updated_at=timezone.now())


def write_changes(changes: Mapping[UUID, Mapping[str, Any]], *, user: Any) -> None:
    """Writes other days to rows of the user: a query to read them, and one to write them."""
    rows = list(ScheduledWorkout.objects.for_user(user).filter(pk__in=changes))
    now = timezone.now()
    for row in rows:
        row.scheduled_on, row.updated_at = changes[row.pk]["scheduled_on"], now
    ScheduledWorkout.objects.bulk_update(rows, ["scheduled_on", "updated_at"])


def _update(scheduled: ScheduledWorkout, changes: Mapping[str, Any]) -> None:
    """changes: by the names of the wire."""
    for name, value in changes.items():
        setattr(scheduled, f"{name}_id" if name == "workout" else name, value)
    if changes:
        scheduled.save(update_fields=[*changes, "updated_at"])


def _refuse_closed(scheduled: ScheduledWorkout) -> None:
    if scheduled.status != ScheduledStatus.SCHEDULED:
        raise NotOpen
