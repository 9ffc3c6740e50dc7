"""What a file says as fields on the wire, within the server's limits.

Nothing is cut away. A text that is too long is shortened, and stands whole in the notes of the record or of the one above
it; a number beyond its limits becomes a note. Only what has no room there either is a problem.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dropset_files.planning.limits import Limits
from dropset_files.shared.model import LATEST, LoggedExercise, LoggedSet, LoggedWorkout, Problem, TrainingFile
from dropset_files.shared.values import JsonObject, patch_to_wire, rfc3339

_CENTIMETRE = Decimal("0.01")
_TYPED = Decimal("0.001")
_LONGEST_WORKOUT = timedelta(days=366)
DURATION = "duration"  # of a workout: its field is the end
# The column, or the kind of row, that a field is read from: without it the file says nothing of the field.
_FROM = {
    "workout": {"title": "workout name", "notes": "workout notes", DURATION: "duration"},
    "exercise": {"notes": "note", "superset_group": "superset"},
    "set": {
        "rpe": "rpe", "distance_m": "distance", "duration_s": "seconds", "rest_s": "rest", "notes": "notes", "rir": "rir",
        "tempo": "tempo", "completed_at": "completed", "target_reps": "target reps",
        "target_typed_load": "target weight", "target_rpe": "target rpe",
    },
}  # fmt: skip


@dataclass(slots=True)
class Said:
    """One record as the file says it: its fields on the wire, but parent and position, and what hangs below it.

    `label` is what it is known by in the file: a workout's start and name, an exercise's name. `silent` are fields of
    which the file says nothing. Not `whole`: a row of it could not be read. `is_type_chosen`: what the user has said now
    that an exercise is. `is_exact`: the start of a workout is a moment, and not the time on some wall.
    """

    entity: str
    fields: JsonObject
    line: int
    key: tuple[object, ...]
    label: str = ""
    silent: frozenset[str] = frozenset()
    whole: bool = True
    is_type_chosen: bool = False
    is_exact: bool = False
    below: "list[Said]" = field(default_factory=list)


def fitted(file: TrainingFile, zone: str, limits: Limits) -> Iterator[tuple[Said, list[Problem]]]:
    """Each workout of the file, and what of it has no room on the server. `zone` is where its times are meant."""
    for workout in file.workouts:
        fitting = _Fitting(file, zone, limits)
        yield fitting.workout(workout), fitting.problems


class _Fitting:
    def __init__(self, file: TrainingFile, zone: str, limits: Limits) -> None:
        self._zone = zone
        self._limits = limits
        self._silent = {
            entity: frozenset(name for name, column in columns.items() if column not in file.says)
            for entity, columns in _FROM.items()
        }
        self.problems: list[Problem] = []

    def workout(self, workout: LoggedWorkout) -> Said:
        notes = [workout.notes]
        below = [self._exercise(workout, exercise, notes) for exercise in workout.exercises]
        title = self._short("workout", "title", workout.name, notes)
        fields = {
            "title": title,
            "status": "completed",
            "started_at": rfc3339(workout.start),
            "ended_at": rfc3339(self._end(workout)),
            "time_zone": self._zone,
            "notes": self._last_resort(_joined(notes), workout.line),
        }
        return Said(
            "workout",
            fields,
            line=workout.line,
            key=(workout.key,),
            label=workout.key,
            silent=self._not_said_of("workout", fields),
            whole=workout.whole,
            is_exact=workout.is_exact,
            below=below,
        )

    def _exercise(self, workout: LoggedWorkout, exercise: LoggedExercise, above: list[str]) -> Said:
        notes = [exercise.notes]
        below = [self._set(workout, exercise, one, notes) for one in exercise.sets]
        name = self._short("exercise", "typed_name", exercise.name, notes)
        fields: JsonObject = {
            "typed_name": name,
            "time_zone": self._zone,
            "notes": self._or_above("exercise", name, notes, above),
        }
        if exercise.superset is not None:
            fields.update(self._superset(exercise.superset, exercise.line))
        return Said(
            "exercise",
            fields,
            line=exercise.line,
            key=(workout.key, exercise.index),
            label=exercise.name,
            silent=self._not_said_of("exercise", fields),
            whole=exercise.whole,
            below=below,
        )

    def _superset(self, group: int, line: int) -> JsonObject:
        problem = self._limits.problem("exercise", "superset_group", group)
        if problem is None:
            return {"superset_group": group}
        self.problems.append(Problem(line, f"superset {group}: {problem} The exercise is imported on its own"))
        return {}

    def _set(self, workout: LoggedWorkout, exercise: LoggedExercise, one: LoggedSet, above: list[str]) -> Said:
        notes = [one.notes]
        fields = {"kind": str(one.kind), **self._fit(_numbers(one), one, notes)}
        for prefix in ("", "target_"):
            if f"{prefix}typed_load" in fields:
                fields[f"{prefix}typed_load_unit"] = (
                    one.weight_unit if fields[f"{prefix}typed_load"] is not None else ""
                )
        fields["notes"] = self._or_above("set", f"Set {one.index}", notes, above)
        key = (workout.key, exercise.index, one.index)
        return Said("set", fields, line=one.line, key=key, silent=self._not_said_of("set", fields))

    def _not_said_of(self, entity: str, fields: JsonObject) -> frozenset[str]:
        """Notes may say something though the file has no column of that name."""
        return self._silent[entity] - {name for name in ("notes", "title") if fields.get(name)}

    def _end(self, workout: LoggedWorkout) -> datetime:
        """In UTC: adding hours to a local time is wrong in the night of a clock change."""
        start = workout.start.astimezone(UTC)
        if workout.duration_s is None:
            return start
        if workout.duration_s > _LONGEST_WORKOUT.total_seconds():
            reason = f"duration {workout.duration_s} s is beyond a year; the workout is imported without its duration"
            self.problems.append(Problem(workout.line, reason))
            return start
        return min(start + timedelta(seconds=workout.duration_s), LATEST)

    def _fit(self, values: dict[str, object], one: LoggedSet, notes: list[str]) -> JsonObject:
        """The numbers of a set, None where they are beyond their limits; a load and what was typed go together."""
        fields = patch_to_wire(values)
        told = {name: self._limits.problem("set", name, value) for name, value in fields.items()}
        for load, typed in (("load_kg", "typed_load"), ("target_load_kg", "target_typed_load")):
            if told.get(load) or told.get(typed):
                told[typed] = told[typed] or told[load]
                fields[load] = told[load] = None
        for name, problem in told.items():
            if problem:
                text = f"{_WORDS[name]} {fields[name]}{f' {one.weight_unit}' if name.endswith('typed_load') else ''}"
                notes.append(text)
                self.problems.append(Problem(one.line, f"{text}: {problem} It is kept as a note"))
                fields[name] = None
        return fields

    def _short(self, entity: str, name: str, text: str, notes: list[str]) -> str:
        most = self._limits.longest(entity, name)
        if len(text) > most:
            notes.append(text)
        return shortened(text, most)

    def _or_above(self, entity: str, what: str, notes: list[str], above: list[str]) -> str:
        """The notes of a record; where they have no room there, they stand whole in those of the record above."""
        text, most = _joined(notes), self._limits.longest(entity, "notes")
        if len(text) > most:
            above.append(f"{what}: {text}")
        return shortened(text, most)

    def _last_resort(self, text: str, line: int) -> str:
        most = self._limits.longest("workout", "notes")
        if len(text) > most:
            reason = f"the workout's notes have {len(text)} characters and room for {most}: the rest is not imported"
            self.problems.append(Problem(line, reason))
        return shortened(text, most)


_WORDS = {
    "reps": "reps",
    "typed_load": "weight",
    "rpe": "RPE",
    "distance_m": "distance in m",
    "duration_s": "seconds",
    "rest_s": "rest in s",
    "rir": "RIR",
    "tempo": "tempo",
    "completed_at": "done at",
    "target_reps": "asked for: reps",
    "target_typed_load": "asked for:",
    "target_rpe": "asked for: RPE",
}


def _numbers(one: LoggedSet) -> dict[str, object]:
    """What the user typed stands beside the load, except for a 0, which apps write by themselves."""
    always: dict[str, object] = {
        "reps": one.reps,
        "load_kg": one.load_kg,
        "typed_load": _rounded(one.weight, _TYPED) if one.weight else None,
        "rpe": one.rpe,
        "distance_m": _rounded(one.distance_m, _CENTIMETRE),
        "duration_s": one.duration_s,
        "rest_s": one.rest_s,
    }
    target = one.target_weight
    seldom: dict[str, object] = {
        "rir": one.rir,
        "tempo": one.tempo or None,
        "completed_at": one.completed_at,
        "target_reps": one.target_reps,
        "target_load_kg": one.in_kg(target),
        "target_typed_load": _rounded(target, _TYPED) if target else None,
        "target_rpe": one.target_rpe,
    }
    return always | {name: value for name, value in seldom.items() if value is not None}


def _rounded(value: Decimal | None, step: Decimal) -> Decimal | None:
    """As written, unless it has more decimals than the server stores."""
    return value if value is None or value == value.quantize(step) else value.quantize(step)


def _joined(notes: list[str]) -> str:
    return "\n".join(note for note in notes if note)


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
