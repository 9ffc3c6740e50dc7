"""What a food or a product holds: a box for each nutrient, empty where it was not measured."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalog.enums import NutrientCategory, NutrientUnit
from catalog.forms.pages import PageWidget
from catalog.models import Nutrient

FIRST = (NutrientCategory.ENERGY, NutrientCategory.MACRONUTRIENT)
SLUG_MAX = 64
AMOUNT_MAX = 1_000_000
# Of the label, in its order, and how far a line is moved in.
LABEL = (
    ("energy", 0), ("fat", 0), ("fatty-acids-saturated", 1), ("carbohydrate", 0), ("sugars", 1), ("fiber", 0),
    ("protein", 0), ("sodium", 0),
)  # fmt: skip


class NutrientsWidget(PageWidget):
    """Those of the vocabulary, and what else the value holds. With a label: that of a food, kept up to date as one types."""

    template_name = "admin/catalog/forms/nutrients.html"

    def __init__(self, *, has_label: bool) -> None:
        super().__init__()
        self.has_label = has_label
        self.faults: dict[str, str] = {}

    def context_of(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        amounts: Mapping[str, Any] = value or {}
        nutrients = list(Nutrient.objects.order_by("position", "name"))
        groups = list(self._groups(nutrients, amounts))
        return {
            "groups": groups,
            "has_label": self.has_label,
            "label": [{"slug": slug, "deep": deep} for slug, deep in LABEL],
            "known": sum(1 for _, lines in groups for line in lines if line["amount"] != ""),
            "all": sum(len(lines) for _, lines in groups),
        }

    def _groups(
        self, nutrients: list[Nutrient], amounts: Mapping[str, Any]
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        categories = [*FIRST, *(category for category in NutrientCategory if category not in FIRST)]
        for category in categories:
            lines = [self._line(row.slug, row.name, row.unit, amounts) for row in nutrients if row.category == category]
            if lines:
                yield category.label, lines
        known = {row.slug for row in nutrients}
        unknown = [self._line(slug, slug, "", amounts) for slug in amounts if slug not in known]
        if unknown:
            yield "In no list", unknown

    def _line(self, slug: str, name: str, unit: str, amounts: Mapping[str, Any]) -> dict[str, Any]:
        shown = dict(NutrientUnit.choices).get(unit, unit)
        amount, fault = amounts.get(slug, ""), self.faults.get(slug, "")
        return {"slug": slug, "name": name, "unit": shown, "amount": str(amount), "fault": fault}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        pattern = re.compile(rf"{re.escape(name)}-([a-z0-9-]{{1,{SLUG_MAX}}})")
        found = {match[1]: str(data[key]).strip() for key in data if (match := pattern.fullmatch(key))}
        return {slug: text for slug, text in found.items() if text}


class NutrientsField(forms.Field):
    """{slug: amount}"""

    def __init__(self, *, has_label: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=NutrientsWidget(has_label=has_label), **kwargs)
        self.amount = forms.FloatField(min_value=0, max_value=AMOUNT_MAX)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != (initial or {}))
        except ValidationError:
            return True

    def clean(self, value: Mapping[str, str]) -> dict[str, float]:
        cleaned: dict[str, float] = {}
        faults: dict[str, str] = {}
        for slug, text in value.items():
            try:
                number = float(self.amount.clean(text.replace(",", ".")))
            except ValidationError as problem:
                faults[slug] = " ".join(problem.messages)
            else:
                cleaned[slug] = int(number) if number.is_integer() else number
        if faults:
            self.widget.faults = faults
            raise ValidationError("Something is wrong with the amounts that are marked.", code="invalid")
        return cleaned
