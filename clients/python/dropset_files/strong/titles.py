"""Titles of Strong's columns in the languages of the app, and the files of other apps by theirs.

The app writes the titles in its own language, and puts the unit into some of them, or in their place. What stands here
was found in real exports. A language that is not here is read by the places of its columns, which are the same in every
language, or as the caller names them.
"""

import re
from collections.abc import Mapping, Sequence

from dropset_files.shared.tables import simple

# The names that the reader uses, with the titles by which they go: English, German, French, Portuguese.
_TITLES = {
    "number": ("Workout #", "Workout No", "Workout Number"),
    "date": ("Date", "Datum", "Data"),
    "workout name": ("Workout Name", "Workout-Name", "Nom de l'entraînement", "Nome do treino"),
    "duration": ("Duration", "Workout Duration", "Dauer", "Workout-Dauer", "Durée", "Duração"),
    "exercise name": ("Exercise Name", "Name der Übung", "Nom de l'exercice", "Nome do exercício"),
    "set order": ("Set Order", "Reihenfolge festlegen", "Ordre de la série", "Ordem da série"),
    "weight": ("Weight", "Gewicht", "Poids", "Peso"),
    "weight unit": ("Weight Unit",),
    "reps": ("Reps", "Wiederh.", "Réps"),
    "rpe": ("RPE",),
    "distance": ("Distance", "Entfernung", "Distância"),
    "distance unit": ("Distance Unit",),
    "seconds": ("Seconds", "Sekunden", "Secondes", "Segundos"),
    "notes": ("Notes", "Notizen", "Notas"),
    "workout notes": ("Workout Notes", "Workout-Notizen", "Notes d'entraînement", "Notas do treino"),
}
COLUMNS = tuple(_TITLES)
REQUIRED = ("date", "exercise name", "set order", "weight", "reps")

# In old exports the unit is the title.
_UNIT_TITLES = {
    **dict.fromkeys(("kg", "kgs", "lb", "lbs"), "weight"),
    **dict.fromkeys(("m", "km", "mi", "miles", "meters"), "distance"),
}
_WITH_UNIT = re.compile(r"(.+?) ?[(\[]([^()\[\]]+)[)\]]")

_PLACES: dict[int, tuple[str, ...]] = {
    12: (
        "date", "workout name", "duration", "exercise name", "set order", "weight", "reps", "distance", "seconds",
        "notes", "workout notes", "rpe",
    ),
    13: (
        "number", "date", "workout name", "duration", "exercise name", "set order", "weight", "reps", "rpe", "distance",
        "seconds", "notes", "workout notes",
    ),
    14: (
        "date", "workout name", "exercise name", "set order", "weight", "weight unit", "reps", "rpe", "distance",
        "distance unit", "seconds", "notes", "workout notes", "duration",
    ),
}  # fmt: skip

# Titles that only the files of one other app have.
_OTHERS = (
    ({"exercise_title", "set_index"}, "an export of Hevy"),
    ({"exercise", "category", "reps"}, "an export of FitNotes"),
    ({"measurement type", "value"}, "Strong's export of measurements, not of workouts"),
    ({"program name", "body weight"}, "an export of StrongLifts"),
)


_NAMES = {simple(title): name for name, titles in _TITLES.items() for title in titles}


def column_of(title: str) -> tuple[str | None, str]:
    """The name of the column with this title, None where it is not known; and the unit in the title, or ""."""
    text = simple(title)
    if text.rstrip(".") in _UNIT_TITLES:
        return _UNIT_TITLES[text.rstrip(".")], text
    if text in _NAMES:
        return _NAMES[text], ""
    if found := _WITH_UNIT.fullmatch(text):
        return _NAMES.get(found[1]), found[2]
    return None, ""


def by_place(titles: Sequence[str]) -> Mapping[int, str] | None:
    """The names of columns in a language that is not known: RPE, which no language translates, stands where it should."""
    names = _PLACES.get(len(titles))
    if names is None or [simple(title) == "rpe" for title in titles] != [name == "rpe" for name in names]:
        return None
    return dict(enumerate(names))


def other_app(titles: Sequence[str]) -> str | None:
    """Whose file this is, where it is known as another one's."""
    found = {re.sub(r" ?\(.*\)", "", simple(title)) for title in titles}
    return next((name for marks, name in _OTHERS if marks <= found), None)
