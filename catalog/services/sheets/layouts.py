"""Which columns the sheet of each library has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.models import (
    Equipment,
    ExerciseType,
    Food,
    Muscle,
    Nutrient,
    NutritionTemplate,
    Program,
    RecommendationRule,
    ReferenceIntake,
    Supplement,
)
from catalog.services.sheets.columns import Column, amount, citations, columns_of, entry, lines, plain, portions, shown
from lib.shared import SharedModel

LANGUAGES = ("de", "es", "fr")  # those that the library speaks; a sheet may have columns for others


@dataclass(frozen=True)
class Sheet:
    """key: the columns that say which row is meant. adds: whether a row that is not there may be made, as a draft."""

    model: Any
    columns: Sequence[Column]
    key: tuple[str, ...] = ("slug",)
    adds: bool = True
    language_field: str = ""

    @property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column | None:
        """Also that of a name in a language that the sheet does not show by itself."""
        found = self.by_name.get(name)
        field, _, language = name.partition(".")
        if found is None and field == self.language_field and language.isalpha() and language.islower():
            return entry(field, language)
        return found

    @property
    def has_workflow(self) -> bool:
        return issubclass(self.model, SharedModel)


def sheet_of(model: Any) -> Sheet | None:
    """None where the library has none. Asks for the nutrients, whose amounts are columns."""
    maker = MAKERS.get(model)
    return maker() if maker else None


def has_sheet(model: Any) -> bool:
    return model in MAKERS


def _found_by(model: Any) -> list[Column]:
    names = [entry("names", language) for language in LANGUAGES]
    return [plain(model, "slug", is_key=True), *_editorial(), plain(model, "name"), *names, lines("aliases")]


def _editorial() -> list[Column]:
    return [shown("status", lambda row: str(row.status))]


def _provenance(model: Any) -> Sequence[Column]:
    return columns_of(model, ["source", "source_id", "attribution"])


def _exercise_types() -> Sheet:
    fields = (
        *(
            "category",
            "movement_pattern",
            "mechanic",
            "force",
            "level",
            "laterality",
            "load_convention",
            "bodyweight_share",
        ),
        *("primary_muscles", "secondary_muscles", "equipment", "instructions"),
    )
    columns = [*_found_by(ExerciseType), *columns_of(ExerciseType, fields), *_provenance(ExerciseType)]
    return Sheet(ExerciseType, columns, language_field="names")


def _programs() -> Sheet:
    """Words alone: what there is to do is built on its page, and stays as it is when it is published."""
    key = [plain(Program, "slug", is_key=True), plain(Program, "version", is_key=True)]
    fields = (
        "title",
        "summary",
        "description",
        "goal",
        "level",
        "days_per_week",
        "session_minutes",
        "equipment",
        "tags",
    )
    columns = [*key, *_editorial(), *columns_of(Program, fields), *_provenance(Program)]
    return Sheet(Program, columns, key=("slug", "version"), adds=False)


def _nutrient_slugs() -> list[str]:
    return list(Nutrient.objects.order_by("position", "slug").values_list("slug", flat=True))


def _foods() -> Sheet:
    amounts = [amount("nutrients", slug) for slug in _nutrient_slugs()]
    fields = columns_of(Food, ["brand", "barcode", "category", "diets", "allergens"])
    columns = [*_found_by(Food), *fields, portions(), *amounts, *_provenance(Food)]
    return Sheet(Food, columns, language_field="names")


def _supplements() -> Sheet:
    dose = (
        "dose_low",
        "dose_high",
        "dose_unit",
        "dose_basis",
        "upper_limit",
        "upper_limit_unit",
        "upper_limit_applies_to",
    )
    words = columns_of(Supplement, ["timing", "with_food", "evidence_grade", "summary"])
    after = columns_of(Supplement, ["contraindications", "contraindication_notes"])
    columns = [
        *_found_by(Supplement),
        *columns_of(Supplement, ["category", "nutrients"]),
        *(lines("forms"), *columns_of(Supplement, dose), *words, lines("benefits")),
        *(plain(Supplement, "instructions"), lines("warnings"), *after, citations()),
        *_provenance(Supplement),
    ]
    return Sheet(Supplement, columns, language_field="names")


def _nutrition_templates() -> Sheet:
    fields = (
        *("summary", "description", "diet", "goal", "energy_percent", "protein_g_per_kg", "fat_g_per_kg_min"),
        *("fat_energy_percent_min", "fat_energy_percent_max", "carbohydrate_g_per_kg", "fiber_g_per_1000_kcal"),
        *("exclusions", "tags"),
    )
    columns = [*_found_by(NutritionTemplate), *columns_of(NutritionTemplate, fields), *_provenance(NutritionTemplate)]
    return Sheet(NutritionTemplate, columns, language_field="names")


def _recommendation_rules() -> Sheet:
    """Conditions and outcomes are written on their page, where mistakes are shown."""
    fields = columns_of(RecommendationRule, ["area", "priority", "message", "rationale"])
    columns = [*_found_by(RecommendationRule), *fields, citations(), *_provenance(RecommendationRule)]
    return Sheet(RecommendationRule, columns, adds=False, language_field="names")


def _nutrients() -> Sheet:
    names = [entry("names", language) for language in LANGUAGES]
    fields = columns_of(Nutrient, ["unit", "category", "fdc_id", "position", "source"])
    columns = [plain(Nutrient, "slug", is_key=True), plain(Nutrient, "name"), *names, *fields]
    return Sheet(Nutrient, columns, language_field="names")


def _simple(model: Any, *fields: str) -> Sheet:
    return Sheet(model, [plain(model, "slug", is_key=True), *columns_of(model, fields)])


MAKERS: dict[Any, Callable[[], Sheet]] = {
    ExerciseType: _exercise_types,
    Program: _programs,
    Food: _foods,
    Nutrient: _nutrients,
    Supplement: _supplements,
    NutritionTemplate: _nutrition_templates,
    RecommendationRule: _recommendation_rules,
    Muscle: lambda: _simple(Muscle, "name", "latin", "body_region", "side"),
    Equipment: lambda: _simple(Equipment, "name", "kind"),
    ReferenceIntake: lambda: _simple(
        ReferenceIntake,
        *("nutrient", "kind", "sex", "stage", "age_from_y", "age_below_y", "value", "unit", "applies_to", "source"),
    ),
}
