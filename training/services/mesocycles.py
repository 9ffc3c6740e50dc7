"""Mesocycles begun, led on, ended. The callers are inside of `writing`."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone

from lib.documents import document_of, insert_rows
from lib.singles import take_flags
from training.domain import mesocycles as domain
from training.enums import MesocycleOutcome
from training.models import Mesocycle, MesocycleWeek


def start(*, mesocycle: Mesocycle, on: dt.date) -> None:
    """Another one that is under way is so no more. Raises MesocycleEnded, MesocycleWithoutWeeks."""
    _update(mesocycle, domain.started(document_of(mesocycle), _numbers(mesocycle), on=on))


def advance(*, mesocycle: Mesocycle, on: dt.date) -> None:
    """To the next week, or to its end. Raises MesocycleEnded, MesocycleNotStarted."""
    _update(mesocycle, domain.advanced(document_of(mesocycle), _numbers(mesocycle), on=on))


def abandon(*, mesocycle: Mesocycle, on: dt.date) -> None:
    """Raises MesocycleEnded where it was completed."""
    _update(mesocycle, domain.ended(document_of(mesocycle), outcome=MesocycleOutcome.ABANDONED, on=on))


def add_deload(*, mesocycle: Mesocycle) -> None:
    """An easy week after the current one; nothing if it is there.

    Raises MesocycleEnded, MesocycleNotStarted, TooManyWeeks.
    """
    weeks = MesocycleWeek.objects.for_user(mesocycle.user_id).filter(mesocycle=mesocycle)
    moved, new = domain.with_deload(document_of(mesocycle), [document_of(week) for week in weeks])
    if MesocycleWeek.objects.filter(pk=new["id"]).exists():
        return
    weeks.filter(pk__in=moved).update(number=F("number") + 1, updated_at=timezone.now())
    insert_rows(MesocycleWeek, [new], mesocycle.user_id)


def _numbers(mesocycle: Mesocycle) -> list[int]:
    weeks = MesocycleWeek.objects.for_user(mesocycle.user_id).filter(mesocycle=mesocycle)
    return list(weeks.values_list("number", flat=True))


def _update(mesocycle: Mesocycle, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        setattr(mesocycle, name, value)
    if changes:
        take_flags(mesocycle)
        mesocycle.save(update_fields=[*changes, "updated_at"])
