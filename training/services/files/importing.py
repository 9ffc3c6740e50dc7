"""Takes in a file of another training app, in one transaction; or says what that would do.

It is read before the user's head is locked, and planned under the lock: so two imports of one file at the same time make
the same rows once.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Settings
from dropset_files.planning.account import Account
from dropset_files.planning.identity import Ids
from dropset_files.planning.planner import Plan, Planner, Wishes, reading_of
from dropset_files.reading import ReadAs, read_file
from dropset_files.shared.model import FileFormatError, TrainingFile
from dropset_files.shared.names import library_names
from lib.errors import TooLarge
from lib.references import used_ids
from lib.writes import writing
from training import queries
from training.exceptions import FileUnreadable, UnknownMatch
from training.services.files.limits import ModelLimits
from training.services.files.writing import MODELS, carry_out

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_SETS = 50_000  # of one file: the user's other devices wait while they are written


@dataclass(frozen=True)
class HowToRead:
    """What a file may not say of itself: the zone of its times, its units, and what comes first in 03/04/2026."""

    time_zone: str
    weight_unit: str
    distance_unit: str
    dates: str | None = None

    def read_as(self) -> ReadAs:
        return ReadAs(
            ZoneInfo(self.time_zone),
            self.weight_unit,  # type: ignore[arg-type]  # "kg" or "lb"
            self.distance_unit,  # type: ignore[arg-type]  # "km" or "mi"
            dates=self.dates,  # type: ignore[arg-type]  # "dmy" or "mdy"
        )


@dataclass(frozen=True)
class HowToTake:
    """`matches`: exercise types by the names that the user says mean them. The others: see dropset_files' Wishes."""

    take_file: bool = False
    bring_back: bool = False
    moved: bool = False
    matches: Mapping[str, UUID] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What the file holds, what became of it, and what its types are called."""

    file: TrainingFile
    plan: Plan
    how: HowToRead
    read: Counter[str]
    called: Mapping[str, str]


def as_asked(*, user: Any, time_zone: str, weight_unit: str, distance_unit: str, dates: str) -> HowToRead:
    """What is not said is as in the user's settings."""
    settings = Settings.objects.get(user=user)
    return HowToRead(
        time_zone or settings.time_zone,
        weight_unit or settings.weight_unit,
        distance_unit or settings.distance_unit,
        dates or None,
    )


def unreadable(error: FileFormatError) -> FileUnreadable:
    message = str(error)
    return FileUnreadable(f"{message[:1].upper()}{message[1:]}.")


def import_file(
    *, user: Any, content: bytes, how: HowToRead, take: HowToTake, source: str, at: dt.datetime, dry_run: bool
) -> Outcome:
    """Raises FileUnreadable, TooLarge, UnknownMatch. source: as of `writing`; at: when."""
    file = _read(content, how)
    if dry_run:
        return _planned(user, file, how, take)
    with writing(user=user, source=source):
        outcome = _planned(user, file, how, take)
        carry_out(user=user, changes=outcome.plan.changes, at=at)
    return outcome


def _read(content: bytes, how: HowToRead) -> TrainingFile:
    try:
        found = read_file(content, how.read_as())
    except FileFormatError as error:
        raise unreadable(error) from error
    if (sets := _counted(found)["set"]) > MAX_SETS:
        raise TooLarge(
            f"A file holds at most {MAX_SETS} sets, and this one has {sets}. Split it by years.", attr="file"
        )
    return found


def _counted(file: TrainingFile) -> Counter[str]:
    exercises = [one for workout in file.workouts for one in workout.exercises]
    sets = sum(len(one.sets) for one in exercises)
    return Counter({"workout": len(file.workouts), "exercise": len(exercises), "set": sets})


def _planned(user: Any, file: TrainingFile, how: HowToRead, take: HowToTake) -> Outcome:
    own, library = queries.usable_types(user=user)
    called = {one["id"]: one["name"] for one in library} | {pk: one["name"] for pk, one in own.items()}
    unknown = sorted(name for name, type_id in take.matches.items() if str(type_id) not in called)
    if unknown:
        raise UnknownMatch(unknown)
    wishes = Wishes(
        take.take_file,
        take.bring_back,
        take.moved,
        matches={name: str(type_id) for name, type_id in take.matches.items()},
    )
    reading = reading_of(file, weight_unit=how.weight_unit, distance_unit=how.distance_unit, zone=how.time_zone)
    account = _account(user, file, own)
    plan = Planner(file, account, reading, library=library_names(library), wishes=wishes).run()
    return Outcome(file, plan, how, _counted(file), called)


def _account(user: Any, file: TrainingFile, own: queries.Documents) -> Account:
    user_id, limits, ids = str(user.pk), ModelLimits(), used_ids(user, MODELS)
    first_ids = Ids(Account(user_id, limits, {}, ids), file.app)
    days: list[dt.date] = sorted(workout.start.date() for workout in file.workouts)
    standing = (
        queries.workouts_around(
            user=user,
            first=days[0],
            last=days[-1],
            ids=[first_ids.first("workout", (workout.key,)) for workout in file.workouts],
        )
        if days
        else queries.Standing({}, {})
    )
    live = {**standing.live, "exercise_type": own, "exercise_alias": queries.exercise_aliases(user=user)}
    return Account(user_id, limits, live, ids, deleted=standing.deleted)
