"""What the file says, what it said before, and what stands: three sides of one record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dropset_files.planning.fitting import Said
from dropset_files.planning.known import Known
from dropset_files.shared.model import METRES, DistanceUnit, WeightUnit
from dropset_files.shared.values import JsonObject, all_same

# Fields that mean something only together: they change together, or not at all.
_TOGETHER = (
    ("started_at", "ended_at", "time_zone"),
    ("exercise_type", "typed_name"),
    ("typed_load", "load_kg", "typed_load_unit"),
    ("target_typed_load", "target_load_kg", "target_typed_load_unit"),
)
_ONCE = frozenset(("status", "position"))  # said when the record is made, and the user's from then on
_ROUNDING_KG = Decimal("0.02")  # between a load typed in one unit, and the same one written in the other


@dataclass(slots=True)
class Merge:
    """`patch` is to be written. In `kept` the user's own value stands against another one that the file has now.

    `said` is what the file says, in the form in which it was first imported.
    """

    said: JsonObject
    patch: JsonObject = field(default_factory=dict)
    kept: list[tuple[str, object, object]] = field(default_factory=list)  # name, here, in the file


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read: with which units and zone where it names none. `anew`: what was assumed before was wrong."""

    weight_unit: WeightUnit | None
    distance_unit: DistanceUnit | None
    zone: str
    anew: bool = False

    @classmethod
    def of(cls, options: JsonObject) -> "Reading":
        return cls(options.get("weight_unit"), options.get("distance_unit"), options.get("zone", "UTC"))

    def options(self) -> JsonObject:
        return {"weight_unit": self.weight_unit, "distance_unit": self.distance_unit, "zone": self.zone}


class Merger:
    def __init__(self, now: Reading, earlier: Mapping[int, Reading], *, take_file: bool) -> None:
        self._now = now
        self._earlier = earlier
        self._take_file = take_file
        self.as_before = 0  # loads and distances that only the caller's units would change

    def merge(self, says: Said, known: Known) -> Merge:
        """A value that the file changed is taken, unless the user changed it too: then theirs stays."""
        found, here = Merge(dict(known.said or {})), known.stands or {}
        for names in _registers(says):
            file = {name: says.fields[name] for name in names}
            if known.said is not None and self._is_unchanged(says, names, known):
                continue
            if self._is_same(says, names, here):
                found.said.update({name: here.get(name, file[name]) for name in names})
                continue
            is_chosen = says.is_type_chosen and "exercise_type" in names
            untouched = known.said is not None and all_same(names, known.said, here)
            found.said.update(file)
            if untouched or is_chosen or self._take_file or _is_only_the_name(names, file, here):
                found.patch.update({name: value for name, value in file.items() if value != here.get(name)})
            else:
                shown = next(name for name in names if not all_same((name,), file, here))
                found.kept.append((shown, here.get(shown), file[shown]))
        return found

    def _is_same(self, says: Said, names: tuple[str, ...], here: JsonObject) -> bool:
        if all_same(names, says.fields, here):
            return True
        return "load_kg" in names and _is_conversion(says.fields, here)

    def _is_unchanged(self, says: Said, names: tuple[str, ...], known: Known) -> bool:
        """Whether the file says what it said before; the same load in another unit is the same."""
        base, fields = known.said or {}, says.fields
        if all_same(names, base, fields):
            return True
        if self._now.anew:
            return False
        if "load_kg" in names:
            return _is_conversion(fields, base) or self._was_typed_the_same(fields, known)
        return names == ("distance_m",) and self._was_as_far(fields, known)

    def _was_typed_the_same(self, fields: JsonObject, known: Known) -> bool:
        """The file names no unit, and only what the caller takes it for has changed."""
        base, before = known.said or {}, self._before(known)
        assumed = self._now.weight_unit and before and before.weight_unit
        found = bool(assumed) and base.get("typed_load") is not None and all_same(("typed_load",), base, fields)
        self.as_before += found
        return found

    def _was_as_far(self, fields: JsonObject, known: Known) -> bool:
        base, before = known.said or {}, self._before(known)
        if not (before and before.distance_unit and self._now.distance_unit):
            return False
        one, other = base.get("distance_m"), fields.get("distance_m")
        if one is None or other is None:
            return False
        then, now = METRES[before.distance_unit], METRES[self._now.distance_unit]
        found = abs(Decimal(one) / then - Decimal(other) / now) * 1000 < 1
        self.as_before += found
        return found

    def _before(self, known: Known) -> Reading | None:
        return self._earlier.get(known.imported.import_n) if known.imported else None


def _registers(says: Said) -> Iterator[tuple[str, ...]]:
    names = [name for name in says.fields if name not in _ONCE | says.silent]
    for together in _TOGETHER:
        if together[0] in names:
            yield tuple(name for name in together if name in names)
            names = [name for name in names if name not in together]
    for name in names:
        yield (name,)


def _is_only_the_name(names: tuple[str, ...], file: JsonObject, here: JsonObject) -> bool:
    """What it was called is new to a record of before there was a place for it."""
    return "typed_name" in names and not here.get("typed_name") and file["exercise_type"] == here.get("exercise_type")


def _is_conversion(one: JsonObject, other: JsonObject) -> bool:
    loads = (one.get("load_kg"), other.get("load_kg"))
    if None in loads or one.get("typed_load_unit") == other.get("typed_load_unit"):
        return False
    return abs(Decimal(str(loads[0])) - Decimal(str(loads[1]))) <= _ROUNDING_KG
