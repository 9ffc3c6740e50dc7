"""Files of other training apps as ordinary offline changes of a device: what `dropset_files` plans is queued and remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dropset_client.device import Device
from dropset_client.imports import Import
from dropset_client.shapes import shape
from dropset_client.undoing import is_untouched
from dropset_client.values import written
from dropset_client.wire import JsonObject, Op, rfc3339, utc_now
from dropset_files.planning.account import Account
from dropset_files.planning.memory import Act, Imported
from dropset_files.planning.merging import Reading
from dropset_files.planning.planner import OnWorkout, Plan, Planner, Wishes, reading_of
from dropset_files.planning.types import Match
from dropset_files.reading import ReadAs, read_file
from dropset_files.shared.model import Problem, TrainingFile

_ENTITIES = ("workout", "exercise", "set", "exercise_type", "exercise_alias")


class ShippedLimits:
    """What the server takes, as this client knows it."""

    def longest(self, entity: str, name: str) -> int:
        return shape(entity).fields[name].max_length or 0

    def problem(self, entity: str, name: str, value: object) -> str | None:
        found = shape(entity).fields[name].problem(value)
        return found.detail if found else None


@dataclass(slots=True)
class ImportReport:
    """What was made. `skipped` counts records that were there already, or were deleted by the user.

    `changed` and `removed` count records of earlier imports that the file has otherwise, or no longer. `problems` are
    lines, or parts of them, that were not imported; `told` is what is to be known of the import as a whole.
    `matches` say which exercise type each name was taken for. `workout_ids` are those of all workouts in the file, in its
    order. `import_id` is None where there was nothing to do.
    """

    workouts: int = 0
    exercises: int = 0
    sets: int = 0
    exercise_types: int = 0
    skipped: int = 0
    changed: int = 0
    removed: int = 0
    app: str = ""
    dialect: str = ""
    import_id: str | None = None
    workout_ids: list[str] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HowTo:
    """What to do where the file and the device differ: see `dropset_files.planning.planner.Wishes`. `replaces`: in place of
    that import, which was read wrongly.
    """

    take_file: bool = False
    bring_back: bool = False
    moved: bool = False
    matches: Mapping[str, str] = field(default_factory=dict)
    replaces: Import | None = None


def import_file(
    device: Device,
    source: bytes | str | Path,
    read_as: ReadAs,
    *,
    exercise_types: Mapping[str, str],
    how: HowTo | None = None,
    dry_run: bool = False,
    on_workout: OnWorkout = lambda _done, _total: None,
) -> ImportReport:
    """Queue what the file holds, in one local transaction; no network is needed. A `dry_run` queues nothing.

    `exercise_types` maps names to ids (see `dropset_files.shared.names.library_names`); a name that neither it nor the
    user's own types know becomes a private exercise type. `on_workout` hears how many workouts are done, and of how many.

    Raises FileFormatError for a file that cannot be read, NotSignedIn before the first login.
    """
    found = read_file(source.read_bytes() if isinstance(source, Path) else source, read_as)
    how = how or HowTo()
    reading = reading_of(
        found,
        weight_unit=read_as.weight_unit,
        distance_unit=read_as.distance_unit,
        zone=read_as.zone.key,
        anew=how.replaces is not None,
    )
    with device.batch():
        started = device.store.imports.begin(
            source=found.app,
            file=source.name if isinstance(source, Path) else "",
            at=rfc3339(utc_now()),
            options=reading.options(),
            replaces=how.replaces.id if how.replaces else None,
        )
        wishes = Wishes(how.take_file, how.bring_back, how.moved, _chain(device, how.replaces), how.matches)
        account = _account(device, found.app)
        planner = Planner(found, account, reading, library=exercise_types, wishes=wishes, number=started.n)
        plan = planner.run(on_workout)
        report = _report(found, plan)
        if dry_run or (not plan.changes and not plan.rows):
            device.store.imports.forget(started)
            return report
        report.import_id = _carried_out(device, started, plan)
    return report


def _chain(device: Device, replaced: Import | None) -> frozenset[int]:
    """The import that is replaced, and those that it replaced itself."""
    by_id = {one.id: one for one in device.store.imports.all()}
    found: set[int] = set()
    while replaced is not None:
        found.add(replaced.n)
        replaced = by_id.get(replaced.replaces or "")
    return frozenset(found)


def _account(device: Device, app: str) -> Account:
    log = device.store.imports
    return Account(
        user_id=device.user_id,
        limits=ShippedLimits(),
        standing={name: {one.id: one.data or {} for one in device.store.view_all(name)} for name in _ENTITIES},
        ids=device.store.ids(),
        imported=log.last_said(app),
        made=log.known_ids(),
        earlier={one.n: Reading.of(one.options) for one in log.all()},
        is_untouched=is_untouched,
    )


def _carried_out(device: Device, started: Import, plan: Plan) -> str | None:
    for change in plan.changes:
        device.enqueue(change.entity, change.id, Op(change.op), change.data)
    if not plan.rows:  # nothing but names was corrected: nothing to undo
        device.store.imports.forget(started)
        return None
    counts = {"made": plan.made.total(), "changed": plan.changed.total(), "deleted": plan.removed.total()}
    device.store.imports.end(started, map(_remembered, plan.rows), counts)
    return started.id


def _remembered(row: Imported) -> Imported:
    if row.act is not Act.DELETED:
        return row
    before: JsonObject = written(row.entity, row.before)
    return Imported(
        row.import_n,
        row.entity,
        row.record_id,
        row.parent_id,
        row.act,
        row.line,
        row.label,
        row.said,
        before,
    )


def _report(file: TrainingFile, plan: Plan) -> ImportReport:
    return ImportReport(
        workouts=plan.made["workout"],
        exercises=plan.made["exercise"],
        sets=plan.made["set"],
        exercise_types=plan.made["exercise_type"],
        skipped=plan.there.total() + plan.deleted.total(),
        changed=plan.changed.total(),
        removed=plan.removed.total(),
        app=file.app,
        dialect=file.dialect,
        workout_ids=plan.workout_ids,
        matches=plan.matches,
        problems=plan.problems,
        told=plan.told,
    )
