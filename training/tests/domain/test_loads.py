"""What sets load the body with, by the vectors that clients check themselves by, and by laws."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from django.conf import settings
from hypothesis import given

from catalog.enums import Laterality, LoadConvention, SetKind, SetSide
from training.domain.loads import (
    Convention,
    Performed,
    Weighing,
    body_weight_on,
    effective_load_kg,
    volume_load_kg,
)

VECTORS: dict[str, Any] = orjson.loads((settings.BASE_DIR / "docs/vectors/loads.json").read_bytes())
KG = st.decimals("0", "500", places=2)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize("vector", VECTORS["sets"], ids=lambda vector: vector["what"])
def test_load_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    said = vector["set"]
    done = Performed(said["kind"], said["side"], said["reps"], number(said["load_kg"]), said["done"])
    of = Convention(vector["convention"], vector["laterality"], Decimal(vector["share"]))
    body = number(vector["body_weight_kg"])
    assert effective_load_kg(done, of, body) == number(vector["effective_load_kg"])
    assert volume_load_kg(done, of, body) == number(vector["volume_load_kg"])


@pytest.mark.parametrize("vector", VECTORS["weighings"], ids=lambda vector: vector["what"])
def test_body_weight_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    weighings = [
        Weighing(dt.date.fromisoformat(day), dt.datetime.fromisoformat(at), Decimal(kg))
        for day, at, kg in vector["weighings"]
    ]
    for order in (weighings, weighings[::-1]):
        found = body_weight_on(dt.date.fromisoformat(vector["day"]), order)
        assert (found and found.kg) == number(vector["kg"])


def test_every_convention_and_laterality_is_in_a_vector() -> None:
    assert {vector["convention"] for vector in VECTORS["sets"]} == set(LoadConvention)
    assert {vector["laterality"] for vector in VECTORS["sets"]} == set(Laterality)


conventions = st.builds(
    Convention,
    st.sampled_from([str(value) for value in LoadConvention]),
    st.sampled_from([str(value) for value in Laterality]),
    st.decimals("0", "1", places=2),
)
performed = st.builds(
    Performed,
    st.sampled_from([str(value) for value in SetKind]),
    st.sampled_from(["", *(str(value) for value in SetSide)]),
    st.none() | st.integers(0, 100),
    st.none() | KG,
    st.booleans(),
)


@given(performed, conventions, st.none() | KG)
def test_nothing_is_negative_and_volume_needs_a_load(done: Performed, of: Convention, body: Decimal | None) -> None:
    load, volume = effective_load_kg(done, of, body), volume_load_kg(done, of, body)
    assert load is None or load >= 0
    assert volume is None or (load is not None and volume >= 0 and done.is_done)


@given(performed, st.sampled_from([str(value) for value in LoadConvention]), KG)
def test_left_and_right_together_are_both_sides(done: Performed, convention: str, body: Decimal) -> None:
    """Two sets, one for each side, say what one set says that names none."""
    of = Convention(convention, "unilateral", Decimal(1))
    both, left, right = (volume_load_kg(replace(done, side=side), of, body) for side in ("", "left", "right"))
    assert left == right
    assert both == (None if left is None else 2 * left)
