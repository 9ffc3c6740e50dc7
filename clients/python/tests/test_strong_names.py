"""Names of exercises: how they match, and what the library that comes with the repository makes of Strong's own."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from dropset_client.strong import library_names
from dropset_files.shared.names import NameIndex, names_of, normalised

ROOT = Path(__file__).resolve().parents[3]
TYPES: list[dict[str, Any]] = json.loads((ROOT / "catalog/data/exercise_types.json").read_text(encoding="utf-8"))
LIBRARY = NameIndex(library_names({**item, "id": item["slug"]} for item in TYPES))
# The exercises that the Strong app comes with, by their names in it.
BUILT_IN = (Path(__file__).with_name("strong_exercises.txt")).read_text(encoding="utf-8").splitlines()
EQUIPMENT = {
    "band": "resistance-band",
    "barbell": "barbell",
    "cable": "cable-machine",
    "dumbbell": "dumbbell",
    "ez bar": "ez-bar",
    "hex bar": "trap-bar",
    "kettlebell": "kettlebell",
    "plate": "weight-plate",
    "smith machine": "smith-machine",
    "stability ball": "stability-ball",
    "suspension": "suspension-trainer",
    "trap bar": "trap-bar",
    "treadmill": "treadmill",
}


# The rule


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bench Press (Barbell)", "barbell bench-press"),
        ("Übung", "U\u0308bung"),
        ("Farmer's Walk", "Farmers Walk"),
        ("Farmer’s Walk", "FARMER'S WALK"),
        ("Skullcrusher", "Skull Crushers"),
        ("Pullups", "Pull-Up"),
        ("Tricep Pushdown (Cable)", "Triceps Push Down - Cable"),
        ("Dumbell Fly", "Flyes, Dumbbells"),
        ("❤", "❤️"),
    ],
)
def test_spelling_makes_no_other_exercise(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bench Press (Dumbbell)", "Bench Press (Barbell)"),
        ("Bench Press", "Bench Press (Barbell)"),
        ("High-to-Low Cable Fly", "Low-to-High Cable Fly"),
        ("🔥", "💪"),
        ("🔥", ""),
        ("Curl 🔥", "Curl"),
        ("💪", "💪🏽"),
        ("🏋️‍♂️", "🏋️‍♀️"),
        ("???", "---"),
        ("Curl + Press", "Curl Press"),
        ("स्क्वाट", "स्क्वट"),
    ],
)
def test_what_means_another_thing_is_another_name(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def test_the_first_id_of_a_name_stays() -> None:
    names = NameIndex({"Bench Press": "given"})
    names.add(["press bench", "", "other"], "found later")

    assert (names.find("bench press"), names.find("Other"), names.find("")) == ("given", "found later", None)


def test_the_library_gives_every_name_of_an_exercise_type() -> None:
    items: list[dict[str, Any]] = [
        {"id": "1", "name": "Bench press", "names": {"de": "Bankdrücken"}, "aliases": ["Flat bench", "Bench"]},
        {"id": "2", "name": "Row", "names": None, "aliases": None},
    ]

    assert library_names(items) == {
        "Bench press": "1", "Bankdrücken": "1", "Flat bench": "1", "Bench": "1", "Row": "2",
    }  # fmt: skip


def test_what_a_type_is_called_goes_before_what_another_is_also_called() -> None:
    items: list[dict[str, Any]] = [
        {"id": "1", "name": "Bench press", "aliases": ["Flat bench"]},
        {"id": "2", "name": "Flat Bench"},
    ]

    assert NameIndex(library_names(items)).find("flat bench") == "2"


def test_an_alias_of_two_types_says_nothing() -> None:
    items = [{"id": "1", "name": "Low row", "aliases": ["Row"]}, {"id": "2", "name": "High row", "aliases": ["row"]}]

    assert NameIndex(library_names(items)).find("Row") is None


# The library


def test_no_two_types_of_the_library_answer_to_one_name() -> None:
    found = defaultdict(set)
    for item in TYPES:
        for name in names_of(item):
            found[normalised(name)].add(item["slug"])

    assert {name: slugs for name, slugs in found.items() if len(slugs) > 1} == {}


def test_equipment_in_brackets_is_that_of_the_type() -> None:
    wrong = []
    for item in TYPES:
        for name in (item["name"], *item["aliases"]):
            bracket = re.search(r"\((.+)\)", name)
            equipment = EQUIPMENT.get(bracket[1].casefold()) if bracket else None
            if equipment and equipment not in item["equipment"]:
                wrong.append((item["slug"], name))

    assert wrong == []


def test_the_library_knows_every_exercise_that_strong_comes_with() -> None:
    assert [name for name in BUILT_IN if LIBRARY.find(name) is None] == []


def test_two_exercises_of_strong_are_never_one_type() -> None:
    found = defaultdict(list)
    for name in BUILT_IN:
        found[LIBRARY.find(name)].append(name)

    assert {slug: names for slug, names in found.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Decline Crunch", "decline-crunch"),
        ("Decline Sit Up", "decline-sit-up"),
        ("Triceps Extension", "triceps-extension"),
        ("Triceps Extension (Barbell)", "barbell-triceps-extension"),
        ("Skullcrushers", "skull-crusher"),
        ("Low Row", None),
        ("Cable Kickback", "cable-triceps-kickback"),
        ("Glute Kickback (Cable)", "cable-glute-kickback"),
        ("Seated Leg Press", "seated-leg-press"),
        ("Leg Press", "leg-press"),
        ("Leg Curl", None),
        ("Goblet Squat (Dumbbell)", "dumbbell-goblet-squat"),
        ("Walking (Treadmill)", "treadmill-walking"),
        ("Hyperextensions", "back-extension"),
        ("Facepull", "face-pull"),
        ("Hollow Body", "hollow-hold"),
        ("Land mine Press", "landmine-press"),
        ("Deadlift Hex", "trap-bar-deadlift"),
        ("Bent Over Row", "barbell-bent-over-row"),
        ("Seated Row", "seated-cable-row"),
        ("Tricep Press Down", "triceps-pushdown"),
        ("TRX Inverted Row", "suspension-row"),
        ("Chest Fly", "chest-fly"),
        ("🔥", None),
    ],
)
def test_names_of_real_files_find_their_type_or_none(name: str, slug: str | None) -> None:
    assert LIBRARY.find(name) == slug
