"""Workout logs in the openweight format: one object, a list of them, or a list under `workouts`."""

from decimal import Decimal

from dropset_files.shared.building import ExerciseDraft, WorkoutDraft, Workouts, checked, whole_reps
from dropset_files.shared.cells import CellError, read_start
from dropset_files.shared.documents import Json, JsonObject, number, objects, text, whole
from dropset_files.shared.model import METRES, FileFormatError, Kind, LoggedSet, Problem, TrainingFile, WeightUnit
from dropset_files.shared.reading import ReadAs
from dropset_files.shared.tables import DISTANCE_UNITS, WEIGHT_UNITS

_KINDS = {
    "": Kind.WORKING,
    "working": Kind.WORKING,
    "warmup": Kind.WARM_UP,
    "dropset": Kind.DROP,
    "backoff": Kind.BACK_OFF,
    "amrap": Kind.AMRAP,
    "cluster": Kind.REST_PAUSE,
    "myo": Kind.REST_PAUSE,
    "rest-pause": Kind.REST_PAUSE,
    "failure": Kind.FAILURE,
}
_SAYS = frozenset(
    (
        "workout name", "workout notes", "duration", "note", "superset", "rpe", "rir", "distance", "seconds", "rest",
        "tempo", "notes", "target reps", "target weight", "target rpe",
    )
)  # fmt: skip
# What is read, or says nothing that a log keeps.
_KNOWN = {
    "workout": {"date", "name", "notes", "durationSeconds", "templateId", "exercises", "$schema"},
    "exercise": {"exercise", "order", "notes", "supersetId", "sets"},
    "exercise's name": {"name", "equipment", "category", "musclesWorked"},
    "set": {
        "reps", "weight", "unit", "durationSeconds", "distance", "distanceUnit", "rpe", "rir", "toFailure", "type",
        "restSeconds", "tempo", "notes", "targetReps", "targetWeight", "targetRPE",
    },
}  # fmt: skip


def read_openweight(source: str, read_as: ReadAs) -> TrainingFile:
    """Raises FileFormatError where it is no JSON, or holds no workout log."""
    document = Json(source)
    path = ("workouts",) if "workouts" in document.names() else ()
    reading = _Reading(read_as)
    found = 0
    for line, record in document.records(*path):
        found += 1
        reading.add(line, record)
    if not found or not reading.has_any:
        raise FileFormatError(
            "this is JSON, but no workout log of openweight: none of its objects has date and exercises"
        )
    return TrainingFile(
        workouts=reading.workouts.finished(),
        problems=tuple(reading.problems),
        says=_SAYS,
        assumed=frozenset(reading.assumed),
        whole=reading.whole,
        app="openweight",
        dialect="a list of workout logs" if path or document.is_list() else "one workout log",
        told=reading.told(),
    )


class _Reading:
    def __init__(self, read_as: ReadAs) -> None:
        self._read_as = read_as
        self._unread: set[str] = set()
        self.workouts = Workouts()
        self.problems: list[Problem] = []
        self.assumed: set[str] = set()
        self.has_any = False
        self.whole = True

    def told(self) -> tuple[str, ...]:
        names = ", ".join(sorted(self._unread)[:20])
        return (f"fields that are not of the format were not read: {names}",) if names else ()

    def add(self, line: int, record: JsonObject | Problem) -> None:
        if isinstance(record, Problem):
            self.problems.append(record)
            self.whole = False
            return
        self.has_any = self.has_any or {"date", "exercises"} <= record.keys()
        try:
            workout = self._workout(line, record)
            exercises = _in_order(objects(record.get("exercises"), "exercises"))
        except CellError as error:
            self.problems.append(Problem(line, str(error)))
            self.whole = False
            return
        for place, one in enumerate(exercises, start=1):
            self._exercise(workout, one, f"exercise {place}")

    def _note_unread(self, what: str, raw: JsonObject) -> None:
        self._unread |= {f"{name[:40]} of a {what}" for name in raw.keys() - _KNOWN[what]}

    def _workout(self, line: int, record: JsonObject) -> WorkoutDraft:
        self._note_unread("workout", record)
        zone, date = self._read_as.zone, text(record.get("date"), "date")
        found = read_start(date, zone)
        is_exact = found.tzinfo is not zone
        start = found.astimezone(zone) if is_exact else found
        name = text(record.get("name"), "name")
        made = WorkoutDraft(
            start, name, line, is_exact, whole(record.get("durationSeconds"), "durationSeconds") or None
        )
        if notes := text(record.get("notes"), "notes"):
            made.notes.append(notes)
        return self.workouts.of((start, name, line), made)

    def _exercise(self, workout: WorkoutDraft, raw: JsonObject, where: str) -> None:
        self._note_unread("exercise", raw)
        try:
            superset = whole(raw.get("supersetId"), "supersetId")
            exercise = workout.begin(self._name_of(raw), workout.line, superset)
            if notes := text(raw.get("notes"), "notes"):
                exercise.notes.append(notes)
            sets = objects(raw.get("sets"), "sets")
        except CellError as error:
            workout.whole = False
            self.problems.append(Problem(workout.line, f"{where}: {error}"))
            return
        for one in sets:
            self._set(exercise, one, where)

    def _name_of(self, raw: JsonObject) -> str:
        """With its equipment, where the name does not say it."""
        named = raw.get("exercise")
        if not isinstance(named, dict):
            raise CellError("it names no exercise")
        self._note_unread("exercise's name", named)
        name, tool = text(named.get("name"), "name"), text(named.get("equipment"), "equipment").replace("-", " ")
        if not name:
            raise CellError("it names no exercise")
        is_said = not tool or tool == "bodyweight" or all(word in name.casefold() for word in tool.casefold().split())
        return name if is_said else f"{name} ({tool.title()})"

    def _set(self, exercise: ExerciseDraft, raw: JsonObject, where: str) -> None:
        self._note_unread("set", raw)
        exercise.rows += 1
        try:
            exercise.sets.append(self._read_set(raw, exercise))
        except CellError as error:
            exercise.whole = False
            self.problems.append(Problem(exercise.line, f"{where}, set {exercise.rows}: {error}"))

    def _read_set(self, raw: JsonObject, exercise: ExerciseDraft) -> LoggedSet:
        reps, half = whole_reps(number(raw.get("reps"), "reps"))
        seconds = whole(raw.get("durationSeconds"), "durationSeconds")
        kind, odd_kind = _kind(raw, timed=bool(seconds and not reps and not raw.get("distance")))
        weight, target = number(raw.get("weight"), "weight"), number(raw.get("targetWeight"), "targetWeight")
        one = LoggedSet(
            index=exercise.rows,
            kind=kind,
            weight=weight,
            weight_unit=self._weight_unit(raw, needed=bool(weight or target)),
            reps=reps,
            rpe=number(raw.get("rpe"), "rpe"),
            rir=number(raw.get("rir"), "rir"),
            distance_m=self._distance_m(raw),
            duration_s=seconds,
            rest_s=whole(raw.get("restSeconds"), "restSeconds"),
            tempo=text(raw.get("tempo"), "tempo"),
            target_reps=whole(raw.get("targetReps"), "targetReps"),
            target_weight=target or None,
            target_rpe=number(raw.get("targetRPE"), "targetRPE") or None,
            line=exercise.line,
        )
        if one.reps == 0 and not (weight or seconds or one.distance_m):
            raise CellError("the set records nothing")
        return checked(one, notes=(text(raw.get("notes"), "notes"), half, odd_kind))

    def _weight_unit(self, raw: JsonObject, *, needed: bool) -> WeightUnit:
        named = text(raw.get("unit"), "unit")
        if named:
            unit = WEIGHT_UNITS.get(named.casefold())
            if unit is None:
                raise CellError(f"unit {named[:40]!r} is unknown")
            return unit
        if needed:
            self.assumed.add("weight unit")
        return self._read_as.weight_unit

    def _distance_m(self, raw: JsonObject) -> Decimal | None:
        distance = number(raw.get("distance"), "distance")
        if not distance:
            return None
        named = text(raw.get("distanceUnit"), "distanceUnit")
        unit = DISTANCE_UNITS.get(named.casefold()) if named else self._read_as.distance_unit
        if unit is None:
            raise CellError(f"unit {named[:40]!r} is unknown")
        if not named:
            self.assumed.add("distance unit")
        return distance * METRES[unit]


def _in_order(exercises: list[JsonObject]) -> list[JsonObject]:
    """By their `order`; who has none stays behind the one before."""
    places: list[Decimal] = []
    for one in exercises:
        place = number(one.get("order"), "order")
        places.append(place if place is not None else places[-1] if places else Decimal(0))
    return [one for _, one in sorted(zip(places, exercises, strict=True), key=lambda pair: pair[0])]


def _kind(raw: JsonObject, *, timed: bool) -> tuple[Kind, str]:
    """What the server has no kind for is kept as a note."""
    said = text(raw.get("type"), "type")
    kind = _KINDS.get(said.casefold())
    if kind is None:
        return Kind.WORKING, f"set type: {said}"
    if kind is Kind.WORKING and raw.get("toFailure") is True:
        return Kind.FAILURE, ""
    note = "cluster" if said.casefold() == "cluster" else ""
    return (Kind.TIMED if timed and kind is Kind.WORKING else kind), note
