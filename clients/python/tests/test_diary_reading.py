"""Files of food diaries: known by their content, and read as far as they say for certain what they hold. All are invented."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dropset_files.reading import ReadAs, app_of, read_diary, read_file
from dropset_files.shared.amounts import portion_of
from dropset_files.shared.diary import DiaryFile
from dropset_files.shared.model import FileFormatError

ZONE = ZoneInfo("Europe/Berlin")
MFP = (
    "Date,Meal,Calories,Fat (g),Saturated Fat,Polyunsaturated Fat,Monounsaturated Fat,Trans Fat,Cholesterol,Sodium (mg),"
    "Potassium,Carbohydrates (g),Fiber,Sugar,Protein (g),Vitamin A,Vitamin C,Calcium,Iron,Note\n"
)
SERVINGS = (
    "Day,Time,Group,Food Name,Amount,Energy (kcal),B12 (Cobalamin) (\u00b5g),Folate (\u00b5g),Vitamin A (IU),Vitamin D (IU),"
    "Net Carbs (g),Carbs (g),Fat (g),Water (g),Protein (g),Category\n"
)
DAILY = "Date,Group,Energy (kcal),Net Carbs (g),Carbs (g),Fat (g),Protein (g),Completed\n"
BIOMETRICS = "Day,Time,Group,Metric,Unit,Amount\n"
BREAKFAST = "2026-09-28,Breakfast,550.0,15.0,4,1,2,0,30,400,0,60.0,8,10,45.0,0,20,0,10,\n"


def read(text: str | bytes, **options: object) -> DiaryFile:
    return read_diary(text, ReadAs(ZONE, **options))  # type: ignore[arg-type]


def numbers(found: DiaryFile, place: int = 0) -> dict[str, float]:
    return {slug: float(amount) for slug, amount in found.meals[place].foods[0].nutrients.items()}


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_myfitnesspal_gives_sums_of_meals(bom: str) -> None:
    found = read(bom + MFP + BREAKFAST)
    assert (found.app, found.rows, found.problems) == ("myfitnesspal", 1, ())
    (meal,) = found.meals
    assert (meal.day, meal.slot, meal.title, meal.foods[0].name) == (date(2026, 9, 28), "breakfast", "", "")
    assert numbers(found) == {
        "energy": 550,
        "fat": 15,
        "fatty-acids-saturated": 4,
        "fatty-acids-polyunsaturated": 1,
        "fatty-acids-monounsaturated": 2,
        "cholesterol": 30,
        "sodium": 400,
        "carbohydrate": 60,
        "fiber": 8,
        "sugars": 10,
        "protein": 45,
    }


def test_myfitnesspal_leaves_out_what_is_not_certain() -> None:
    found = read(MFP + BREAKFAST)
    assert found.told[0].startswith("Vitamin A, Vitamin C, Calcium, Iron: left out.")
    quick = read(MFP + '2026-09-28,Elevenses,"1,050",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,at a fair\n')
    assert numbers(quick) == {"energy": 1050}
    assert (quick.meals[0].slot, quick.meals[0].title, quick.meals[0].foods[0].notes) == ("", "Elevenses", "at a fair")


def test_myfitnesspal_with_times_units_and_totals() -> None:
    found = read(
        "Date,Meal,Time,Calories,Fat (g),Sodium (g),Carbohydrates (g),Protein (g)\n"
        "2026-09-01,Lunch,12:30 PM,650,20,0.8,70,40\n"
        "2026-09-01,Lunch,3:00 PM,150,5,0,20,2\n"
        "2026-09-01,Daily Total,,800,25,0.8,90,42\n"
    )
    (meal,) = found.meals
    assert (meal.at, len(meal.foods)) == (datetime(2026, 9, 1, 12, 30, tzinfo=ZONE), 2)
    assert numbers(found)["sodium"] == 800


def test_myfitnesspals_weight_is_in_the_users_unit() -> None:
    text = "Date,Body Fat %,Weight,Neck\n2026-01-15,18.5,175.0,15\n2026-01-16,,80,\n"
    found = read(text, weight_unit="lb")
    noon = datetime(2026, 1, 15, 12, tzinfo=ZONE)
    assert [(one.kind, one.value) for one in found.measured if one.at == noon] == [
        ("body_weight", Decimal("79.379")),
        ("body_fat", Decimal("18.500")),
    ]
    assert found.assumed == {"weight unit"}
    assert found.told[0].startswith("Neck: left out.")


def test_cronometer_gives_foods_with_amounts() -> None:
    oats = '2026-09-25,08:14 AM,Breakfast,"Oats, rolled",80.00 g,300.8,0.00,32,,40,46.0,54.0,5.2,8,10.6,Grains\n'
    found = read(f"{SERVINGS}{oats}{oats}2026-09-25,,Uncategorized,Eggs,2.00 large,143,,,,,,1.1,9.5,,12.6,Eggs\n")
    breakfast, rest = found.meals
    first, second = breakfast.foods
    assert (first.name, first.grams, first.n, second.n) == ("Oats, rolled", Decimal(80), 1, 2)
    assert numbers(found) == {
        "energy": 300.8,
        "vitamin-b12": 0,
        "vitamin-d": 1,
        "carbohydrate": 54,
        "fat": 5.2,
        "water": 8,
        "protein": 10.6,
    }
    assert (rest.slot, rest.title) == ("", "")
    eggs = rest.foods[0]
    assert (eggs.grams, eggs.portion, eggs.portion_count) == (None, "large", Decimal(2))
    assert "vitamin-b12" not in rest.foods[0].nutrients
    (told,) = found.told
    assert told.startswith("Folate (\u00b5g), Vitamin A (IU), Net Carbs (g): left out.")


@pytest.mark.parametrize("amount", ["500 ml", "500.00 g", "1.00 Bottle"])
def test_water_is_drunk(amount: str) -> None:
    found = read(f"{SERVINGS}2026-09-25,18:00,Dinner,Water,{amount},0.0,,,,,,,,500,,Beverages\n")
    (water,) = found.waters
    assert (water.amount_ml, water.at, found.meals) == (500, datetime(2026, 9, 25, 18, tzinfo=ZONE), ())


def test_daily_sums_come_with_their_groups_or_as_a_whole() -> None:
    found = read(
        f"{DAILY}2026-09-25,Breakfast,500,40,50,10,20,true\n2026-09-25,Uncategorized,90,0,0,10,0,true\n"
        "2026-09-25,Total,590,40,50,20,20,true\n2026-09-26,Lunch,0.0,0.0,0.0,0.0,0.0,false\n"
    )
    assert [(one.slot, one.title) for one in found.meals] == [("breakfast", ""), ("", "Uncategorized")]
    whole = read("Date,Energy (kcal),Carbs (g),Fat (g),Protein (g),Completed\n2026-09-25,2700,300,80,150,true\n")
    assert [(one.slot, one.title, whole.sums) for one in whole.meals] == [("", "", True)]


def test_biometrics_become_measurements() -> None:
    found = read(
        f"{BIOMETRICS}2026-09-25,06:00 ,Data,Weight (Apple Health),lbs,180\n2026-09-26,,,Body Fat,%,18\n"
        "2026-09-26,,,Blood Pressure,mmHg,120/80\n2026-09-26,,,Waist,in,30\n2026-09-26,,,Weight,stone,12\n"
        + "2026-09-26,,,Heart Rate (Oura),bpm,60\n"
        * 3
    )
    assert [(one.kind, one.value) for one in found.measured] == [
        ("body_weight", Decimal("81.647")),
        ("body_fat", Decimal(18)),
        ("blood_pressure_systolic", Decimal(120)),
        ("blood_pressure_diastolic", Decimal(80)),
        ("waist", Decimal("0.762")),
    ]
    assert found.measured[0].at == datetime(2026, 9, 25, 6, tzinfo=ZONE)
    assert [problem.line for problem in found.problems] == [6]
    assert found.told == ("Heart Rate (Oura) (3 rows): left out, for there is no such measurement here.",)


@pytest.mark.parametrize(
    ("written", "grams", "portion", "count", "notes"),
    [
        ("150.00 g", 150, "", None, ""),
        ("6 oz", Decimal("170.10"), "", None, ""),
        ("0.75 tbsp, whole pieces", None, "tbsp, whole pieces", Decimal("0.75"), ""),
        ('2.00 medium (2-2/3" dia)', None, 'medium (2-2/3" dia)', 2, ""),
        ("some", None, "", None, "some"),
        ("99999999 g", None, "", None, "99999999 g"),
        ("-1 cup", None, "", None, "-1 cup"),
    ],
)
def test_amounts_are_weights_portions_or_notes(
    written: str, grams: object, portion: str, count: object, notes: str
) -> None:
    found = portion_of(written)
    assert (found.grams, found.name, found.count, found.notes) == (grams, portion, count, notes)


@pytest.mark.parametrize(
    "row",
    [
        "yesterday,Lunch,650,20,,,,,,,,70,8,,45,,,,,\n",
        "2026-09-28,Lunch,many,20,,,,,,,,70,8,,45,,,,,\n",
        "2026-09-28,Lunch,-5,20,,,,,,,,70,8,,45,,,,,\n",
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_rest_stays(row: str) -> None:
    found = read(MFP + row + BREAKFAST)
    assert [problem.line for problem in found.problems] == [2]
    assert len(found.meals) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Date,Exercise,Type,Exercise Calories,Exercise Minutes,Sets,Reps Per Set,Pounds,Steps,Note\n",
        "Day,Time,Group,Exercise,Minutes,Calories Burned\n2026-06-27,07:00 ,Data,Running,30,300\n",
        "Day,Group,Note\n2026-06-27,Data,Felt great\n",
    ],
)
def test_other_exports_of_these_apps_say_that_they_are_not_imported(text: str) -> None:
    with pytest.raises(FileFormatError, match="imported"):
        read(text)


def test_a_diary_is_no_training_and_training_no_diary() -> None:
    strong = "Date,Workout Name,Exercise Name,Set Order,Weight,Reps\n2026-01-01 10:00:00,Push,Bench,1,80,5\n"
    assert [app_of(MFP), app_of(SERVINGS), app_of(strong)] == ["myfitnesspal", "cronometer", "strong"]
    with pytest.raises(FileFormatError, match="food diary of MyFitnessPal"):
        read_file(MFP, ReadAs(ZONE))
    with pytest.raises(FileFormatError, match="no food diary"):
        read(strong)
