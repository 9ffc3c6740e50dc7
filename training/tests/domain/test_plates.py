"""Plates, by the vectors that clients check themselves by, and against trying everything."""

from decimal import Decimal
from itertools import product
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from django.conf import settings
from hypothesis import given

from training.domain.plates import (
    Holder,
    Ladder,
    Loading,
    Plates,
    TooManyPlatesError,
    Weight,
    nearest_loadings,
    nearest_rungs,
)

VECTORS: list[dict[str, Any]] = orjson.loads((settings.BASE_DIR / "docs/vectors/plates.json").read_bytes())["loadings"]


def weight(text: str) -> Weight:
    value, unit = text.split()
    return Weight(Decimal(value), unit)


def shown(loading: Loading | None, unit: str) -> dict[str, Any] | None:
    if loading is None:
        return None
    side = [[f"{one.value} {one.unit}", count] for one, count in loading.side]
    return {"load": f"{loading.load(unit).normalize():f} {unit}", "side": side}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_loading_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    holder = Holder(weight(vector["empty"]), vector["sides"], vector["at_once"])
    owned = [Plates(weight(text), count) for text, count in vector["plates"]]
    wanted = weight(vector["wanted"])
    found = nearest_loadings(wanted, holder, owned)
    assert (shown(found.below, wanted.unit), shown(found.above, wanted.unit)) == (vector["below"], vector["above"])


SOME = st.builds(
    Weight,
    st.sampled_from([Decimal(text) for text in ("0.5", "1.25", "2.5", "5", "10", "45")]),
    st.sampled_from(["kg", "lb"]),
)


@given(
    wanted=st.builds(Weight, st.decimals(0, 120, places=2), st.sampled_from(["kg", "lb"])),
    owned=st.lists(st.builds(Plates, SOME, st.integers(0, 7)), max_size=4, unique_by=lambda plates: plates.weight),
    sides=st.sampled_from([1, 2]),
    at_once=st.sampled_from([1, 2]),
)
def test_nothing_that_can_be_made_is_nearer(wanted: Weight, owned: list[Plates], sides: int, at_once: int) -> None:
    holder = Holder(Weight(Decimal(20), "kg"), sides, at_once)
    possible: dict[int, int] = {}  # by its weight, the fewest plates of a side
    for counts in product(*(range(plates.count // (sides * at_once) + 1) for plates in owned)):
        parts = holder.empty.parts + sides * sum(n * p.weight.parts for n, p in zip(counts, owned, strict=True))
        possible[parts] = min(possible.get(parts, sum(counts)), sum(counts))
    found = nearest_loadings(wanted, holder, owned)
    for loading, best in (
        (found.below, max((parts for parts in possible if parts <= wanted.parts), default=None)),
        (found.above, min((parts for parts in possible if parts >= wanted.parts), default=None)),
    ):
        assert (None if loading is None else loading.parts) == best
        if loading is not None:
            assert sum(count for _, count in loading.side) == possible[loading.parts]


RUNGS: list[dict[str, Any]] = orjson.loads((settings.BASE_DIR / "docs/vectors/plates.json").read_bytes())["ladders"]


@pytest.mark.parametrize("vector", RUNGS, ids=lambda vector: vector["what"])
def test_rungs_are_those_of_the_vector(vector: dict[str, Any]) -> None:
    ladder = Ladder(*(weight(vector[name]) for name in ("lowest", "highest", "step")))
    wanted = weight(vector["wanted"])
    found = nearest_rungs(wanted, ladder)
    said = [one and f"{one.load(wanted.unit).normalize():f} {wanted.unit}" for one in found]
    assert said == [vector["below"], vector["above"]]


def test_weight_with_too_many_digits_is_refused() -> None:
    with pytest.raises(ValueError, match="three digits"):
        _ = weight("1.2345 kg").parts


def test_too_many_odd_plates_are_refused_soon() -> None:
    odd = [Plates(Weight(Decimal(2**n) / 1000 + 1, "kg"), 40) for n in range(20)]
    with pytest.raises(TooManyPlatesError):
        nearest_loadings(weight("500 kg"), Holder(weight("20 kg")), odd)
