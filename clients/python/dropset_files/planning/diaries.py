"""What the file of a food diary changes in an account.

Every record has an id that follows from the account and its place in the file, so each is found again, whoever imported it.
Nothing is deleted; and what the user has changed or deleted stays so, unless they wish for something else.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import takewhile

from dropset_files.planning.account import Account, Documents
from dropset_files.planning.fitting import shortened
from dropset_files.planning.identity import Ids
from dropset_files.planning.memory import Act, Imported
from dropset_files.planning.planner import Plan, Wishes
from dropset_files.planning.writing import Change
from dropset_files.shared.diary import DiaryFile, LoggedFood, LoggedMeal, LoggedWater, Measured
from dropset_files.shared.model import Problem
from dropset_files.shared.values import JsonObject, patch_to_wire, same

MEAL, ITEM, WATER, MEASUREMENT = "meal_log", "meal_log_item", "water_log", "measurement"
ENTITIES = (MEAL, ITEM, WATER, MEASUREMENT)
_AMOUNT_MAX = 1_000_000.0


@dataclass(slots=True)
class _Said:
    """One record as the file says it."""

    entity: str
    key: tuple[object, ...]
    fields: JsonObject
    line: int
    below: "list[_Said]" = field(default_factory=list)


class DiaryPlanner:
    """Plans one import: first it says which records the file may be about, then, knowing what stands, what comes of them.

    account: without what stands. zone: where the times of the file are meant. nutrients: those that the library knows.
    """

    def __init__(self, file: DiaryFile, account: Account, *, zone: str, nutrients: AbstractSet[str]) -> None:
        self.plan = Plan(problems=list(file.problems), told=list(file.told))
        self._file = file
        self._used = account.ids
        self._limits = account.limits
        self._zone = zone
        self._nutrients = nutrients
        self._ids = Ids(account, file.app)
        self._unknown: set[str] = set()
        self._meals = [(meal, self._meal(meal)) for meal in file.meals]
        self._others = [self._water(one) for one in file.waters]
        self._others += [self._measurement(one) for one in file.measured if self._is_possible(one)]

    @property
    def sources(self) -> tuple[str, str]:
        """What the logs of this app say that they were imported from."""
        return self._file.app, f"{self._file.app} sums"

    def used_ids(self) -> dict[str, set[str]]:
        """By entity, those under which earlier imports may have made what is in the file."""
        found: dict[str, set[str]] = {entity: set() for entity in ENTITIES}
        for says in self._all():
            found[says.entity].update(takewhile(self._used.__contains__, self._ids.possible(says.entity, says.key)))
        return found

    def run(self, standing: Mapping[str, Documents], wishes: Wishes, *, number: int = 0) -> Plan:
        """standing: by entity, the documents of `used_ids` that stand, and all logs of `sources` on the days of the file.

        number: of the import, where it is remembered.
        """
        otherwise = self._days_taken_otherwise(standing.get(MEAL, {}))
        taking = _Taking(self.plan, self._ids, self._used, standing, wishes, number=number)
        for meal, says in self._meals:
            if meal.day not in otherwise:
                taking.take(says)
        for says in self._others:
            taking.take(says)
        self._tell(otherwise)
        self.plan.problems.sort(key=lambda problem: problem.line)
        return self.plan

    def _all(self) -> Iterator[_Said]:
        for _meal, says in self._meals:
            yield says
            yield from says.below
        yield from self._others

    # What the file says

    def _meal(self, meal: LoggedMeal) -> _Said:
        fields = {
            "eaten_on": meal.day,
            "slot": meal.slot,
            "title": shortened(meal.title, self._limits.longest(MEAL, "title")),
            "source": self._file.source,
            "time_zone": self._zone,
            **({} if meal.at is None else {"eaten_at": meal.at}),
        }
        said = _Said(MEAL, self._key_of(meal), patch_to_wire(fields), meal.line)
        said.below = [self._food(meal, food, place) for place, food in enumerate(meal.foods, start=1)]
        return said

    def _key_of(self, meal: LoggedMeal) -> tuple[object, ...]:
        return (meal.day.isoformat(), meal.group, *(("sum",) if self._file.sums else ()))

    def _food(self, meal: LoggedMeal, food: LoggedFood, place: int) -> _Said:
        name = shortened(food.name, self._limits.longest(ITEM, "typed_name"))
        notes = [food.name] if name != food.name else []
        fields = {
            "typed_name": name,
            "position": place,
            "grams": food.grams,
            "portion": food.portion,
            "portion_count": food.portion_count,
            "nutrients": self._amounts(food),
            "basis": "whole",
            "notes": shortened("\n".join(filter(None, [*notes, food.notes])), self._limits.longest(ITEM, "notes")),
        }
        said = {key: value for key, value in fields.items() if value not in (None, "")}
        return _Said(ITEM, (*self._key_of(meal), food.key), patch_to_wire(said), food.line)

    def _amounts(self, food: LoggedFood) -> dict[str, float]:
        """JSON has numbers. What cannot be is named, and left out."""
        found = {}
        for slug, amount in food.nutrients.items():
            if slug not in self._nutrients:
                self._unknown.add(slug)
            elif amount > _AMOUNT_MAX:
                self.plan.problems.append(Problem(food.line, f"{slug} {amount:g} is far too much, and was left out"))
            else:
                found[slug] = amount
        return found

    def _water(self, water: LoggedWater) -> _Said:
        fields = {
            "drunk_on": water.day,
            "amount_ml": water.amount_ml,
            "time_zone": self._zone,
            **({} if water.at is None else {"drunk_at": water.at}),
        }
        return _Said(WATER, (water.day.isoformat(), water.amount_ml, water.n), patch_to_wire(fields), water.line)

    def _is_possible(self, measured: Measured) -> bool:
        problem = self._limits.problem(MEASUREMENT, measured.kind, str(measured.value))
        if problem is not None:
            self.plan.problems.append(Problem(measured.line, f"{measured.kind} {measured.value}: {problem}"))
        return problem is None

    def _measurement(self, measured: Measured) -> _Said:
        fields = {
            "kind": measured.kind,
            "value": measured.value,
            "measured_at": measured.at,
            "time_zone": self._zone,
        }
        key = (measured.kind, measured.at.replace(tzinfo=None).isoformat(), measured.n)
        return _Said(MEASUREMENT, key, patch_to_wire(fields), measured.line)

    # Days of which the account has the foods and the file the sums, or the other way round

    def _days_taken_otherwise(self, logs: Documents) -> set[date]:
        source = self._file.source
        ours = {(one.day.isoformat(), self._form_of(source, one.slot, one.title)) for one in self._file.meals}
        forms: dict[str, set[str]] = defaultdict(set)
        for log in logs.values():
            if log.get("source") in self.sources:
                form = self._form_of(str(log["source"]), str(log.get("slot", "")), str(log.get("title", "")))
                forms[str(log["eaten_on"])].add(form)
        return {date.fromisoformat(day) for day, form in ours if forms[day] - {form} and form not in forms[day]}

    @staticmethod
    def _form_of(source: str, slot: str, title: str) -> str:
        """Sums of whole days and sums of meals cannot stand beside each other either."""
        return f"{source} of days" if source.endswith(" sums") and not slot and not title else source

    def _tell(self, otherwise: set[date]) -> None:
        plan = self.plan
        if otherwise:
            plan.told.append(
                f"{len(otherwise)} days were left out, the first of them {min(otherwise)}: another export of"
                " them was imported before, and all would count twice. To take these, delete those."
            )
        if self._unknown:
            plan.told.append(f"{', '.join(sorted(self._unknown))}: left out, for the library here does not know them.")
        if deleted := plan.deleted.total():
            plan.told.append(f"{deleted} records that you deleted stay deleted")


class _Taking:
    """What comes of the records of a file, where these stand."""

    def __init__(
        self,
        plan: Plan,
        ids: Ids,
        used: AbstractSet[str],
        standing: Mapping[str, Documents],
        wishes: Wishes,
        *,
        number: int,
    ) -> None:
        self.plan = plan
        self._ids = ids
        self._used = used
        self._standing = standing
        self._wishes = wishes
        self._number = number

    def take(self, says: _Said, place: Mapping[str, object] | None = None) -> None:
        standing = self._standing.get(says.entity, {})
        here, was_used = None, False
        for one in self._ids.possible(says.entity, says.key):
            here = one if one in standing else None
            if here or one not in self._used:
                break
            was_used = True
        if here is None and was_used and not self._wishes.bring_back:
            self._skip(says)
            return
        record_id = here or self._ids.fresh(says.entity, says.key)
        if here:
            self._compare(says, here, standing[here])
        else:
            made = {**(place or {}), **says.fields}
            self.plan.changes.append(Change("create", says.entity, record_id, made))
            self.plan.made[says.entity] += 1
            self._remember(says, record_id, Act.MADE, made, {})
        for below in says.below:
            self.take(below, {MEAL: record_id})

    def _skip(self, says: _Said) -> None:
        self.plan.deleted[says.entity] += 1
        for below in says.below:
            self._skip(below)

    def _compare(self, says: _Said, record_id: str, stands: JsonObject) -> None:
        """The zone is that in which it was imported first, and a place is the user's."""
        self.plan.there[says.entity] += 1
        names = says.fields.keys() - {"time_zone", "position", "source", "basis"}
        patch = {name: says.fields[name] for name in names if not _is_same(name, stands.get(name), says.fields[name])}
        if not patch:
            return
        if self._wishes.take_file:
            self.plan.changes.append(Change("update", says.entity, record_id, patch))
            self.plan.changed[says.entity] += 1
            self._remember(says, record_id, Act.CHANGED, says.fields, {name: stands.get(name) for name in patch})
            return
        differing = ", ".join(sorted(patch))
        self.plan.problems.append(
            Problem(says.line, f"{differing}: the file says something else, and what is here was kept")
        )

    def _remember(self, says: _Said, record_id: str, act: Act, said: JsonObject, before: JsonObject) -> None:
        parent, label = said.get(MEAL), "|".join(map(str, says.key))
        self.plan.rows.append(
            Imported(self._number, says.entity, record_id, parent, act, says.line, label, said, before)
        )


def _is_same(name: str, here: object, there: object) -> bool:
    if name in {"grams", "portion_count", "value", "amount_ml"}:
        return here is not None and Decimal(str(here)) == Decimal(str(there))
    if name == "nutrients":
        return _numbers(here) == _numbers(there)
    if name in {"eaten_at", "drunk_at", "measured_at"}:
        return same("completed_at", here, there)
    return same(name, here, there)


def _numbers(amounts: object) -> dict[str, float]:
    return {str(slug): float(amount) for slug, amount in amounts.items()} if isinstance(amounts, Mapping) else {}
