"""An export as ordinary changes of an account.

What an earlier import made of the same rows is found again, by `matching.py`, and changed where the file has changed. So
importing a file again makes nothing twice, and a longer or an edited export adds and changes what is new in it. What the
user wrote since is theirs: `merging.py`. Nothing is read or written here: who asks for the plan carries it out.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dropset_files.planning.account import Account
from dropset_files.planning.alignment import kept_in_order, positions
from dropset_files.planning.fitting import DURATION, Said, fitted
from dropset_files.planning.identity import Ids
from dropset_files.planning.known import Known, known_workouts, length_s
from dropset_files.planning.matching import (
    is_called_the_same,
    is_the_same_set,
    match_exercises,
    match_sets,
    match_workouts,
)
from dropset_files.planning.memory import Imported
from dropset_files.planning.merging import Merger, Reading
from dropset_files.planning.types import Match, Types
from dropset_files.planning.writing import Change, Writer
from dropset_files.shared.model import Problem, TrainingFile
from dropset_files.shared.names import normalised
from dropset_files.shared.values import parse_rfc3339, rfc3339

OnWorkout = Callable[[int, int], object]
IsSame = Callable[[Said, Known], bool]
MatchOthers = Callable[[Sequence[Said], Sequence[Known]], dict[int, Known]]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the user wants it where the file and the account differ.

    `take_file`: the file's value also where the user has another one since. `bring_back`: also what they deleted.
    `moved`: a workout that holds the same as one that the file lacks is that one, with another start. `replaced`: the
    numbers of the imports in whose place this one stands. `matches`: exercise types by the names that mean them.
    """

    take_file: bool = False
    bring_back: bool = False
    moved: bool = False
    replaced: frozenset[int] = frozenset()
    matches: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """What an import does. `made`, `changed` and `removed` count records by entity; `there` those that were there already,
    and `deleted` those that the user deleted, which stay so.

    `problems` are lines, or parts of them, that are not imported; `told` is what is to be known of the import as a whole.
    `workout_ids` are those of all workouts in the file, in its order. `changes` are to be written in their order, and
    `rows` to be remembered, by who can.
    """

    made: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    matches: list[Match] = field(default_factory=list)
    workout_ids: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    rows: list[Imported] = field(default_factory=list)


def reading_of(file: TrainingFile, *, weight_unit: str, distance_unit: str, zone: str, anew: bool = False) -> Reading:
    """How it was read: the units only where it names none."""
    return Reading(
        weight_unit if "weight unit" in file.assumed else None,  # type: ignore[arg-type]  # "kg" or "lb"
        distance_unit if "distance unit" in file.assumed else None,  # type: ignore[arg-type]  # the same
        zone,
        anew=anew,
    )


class Planner:
    """Plans one import. `first_ids`: under which ids the workouts of the file would be made if they are new."""

    def __init__(
        self,
        file: TrainingFile,
        account: Account,
        reading: Reading,
        *,
        library: Mapping[str, str],
        wishes: Wishes,
        number: int = 0,
    ) -> None:
        self.plan = Plan()
        self._file = file
        self._account = account
        self._stayed = self._in_other_zone = 0
        self._reading = reading
        self._wishes = wishes
        self._writer = Writer(number)
        self._ids = Ids(account, file.app)
        self._types = Types(account, library, wishes.matches, self._ids, self._writer)
        self._known = known_workouts(account.standing, account.deleted, account.imported)
        self._alive = {one.id for workout in self._known for one in workout.walk() if not one.is_deleted}
        self._merger = Merger(reading, account.earlier, take_file=wishes.take_file)

    def run(self, on_workout: OnWorkout = lambda _done, _total: None) -> Plan:
        file = self._file
        self.plan.problems.extend(file.problems)
        self.plan.told.extend(file.told)
        says: list[Said] = []
        for workout, problems in fitted(file, self._reading.zone, self._account.limits):
            says.append(workout)
            self.plan.problems.extend(problems)
        self.plan.matches = self._types.matches(says)
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
            self.plan.workout_ids.append(record_id)
            self._writer.make(says, record_id, {})
            self._exercises(says, record_id, [], freely=False, whole=whole)
        elif known.is_deleted:
            self._skip(says, known.id)
        else:
            self.plan.workout_ids.append(known.id)
            self._as_meant(says, known)
            self._change(says, known)
            self._exercises(says, known.id, known.below, freely=known.imported is None, whole=whole and says.whole)

    def _exercises(self, workout: Said, workout_id: str, known: Sequence[Known], *, freely: bool, whole: bool) -> None:
        pairs = self._to_change(self._exercises_matched(workout.below, known, freely=freely))
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
        pairs = self._to_change(self._sets_matched(exercise.below, known, freely=freely)) if known else {}
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

    def _exercises_matched(self, says: Sequence[Said], known: Sequence[Known], *, freely: bool) -> dict[int, Known]:
        return self._matched(
            says,
            known,
            is_same=is_called_the_same,
            others=lambda ours, theirs: match_exercises(ours, theirs, self._types.find, freely=freely),
        )

    def _sets_matched(self, says: Sequence[Said], known: Sequence[Known], *, freely: bool) -> dict[int, Known]:
        return self._matched(
            says, known, is_same=is_the_same_set, others=lambda ours, theirs: match_sets(ours, theirs, freely=freely)
        )

    def _matched(
        self, says: Sequence[Said], known: Sequence[Known], *, is_same: IsSame, others: MatchOthers
    ) -> dict[int, Known]:
        """Where nobody remembers an import, first by the ids that it would have made, whatever became of their order."""
        unremembered = {one.id: one for one in known if one.imported is None}
        if not unremembered:
            return others(says, known)
        found: dict[int, Known] = {}
        rest: list[int] = []
        for index, one in enumerate(says):
            twin = unremembered.get(self._ids.first(one.entity, one.key))
            if twin is not None and is_same(one, twin):
                found[index] = twin
            elif twin is not None or not self._was_deleted(one):
                rest.append(index)
        taken = {one.id for one in found.values()}
        left = others([says[index] for index in rest], [one for one in known if one.id not in taken])
        return found | {rest[place]: one for place, one in left.items()}

    def _change(self, says: Said, known: Known, *, position: float | None = None) -> None:
        self.plan.there[says.entity] += 1
        merge = self._merger.merge(says, known)
        if position is not None and position != (known.stands or {}).get("position"):
            merge.patch["position"] = position
        for name, here, there in merge.kept:
            reason = f"{name} is {_shown(there)} in the file and {_shown(here)} here: what is here was kept"
            self.plan.problems.append(Problem(says.line, reason))
        self._writer.change(says, known, merge)

    @staticmethod
    def _places(says: Sequence[Said], known: Sequence[Known], pairs: Mapping[int, Known]) -> list[float]:
        """What is known stays where the user has put it, unless the file has moved it among its siblings since it was read."""
        matched = [pairs.get(index) for index in range(len(says))]
        in_order = kept_in_order([None if one is None else one.place for one in matched])
        in_order |= {index for index, one in enumerate(matched) if one is not None and one.imported is None}
        order = [_position(one) if one is not None and index in in_order else None for index, one in enumerate(matched)]
        moved = {id(one) for index, one in enumerate(matched) if one is not None and index not in in_order}
        return positions(order, [_position(one) for one in known if one.stands is not None and id(one) not in moved])

    def _type_for(self, says: Said, known: Known | None) -> str:
        """A name that has not changed means what it meant, whatever the library has learned since."""
        if known is not None and known.label and normalised(known.label) == normalised(says.label):
            standing = str(known.content["exercise_type"])
            chosen = self._types.chosen_instead_of(says.label, standing)
            says.is_type_chosen = chosen is not None
            return chosen or standing
        return self._types.of(says.label, line=says.line)

    def _as_meant(self, says: Said, known: Known) -> None:
        """The time on the wall was meant where it was imported first; and a file without durations keeps the length."""
        content = known.content
        zone = content.get("time_zone") if not self._reading.anew else None
        start, length = parse_rfc3339(says.fields["started_at"]), length_s(says.fields)
        if zone and zone != says.fields["time_zone"]:
            says.fields["time_zone"] = zone
            if not says.is_exact:
                start = datetime.fromisoformat(says.label.partition("|")[0]).replace(tzinfo=ZoneInfo(str(zone)))
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
        return self._wishes.bring_back or bool(self._wishes.replaced)

    def _to_change(self, pairs: Mapping[int, Known]) -> dict[int, Known]:
        """What was deleted is made anew, where the user wants it back."""
        return {index: one for index, one in pairs.items() if not (one.is_deleted and self._brings_back)}

    def _skip(self, says: Said, workout_id: str | None = None) -> None:
        if workout_id is not None:
            self.plan.workout_ids.append(workout_id)
        self.plan.deleted[says.entity] += 1
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
        if whole and known.imported and self._account.is_untouched(known.imported, known.stands or {}):
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
            if one.imported is not None and one.imported.import_n in self._wishes.replaced:
                self._remove(one, whole=whole)
        kept = [one for one in left if one.imported is not None and one.imported.import_n not in self._wishes.replaced]
        if kept:
            self.plan.told.append(f"{len(kept)} workouts of earlier imports are not in this file; they stay")

    # The end

    def _tell_guess(self, says: Said, known: Known) -> None:
        was, now = known.label.replace("|", " "), says.label.replace("|", " ")
        if was != now:
            self.plan.told.append(f"line {says.line}: {now} is taken for what was {was}")

    def _tell_doubt(self, says: Said, other: Known) -> None:
        now, was = says.label.replace("|", " "), other.label.replace("|", " ")
        self.plan.told.append(
            f"line {says.line}: {now} holds the same as {was}, which this file does not have. It was imported as another"
            " workout: if its start was corrected, undo this import, and say that workouts were moved"
        )

    def _end(self) -> Plan:
        plan, writer = self.plan, self._writer
        plan.made, plan.changed, plan.removed = writer.made, writer.changed, writer.deleted
        plan.changes, plan.rows = writer.changes, writer.rows
        if self._merger.as_before:
            plan.told.append(
                f"{self._merger.as_before} numbers keep the unit in which they were imported; to read them in another"
                " one, replace that import"
            )
        if self._in_other_zone:
            plan.told.append(f"{self._in_other_zone} workouts keep the time zone in which they were imported")
        if deleted := plan.deleted.total():
            plan.told.append(f"{deleted} records that you deleted stay deleted")
        if self._stayed:
            plan.told.append(f"{self._stayed} records are no longer in this file, and were kept: look at them")
        plan.problems.sort(key=lambda problem: problem.line)
        return plan


def _position(known: Known) -> float:
    found = float((known.stands or known.content).get("position") or 0)
    return int(found) if found.is_integer() else found


def _shown(value: object) -> str:
    return "empty" if value in (None, "") else str(value)[:40]
