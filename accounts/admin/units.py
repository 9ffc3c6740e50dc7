"""The athlete's units beside their rows, so that a list asks for them with the rows."""

from typing import Any

from django.db.models import OuterRef, Subquery

from accounts.domain.quantities import Units
from accounts.models import Settings


def with_units(rows: Any) -> Any:
    settings = Settings.objects.filter(user=OuterRef("user_id"))
    return rows.annotate(
        weight_unit=Subquery(settings.values("weight_unit")[:1]),
        distance_unit=Subquery(settings.values("distance_unit")[:1]),
    )


def units_of(row: Any) -> Units:
    """Of a row that came with them; the library's and those of users who are gone have none."""
    return Units(getattr(row, "weight_unit", None) or "kg", getattr(row, "distance_unit", None) or "km")
