"""What can be loaded with the things of a gym."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from training.domain.plates import (
    Holder,
    Ladder,
    Loading,
    Nearest,
    Plates,
    TooManyPlatesError,
    Weight,
    nearest_loadings,
    nearest_rungs,
)
from training.enums import GymItemKind
from training.exceptions import TooManyPlates
from training.models import GymItem

Found = dict[str, Any]


def loadings(*, item: GymItem, items: Sequence[GymItem], load: Decimal, unit: str) -> dict[str, Found | None]:
    """The loads nearest to the wanted one that a bar, a handle, a rack or a stack can have. items: of the same gym.

    {"below", "above"}: each {"load", "side": [{"item", "weight", "unit", "count"}]}, or None. Raises TooManyPlates.
    """
    wanted = Weight(load, unit)
    if item.highest is not None and item.step is not None:
        ladder = Ladder(*(Weight(value, item.unit) for value in (item.weight, item.highest, item.step)))
        return _shown(nearest_rungs(wanted, ladder), unit, {})
    owned = {Weight(one.weight, one.unit): one for one in items if one.kind == GymItemKind.PLATE}
    plates = [Plates(Weight(one.weight, one.unit), one.count) for one in items if one.kind == GymItemKind.PLATE]
    is_handle = item.kind == GymItemKind.HANDLE
    holder = Holder(Weight(item.weight, item.unit), item.sides, max(item.count, 1) if is_handle else 1)
    try:
        found = nearest_loadings(wanted, holder, plates)
    except TooManyPlatesError as error:
        raise TooManyPlates from error
    return _shown(found, unit, owned)


def _shown(found: Nearest, unit: str, owned: Mapping[Weight, GymItem]) -> dict[str, Found | None]:
    return {"below": _loading(found.below, unit, owned), "above": _loading(found.above, unit, owned)}


def _loading(loading: Loading | None, unit: str, owned: Mapping[Weight, GymItem]) -> Found | None:
    if loading is None:
        return None
    side = [
        {"item": owned[weight].pk, "weight": weight.value, "unit": weight.unit, "count": count}
        for weight, count in loading.side
    ]
    return {"load": loading.load(unit), "side": side}
