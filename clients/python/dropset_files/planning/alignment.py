"""Which record of an earlier import a row of the file is about: by what they hold and by their order."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from dropset_files.shared.values import JsonObject

A = TypeVar("A")
B = TypeVar("B")
Pairs = list[tuple[int, int]]
Score = Callable[[A, B], float]

LARGEST = 250_000  # pairs of which all are looked at: more than any exercise has sets. Beyond it they go by their order
_ANY = 0.1  # two that share nothing are still rather one that was changed than one less and one more
_WEIGHTS = {"load_kg": 3.0, "distance_m": 3.0, "reps": 2.0, "duration_s": 2.0, "kind": 1.0, "rpe": 0.5, "notes": 0.5}


def sets_alike(one: JsonObject, other: JsonObject) -> float:
    """How much two sets have in common, from 0 to 12.5. What neither has says nothing."""
    common = sum(
        weight for name, weight in _WEIGHTS.items() if one.get(name) and _equal(one.get(name), other.get(name))
    )
    return common + _ANY


def _equal(one: object, other: object) -> bool:
    return one == other or numeric(one) == numeric(other) is not None


def numeric(value: object) -> Decimal | None:
    """A number of the wire, whether it is text or not, without what units do to the second decimal."""
    try:
        return None if value is None or isinstance(value, bool) else round(Decimal(str(value)), 1)
    except ArithmeticError:
        return None


def essence(fields: JsonObject) -> Hashable:
    """What a set is, for telling whether two histories are the same."""
    return tuple(numeric(fields.get(name)) or 0 for name in ("reps", "load_kg", "distance_m", "duration_s"))


def overlap(ones: Sequence[Hashable], others: Sequence[Hashable]) -> float:
    """The share of what two have in common, 0 to 1, whatever the order. Two empty ones are equal."""
    if not ones and not others:
        return 1.0
    common = sum((Counter(ones) & Counter(others)).values())
    return 2 * common / (len(ones) + len(others))


def aligned(ones: Sequence[A], others: Sequence[B], score: Score[A, B]) -> Pairs:
    """Pairs of places, in the order of both, whose scores sum up highest. What scores 0 or less is no pair."""
    if len(ones) * len(others) > LARGEST:
        return [(place, place) for place in range(min(len(ones), len(others))) if score(ones[place], others[place]) > 0]
    scores = [[score(one, other) for other in others] for one in ones]
    best = [[0.0] * (len(others) + 1) for _ in range(len(ones) + 1)]
    for i in range(len(ones) - 1, -1, -1):
        for j in range(len(others) - 1, -1, -1):
            pair = scores[i][j] + best[i + 1][j + 1] if scores[i][j] > 0 else 0.0
            best[i][j] = max(pair, best[i + 1][j], best[i][j + 1])
    return _walked(scores, best)


def _walked(scores: list[list[float]], best: list[list[float]]) -> Pairs:
    pairs: Pairs = []
    i = j = 0
    while i < len(scores) and j < len(scores[i]):
        if scores[i][j] > 0 and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def best_pairs(scored: Iterable[tuple[float, int, int]]) -> Pairs:
    """Of scored pairs of places the best ones, in which no place occurs twice. What scores 0 or less is no pair."""
    taken: tuple[set[int], set[int]] = (set(), set())
    pairs: Pairs = []
    for points, i, j in sorted(scored, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if points > 0 and i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            pairs.append((i, j))
    return pairs


def positions(order: Sequence[float | None], standing: Iterable[float]) -> list[float]:
    """Where each of a row of siblings stands: who has a place keeps it, the others go right behind the one before them.

    `order` has None for those without a place; `standing` are the places of all siblings, those of others too.
    """
    taken = sorted({place for place in (*order, *standing) if place is not None})
    first = next((place for place in order if place is not None), None)
    found: list[float] = []
    for place in order:
        if place is None:
            found.append(_between(taken, found[-1] if found else None, first))
            insort(taken, found[-1])
        else:
            found.append(place)
    return found


def _between(taken: list[float], before: float | None, first: float | None) -> float:
    """A place behind the one before, or before the first one; among its neighbours, whosever they are."""
    if before is not None:
        above = bisect_right(taken, before)
        return before + 1 if above == len(taken) else (before + taken[above]) / 2
    if first is not None:
        below = bisect_left(taken, first)
        return first - 1 if below == 0 else (first + taken[below - 1]) / 2
    return taken[-1] + 1 if taken else 1


def kept_in_order(places: Sequence[float | None]) -> set[int]:
    """The indices of the longest run of rising places: whoever has one and is not in it was moved."""
    ends: list[float] = []  # the lowest place on which a run of each length ends
    last: list[int] = []
    before: dict[int, int | None] = {}
    for index, place in enumerate(places):
        if place is None:
            continue
        length = bisect_left(ends, place)
        before[index] = last[length - 1] if length else None
        ends[length : length + 1], last[length : length + 1] = [place], [index]
    kept: set[int] = set()
    index_of: int | None = last[-1] if last else None
    while index_of is not None:
        kept.add(index_of)
        index_of = before[index_of]
    return kept
