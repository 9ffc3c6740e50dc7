"""USDA SR in its abbreviated form: a CSV with a row for each food and a column for each nutrient, as SR28 was published."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from catalog.domain.food_records import (
    GROUPS,
    FoodRecord,
    Problem,
    Refused,
    fitting_name,
    fitting_portions,
    portion,
    refuse_more_than_all,
)
from catalog.services.importing.refusals import FileRefused
from catalog.services.importing.streams import csv_rows

# Left out: vitamins A and D in IU, which are the same measurements in another unit.
COLUMNS = {
    "Water_(g)": "water", "Energ_Kcal": "energy", "Protein_(g)": "protein", "Lipid_Tot_(g)": "fat", "Ash_(g)": "ash",
    "Carbohydrt_(g)": "carbohydrate", "Fiber_TD_(g)": "fiber", "Sugar_Tot_(g)": "sugars", "Calcium_(mg)": "calcium",
    "Iron_(mg)": "iron", "Magnesium_(mg)": "magnesium", "Phosphorus_(mg)": "phosphorus", "Potassium_(mg)": "potassium",
    "Sodium_(mg)": "sodium", "Zinc_(mg)": "zinc", "Copper_(mg)": "copper", "Manganese_(mg)": "manganese",
    "Selenium_(ug)": "selenium", "Vit_C_(mg)": "vitamin-c", "Thiamin_(mg)": "thiamin", "Riboflavin_(mg)": "riboflavin",
    "Niacin_(mg)": "niacin", "Panto_Acid_(mg)": "pantothenic-acid", "Vit_B6_(mg)": "vitamin-b6",
    "Folate_Tot_(ug)": "folate-total", "Folic_Acid_(ug)": "folic-acid", "Food_Folate_(ug)": "folate-food",
    "Folate_DFE_(ug)": "folate", "Choline_Tot_(mg)": "choline", "Vit_B12_(ug)": "vitamin-b12",
    "Vit_A_RAE_(ug)_": "vitamin-a", "Retinol_(ug)": "retinol", "Alpha_Carot_(ug)": "carotene-alpha",
    "Beta_Carot_(ug)": "carotene-beta", "Beta_Crypt_(ug)": "cryptoxanthin-beta", "Lycopene_(ug)": "lycopene",
    "Lut+Zea_(ug)": "lutein-zeaxanthin", "Vit_E_(mg)": "vitamin-e", "Vit_D_ug": "vitamin-d", "Vit_K_(ug)": "vitamin-k",
    "FA_Sat_(g)": "fatty-acids-saturated", "FA_Mono_(g)": "fatty-acids-monounsaturated",
    "FA_Poly_(g)": "fatty-acids-polyunsaturated", "Cholestrl_(mg)": "cholesterol",
}  # fmt: skip
NEEDED = ("NDB_No", "Shrt_Desc", "Energ_Kcal", "Protein_(g)")
Row = Mapping[str, str]


def records(path: Path) -> Iterator[FoodRecord | Problem]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from _read(file)


def _read(file: io.TextIOBase) -> Iterator[FoodRecord | Problem]:
    for line, row in csv_rows(file):
        missing = [name for name in NEEDED if name not in row]
        if missing:
            raise FileRefused(
                f"This is not the abbreviated file of USDA SR: there is no column {', '.join(missing)}. Save ABBREV.xlsx"
                " of SR28 as CSV, with its first line."
            )
        try:
            yield _record(line, row)
        except Refused as refusal:
            yield Problem(line, row["Shrt_Desc"], str(refusal))


def _record(line: int, row: Row) -> FoodRecord:
    number = row["NDB_No"].strip().zfill(5)
    name, aliases = fitting_name(row["Shrt_Desc"])
    nutrients = {slug: _amount(row[column], column) for column, slug in COLUMNS.items() if row.get(column, "").strip()}
    refuse_more_than_all(nutrients)
    measured = [_portion(row, n) for n in (1, 2)]
    return FoodRecord(
        line=line,
        source_id=number,
        name=name,
        aliases=aliases,
        nutrients=nutrients,
        category=GROUPS.get(number[:2], "other"),
        portions=fitting_portions(measured),
        sr_number=number,
    )


def _amount(text: str, column: str) -> float:
    try:
        amount = float(text)
    except ValueError as error:
        raise Refused(f"{column} is {text!r}, which is no number") from error
    if not 0 <= amount <= 1_000_000:  # noqa: PLR2004 - of any unit, and of no NaN
        raise Refused(f"{column} is {text}")
    return amount


def _portion(row: Row, number: int) -> Mapping[str, str | float] | None:
    grams = row.get(f"GmWt_{number}", "").strip()
    return portion(row.get(f"GmWt_Desc{number}", ""), _amount(grams, f"GmWt_{number}")) if grams else None
