"""Programs that athletes begin, pause, go on with and end. The callers are inside of `writing`.

A fixed number of statements, however many days there are.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog.models import Program, ProgramDay
from lib.documents import document_of, insert_rows
from lib.errors import IdTaken
from training.domain import schedule as domain
from training.domain.schedule import Span
from training.enums import EnrolmentOutcome, ScheduledStatus
from training.exceptions import EnrolledAlready, EnrolmentEnded
from training.models import Enrolment, Gym, ScheduledWorkout
from training.services.scheduled import write_changes


@dataclass(frozen=True)
class Enrolling:
    """What somebody asks for who begins a program."""

    enrolment_id: UUID
    span: Span
    title: str
    gym: Gym | None = None


def schedule_program(*, program: Program, enrolling: Enrolling, user: Any) -> None:
    """Begins a program: an enrolment with its scheduled workouts. Nothing if it was done before.

    Raises CannotSchedule, EnrolledAlready, and IdTaken where the id is that of something else.
    """
    standing: Enrolment | None = Enrolment.objects.filter(pk=enrolling.enrolment_id).first()
    if standing is not None:
        if (standing.user_id, standing.program_id, standing.deleted_at) != (user.pk, program.pk, None):
            raise IdTaken
        return
    if Enrolment.objects.for_user(user).filter(program=program, running=True).exists():
        raise EnrolledAlready
    rows = domain.scheduled(program=_whole(program), enrolment_id=enrolling.enrolment_id, span=enrolling.span)
    Enrolment.objects.create(
        id=enrolling.enrolment_id,
        user=user,
        program=program,
        title=enrolling.title,
        started_on=enrolling.span.starts_on,
        weekdays=sorted(enrolling.span.weekdays),
        gym=enrolling.gym,
    )
    insert_rows(ScheduledWorkout, rows, user.pk)


def schedule_more(*, enrolment: Enrolment, until: dt.date) -> int:
    """Scheduled workouts of a program that goes on, up to a day. Those that were made before stay as they are.

    Raises CannotSchedule, EnrolmentEnded. Gives how many are new.
    """
    _refuse_ended(enrolment)
    span = Span(enrolment.started_on, frozenset(enrolment.weekdays), until)
    program = _whole(enrolment.program)
    rows = domain.scheduled(program=program, enrolment_id=enrolment.pk, span=span)
    made = set(ScheduledWorkout.objects.filter(pk__in=[row["id"] for row in rows]).values_list("pk", flat=True))
    new = [row for row in rows if row["id"] not in made]
    insert_rows(ScheduledWorkout, new, enrolment.user_id)
    return len(new)


def pause(*, enrolment: Enrolment, on: dt.date) -> None:
    """Nothing if it is paused already. Raises EnrolmentEnded."""
    _refuse_ended(enrolment)
    if enrolment.running:
        _update(enrolment, running=False, paused_on=on)


def resume(*, enrolment: Enrolment, on: dt.date) -> None:
    """Goes on from a day: the open days move to the weekdays from then on. Nothing if it is under way.

    Raises CannotSchedule, EnrolmentEnded, EnrolledAlready.
    """
    _refuse_ended(enrolment)
    if enrolment.running:
        return
    others = Enrolment.objects.for_user(enrolment.user_id).filter(program=enrolment.program_id, running=True)
    if others.exists():
        raise EnrolledAlready
    _update(enrolment, running=True, paused_on=None)
    span = Span(on, frozenset(enrolment.weekdays))
    write_changes(domain.resumed(_documents(enrolment), span=span), user=enrolment.user_id)


def end(*, enrolment: Enrolment, outcome: EnrolmentOutcome, on: dt.date) -> None:
    """Finishes or abandons it. Open days that are still to come go. Nothing if it has ended like this already.

    Raises EnrolmentEnded where it has ended otherwise.
    """
    if enrolment.outcome == outcome:
        return
    _refuse_ended(enrolment)
    _update(enrolment, running=False, paused_on=None, outcome=outcome, ended_on=max(on, enrolment.started_on))
    gone = domain.left_open(_documents(enrolment), on=on)
    ScheduledWorkout.objects.for_user(enrolment.user_id).filter(pk__in=gone).tombstone()


def _refuse_ended(enrolment: Enrolment) -> None:
    if enrolment.outcome:
        raise EnrolmentEnded


def _update(enrolment: Enrolment, **values: Any) -> None:
    for name, value in values.items():
        setattr(enrolment, name, value)
    enrolment.save(update_fields=[*values, "updated_at"])


def _whole(program: Program) -> domain.Program:
    days = ProgramDay.objects.live().filter(program=program)
    return domain.Program(program.weeks, program.repeats, [document_of(day) for day in days])


def _documents(enrolment: Enrolment) -> Sequence[dict[str, Any]]:
    rows = ScheduledWorkout.objects.for_user(enrolment.user_id).filter(
        enrolment=enrolment, status=ScheduledStatus.SCHEDULED
    )
    return [document_of(row) for row in rows]
