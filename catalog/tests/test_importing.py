"""Downloads of other libraries, read into ours."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from catalog.domain.exercise_records import steps_of_html
from catalog.domain.food_records import OurNutrient, Refused, amounts_from, normal_barcode, readable
from catalog.enums import ImportState, Status
from catalog.models import ExerciseType, Food, ImportRun
from catalog.models.history import version_model
from catalog.services.importing import streams
from catalog.services.importing.streams import JsonList
from catalog.tests.factories import make_canonical, make_equipment, make_food, make_muscle, make_nutrient

SAMPLES = Path(__file__).resolve().parents[3] / "shared"
NUTRIENTS = {
    "energy": (1008, "kcal"),
    "protein": (1003, "g"),
    "fat": (1004, "g"),
    "carbohydrate": (1005, "g"),
    "sodium": (1093, "mg"),
}
OURS = {number: OurNutrient(slug, unit) for slug, (number, unit) in NUTRIENTS.items()}
UNITS = {"kcal": "KCAL", "g": "G", "mg": "MG"}  # as FoodData Central writes them
FDC_COLUMNS = {
    "food": "fdc_id data_type description food_category_id publication_date",
    "food_nutrient": "id fdc_id nutrient_id amount data_points derivation_id",
    "nutrient": "id name unit_name nutrient_nbr rank",
    "food_category": "id code description",
    "measure_unit": "id name",
    "food_portion": "id fdc_id seq_num amount measure_unit_id portion_description modifier gram_weight",
    "branded_food": (
        "fdc_id brand_owner brand_name subbrand_name gtin_upc serving_size serving_size_unit household_serving_fulltext"
    ),
    "sr_legacy_food": "fdc_id NDB_number",
}
BARCODE = "036000291452"  # the first that was ever scanned


@pytest.fixture
def nutrients(db: None) -> None:
    for slug, (number, unit) in NUTRIENTS.items():
        make_nutrient(slug, unit=unit, fdc_id=number)


@pytest.fixture
def words(db: None) -> None:
    for slug in ("chest", "triceps", "quads"):
        make_muscle(slug)
    make_equipment("barbell")


def run(path: Path, format_: str, *options: str, capsys: Any) -> list[str]:
    call_command("import_catalog", str(path), "--format", format_, *options)
    lines: list[str] = capsys.readouterr().out.splitlines()
    return lines


def table(*rows: Any) -> str:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    return file.getvalue()


def fdc_zip(path: Path, *, foods: Any, amounts: Any, brands: Any = (), portions: Any = (), numbers: Any = ()) -> Path:
    """A download of FoodData Central, with the columns that it has."""
    rows = {
        "food": foods,
        "food_nutrient": amounts,
        "nutrient": [
            (number, "", UNITS.get(unit, unit), "", "") for number, unit in (*NUTRIENTS.values(), (1062, "kJ"))
        ],
        "food_category": [(1, "0100", "Dairy and Egg Products")],
        "measure_unit": [(1000, "cup"), (9999, "undetermined")],
        "food_portion": portions,
        "branded_food": brands,
        "sr_legacy_food": numbers,
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, header in FDC_COLUMNS.items():
            file.writestr(f"FoodData_Central_csv/{name}.csv", table(header.split(), *rows[name]))
    return path


def milk_and_bar(path: Path, protein: float = 3.2) -> Path:
    return fdc_zip(
        path,
        foods=[
            (11, "foundation_food", "MILK,WHOLE", 1, "2024-01-01"),
            (12, "branded_food", "Oat Bar", "", "2024-01-01"),
            (13, "sample_food", "Milk, sample 7", 1, "2024-01-01"),
            (14, "sr_legacy_food", "Wonder food", 1, "2024-01-01"),
        ],
        amounts=[
            (1, 11, 1003, protein, "", ""),
            (2, 11, 1062, 255, "", ""),
            (3, 11, 9, 1, "", ""),
            (4, 11, 1093, "", "", ""),
            (5, 12, 1008, 400, "", ""),
            (6, 12, 1062, 9999, "", ""),
            (7, 12, 1093, 0, "", ""),
            (8, 13, 1003, 3, "", ""),
            (9, 14, 1003, 80, "", ""),
            (10, 14, 1004, 80, "", ""),
        ],
        brands=[(12, "Mill Inc.", "Old Mill", "", BARCODE.lstrip("0"), "40", "g", "1 bar")],
        portions=[(1, 11, 1, 1, 1000, "", "", 244), (2, 11, 2, 1, 9999, "", "90000", 30)],
    )


# --- FoodData Central ---


def test_fdc_tables_become_drafts(nutrients: None, tmp_path: Path, capsys: Any) -> None:
    path = milk_and_bar(tmp_path / "fdc.zip")
    assert run(path, "fdc", capsys=capsys) == [
        "line 5: refused: Wonder food: 100 g of it hold 160 g of macronutrients",
        "2 new, 0 matched, 0 changed, 0 left, 1 refused; 0 need a person.",
    ]
    milk, bar = Food.objects.order_by("source_id")
    assert (milk.name, milk.status, milk.category, milk.source, milk.source_id) == (
        "Milk, whole",
        Status.DRAFT,
        "dairy_eggs",
        "fdc",
        "11",
    )
    assert milk.nutrients == {"energy": pytest.approx(255 / 4.184), "protein": 3.2}  # sodium was not measured: absent
    assert milk.portions == [{"name": "1 cup", "grams": 244}]
    assert bar.nutrients == {"energy": 400, "sodium": 0}  # kcal before kJ, and zero is a figure
    assert (bar.brand, bar.barcode, bar.portions) == ("Old Mill", BARCODE, [{"name": "1 bar", "grams": 40}])
    assert "FoodData Central" in milk.attribution
    assert Food.objects.search("whole mil").get() == milk
    done = ImportRun.objects.get()
    assert (done.state, done.library, done.counts) == (ImportState.DONE, "foods", {"new": 2, "refused": 1})
    assert done.problems == [{"line": 5, "name": "Wonder food", "why": "100 g of it hold 160 g of macronutrients"}]
    assert len(done.file_digest) == 64


def test_second_run_changes_nothing_and_a_newer_file_does(nutrients: None, tmp_path: Path, capsys: Any) -> None:
    path = milk_and_bar(tmp_path / "fdc.zip")
    run(path, "fdc", capsys=capsys)
    before = list(Food.objects.order_by("pk").values())
    assert run(path, "fdc", capsys=capsys)[-1].startswith("0 new, 2 matched, 0 changed")
    assert list(Food.objects.order_by("pk").values()) == before
    newer = milk_and_bar(tmp_path / "newer.zip", protein=3.4)
    assert run(newer, "fdc", capsys=capsys)[-1].startswith("0 new, 1 matched, 1 changed")
    milk = Food.objects.get(source_id="11")
    assert milk.nutrients["protein"] == 3.4
    assert version_model(Food).objects.get(pgh_obj=milk).pgh_context["why"] == "Import of newer.zip"


def test_what_a_curator_changed_is_left_to_a_person(nutrients: None, tmp_path: Path, capsys: Any) -> None:
    run(milk_and_bar(tmp_path / "fdc.zip"), "fdc", capsys=capsys)
    Food.objects.filter(source_id="11").update(status=Status.PUBLISHED)  # no change of what it holds
    newer = milk_and_bar(tmp_path / "newer.zip", protein=3.4)
    assert run(newer, "fdc", capsys=capsys)[-1].startswith("0 new, 1 matched, 1 changed, 0 left")
    Food.objects.filter(source_id="11").update(name="Whole milk")
    newest = milk_and_bar(tmp_path / "newest.zip", protein=3.5)
    lines = run(newest, "fdc", capsys=capsys)
    assert lines[1] == "line 2: needs a person: Milk, whole: it was changed here, and the file has something else"
    assert lines[-1] == "0 new, 1 matched, 0 changed, 1 left, 1 refused; 1 need a person."
    milk = Food.objects.get(source_id="11")
    assert (milk.name, milk.nutrients["protein"], milk.status) == ("Whole milk", 3.4, Status.PUBLISHED)
    assert list(ImportRun.objects.waiting().values_list("file_name", flat=True)) == ["newest.zip"]


def test_dry_run_writes_nothing(nutrients: None, tmp_path: Path, capsys: Any) -> None:
    path = milk_and_bar(tmp_path / "fdc.zip")
    assert run(path, "fdc", "--dry-run", capsys=capsys)[-1].startswith("Nothing was written. 2 new")
    assert (Food.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_trusted_foods_are_published_where_their_energy_is_known(nutrients: None, tmp_path: Path, capsys: Any) -> None:
    path = fdc_zip(
        tmp_path / "fdc.zip",
        foods=[(11, "survey_fndds_food", "Known", "", ""), (12, "survey_fndds_food", "Unknown", "", "")],
        amounts=[(1, 11, 1008, 50, "", ""), (2, 12, 1093, 5, "", "")],
    )
    User.objects.create_user(email="curator@example.org", password="x", is_staff=True)
    options = ("--publish", "--source", "my-fdc", "--by", "curator@example.org")
    run(path, "fdc", *options, capsys=capsys)
    assert dict(Food.objects.values_list("name", "status")) == {"Known": "published", "Unknown": "draft"}
    assert set(Food.objects.values_list("source", flat=True)) == {"my-fdc"}
    assert ImportRun.objects.get().by == User.objects.get()


def test_foods_match_by_number_of_sr_barcode_and_name_and_by_nothing_less(
    nutrients: None, tmp_path: Path, capsys: Any
) -> None:
    values: dict[str, Any] = {"source": "usda-sr28", "source_id": "01001"}
    make_food("butter", **values)
    make_food("bar", brand="Mill", barcode=BARCODE)
    make_food("oats", name="Oats, rolled", nutrients={"energy": 380})
    make_food("milk", name="Chocolate milk", nutrients={"energy": 80})
    path = fdc_zip(
        tmp_path / "fdc.zip",
        foods=[
            (1, "sr_legacy_food", "Something buttery", "", ""),
            (2, "branded_food", "Bar", "", ""),
            (3, "branded_food", "Bar", "", ""),
            (4, "survey_fndds_food", "OATS ROLLED", "", ""),
            (5, "survey_fndds_food", "Milk chocolate", "", ""),
            (6, "survey_fndds_food", "Chocolate Milk", "", ""),
        ],
        amounts=[(1, 4, 1008, 370, "", ""), (2, 6, 1008, 400, "", "")],
        numbers=[(1, 1001)],
        brands=[(2, "Mill", "", "", BARCODE, "", "", ""), (3, "Other", "", "", "036000291453", "", "", "")],
    )
    lines = run(path, "fdc", capsys=capsys)
    assert lines == [
        "line 7: needs a person: Chocolate Milk: milk has the same name and other figures",
        "3 new, 3 matched, 0 changed, 0 left, 0 refused; 1 need a person.",
    ]
    new = Food.objects.filter(source="fdc").order_by("source_id")
    assert [(food.source_id, food.barcode) for food in new] == [
        ("3", ""),
        ("5", ""),
        ("6", ""),
    ]  # a wrong check digit: none


def test_fdc_json_is_read_as_its_tables_are(nutrients: None, tmp_path: Path, capsys: Any) -> None:
    food = {
        "fdcId": 11,
        "description": "Milk, whole",
        "dataType": "Foundation",
        "foodCategory": {"description": "Dairy and Egg Products"},
        "foodNutrients": [
            {"nutrient": {"id": 1003, "unitName": "g"}, "amount": 3.2},
            {"nutrient": {"id": 1093, "unitName": "mg"}},
            {"nutrient": {"id": 1008, "unitName": "kcal"}, "amount": 61},
        ],
        "foodPortions": [{"amount": 1, "measureUnit": {"name": "cup"}, "gramWeight": 244}],
    }
    path = tmp_path / "foods.json"
    path.write_bytes(orjson.dumps({"FoundationFoods": [food, {"fdcId": 12}, 7]}, option=orjson.OPT_INDENT_2))
    lines = run(path, "fdc", capsys=capsys)
    assert lines[-1] == "1 new, 0 matched, 0 changed, 0 left, 2 refused; 0 need a person."
    milk = Food.objects.get()
    assert (milk.nutrients, milk.portions) == ({"protein": 3.2, "energy": 61}, [{"name": "1 cup", "grams": 244}])
    assert milk.category == "dairy_eggs"


# --- other formats ---


def test_usda_sr_is_read(nutrients: None, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "sr.csv"
    header = ("NDB_No", "Shrt_Desc", "Energ_Kcal", "Protein_(g)", "Sodium_(mg)", "GmWt_1", "GmWt_Desc1")
    path.write_text(
        table(header, ("1001", "BUTTER,WITH SALT", 717, 0.85, "", 5, "1 pat"), ("1002", "ODD", "many", 1, 1, "", ""))
    )
    assert run(path, "usda-sr", capsys=capsys) == [
        "line 3: refused: ODD: Energ_Kcal is 'many', which is no number",
        "1 new, 0 matched, 0 changed, 0 left, 1 refused; 0 need a person.",
    ]
    butter = Food.objects.get()
    assert (butter.source, butter.source_id, butter.name) == ("usda-sr28", "01001", "Butter, with salt")
    assert butter.nutrients == {"energy": 717, "protein": 0.85}


EXERCISE = {
    "id": "Floor_Press",
    "name": "Floor Press",
    "force": "push",
    "level": "expert",
    "mechanic": "compound",
    "equipment": "barbell",
    "primaryMuscles": ["chest"],
    "secondaryMuscles": ["triceps", "chest"],
    "instructions": ["Lie down.", "Press."],
    "category": "powerlifting",
}


def test_free_exercise_db_matches_by_names_and_the_rest_are_drafts(words: None, tmp_path: Path, capsys: Any) -> None:
    make_canonical("bench-press", name="Bench Press (Barbell)")
    path = tmp_path / "exercises.json"
    same = {**EXERCISE, "id": "B", "name": "Barbell Bench-Press"}
    odd = {**EXERCISE, "id": "O", "name": "Odd Press", "equipment": "machine"}
    path.write_bytes(orjson.dumps([EXERCISE, same, odd, {"name": "x"}]))
    lines = run(path, "free-exercise-db", capsys=capsys)
    assert lines[1:] == [
        "line 1: needs a person: Odd Press: no word here for: machine",
        "2 new, 1 matched, 0 changed, 0 left, 1 refused; 1 need a person.",
    ]
    press = ExerciseType.objects.get(slug="floor-press")
    assert (press.status, press.level, press.primary_muscles, press.secondary_muscles) == (
        "draft",
        "advanced",
        ["chest"],
        ["triceps"],
    )
    assert (press.equipment, press.instructions) == (["barbell"], "1. Lie down.\n2. Press.")
    assert press.attribution == "free-exercise-db (Unlicense)"
    press.full_clean(exclude=["user"])
    assert run(path, "free-exercise-db", capsys=capsys)[-1].startswith("0 new, 3 matched, 0 changed")


def test_wger_is_read_in_several_languages_with_its_authors(words: None, tmp_path: Path, capsys: Any) -> None:
    found = {
        "id": 7,
        "uuid": "aaaa",
        "category": {"name": "Legs"},
        "muscles": [{"name": "Quadriceps femoris"}],
        "muscles_secondary": [],
        "equipment": [{"name": "Barbell"}],
        "license": {"full_name": "CC BY-SA 4", "url": "https://example.org"},
        "license_author": "ann",
        "translations": [
            {
                "language": 2,
                "name": "Squat",
                "description": "<p>Stand.</p><ol><li>Go down &amp; up.</li></ol>",
                "aliases": [{"alias": "Sq"}],
            },
            {"language": 1, "name": "Kniebeuge", "description": "", "aliases": []},
        ],
    }
    path = tmp_path / "wger.json"
    path.write_bytes(
        orjson.dumps({"count": 1, "next": None, "results": [found, {**found, "uuid": "b", "translations": []}]})
    )
    assert run(path, "wger", capsys=capsys)[-1].startswith("1 new, 0 matched, 0 changed, 0 left, 1 refused")
    squat = ExerciseType.objects.get()
    assert (squat.names, squat.aliases, squat.primary_muscles) == ({"de": "Kniebeuge"}, ["Sq"], ["quads"])
    assert squat.instructions == "1. Stand.\n2. Go down & up."
    assert squat.attribution == "wger, by ann (CC BY-SA 4, https://example.org)"


# --- files of another shape ---


@pytest.mark.parametrize("format_", ["free-exercise-db", "wger", "fdc", "usda-sr"])
@pytest.mark.parametrize(
    "content", [b"", b"[]", b"[{", b"a,b\n1,2\n", b"\x00\xff\x00", b'{"FoundationFoods": [{"fdcId"']
)
def test_file_of_another_shape_is_refused_with_advice(
    nutrients: None, tmp_path: Path, capsys: Any, format_: str, content: bytes
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=r"This file|This is not|There is no|is no JSON"):
        run(path, format_, capsys=capsys)
    assert (Food.objects.count(), ExerciseType.objects.count()) == (0, 0)


def test_zip_without_its_tables_is_refused(nutrients: None, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "part.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("food.csv", "fdc_id\n")
    with pytest.raises(CommandError, match=r"no food_nutrient.csv and no nutrient.csv"):
        run(path, "fdc", capsys=capsys)


def test_exercises_are_not_published_unseen(db: None, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"[]")
    with pytest.raises(CommandError, match="--publish is for foods"):
        run(path, "wger", "--publish", capsys=capsys)
    with pytest.raises(CommandError, match="There is no file"):
        run(tmp_path / "none", "wger", capsys=capsys)
    with pytest.raises(CommandError, match="Nobody of the staff"):
        run(path, "wger", "--by", "nobody@example.org", capsys=capsys)


# --- parts ---


@given(
    st.lists(
        st.dictionaries(st.text(), st.text() | st.integers(-(2**63), 2**63 - 1) | st.none(), max_size=4),
        min_size=1,
        max_size=6,
    ),
    st.integers(10, 50),
)
def test_json_is_read_in_pieces_of_any_size(tmp_path_factory: Any, items: list[Any], size: int) -> None:
    path = tmp_path_factory.mktemp("json") / "list.json"
    path.write_bytes(orjson.dumps({"key": items}, option=orjson.OPT_INDENT_2))
    whole = JsonList(path)
    before, streams.CHUNK_CHARACTERS = streams.CHUNK_CHARACTERS, size + 10
    try:
        assert [item.value for item in whole.items()] == items
    finally:
        streams.CHUNK_CHARACTERS = before


@pytest.mark.parametrize(
    ("found", "amounts"),
    [
        ([(1062, "kJ", 418.4)], {"energy": 100}),
        ([(1062, "kJ", 418.4), (1008, "KCAL", 90)], {"energy": 90}),
        ([(1008, "kJ", 418.4)], {"energy": 100}),
        ([(1093, "G", 1.5)], {"sodium": 1500}),
        ([(1085, "G", 4), (1004, "G", 5)], {"fat": 5}),
        ([(1085, "G", 4)], {"fat": 4}),
        ([(1003, "G", 0)], {"protein": 0}),
        ([], {}),
    ],
)
def test_amounts_are_in_our_units(found: list[tuple[int, str, float]], amounts: dict[str, float]) -> None:
    taken, unclear = amounts_from(found, OURS)
    assert taken == pytest.approx(amounts)
    assert unclear == []


def test_unit_that_is_not_comparable_is_said_and_not_taken() -> None:
    assert amounts_from([(1003, "IU", 5.0)], OURS) == ({}, ["protein is in IU, which is not comparable with g"])


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf"), 2e6])
def test_figure_that_no_food_has_refuses_it(amount: float) -> None:
    with pytest.raises(Refused):
        amounts_from([(1003, "G", amount)], OURS)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("36000291452", BARCODE),
        (BARCODE, BARCODE),
        ("00036000291452", BARCODE),
        ("4006381333931", "4006381333931"),
        ("96385074", "96385074"),
        ("036000291453", ""),
        ("n/a", ""),
        ("", ""),
        ("0", ""),
        ("123456789012345", ""),
    ],
)
def test_barcode_has_one_form(written: str, code: str) -> None:
    assert normal_barcode(written) == code


def test_text_is_made_readable() -> None:
    assert readable("BUTTER,WITH SALT") == "Butter, with salt"
    assert readable("  Oat   Bar ") == "Oat Bar"
    assert steps_of_html("<p>One<br>Two</p><p></p>Three") == ["One", "Two", "Three"]
