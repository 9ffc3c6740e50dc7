"""Which workout, exercise and set of earlier imports the file is about.

A file has no ids. A workout is known by its start and its name; where one of them was corrected, by what it holds.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from dropset_files.planning.alignment import LARGEST, aligned, best_pairs, essence, overlap, sets_alike
from dropset_files.planning.fitting import Said
from dropset_files.planning.known import Known
from dropset_files.shared.names import normalised
from dropset_files.shared.values import all_same

TypeOf = Callable[[str], str | None]
IdsOf = Callable[[Said], str]

_NEAR = timedelta(hours=12)
_HALF = 0.5
_MOST = 100  # workouts of one day that one may have been


@dataclass(slots=True)
class Matched:
    """`known` by the place of the workout in the file. `guessed`: start or name are others than they were.

    `doubtful` hold the same as one that the file lacks, but may as well be the same training on another day. `missing`
    are workouts of earlier imports that are not in the file.
    """

    known: dict[int, Known]
    guessed: set[int]
    doubtful: dict[int, Known]
    missing: list[Known]


def match_workouts(says: Sequence[Said], known: Sequence[Known], *, first_id: IdsOf, moved: bool) -> Matched:
    """Each workout of the file with the one that it is, if it is known. `moved`: what is doubtful has another start."""
    matching = _Matching(says, known)
    matching.by_label()
    matching.by_id(first_id)
    sure = set(matching.known)
    matching.by_start()
    matching.by_near_start()
    matching.by_content(anywhere=moved)
    doubtful = matching.with_the_same_content(anywhere=True)
    missing = [one for one in matching.left if one.imported]
    return Matched(matching.known, set(matching.known) - sure, doubtful, missing)


class _Matching:
    def __init__(self, says: Sequence[Said], known: Sequence[Known]) -> None:
        self._says = says
        self.left = list(known)
        self.known: dict[int, Known] = {}

    def by_label(self) -> None:
        """The same start and name. Where several share them, who holds most of the same is the same."""
        self._take(self._pairs(lambda one: one.label, lambda one: one.label, _more_or_less_alike))

    def by_id(self, first_id: IdsOf) -> None:
        """Imported on another device, or before imports were remembered: its id was made of its start and name."""
        by_id = {one.id: one for one in self.left if one.imported is None}
        self._take({place: by_id[name] for place in self._open() if (name := first_id(self._says[place])) in by_id})

    def by_start(self) -> None:
        """The same start, and something in common: it was renamed."""
        self._take(self._pairs(lambda one: _begins(one.label), lambda one: _begins(one.label), _alike))

    def by_near_start(self) -> None:
        """A start some hours off, and the same name and much in common: the start was corrected."""
        starts = sorted((_moment(one), place) for place, one in enumerate(self.left) if _begins(one.label))
        scored = []
        for place in self._open():
            moment = _moment(self._says[place])
            near = starts[
                bisect_left(starts, (moment - _NEAR, 0)) : bisect_right(starts, (moment + _NEAR, len(starts)))
            ]
            scored += [(_moved(self._says[place], self.left[other]), place, other) for _, other in near[:_MOST]]
        self._take({place: self.left[other] for place, other in best_pairs(scored)})

    def by_content(self, *, anywhere: bool) -> None:
        """Any other start, and all the same: it was corrected, if the file reaches over the old start and lacks it."""
        self._take(self.with_the_same_content(anywhere=anywhere))

    def with_the_same_content(self, *, anywhere: bool) -> dict[int, Known]:
        starts = sorted(_begins(one.label) for one in self._says)

        def fingerprint(one: Said | Known) -> Hashable:
            is_possible = isinstance(one, Said) or (
                one.imported and (anywhere or starts[0] <= _begins(one.label) <= starts[-1])
            )
            return (one.label.partition("|")[2], _fingerprint(one)) if is_possible and one.below else None

        return self._pairs(fingerprint, fingerprint, lambda one, other: 1 / (1 + _apart(one, other)))

    def _pairs(
        self,
        key_of_said: Callable[[Said], Hashable],
        key_of_known: Callable[[Known], Hashable],
        score: Callable[[Said, Known], float],
    ) -> dict[int, Known]:
        """Of those that are left and have the same key, the best pairs."""
        groups: dict[Hashable, list[Known]] = defaultdict(list)
        for one in self.left:
            if (key := key_of_known(one)) is not None:
                groups[key].append(one)
        places: dict[Hashable, list[int]] = defaultdict(list)
        for place in self._open():
            if (key := key_of_said(self._says[place])) in groups:
                places[key].append(place)
        found: dict[int, Known] = {}
        for key, mine in places.items():
            theirs = groups[key]
            many = len(mine) * len(theirs) > LARGEST
            among = zip(mine, range(len(theirs)), strict=False) if many else product(mine, range(len(theirs)))
            scored = ((score(self._says[place], theirs[other]), place, other) for place, other in among)
            found |= {place: theirs[other] for place, other in best_pairs(scored)}
        return found

    def _take(self, found: dict[int, Known]) -> None:
        self.known |= found
        taken = {id(one) for one in found.values()}
        self.left = [one for one in self.left if id(one) not in taken]

    def _open(self) -> list[int]:
        return [place for place in range(len(self._says)) if place not in self.known]


def _begins(label: str) -> str:
    return label.partition("|")[0]


def _moment(workout: Said | Known) -> datetime:
    return datetime.fromisoformat(_begins(workout.label))


def _apart(one: Said, other: Known) -> float:
    """In hours."""
    return abs(_moment(one) - _moment(other)).total_seconds() / 3600


def _alike(one: Said, other: Known) -> float:
    return overlap(_sets_of(one), _sets_of(other))


def _more_or_less_alike(one: Said, other: Known) -> float:
    return _alike(one, other) + 1


def _sets_of(workout: Said | Known) -> list[Hashable]:
    return [
        essence(one.fields if isinstance(one, Said) else one.content)
        for exercise in workout.below
        for one in exercise.below
    ]


def _fingerprint(workout: Said | Known) -> Hashable:
    """All that it holds, whatever the order."""
    names = Counter(normalised(exercise.label) for exercise in workout.below)
    return frozenset(names.items()), frozenset(Counter(_sets_of(workout)).items())


def _moved(one: Said, other: Known) -> float:
    """How likely it is that they are one workout, given that they start some hours apart at most; 0 for not at all."""
    alike = _alike(one, other)
    named = one.label.partition("|")[2] == other.label.partition("|")[2]
    identical = bool(one.below) and _fingerprint(one) == _fingerprint(other)
    is_same = identical or (named and alike >= _HALF and other.imported is not None)
    return alike + 1 / (1 + _apart(one, other)) if is_same else 0.0


# Exercises of a workout


def match_exercises(says: Sequence[Said], known: Sequence[Known], type_of: TypeOf, *, freely: bool) -> dict[int, Known]:
    """By name first, in order where there are several; then by what they hold, for an exercise that was renamed.

    What no import made, in a workout that one made, is the user's own: it is the same only if it holds the same.
    `freely`: nothing is known of who made them.
    """
    ours = list(known) if freely else [one for one in known if one.imported]
    found: dict[int, Known] = {}
    groups: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(says):
        groups[normalised(one.label)].append(place)
    for name, places in groups.items():
        mine = [says[place] for place in places]
        named = [one for one in ours if _is_called(one, name, mine[0].label, type_of)]
        alike = len(mine) == len(named)
        pairs = (
            [(i, i) for i in range(len(mine))]
            if alike
            else aligned(mine, named, lambda one, other: _alike_sets(one, other) + 0.01)
        )
        found |= {places[i]: named[j] for i, j in pairs}
        ours = [one for one in ours if one not in named]
    rest = [place for place in range(len(says)) if place not in found]
    taken = {id(one) for one in found.values()}
    renamed = [one for one in known if one.imported and id(one) not in taken]
    found |= {rest[i]: renamed[j] for i, j in aligned([says[place] for place in rest], renamed, _renamed)}
    own = [] if freely else [one for one in known if not one.imported]
    return found | _adopted(says, found, own, lambda one, other: _is_the_same_exercise(one, other, type_of))


def _is_called(one: Known, name: str, label: str, type_of: TypeOf) -> bool:
    if one.label:
        return normalised(one.label) == name
    return one.content.get("exercise_type") == type_of(label)


def is_called_the_same(one: Said, other: Known) -> bool:
    return bool(other.label) and normalised(one.label) == normalised(other.label)


def _alike_sets(one: Said, other: Known) -> float:
    return overlap([essence(item.fields) for item in one.below], [essence(item.content) for item in other.below])


def _renamed(one: Said, other: Known) -> float:
    alike = _alike_sets(one, other)
    return alike if alike >= _HALF else 0.0


def _is_the_same_exercise(one: Said, other: Known, type_of: TypeOf) -> bool:
    return _is_called(other, normalised(one.label), one.label, type_of) and _alike_sets(one, other) == 1


# Sets of an exercise


def match_sets(says: Sequence[Said], known: Sequence[Known], *, freely: bool) -> dict[int, Known]:
    """In their order. `freely` as for exercises."""
    ours = list(known) if freely else [one for one in known if one.imported]
    found: dict[int, Known] = {}
    same_until = 0
    while same_until < min(len(says), len(ours)) and is_the_same_set(says[same_until], ours[same_until]):
        found[same_until] = ours[same_until]
        same_until += 1
    left = ours[same_until:]
    pairs = aligned([one.fields for one in says[same_until:]], [one.content for one in left], sets_alike)
    found |= {same_until + i: left[j] for i, j in pairs}
    own = [] if freely else [one for one in known if not one.imported]
    return found | _adopted(says, found, own, is_the_same_set)


def _adopted(
    says: Sequence[Said], found: Mapping[int, Known], own: list[Known], is_same: Callable[[Said, Known], bool]
) -> dict[int, Known]:
    adopted = {}
    for place, one in enumerate(says):
        twin = None if place in found else next((other for other in own if is_same(one, other)), None)
        if twin is not None:
            adopted[place] = twin
            own.remove(twin)
    return adopted


def is_the_same_set(one: Said, other: Known) -> bool:
    return all_same(("kind", "reps", "load_kg", "distance_m", "duration_s"), one.fields, other.content)
