"""free-exercise-db: one JSON list of exercises, in English (Unlicense)."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.domain.exercise_records import ExerciseRecord, in_our_words, measured_by, numbered
from catalog.domain.food_records import Problem
from catalog.services.importing.streams import Item, JsonList

ATTRIBUTION = "free-exercise-db (Unlicense)"
MUSCLES = {
    "quadriceps": "quads", "shoulders": "front-delts side-delts", "abdominals": "abs", "chest": "chest",
    "hamstrings": "hamstrings",
    "triceps": "triceps", "biceps": "biceps", "lats": "lats", "middle back": "upper-back", "calves": "calves",
    "lower back": "lower-back", "forearms": "forearms", "glutes": "glutes", "traps": "traps", "adductors": "adductors",
    "neck": "neck", "abductors": "abductors",
}  # fmt: skip
# "machine" and "other" do not say which: a curator does.
EQUIPMENT = {
    "barbell": "barbell", "dumbbell": "dumbbell", "body only": "", "cable": "cable-machine", "kettlebells": "kettlebell",
    "bands": "resistance-band", "medicine ball": "medicine-ball", "exercise ball": "stability-ball", "foam roll": "foam-roller",
    "e-z curl bar": "ez-bar",
}  # fmt: skip
CATEGORIES = {
    "strength": "strength", "powerlifting": "strength", "stretching": "mobility", "plyometrics": "plyometric",
    "olympic weightlifting": "olympic", "strongman": "strongman", "cardio": "cardio",
}  # fmt: skip
LEVELS = {"beginner": "beginner", "intermediate": "intermediate", "expert": "advanced"}
FIELDS = frozenset({"id", "name", "primaryMuscles", "category"})


def records(file: JsonList) -> Iterator[ExerciseRecord | Problem]:
    for item in file.items():
        if not isinstance(item.value, dict) or not item.value.keys() >= FIELDS:
            yield Problem(item.line, "", f"it is no exercise: it lacks one of {', '.join(sorted(FIELDS))}")
        elif not isinstance(item.value["name"], str) or not item.value["name"].strip():
            yield Problem(item.line, "", "it has no name")
        else:
            yield _record(item)


def _record(item: Item) -> ExerciseRecord:
    given: Mapping[str, Any] = item.value
    primary, unknown = in_our_words(given["primaryMuscles"], MUSCLES)
    secondary, more = in_our_words(given.get("secondaryMuscles") or (), MUSCLES)
    equipment, most = in_our_words(filter(None, [given.get("equipment")]), EQUIPMENT)
    category = CATEGORIES.get(str(given["category"]), "strength")
    metrics, convention = measured_by(category, equipment)
    return ExerciseRecord(
        line=item.line,
        source_id=str(given["id"])[:200],
        name=given["name"].strip(),
        names={},
        aliases=(),
        category=category,
        primary_muscles=primary,
        secondary_muscles=tuple(slug for slug in secondary if slug not in primary),
        equipment=equipment,
        instructions=numbered(given.get("instructions") or ()),
        metrics=metrics,
        load_convention=convention,
        force=str(given.get("force") or "none"),
        level=LEVELS.get(str(given.get("level")), "beginner"),
        mechanic=str(given.get("mechanic") or "none"),
        attribution=ATTRIBUTION,
        unknown=tuple(unknown + more + most),
    )
