"""An export as ordinary offline changes of a device.

What an earlier import made of the same rows is found again, by `matching.py`, and changed where the file has changed. So
importing a file again makes nothing twice, and a longer or an edited export adds and changes what is new in it. What the
user wrote since is theirs: `merging.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dropset_client.device import Device
from dropset_client.imports import Import
from dropset_client.strong.alignment import kept_in_order, positions
from dropset_client.strong.cells import DateOrder
from dropset_client.strong.fitting import DURATION, Said, fitted
from dropset_client.strong.identity import Ids, Types
from dropset_client.strong.known import SOURCE, Known, known_workouts, length_s
from dropset_client.strong.matching import match_exercises, match_sets, match_workouts
from dropset_client.strong.merging import Merger, Reading
from dropset_client.strong.model import DistanceUnit, Problem, StrongFile, WeightUnit
from dropset_client.strong.names import normalised
from dropset_client.strong.reader import parse_strong
from dropset_client.strong.writing import Writer
from dropset_client.undoing import is_untouched
from dropset_client.wire import parse_rfc3339, rfc3339, utc_now

OnWorkout = Callable[[int, int], object]


@dataclass(slots=True)
class ImportReport:
    """What was made. `skipped` counts records that were there already, or were deleted by the user.

    `changed` and `removed` count records of earlier imports that the file has otherwise, or no longer. `problems` are
    lines, or parts of them, that were not imported; `told` is what is to be known of the import as a whole.
    `workout_ids` are those of all workouts in the file, in its order. `import_id` is None where there was nothing to do.
    """

    workouts: int = 0
    exercises: int = 0
    sets: int = 0
    exercise_types: int = 0
    skipped: int = 0
    changed: int = 0
    removed: int = 0
    import_id: str | None = None
    workout_ids: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the user wants it where the file and the device differ.

    `take_file`: the file's value also where the user has another one since. `bring_back`: also what they deleted.
    `moved`: a workout that holds the same as one that the file lacks is that one, with another start. `replaces`: in place
    of that import, which was read wrongly.
    """

    take_file: bool = False
    bring_back: bool = False
    moved: bool = False
    replaces: Import | None = None


def import_strong(
    device: Device,
    source: str | bytes | Path,
    *,
    zone: ZoneInfo,
    exercise_types: Mapping[str, str],
    weight_unit: WeightUnit = "kg",
    distance_unit: DistanceUnit = "km",
    columns: Mapping[str, str] | None = None,
    dates: DateOrder | None = None,
    take_file: bool = False,
    bring_back: bool = False,
    moved: bool = False,
    replaces: Import | None = None,
    on_workout: OnWorkout = lambda _done, _total: None,
) -> ImportReport:
    """Queue the workouts of a Strong export on a device, in one local transaction; no network is needed.

    `exercise_types` maps names to ids (see `names.library_names`); a name that neither it nor the user's own types
    know becomes a private exercise type. `columns` and `dates`: see `parse_strong`. `take_file`, `bring_back`,
    `moved`, `replaces`: see `Wishes`. `on_workout` hears how many workouts are done, and of how many.

    Raises StrongFormatError for a file that is not a Strong export, NotSignedIn before the first login.
    """
    found = parse_strong(
        source, zone=zone, weight_unit=weight_unit, distance_unit=distance_unit, columns=columns, dates=dates
    )
    reading = Reading(
        weight_unit if "weight unit" in found.assumed else None,
        distance_unit if "distance unit" in found.assumed else None,
        zone.key,
        anew=replaces is not None,
    )
    with device.batch():
        started = device.store.imports.begin(
            source=SOURCE,
            file=source.name if isinstance(source, Path) else "",
            at=rfc3339(utc_now()),
            options=reading.options(),
            replaces=replaces.id if replaces else None,
        )
        importer = _Importer(device, started, reading, exercise_types, Wishes(take_file, bring_back, moved, replaces))
        return importer.run(found, on_workout)


class _Importer:
    def __init__(
        self, device: Device, started: Import, reading: Reading, exercise_types: Mapping[str, str], wishes: Wishes
    ) -> None:
        self.report = ImportReport()
        self._deleted = self._stayed = self._in_other_zone = 0
        self._log = device.store.imports
        self._import = started
        self._reading = reading
        self._wishes = wishes
        self._replaced = self._chain(wishes.replaces)
        self._writer = Writer(device, started)
        self._ids = Ids(device)
        self._types = Types(device, exercise_types, self._ids, self._writer)
        imported = self._log.last_said(SOURCE)
        self._known = known_workouts(device, imported)
        self._alive = {one.id for workout in self._known for one in workout.walk() if not one.is_deleted}
        earlier = {one.n: Reading.of(one) for one in self._log.all()}
        self._merger = Merger(reading, earlier, take_file=wishes.take_file)

    def _chain(self, replaced: Import | None) -> set[int]:
        """The import that is replaced, and those that it replaced itself."""
        by_id = {one.id: one for one in self._log.all()}
        found: set[int] = set()
        while replaced is not None:
            found.add(replaced.n)
            replaced = by_id.get(replaced.replaces or "")
        return found

    def run(self, file: StrongFile, on_workout: OnWorkout) -> ImportReport:
        self.report.problems.extend(file.problems)
        says: list[Said] = []
        for workout, problems in fitted(file, self._reading.zone):
            says.append(workout)
            self.report.problems.extend(problems)
        matched = match_workouts(
            says, self._known, first_id=lambda one: self._ids.first(one.entity, one.key), moved=self._wishes.moved
        )
        pairs = self._to_change(matched.known)
        for done, one in enumerate(says):
            known = pairs.get(done)
            if known is not None and done in matched.guessed:
                self._tell_guess(one, known)
            if (other := matched.doubtful.get(done)) is not None:
                self._tell_doubt(one, other)
            self._workout(one, known, whole=file.whole)
            on_workout(done + 1, len(says))
        self._absent(matched.missing, whole=file.whole)
        return self._end()

    # Workouts, exercises, sets

    def _workout(self, says: Said, known: Known | None, *, whole: bool) -> None:
        if known is None and self._was_deleted(says):
            self._skip(says, self._ids.first(says.entity, says.key))
        elif known is None:
            record_id = self._ids.fresh(says.entity, says.key)
            self.report.workout_ids.append(record_id)
            self._writer.make(says, record_id, {})
            self._exercises(says, record_id, [], freely=False, whole=whole)
        elif known.is_deleted:
            self._skip(says, known.id)
        else:
            self.report.workout_ids.append(known.id)
            self._as_meant(says, known)
            self._change(says, known)
            self._exercises(says, known.id, known.below, freely=known.imported is None, whole=whole and says.whole)

    def _exercises(self, workout: Said, workout_id: str, known: Sequence[Known], *, freely: bool, whole: bool) -> None:
        pairs = self._to_change(match_exercises(workout.below, known, self._types.find, freely=freely))
        places = self._places(workout.below, known, pairs)
        for index, says in enumerate(workout.below):
            one = pairs.get(index)
            if one.is_deleted if one else self._was_deleted(says):
                self._skip(says)
                continue
            says.fields["exercise_type"] = self._type_for(says, one)
            if one is None:
                record_id = self._ids.fresh(says.entity, says.key)
                self._writer.make(says, record_id, {"workout": workout_id, "position": places[index]})
                self._sets(says, record_id, [], freely=False, whole=False)
            else:
                if not self._reading.anew:
                    says.fields["time_zone"] = one.content.get("time_zone") or says.fields["time_zone"]
                self._change(says, one, position=places[index])
                self._sets(says, one.id, one.below, freely=one.imported is None, whole=whole and says.whole)
        self._gone(known, pairs, whole=whole)

    def _sets(self, exercise: Said, exercise_id: str, known: Sequence[Known], *, freely: bool, whole: bool) -> None:
        pairs = self._to_change(match_sets(exercise.below, known, freely=freely)) if known else {}
        places = self._places(exercise.below, known, pairs)
        for index, says in enumerate(exercise.below):
            one = pairs.get(index)
            if one is None and self._was_deleted(says):
                self._skip(says)
            elif one is None:
                place = {"exercise": exercise_id, "position": places[index]}
                self._writer.make(says, self._ids.fresh(says.entity, says.key), place)
            elif one.is_deleted:
                self._skip(says)
            else:
                self._change(says, one, position=places[index])
        self._gone(known, pairs, whole=whole)

    def _change(self, says: Said, known: Known, *, position: float | None = None) -> None:
        self.report.skipped += 1
        merge = self._merger.merge(says, known)
        if position is not None and position != (known.stands or {}).get("position"):
            merge.patch["position"] = position
        for name, here, there in merge.kept:
            reason = f"{name} is {_shown(there)} in the file and {_shown(here)} here: what is here was kept"
            self.report.problems.append(Problem(says.line, reason))
        self._writer.change(says, known, merge)

    @staticmethod
    def _places(says: Sequence[Said], known: Sequence[Known], pairs: Mapping[int, Known]) -> list[float]:
        """What is known stays where the user has put it, unless the file has moved it among its siblings."""
        matched = [pairs.get(index) for index in range(len(says))]
        in_order = kept_in_order([None if one is None else one.place for one in matched])
        order = [_position(one) if one is not None and index in in_order else None for index, one in enumerate(matched)]
        moved = {id(one) for index, one in enumerate(matched) if one is not None and index not in in_order}
        return positions(order, [_position(one) for one in known if one.stands is not None and id(one) not in moved])

    def _type_for(self, says: Said, known: Known | None) -> str:
        """A name that has not changed means what it meant, whatever the library has learned since."""
        if known is not None and known.label and normalised(known.label) == normalised(says.label):
            return str(known.content["exercise_type"])
        return self._types.of(says.label, line=says.line)

    def _as_meant(self, says: Said, known: Known) -> None:
        """The time on the wall was meant where it was imported first; and a file without durations keeps the length."""
        content = known.content
        zone = content.get("time_zone") if not self._reading.anew else None
        start, length = parse_rfc3339(says.fields["started_at"]), length_s(says.fields)
        if zone and zone != says.fields["time_zone"]:
            start = datetime.fromisoformat(says.label.partition("|")[0]).replace(tzinfo=ZoneInfo(str(zone)))
            says.fields["time_zone"] = zone
            self._in_other_zone += 1
        if DURATION in says.silent:
            length = length_s(content)
        says.fields["started_at"] = rfc3339(start)
        says.fields["ended_at"] = rfc3339(parse_rfc3339(rfc3339(start)) + timedelta(seconds=length))

    # What is not there

    def _was_deleted(self, says: Said) -> bool:
        """By the user, on another device than the one that imported it."""
        first = self._ids.first(says.entity, says.key)
        return not self._brings_back and first not in self._alive and self._ids.is_gone(first)

    @property
    def _brings_back(self) -> bool:
        return self._wishes.bring_back or self._wishes.replaces is not None

    def _to_change(self, pairs: Mapping[int, Known]) -> dict[int, Known]:
        """What was deleted is made anew, where the user wants it back."""
        return {index: one for index, one in pairs.items() if not (one.is_deleted and self._brings_back)}

    def _skip(self, says: Said, workout_id: str | None = None) -> None:
        if workout_id is not None:
            self.report.workout_ids.append(workout_id)
        self._deleted += 1
        self.report.skipped += 1
        for one in says.below:
            self._skip(one)

    def _gone(self, known: Sequence[Known], pairs: Mapping[int, Known], *, whole: bool) -> None:
        """What an earlier import made and the file no longer has is deleted, if nobody has touched it since."""
        matched = {id(one) for one in pairs.values()}
        for one in known:
            if one.imported is None or one.is_deleted or id(one) in matched:
                continue
            self._remove(one, whole=whole)

    def _remove(self, known: Known, *, whole: bool) -> bool:
        """With everything below it; False if it stays. What the user worked on stays with everything in it."""
        if whole and known.imported and is_untouched(known.imported, known.stands or {}):
            below = [child for child in known.below if not child.is_deleted]
            if all([self._remove(child, whole=whole) for child in below]):  # noqa: C419  each is to be tried
                self._writer.delete(known)
                return True
        self._stayed += 1
        return False

    def _absent(self, missing: Sequence[Known], *, whole: bool) -> None:
        """Workouts of earlier imports that are not in the file: it may be a part of a history, so they stay."""
        left = [one for one in missing if not one.is_deleted]
        for one in left:
            if one.imported is not None and one.imported.import_n in self._replaced:
                self._remove(one, whole=whole)
        kept = [one for one in left if one.imported is not None and one.imported.import_n not in self._replaced]
        if kept:
            self.report.told.append(f"{len(kept)} workouts of earlier imports are not in this file; they stay")

    # The end

    def _tell_guess(self, says: Said, known: Known) -> None:
        was, now = known.label.replace("|", " "), says.label.replace("|", " ")
        if was != now:
            self.report.told.append(f"line {says.line}: {now} is taken for what was {was}")

    def _tell_doubt(self, says: Said, other: Known) -> None:
        now, was = says.label.replace("|", " "), other.label.replace("|", " ")
        self.report.told.append(
            f"line {says.line}: {now} holds the same as {was}, which this file does not have. It was imported as another"
            " workout: if its start was corrected, undo this import, and say that workouts were moved"
        )

    def _end(self) -> ImportReport:
        report, writer = self.report, self._writer
        report.workouts, report.exercises = writer.made["workout"], writer.made["exercise"]
        report.sets, report.exercise_types = writer.made["set"], writer.made["exercise_type"]
        report.changed, report.removed = writer.changed.total(), writer.deleted.total()
        if self._merger.as_before:
            report.told.append(
                f"{self._merger.as_before} numbers keep the unit in which they were imported; to read them in another"
                " one, replace that import"
            )
        if self._in_other_zone:
            report.told.append(f"{self._in_other_zone} workouts keep the time zone in which they were imported")
        if self._deleted:
            report.told.append(f"{self._deleted} records that you deleted stay deleted")
        if self._stayed:
            report.told.append(f"{self._stayed} records are no longer in this file, and were kept: look at them")
        report.problems.sort(key=lambda problem: problem.line)
        if not writer.rows:
            self._log.forget(self._import)
            return report
        report.import_id = self._import.id
        counts = {"made": writer.made.total(), "changed": report.changed, "deleted": report.removed}
        self._log.end(self._import, writer.rows, counts)
        return report


def _position(known: Known) -> float:
    found = float((known.stands or known.content).get("position") or 0)
    return int(found) if found.is_integer() else found


def _shown(value: object) -> str:
    return "empty" if value in (None, "") else str(value)[:40]
