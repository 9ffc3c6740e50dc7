"""Quantities as an athlete reads them."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.domain.quantities import Units, distance, duration, in_words, label, load, weight
from accounts.enums import WeightUnit

METRIC, IMPERIAL = Units(), Units("lb", "mi")


@pytest.mark.parametrize(
    ("kg", "units", "text"),
    [("80.00", METRIC, "80 kg"), ("82.50", METRIC, "82.5 kg"), ("102.06", IMPERIAL, "225 lb"), ("0.00", METRIC, "0 kg"),
     ("100.00", METRIC, "100 kg"), ("100.00", IMPERIAL, "220.46 lb")],
)  # fmt: skip
def test_weight_is_in_the_athletes_unit(kg: str, units: Units, text: str) -> None:
    assert weight(Decimal(kg), units) == text


def test_pound_is_the_one_of_the_settings() -> None:
    assert Decimal(weight(Decimal("45359.237"), IMPERIAL).removesuffix(" lb")) * WeightUnit.LB.in_kg == Decimal(
        "45359.237"
    )


@pytest.mark.parametrize(
    ("kg", "typed", "typed_unit", "units", "text"),
    [("60.10", "132.500", "lb", IMPERIAL, "132.5 lb"), ("60.10", "132.500", "lb", METRIC, "60.1 kg"),
     ("60.00", "60.000", "kg", IMPERIAL, "132.28 lb"), ("60.00", None, "", METRIC, "60 kg"), (None, None, "", METRIC, "")],
)  # fmt: skip
def test_load_is_as_it_was_typed_where_the_unit_is_the_athletes(
    kg: str | None, typed: str | None, typed_unit: str, units: Units, text: str
) -> None:
    given = (None if kg is None else Decimal(kg), None if typed is None else Decimal(typed))
    assert load(*given, typed_unit, units) == text


@pytest.mark.parametrize(
    ("metres", "units", "text"),
    [("400.00", IMPERIAL, "400 m"), ("999.99", METRIC, "999.99 m"), ("5000.00", METRIC, "5 km"), ("5230.00", METRIC, "5.23 km"),
     ("16093.44", IMPERIAL, "10 mi")],
)  # fmt: skip
def test_distance_is_in_the_athletes_unit(metres: str, units: Units, text: str) -> None:
    assert distance(Decimal(metres), units) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (45, "0:45"), (90, "1:30"), (3930, "1:05:30"), (86400, "24:00:00")]
)
def test_duration_is_said_as_a_clock_says_it(seconds: int, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [("load_kg", "load"), ("target_rpe", "target RPE"), ("started_at", "started at"), ("distance_m", "distance"),
     ("hr_max_bpm", "HR max"), ("reps", "reps"), ("duration_s", "duration"), ("s", "s")],
)  # fmt: skip
def test_label_has_no_unit(name: str, text: str) -> None:
    assert label(name) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [("load_kg", "80.00", "176.37 lb"), ("distance_m", "1609.34", "1 mi"), ("rest_s", 90, "1:30"), ("reps", 5, "5"),
     ("rpe", "8.0", "8"), ("rpe", "8.5", "8.5"), ("notes", "left knee", "“left knee”"), ("notes", "", "nothing"),
     ("reps", None, "nothing"), ("is_default", False, "no"), ("deleted", True, "yes"), ("tags", [], "nothing"),
     ("tags", ["a", "b"], "a, b"), ("metadata", {"incline_deg": 3}, "incline deg 3"),
     ("started_at", "2026-03-01T10:20:30.123456Z", "2026-03-01 10:20 UTC"), ("load_kg", "heavy", "“heavy”"),
     ("rest_s", "soon", "“soon”"), ("load_kg", [1], "1"), ("load_kg", "NaN", "“NaN”")],
)  # fmt: skip
def test_value_is_said_by_the_unit_in_its_name(name: str, value: Any, text: str) -> None:
    """A conflict holds whatever a file brought: what is no number is a text."""
    assert in_words(name, value, IMPERIAL) == text
