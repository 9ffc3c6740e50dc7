"""What a file says as fields on the wire, within the server's limits.

Nothing is cut away. A text that is too long is shortened, and stands whole in the notes of the record or of the one above
it; a number beyond its limits becomes a note. Only what has no room there either is a problem.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dropset_client.shapes import shape
from dropset_client.strong.model import Problem, StrongExercise, StrongFile, StrongSet, StrongWorkout
from dropset_client.wire import JsonObject, patch_to_wire, rfc3339

_CENTIMETRE = Decimal("0.01")
_TYPED = Decimal("0.001")
_LONGEST_WORKOUT = timedelta(days=366)
DURATION = "duration"  # of a workout: its field is the end
# The column, or the kind of row, that a field is read from: without it the file says nothing of the field.
_FROM = {
    "workout": {"title": "workout name", "notes": "workout notes", DURATION: "duration"},
    "exercise": {"notes": "note"},
    "set": {
        "rpe": "rpe", "distance_m": "distance", "duration_s": "seconds", "rest_s": "rest", "notes": "notes",
    },
}  # fmt: skip


@dataclass(slots=True)
class Said:
    """One record as the file says it: its fields on the wire, but parent and position, and what hangs below it.

    `label` is what it is known by in the file: a workout's start and name, an exercise's name. `silent` are fields of
    which the file says nothing. Not `whole`: a row of it could not be read.
    """

    entity: str
    fields: JsonObject
    line: int
    key: tuple[object, ...]
    label: str = ""
    silent: frozenset[str] = frozenset()
    whole: bool = True
    below: "list[Said]" = field(default_factory=list)


def fitted(file: StrongFile, zone: str) -> Iterator[tuple[Said, list[Problem]]]:
    """Each workout of the file, and what of it has no room on the server. `zone` is where its times are meant."""
    for workout in file.workouts:
        fitting = _Fitting(file, zone)
        yield fitting.workout(workout), fitting.problems


class _Fitting:
    def __init__(self, file: StrongFile, zone: str) -> None:
        self._zone = zone
        self._silent = {
            entity: frozenset(name for name, column in columns.items() if column not in file.says)
            for entity, columns in _FROM.items()
        }
        self.problems: list[Problem] = []

    def workout(self, workout: StrongWorkout) -> Said:
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
            below=below,
        )

    def _exercise(self, workout: StrongWorkout, exercise: StrongExercise, above: list[str]) -> Said:
        notes = [exercise.notes]
        below = [self._set(workout, exercise, one, notes) for one in exercise.sets]
        name = self._short("exercise", "typed_name", exercise.name, notes)
        fields = {"typed_name": name, "time_zone": self._zone, "notes": self._or_above("exercise", name, notes, above)}
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

    def _set(self, workout: StrongWorkout, exercise: StrongExercise, one: StrongSet, above: list[str]) -> Said:
        notes = [one.notes]
        fields = {"kind": str(one.kind), **self._fit(_numbers(one), one, notes)}
        fields["typed_load_unit"] = one.weight_unit if fields["typed_load"] is not None else ""
        fields["notes"] = self._or_above("set", f"Set {one.index}", notes, above)
        key = (workout.key, exercise.index, one.index)
        return Said("set", fields, line=one.line, key=key, silent=self._not_said_of("set", fields))

    def _not_said_of(self, entity: str, fields: JsonObject) -> frozenset[str]:
        """Notes may say something though the file has no column of that name."""
        return self._silent[entity] - {name for name in ("notes", "title") if fields.get(name)}

    def _end(self, workout: StrongWorkout) -> datetime:
        """In UTC: adding hours to a local time is wrong in the night of a clock change."""
        start = workout.start.astimezone(UTC)
        if workout.duration_s is None:
            return start
        if workout.duration_s > _LONGEST_WORKOUT.total_seconds():
            reason = f"duration {workout.duration_s} s is beyond a year; the workout is imported without its duration"
            self.problems.append(Problem(workout.line, reason))
            return start
        return start + timedelta(seconds=workout.duration_s)

    def _fit(self, values: dict[str, Decimal | int | None], one: StrongSet, notes: list[str]) -> JsonObject:
        """The numbers of a set, None where they are beyond their limits; a load and what was typed go together."""
        limits = shape("set").fields
        fields = patch_to_wire(values)
        told = {name: limits[name].problem(value) for name, value in fields.items()}
        if told["load_kg"] or told["typed_load"]:
            told["typed_load"] = told["typed_load"] or told["load_kg"]
            fields["load_kg"] = None
        for name, problem in told.items():
            if problem and name != "load_kg":
                text = f"{_WORDS[name]} {fields[name]}{f' {one.weight_unit}' if name == 'typed_load' else ''}"
                notes.append(text)
                self.problems.append(Problem(one.line, f"{text}: {problem.detail} It is kept as a note"))
                fields[name] = None
        return fields

    def _short(self, entity: str, name: str, text: str, notes: list[str]) -> str:
        most = shape(entity).fields[name].max_length or len(text)
        if len(text) > most:
            notes.append(text)
        return shortened(text, most)

    def _or_above(self, entity: str, what: str, notes: list[str], above: list[str]) -> str:
        """The notes of a record; where they have no room there, they stand whole in those of the record above."""
        text, most = _joined(notes), shape(entity).fields["notes"].max_length or 0
        if len(text) > most:
            above.append(f"{what}: {text}")
        return shortened(text, most)

    def _last_resort(self, text: str, line: int) -> str:
        most = shape("workout").fields["notes"].max_length or 0
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
}


def _numbers(one: StrongSet) -> dict[str, Decimal | int | None]:
    """What the user typed stands beside the load, except for a 0, which Strong writes by itself."""
    return {
        "reps": one.reps,
        "load_kg": one.load_kg,
        "typed_load": _rounded(one.weight, _TYPED) if one.weight else None,
        "rpe": one.rpe,
        "distance_m": _rounded(one.distance_m, _CENTIMETRE),
        "duration_s": one.duration_s,
        "rest_s": one.rest_s,
    }


def _rounded(value: Decimal | None, step: Decimal) -> Decimal | None:
    """As written, unless it has more decimals than the server stores."""
    return value if value is None or value == value.quantize(step) else value.quantize(step)


def _joined(notes: list[str]) -> str:
    return "\n".join(note for note in notes if note)


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
