"""Which plates make a load, and which loads can be made near it.

Exact, also where kilograms and pounds are mixed: weights are whole numbers of 10 nanograms. A thousandth of a kilogram has
10^8 of them, a thousandth of a pound 45,359,237. Clients check themselves by docs/vectors/plates.json.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

PARTS: Mapping[str, int] = {"kg": 10**11, "lb": 45_359_237_000}  # of 10 ng
THOUSANDTH = Decimal("0.001")
MOST_SUMS = 20_000  # of one unit: plates of any gym have a few thousand


class TooManyPlatesError(ValueError):
    """So many kinds of plates, or such odd ones, that trying them all would take minutes."""


class Weight(NamedTuple):
    """unit: "kg" or "lb". Thousandths count, further digits are an error."""

    value: Decimal
    unit: str

    @property
    def parts(self) -> int:
        """10-ng parts. Raises ValueError for more than three digits after the point."""
        thousandths = self.value / THOUSANDTH
        if thousandths != int(thousandths):
            raise ValueError(f"{self.value} {self.unit} has more than three digits after the point.")
        return int(thousandths) * PARTS[self.unit] // 1000


@dataclass(frozen=True)
class Plates:
    """So many plates of one weight, all in all."""

    weight: Weight
    count: int


@dataclass(frozen=True)
class Holder:
    """What plates are put on. empty: its own weight. sides: how many ends must be loaded alike and are in the load; at_once:
    how many such things are loaded from the same plates.

    A barbell has two sides. A landmine, a loading pin or one arm of a machine has one. Of two dumbbells, whose load is said
    for one hand, each has two sides, and there are two at once.
    """

    empty: Weight
    sides: int = 2
    at_once: int = 1


class Loading(NamedTuple):
    """A load that can be made. side: plates of one side, the heaviest first, each with its number."""

    parts: int
    side: tuple[tuple[Weight, int], ...]

    def load(self, unit: str) -> Decimal:
        """In a unit, to the nearest thousandth; half a thousandth goes to the even one."""
        return (Decimal(self.parts) / PARTS[unit]).quantize(THOUSANDTH)


class Nearest(NamedTuple):
    """below: the heaviest that is not more than what was wanted; above: the lightest that is not less. The same, where it can
    be made exactly. None: nothing is so light, or so heavy.
    """

    below: Loading | None
    above: Loading | None


class _Sum(NamedTuple):
    """What some plates weigh, how many they are, and how many of each kind."""

    parts: int
    plates: int
    counts: tuple[int, ...]

    def is_easier_than(self, other: "_Sum") -> bool:
        """Fewer plates are easier; of as many, those with more heavy ones."""
        return self.plates < other.plates or (self.plates == other.plates and self.counts > other.counts)


def nearest_loadings(wanted: Weight, holder: Holder, owned: Sequence[Plates]) -> Nearest:
    """The loads at or around the wanted one, each with the fewest plates. Raises TooManyPlatesError."""
    free = wanted.parts - holder.empty.parts
    kinds = _by_weight(owned, holder)
    heaviest = max((weight.parts for weight, _ in kinds), default=0)
    most = max(free, 0) // holder.sides + heaviest  # the lightest load above never needs more
    groups = [_sums([kind for kind in kinds if kind[0].unit == unit], most) for unit in PARTS]
    below, above = _around(free, holder.sides, *groups)
    kg, lb = ([weight for weight, _ in kinds if weight.unit == unit] for unit in PARTS)

    def loading(found: tuple[_Sum, _Sum] | None) -> Loading | None:
        if found is None:
            return None
        parts = holder.empty.parts + holder.sides * (found[0].parts + found[1].parts)
        used = [*zip(kg, found[0].counts, strict=True), *zip(lb, found[1].counts, strict=True)]
        side = sorted(((weight, count) for weight, count in used if count), key=lambda pair: -pair[0].parts)
        return Loading(parts, tuple(side))

    return Nearest(loading(below), loading(above))


class Ladder(NamedTuple):
    """Fixed weights that rise evenly: a rack of dumbbells, the stack of a machine. step: above 0."""

    lowest: Weight
    highest: Weight
    step: Weight


def nearest_rungs(wanted: Weight, ladder: Ladder) -> Nearest:
    """The weights of the ladder around the wanted one."""
    lowest, step = ladder.lowest.parts, ladder.step.parts
    top = (ladder.highest.parts - lowest) // step
    low, rest = divmod(wanted.parts - lowest, step)
    high = low + 1 if rest else low

    def rung(number: int) -> Loading:
        return Loading(lowest + number * step, ())

    below = rung(min(low, top)) if low >= 0 else None
    above = rung(max(high, 0)) if high <= top else None
    return Nearest(below, above)


def _by_weight(owned: Sequence[Plates], holder: Holder) -> list[tuple[Weight, int]]:
    """Kinds, the heaviest first, each with how many one side may get."""
    found: dict[Weight, int] = {}
    for plates in owned:
        if plates.weight.value > 0:
            found[plates.weight] = found.get(plates.weight, 0) + plates.count
    places = holder.sides * holder.at_once
    each = [(weight, count // places) for weight, count in found.items() if count >= places]
    return sorted(each, key=lambda kind: -kind[0].parts)


def _sums(kinds: Sequence[tuple[Weight, int]], most: int) -> list[_Sum]:
    """All that plates of these kinds can weigh, up to `most`, ascending: each in the easiest way."""
    found: dict[int, _Sum] = {0: _Sum(0, 0, ())}
    for weight, count in kinds:
        more: dict[int, _Sum] = {}
        each = weight.parts
        for known in found.values():
            for number in range(count + 1):
                parts = known.parts + number * each
                if parts > most:
                    break
                made = _Sum(parts, known.plates + number, (*known.counts, number))
                if parts not in more or made.is_easier_than(more[parts]):
                    more[parts] = made
            if len(more) > MOST_SUMS:
                raise TooManyPlatesError("These are too many different plates.")
        found = more
    return sorted(found.values())


Pair = tuple[_Sum, _Sum]


def _around(free: int, sides: int, first: Sequence[_Sum], second: Sequence[_Sum]) -> tuple[Pair | None, Pair | None]:
    """The heaviest pair of which all sides weigh at most `free`, and the lightest of which they weigh at least that."""
    below: Pair | None = None
    above: Pair | None = None
    parts = [one.parts for one in second]
    for one in first:
        left, rest = divmod(free - sides * one.parts, sides)
        place = bisect_right(parts, left)  # what comes before is not too heavy
        if place:
            below = _better(below, (one, second[place - 1]), heavier=True)
        reach = place - 1 if place and parts[place - 1] == left and not rest else place
        if reach < len(second):
            above = _better(above, (one, second[reach]), heavier=False)
    return below, above


def _better(known: Pair | None, found: Pair, *, heavier: bool) -> Pair:
    if known is None:
        return found
    weighs, knows = (pair[0].parts + pair[1].parts for pair in (found, known))
    if weighs != knows:
        return found if (weighs > knows) == heavier else known
    plates, known_plates = (pair[0].plates + pair[1].plates for pair in (found, known))
    if plates != known_plates:
        return found if plates < known_plates else known
    one, other = (found[0], known[0]) if found[0] != known[0] else (found[1], known[1])
    return found if one.is_easier_than(other) else known
