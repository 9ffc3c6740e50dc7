"""The library that comes with the repository, and what seeding it does."""

import re
import unicodedata
from collections import Counter, defaultdict
from typing import Any

import orjson
import pytest

from accounts.enums import Level
from catalog import enums
from catalog.domain.metadata import METRICS, check_metadata_schema, metadata_schema
from catalog.services.seeding import DATA
from lib.fields import SLUG_PATTERN


def read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads((DATA / f"{name}.json").read_bytes())
    return rows


MUSCLES, EQUIPMENT, TYPES, PROGRAMS = (read(name) for name in ("muscles", "equipment", "exercise_types", "programs"))
KINDS = {"muscles": MUSCLES, "equipment": EQUIPMENT, "exercise_types": TYPES, "programs": PROGRAMS}


def slugs(rows: list[dict[str, Any]]) -> list[str]:
    return [row["slug"] for row in rows]


def without_marks(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def used(*names: str) -> set[str]:
    return {slug for row in TYPES for name in names for slug in row[name]}


# --- the data ---


@pytest.mark.parametrize("rows", KINDS.values(), ids=KINDS)
def test_slugs_are_well_formed_sorted_and_unique(rows: list[dict[str, Any]]) -> None:
    assert slugs(rows) == sorted(set(slugs(rows)))
    assert [slug for slug in slugs(rows) if not re.fullmatch(SLUG_PATTERN, slug)] == []


def test_library_has_types_of_every_category() -> None:
    assert len(TYPES) >= 360
    counted = Counter(row["category"] for row in TYPES)
    assert set(counted) == set(enums.Category)
    assert min(counted.values()) >= 10


def test_every_type_says_where_it_is_from() -> None:
    assert {row["source"] for row in TYPES} == {"dropset"}


def test_words_of_a_type_are_those_of_the_library() -> None:
    words = {
        "movement_pattern": enums.MovementPattern,
        "mechanic": enums.Mechanic,
        "force": enums.Force,
        "level": Level,
        "laterality": enums.Laterality,
        "load_convention": enums.LoadConvention,
    }
    assert [(row["slug"], name) for row in TYPES for name in words if row[name] not in set(words[name])] == []
    assert [row["slug"] for row in TYPES if not row["primary_muscles"]] == []


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
        assert row["category"] != enums.Category.CARDIO or "duration" in row["metrics"], row["slug"]


def test_types_with_a_load_ask_for_it_and_no_others() -> None:
    loaded = {enums.LoadConvention.TOTAL, enums.LoadConvention.PER_HAND}
    for row in TYPES:
        assert row["load_convention"] not in loaded or "load" in row["metrics"], row["slug"]
        assert row["load_convention"] != enums.LoadConvention.NONE or "load" not in row["metrics"], row["slug"]


def test_every_metric_is_recorded_by_some_type() -> None:
    assert set(METRICS) - used("metrics") == set()


def test_types_speak_the_languages_of_the_library_and_say_how_it_is_done() -> None:
    for row in TYPES:
        assert set(row["names"]) == {"de", "es", "fr"}, row["slug"]
        assert all(row["names"].values()), row["slug"]
        numbers = re.findall(r"^(\d+)\. \S.{9,}$", row["instructions"], re.MULTILINE)
        assert numbers == [str(n) for n in range(1, row["instructions"].count("\n") + 2)], row["slug"]
        assert len(numbers) >= 3, row["slug"]


def test_no_two_types_say_how_it_is_done_in_the_same_words() -> None:
    counted = Counter(row["instructions"] for row in TYPES)
    assert [text for text, count in counted.items() if count > 1] == []


def test_bodyweight_share_goes_with_the_load_convention() -> None:
    uses_the_body = {enums.LoadConvention.BODYWEIGHT, enums.LoadConvention.ASSISTED}
    for row in TYPES:
        assert (float(row["bodyweight_share"]) > 0) == (row["load_convention"] in uses_the_body), row["slug"]


def folded(name: str) -> str:
    """Without case, accents and signs."""
    return " ".join(re.findall(r"\w+", without_marks(name.casefold())))


def names_of(row: dict[str, Any]) -> list[str]:
    return [row["name"], *row["names"].values(), *row["aliases"]]


def test_no_name_or_alias_means_two_types() -> None:
    meant = defaultdict(set)
    for row in TYPES:
        for name in names_of(row):
            meant[folded(name)].add(row["slug"])
    assert {name: found for name, found in meant.items() if len(found) > 1} == {}


def test_aliases_are_no_empty_words_and_none_is_said_twice() -> None:
    for row in TYPES:
        assert all(alias == alias.strip() and folded(alias) for alias in row["aliases"]), row["slug"]
        assert len({alias.casefold() for alias in row["aliases"]}) == len(row["aliases"]), row["slug"]
        assert not {row["name"], *row["names"].values()} & set(row["aliases"]), row["slug"]


def test_many_types_have_aliases_in_other_languages() -> None:
    """Known by words that the library uses in names of another language and in none of the English ones."""
    english = {word for row in TYPES for word in folded(row["name"]).split()}
    for language in ("de", "es", "fr"):
        foreign = {word for row in TYPES for word in folded(row["names"][language]).split()} - english
        aliased = [row for row in TYPES if any(foreign & set(folded(alias).split()) for alias in row["aliases"])]
        assert len(aliased) >= 200, language


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Kniebeuge", "barbell-back-squat"),
        ("Bankdrücken", "barbell-bench-press"),
        ("Klimmzüge", "pull-up"),
        ("press de banca", "barbell-bench-press"),
        ("peso muerto rumano con barra", "romanian-deadlift"),
        ("jalon dorsal", "lat-pulldown"),
        ("développé couché", "barbell-bench-press"),
        ("souleve de terre", "deadlift"),
        ("tirage horizontal", "seated-cable-row"),
    ],
)
def test_common_words_of_gyms_mean_their_type(name: str, slug: str) -> None:
    assert [row["slug"] for row in TYPES if folded(name) in map(folded, names_of(row))] == [slug]
