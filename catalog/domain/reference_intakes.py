"""How much of a nutrient a person needs a day, and what may not be exceeded: which figure of the tables is theirs.

The tables are the Dietary Reference Intakes of the National Academies (NASEM): by sex, age and stage, as
`catalog/data/reference_intakes.csv` holds them. Upper limits count some sources only, and say which.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from catalog.domain.nutrients import Amounts, converted

PER_KG = "g/kg"


class Kind(StrEnum):
    EAR = "ear"
    """Meets the needs of half of all people of a group."""

    RDA = "rda"
    """Meets the needs of nearly all of them."""

    AI = "ai"
    """What is taken for enough, where needs are not known well."""

    UL = "ul"
    """Up to here harm is unlikely."""

    CDRR = "cdrr"
    """Above it, eating less lowers the risk of chronic disease."""


class Source(StrEnum):
    """Where an amount was taken from."""

    FOOD = "food"
    FORTIFIED = "fortified"
    """Added to a food by its maker."""

    SUPPLEMENT = "supplement"
    """Or a medicine, such as magnesium against heartburn."""


@dataclass(frozen=True, slots=True)
class ReferenceIntake:
    """For people from `age_from_y` to below `age_below_y` years (None: no end), a day. `unit` g/kg is by body weight."""

    nutrient: str
    unit: str
    kind: Kind
    sex: str
    stage: str
    age_from_y: float
    age_below_y: float | None
    value: float
    applies_to: str
    source: str


@dataclass(frozen=True, slots=True)
class Person:
    """`sex` is female, male or None (not said); `stage` is pregnancy, lactation or empty."""

    age_y: float
    sex: str | None
    stage: str = ""

    def __post_init__(self) -> None:
        if self.stage and self.sex == "male":
            raise ValueError(f"The tables know no {self.stage} of a man.")


@dataclass(frozen=True, slots=True)
class _Scope:
    """What counts toward a limit: the amounts of one nutrient (None: of the limit's own), from some sources."""

    sources: frozenset[Source]
    nutrient: str | None = None


EVERYTHING = frozenset(Source)
ADDED = frozenset({Source.FORTIFIED, Source.SUPPLEMENT})

# By the words of `applies_to`. Folic acid is synthetic wherever it is found, so its amounts in foods count as they are;
# of retinol, all counts, and carotenes do not.
SCOPES = {
    "": _Scope(EVERYTHING),
    "reduce intake if above": _Scope(EVERYTHING),
    "preformed vitamin A (retinol) only": _Scope(EVERYTHING, "retinol"),
    "folic acid of supplements and fortified foods only": _Scope(EVERYTHING, "folic-acid"),
    "supplemental alpha-tocopherol only": _Scope(ADDED),
    "supplements and fortified foods only": _Scope(ADDED),
    "supplements and medicines only": _Scope(frozenset({Source.SUPPLEMENT})),
}


def read_reference_intakes(lines: Iterable[str]) -> list[ReferenceIntake]:
    """The rows of the CSV file. ValueError or KeyError where it is not one."""
    return [
        ReferenceIntake(
            nutrient=row["nutrient"],
            unit=row["unit"],
            kind=Kind(row["kind"]),
            sex=row["sex"],
            stage=row["stage"],
            age_from_y=float(row["age_from_y"]),
            age_below_y=float(row["age_below_y"]) if row["age_below_y"] else None,
            value=float(row["value"]),
            applies_to=row["applies_to"],
            source=row["source"],
        )
        for row in csv.DictReader(lines)
    ]


def intake_for(rows: Iterable[ReferenceIntake], nutrient: str, kind: Kind, person: Person) -> ReferenceIntake | None:
    """The figure of a kind that holds for a person; None where the tables state none.

    In pregnancy and lactation it is the stage's. Where the tables have none of a nutrient for the stage at any age (the
    adequate intake of sodium), the ordinary one holds. They end at 50 years for both stages: from then on there is none. Of a
    person whose sex is not said, it is what holds for both sexes alike.
    """
    found = [row for row in rows if row.nutrient == nutrient and row.kind == kind]
    stage = person.stage if any(row.stage == person.stage for row in found) else ""
    candidates = [row for row in found if row.stage == stage and _is_of_age(row, person.age_y)]
    if person.sex is None and not person.stage:
        return _same_for_both(candidates)
    sex = person.sex or "female"
    return next((row for row in candidates if row.sex in (sex, "both")), None)


def target_for(rows: Iterable[ReferenceIntake], nutrient: str, person: Person) -> ReferenceIntake | None:
    """What to aim at: the recommended allowance, or else the adequate intake."""
    table = list(rows)
    return intake_for(table, nutrient, Kind.RDA, person) or intake_for(table, nutrient, Kind.AI, person)


def amount_a_day(intake: ReferenceIntake, *, unit: str, body_mass_kg: float | None = None) -> float | None:
    """The intake in the nutrient's own unit; None where it is by body weight and that is not known."""
    if intake.unit != PER_KG:
        return converted(intake.value, intake.unit, unit)
    return None if body_mass_kg is None else converted(intake.value * body_mass_kg, "g", unit)


def counted_toward(limit: ReferenceIntake, taken: Mapping[Source, Amounts]) -> float | None:
    """How much of what was taken counts toward a limit, in the unit of the nutrient that counts.

    `taken` holds the day's amounts by source, by slug of the nutrient. None: no source that counts has a figure. A limit whose
    words are unknown is refused with ValueError, for counting too little would call a day safe that was not.
    """
    scope = SCOPES.get(limit.applies_to)
    if scope is None:
        raise ValueError(f"What counts toward a limit for “{limit.applies_to}” is not known.")
    slug = scope.nutrient or limit.nutrient
    known = [amounts[slug] for source, amounts in taken.items() if source in scope.sources and slug in amounts]
    return fsum(known) if known else None


def _is_of_age(row: ReferenceIntake, age_y: float) -> bool:
    return row.age_from_y <= age_y and (row.age_below_y is None or age_y < row.age_below_y)


def _same_for_both(rows: list[ReferenceIntake]) -> ReferenceIntake | None:
    by_sex = {row.sex: row for row in rows}
    if "both" in by_sex:
        return by_sex["both"]
    female, male = by_sex.get("female"), by_sex.get("male")
    return female if female and male and female.value == male.value else None
