"""The library that comes with the repository, and what seeding it does."""

import re
import unicodedata
from typing import Any

import orjson
import pytest
from django.core.management import call_command

from catalog import enums
from catalog.domain.metadata import METRICS, check_metadata_schema, metadata_schema
from catalog.models import (
    Equipment,
    ExerciseType,
    Muscle,
    Program,
    ProgramDay,
    ProgramSet,
    ProgramSlot,
    ProgramWeek,
)
from catalog.services.seeding import DATA, seed
from catalog.tests.factories import make_canonical, make_equipment, make_muscle
from lib.fields import SLUG_PATTERN


def read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads((DATA / f"{name}.json").read_bytes())
    return rows


MUSCLES, EQUIPMENT, TYPES, PROGRAMS = (read(name) for name in ("muscles", "equipment", "exercise_types", "programs"))
KINDS = {"muscles": MUSCLES, "equipment": EQUIPMENT, "exercise_types": TYPES, "programs": PROGRAMS}


def slugs(rows: list[dict[str, Any]]) -> list[str]:
    return [row["slug"] for row in rows]


def used(*names: str) -> set[str]:
    return {slug for row in TYPES for name in names for slug in row[name]}


# --- the data ---


@pytest.mark.parametrize("rows", KINDS.values(), ids=KINDS)
def test_slugs_are_well_formed_sorted_and_unique(rows: list[dict[str, Any]]) -> None:
    assert slugs(rows) == sorted(set(slugs(rows)))
    assert [slug for slug in slugs(rows) if not re.fullmatch(SLUG_PATTERN, slug)] == []


def test_library_has_at_least_eighty_types() -> None:
    assert len(TYPES) >= 80


def test_every_muscle_and_piece_of_equipment_that_a_type_names_is_known() -> None:
    assert used("primary_muscles", "secondary_muscles") - set(slugs(MUSCLES)) == set()
    assert used("equipment") - set(slugs(EQUIPMENT)) == set()


def test_every_muscle_is_the_primary_one_of_some_type() -> None:
    assert set(slugs(MUSCLES)) - used("primary_muscles") == set()


def test_every_piece_of_equipment_is_used() -> None:
    assert set(slugs(EQUIPMENT)) - used("equipment") == set()


def test_sets_are_sorted_and_no_muscle_is_both_primary_and_secondary() -> None:
    for row in TYPES:
        for name in ("primary_muscles", "secondary_muscles", "equipment"):
            assert row[name] == sorted(set(row[name])), (row["slug"], name)
        assert not set(row["primary_muscles"]) & set(row["secondary_muscles"]), row["slug"]


def test_every_schema_compiles_and_records_something() -> None:
    for row in TYPES:
        check_metadata_schema(metadata_schema(row["metrics"]))
        assert set(row["metrics"]) <= set(METRICS), row["slug"]
        assert set(row["metrics"]) & {"reps", "duration", "distance"}, row["slug"]


def test_types_speak_the_languages_of_the_library_and_say_how_it_is_done() -> None:
    for row in TYPES:
        assert set(row["names"]) == {"de", "es", "fr"}, row["slug"]
        assert re.match(r"1\. .+\n2\. ", row["instructions"]), row["slug"]
        assert all(row["names"].values()), row["slug"]


def test_bodyweight_share_goes_with_the_load_convention() -> None:
    uses_the_body = {enums.LoadConvention.BODYWEIGHT, enums.LoadConvention.ASSISTED}
    for row in TYPES:
        assert (float(row["bodyweight_share"]) > 0) == (row["load_convention"] in uses_the_body), row["slug"]


def test_no_two_types_share_a_name() -> None:
    for language in ("de", "es", "fr"):
        names = [row["names"][language].casefold() for row in TYPES]
        assert sorted(names) == sorted(set(names)), language
    names = [row["name"].casefold() for row in TYPES]
    assert sorted(names) == sorted(set(names))


# --- seeding ---


def parts_of_programs() -> list[Any]:
    models = (Program, ProgramWeek, ProgramDay, ProgramSlot, ProgramSet)
    return [row for model in models for row in model.objects.all()]


def test_seed_loads_every_row(db: None) -> None:
    assert seed() == {name: len(rows) for name, rows in KINDS.items()}
    assert set(Muscle.objects.values_list("slug", flat=True)) == set(slugs(MUSCLES))
    assert set(Equipment.objects.values_list("slug", flat=True)) == set(slugs(EQUIPMENT))
    assert set(ExerciseType.objects.published().values_list("slug", flat=True)) == set(slugs(TYPES))


def test_seeded_rows_pass_every_check_of_their_fields(db: None) -> None:
    seed()
    for row in [*Muscle.objects.all(), *Equipment.objects.all(), *ExerciseType.objects.all(), *parts_of_programs()]:
        row.clean_fields()


def test_seed_twice_adds_nothing_and_changes_nothing(db: None) -> None:
    seed()
    before = list(ExerciseType.objects.order_by("pk").values())
    assert seed() == dict.fromkeys(KINDS, 0)
    assert list(ExerciseType.objects.order_by("pk").values()) == before


def test_seed_keeps_what_a_curator_changed(db: None) -> None:
    seed()
    ExerciseType.objects.filter(slug="barbell-bench-press").update(name="Bench", status=enums.Status.RETIRED)
    Muscle.objects.filter(slug="abs").update(name="Six-pack")
    seed()
    kept = ExerciseType.objects.get(slug="barbell-bench-press")
    assert (kept.name, kept.status) == ("Bench", "retired")
    assert Muscle.objects.get(slug="abs").name == "Six-pack"


def test_seed_keeps_what_a_curator_made_under_one_of_its_slugs(db: None) -> None:
    own = make_canonical("barbell-bench-press", name="Our bench press")
    make_muscle("abs", name="Our abs")
    make_equipment("barbell", name="Our bar")
    added = seed()
    assert added["exercise_types"] == len(TYPES) - 1
    assert ExerciseType.objects.get(slug="barbell-bench-press").pk == own.pk
    assert Muscle.objects.get(slug="abs").name == "Our abs"


def test_ids_of_the_library_are_the_same_on_every_server(db: None) -> None:
    seed()
    assert str(ExerciseType.objects.get(slug="barbell-bench-press").pk) == BENCH_PRESS_ID


# Part of every log that ever named it: changing it would break them.
BENCH_PRESS_ID = "2224b5ee-4a79-57d6-8b47-72ee67576dd5"


def test_seed_command_says_what_it_added(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed")
    call_command("seed")
    first, second = capsys.readouterr().out.splitlines()
    counted = ", ".join(f"{len(rows)} new {name.replace('_', ' ')}" for name, rows in KINDS.items())
    assert first == f"Library: {counted}."
    assert second == "Library: 0 new muscles, 0 new equipment, 0 new exercise types, 0 new programs."


# --- finding it ---


def test_every_type_is_found_by_each_of_its_names(db: None) -> None:
    seed()
    lost = [
        (row["slug"], name)
        for row in TYPES
        for name in (row["name"], *row["names"].values(), *row["aliases"])
        if not ExerciseType.objects.search(name).filter(slug=row["slug"]).exists()
    ]
    assert lost == []


def test_every_type_is_found_by_each_of_its_names_without_accents(db: None) -> None:
    seed()
    lost = [
        (row["slug"], name)
        for row in TYPES
        for name in row["names"].values()
        if not ExerciseType.objects.search(without_marks(name)).filter(slug=row["slug"]).exists()
    ]
    assert lost == []


def without_marks(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def test_every_type_is_found_by_each_word_of_its_name(db: None) -> None:
    seed()
    lost = [
        (row["slug"], word)
        for row in TYPES
        for word in re.split(r"[^\w]+", row["name"])
        if word and not ExerciseType.objects.search(word.upper()).filter(slug=row["slug"]).exists()
    ]
    assert lost == []
