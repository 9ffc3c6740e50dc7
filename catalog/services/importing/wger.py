"""wger: what its API gives under /api/v2/exerciseinfo/, a page of it or all pages in one list, in several languages."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.domain.exercise_records import ExerciseRecord, in_our_words, measured_by, numbered, steps_of_html
from catalog.domain.food_records import Problem
from catalog.services.importing.streams import Item, JsonList

LANGUAGES = {1: "de", 2: "en", 4: "es", 12: "fr"}  # by its numbers; others are not kept
# By the Latin names, which stay when the English ones are reworded.
MUSCLES = {
    "anterior deltoid": "front-delts", "biceps brachii": "biceps", "biceps femoris": "hamstrings", "brachialis": "biceps",
    "gastrocnemius": "calves", "gluteus maximus": "glutes", "latissimus dorsi": "lats", "obliquus externus abdominis": "obliques",
    "pectoralis major": "chest", "quadriceps femoris": "quads", "rectus abdominis": "abs", "serratus anterior": "serratus",
    "soleus": "calves", "trapezius": "traps", "triceps brachii": "triceps", "erector spinae": "lower-back",
}  # fmt: skip
EQUIPMENT = {
    "barbell": "barbell", "bench": "bench", "dumbbell": "dumbbell", "gym mat": "", "incline bench": "incline-bench",
    "kettlebell": "kettlebell", "none (bodyweight exercise)": "", "pull-up bar": "pull-up-bar", "sz-bar": "ez-bar",
    "swiss ball": "stability-ball", "resistance band": "resistance-band",
}  # fmt: skip
Json = Mapping[str, Any]


def records(file: JsonList) -> Iterator[ExerciseRecord | Problem]:
    for item in file.items():
        try:
            record = _record(item)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            yield Problem(item.line, "", f"it has not the shape of exerciseinfo: {error!r}")
            continue
        yield record or Problem(item.line, "", "it has no English name")


def _record(item: Item) -> ExerciseRecord | None:
    given: Json = item.value
    by_language = {LANGUAGES[one["language"]]: one for one in given["translations"] if one["language"] in LANGUAGES}
    english = by_language.get("en")
    if english is None or not str(english["name"]).strip():
        return None
    primary, unknown = in_our_words((one["name"] for one in given["muscles"]), MUSCLES)
    secondary, more = in_our_words((one["name"] for one in given["muscles_secondary"]), MUSCLES)
    equipment, most = in_our_words((one["name"] for one in given["equipment"]), EQUIPMENT)
    category = "cardio" if given["category"]["name"] == "Cardio" else "strength"
    metrics, convention = measured_by(category, equipment)
    return ExerciseRecord(
        line=item.line,
        source_id=str(given.get("uuid") or given["id"]),
        name=str(english["name"]).strip(),
        names={code: str(one["name"]).strip() for code, one in by_language.items() if code != "en" and one["name"]},
        aliases=tuple(str(one["alias"]) for other in by_language.values() for one in other.get("aliases") or ()),
        category=category,
        primary_muscles=primary,
        secondary_muscles=tuple(slug for slug in secondary if slug not in primary),
        equipment=equipment,
        instructions=numbered(steps_of_html(str(english.get("description") or ""))),
        metrics=metrics,
        load_convention=convention,
        attribution=_attribution(given),
        unknown=tuple(unknown + more + most),
    )


def _attribution(given: Json) -> str:
    """Its licences ask for the authors to be named."""
    licence = given.get("license") or {}
    words = [licence.get("full_name") or licence.get("short_name"), licence.get("url")]
    authors = given.get("total_authors_history") or filter(None, [given.get("license_author")])
    named = ", ".join(str(author) for author in authors)
    said = ", ".join(str(word) for word in words if word)
    return f"wger{f', by {named}' if named else ''}{f' ({said})' if said else ''}"[:500]
