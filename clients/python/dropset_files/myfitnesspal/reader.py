"""MyFitnessPal's exports: "Nutrition Summary", a row for each meal with its sums; and "Measurement Summary", a row for each day.

It names no foods. Vitamins, calcium and iron are per cent of a daily value, and which one is not said. What is not known is 0.
The weight is in the unit of the user's profile, which the file does not name.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from dropset_files.shared.amounts import Column, between, unit_in
from dropset_files.shared.cells import CellError, read_start
from dropset_files.shared.diary import DiaryFile, LoggedFood, Meals, Measured, Numbering, in_order, joined
from dropset_files.shared.model import KG_PER_LB, FileFormatError, Problem
from dropset_files.shared.reading import ReadAs
from dropset_files.shared.tables import Columns, Row, read_table, simple

NUTRITION_TITLES = frozenset(("date", "meal", "calories"))
EXERCISE_TITLES = frozenset(("exercise", "exercise calories", "exercise minutes"))
_MEASURED_TITLES = frozenset(("weight", "body fat %"))
_OF_SETS = frozenset(("exercise", "exercise name", "reps", "set order", "workout name", "duration"))
# By the title without its unit: our slug and unit, and the unit that it has where the title names none.
_NUTRIENTS = {
    "calories": ("energy", "kcal"),
    "fat": ("fat", "g"),
    "saturated fat": ("fatty-acids-saturated", "g"),
    "polyunsaturated fat": ("fatty-acids-polyunsaturated", "g"),
    "monounsaturated fat": ("fatty-acids-monounsaturated", "g"),
    "trans fat": ("fatty-acids-trans", "g"),
    "cholesterol": ("cholesterol", "mg"),
    "sodium": ("sodium", "mg"),
    "potassium": ("potassium", "mg"),
    "carbohydrates": ("carbohydrate", "g"),
    "fiber": ("fiber", "g"),
    "dietary fiber": ("fiber", "g"),
    "sugar": ("sugars", "g"),
    "sugars": ("sugars", "g"),
    "protein": ("protein", "g"),
}
_DAILY_VALUES = frozenset(("vitamin a", "vitamin c", "calcium", "iron"))
_OTHERS = {"date": "date", "meal": "meal", "time": "time", "note": "note", "notes": "note"}
_MACROS = frozenset(("protein", "fat", "carbohydrate"))
_ALWAYS_KNOWN = _MACROS | {"energy"}  # 0 of the others says nothing
_SUMS = frozenset(("total", "totals", "daily total", "daily totals"))


def is_myfitnesspal(titles: set[str]) -> bool:
    """Meals, exercises with calories, or days with a weight and nothing that a set would have."""
    measured = "date" in titles and titles & _MEASURED_TITLES and not titles & _OF_SETS
    return bool(titles >= NUTRITION_TITLES or titles >= EXERCISE_TITLES or measured)


def read_nutrition(text: str, read_as: ReadAs) -> DiaryFile:
    """Raises FileFormatError where the columns of a meal are not there."""
    titles: dict[str, Column] = {}
    told: list[str] = []
    table = read_table(text, lambda header: _nutrition_header(header, titles, told), dates=read_as.dates)
    meals, same, problems = Meals(), Numbering(), list(table.problems)
    for row in table.rows:
        try:
            _add_meal(row, meals, same, titles, read_as)
        except CellError as error:
            problems.append(Problem(row.line, str(error)))
    zeros = (
        "A 0 of anything but energy, protein, fat and carbohydrate is left out: here it may mean that it is not known."
    )
    return DiaryFile(
        app="myfitnesspal",
        dialect="sums of meals",
        rows=len(table.rows),
        meals=meals.finished(),
        problems=tuple(in_order(problems)),
        told=(*told, zeros),
    )


def _nutrition_header(header: list[str], titles: dict[str, Column], told: list[str]) -> tuple[Columns, list[Problem]]:
    columns, left_out = Columns({}, len(header)), []
    for place, title in enumerate(header):
        bare = simple(title.strip("\ufeff")).split(" (")[0]
        if bare in _OTHERS:
            columns.place.setdefault(_OTHERS[bare], place)
        elif bare in _NUTRIENTS:
            slug, unit = _NUTRIENTS[bare]
            factor = between(unit_in(title) or unit, unit)
            columns.place.setdefault(bare, place)
            if factor is None:
                left_out.append(title.strip())
            else:
                titles.setdefault(bare, Column(slug, factor))
        elif bare in _DAILY_VALUES:
            columns.place.setdefault(bare, place)
            left_out.append(title.strip())
    if not {"date", "meal", "calories"} <= columns.place.keys():
        raise FileFormatError("this export of MyFitnessPal lacks the columns of a meal: Date, Meal and Calories")
    if left_out:
        told.append(
            f"{joined(left_out)}: left out. They are per cent of a daily value, and the file does not say of which."
        )
    return columns, []


def _add_meal(row: Row, meals: Meals, same: Numbering, titles: Mapping[str, Column], read_as: ReadAs) -> None:
    group = row.text("meal")
    if group.casefold() in _SUMS or row.text("date").casefold() in _SUMS:
        return
    day, at = moment_of(row.text("date"), row.text("time"), read_as, row.columns)
    nutrients = {}
    for name, column in titles.items():
        number = row.number(name)
        if number is not None and (number or column.slug in _ALWAYS_KNOWN):
            nutrients[column.slug] = column.amount(number)
    if nutrients.get("energy") and not any(nutrients.get(slug) for slug in _MACROS):
        nutrients = {
            slug: amount for slug, amount in nutrients.items() if slug not in _MACROS
        }  # energy was all that was typed
    if any(nutrients.values()):
        food = LoggedFood("", nutrients, notes=row.text("note"), n=same.next(day, group), line=row.line)
        meals.add(day, group, food, at)


def moment_of(day: str, clock: str, read_as: ReadAs, columns: Columns) -> tuple[date, datetime | None]:
    """The day, and the moment where the time of day is said. Raises CellError."""
    start = read_start(day, read_as.zone, columns.dates)
    if not clock:
        return start.date(), None
    return start.date(), read_start(f"{start.date().isoformat()} {clock}", read_as.zone)


def read_measurements(text: str, read_as: ReadAs) -> DiaryFile:
    left_out: list[str] = []
    table = read_table(text, lambda header: _measurement_header(header, left_out), dates=read_as.dates)
    found, problems = [], list(table.problems)
    for row in table.rows:
        try:
            found.extend(_measured(row, read_as))
        except CellError as error:
            problems.append(Problem(row.line, str(error)))
    why = "The file does not name their unit, or they have no place here."
    return DiaryFile(
        app="myfitnesspal",
        dialect="measurements",
        rows=len(table.rows),
        measured=tuple(found),
        problems=tuple(in_order(problems)),
        assumed=frozenset(("weight unit",) if "weight" in table.columns.place else ()),
        told=(f"{joined(left_out)}: left out. {why}",) if left_out else (),
    )


def _measurement_header(header: list[str], left_out: list[str]) -> tuple[Columns, list[Problem]]:
    columns = Columns({}, len(header))
    for place, title in enumerate(header):
        name = simple(title.strip("\ufeff"))
        columns.place.setdefault(name, place)
        if name not in {"date", "weight", "body fat %"}:
            left_out.append(title.strip())
    return columns, []


def _measured(row: Row, read_as: ReadAs) -> list[Measured]:
    at = datetime.combine(read_start(row.text("date"), read_as.zone, row.columns.dates), time(12), read_as.zone)
    found = []
    weight, body_fat = row.number("weight"), row.number("body fat %")
    if weight:
        factor = KG_PER_LB if read_as.weight_unit == "lb" else Decimal(1)
        found.append(Measured("body_weight", (weight * factor).quantize(Decimal("0.001")), at, line=row.line))
    if body_fat:
        found.append(Measured("body_fat", body_fat.quantize(Decimal("0.001")), at, line=row.line))
    return found


def read_myfitnesspal(text: str, read_as: ReadAs, titles: set[str]) -> DiaryFile:
    """Raises FileFormatError for its list of exercises."""
    if titles >= EXERCISE_TITLES:
        raise FileFormatError("this is MyFitnessPal's summary of exercises, which names no sets: it is not imported")
    return read_nutrition(text, read_as) if titles >= NUTRITION_TITLES else read_measurements(text, read_as)
