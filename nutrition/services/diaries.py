"""Takes in the file of a food diary, in one transaction; or says what that would do.

As with training, it is read before the user's head is locked, and planned under the lock.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from catalog.models import Nutrient
from dropset_files.planning.account import Account
from dropset_files.planning.diaries import ITEM, MEAL, MEASUREMENT, WATER, DiaryPlanner
from dropset_files.planning.planner import Plan, Wishes
from dropset_files.reading import read_diary
from dropset_files.shared.diary import DiaryFile
from dropset_files.shared.model import FileFormatError
from lib.errors import TooLarge
from lib.models import OwnedModel
from lib.references import used_ids
from lib.writes import writing
from nutrition.models import MealLog, MealLogItem, WaterLog
from training.domain.measurements import RANGES
from training.models import Measurement
from training.queries import Documents, documents
from training.services.files.importing import unreadable
from training.services.files.limits import ModelLimits
from training.services.files.reports import problems_of
from training.services.files.taking import Report, Sent
from training.services.files.writing import carry_out

MAX_ITEMS = 50_000  # of one file: the user's other devices wait while they are written
MODELS: dict[str, type[OwnedModel]] = {MEAL: MealLog, ITEM: MealLogItem, WATER: WaterLog, MEASUREMENT: Measurement}
_COUNTED = {"meals": MEAL, "foods": ITEM, "water": WATER, "measurements": MEASUREMENT}
_AT_ONCE = 10_000  # ids of a query


class DiaryLimits(ModelLimits):
    """A measurement is possible, or not, in the unit of its kind."""

    def problem(self, entity: str, name: str, value: object) -> str | None:
        if entity != MEASUREMENT or name not in RANGES:
            return super().problem(entity, name, value)
        found = RANGES[name]
        return None if found.low <= Decimal(str(value)) <= found.high else f"It is not {found}."


def take_diary(sent: Sent) -> Report:
    """Raises FileUnreadable, TooLarge."""
    file = _read(sent)
    if sent.dry_run:
        plan = _planned(sent, file)
    else:
        with writing(user=sent.user, source=sent.source):
            plan = _planned(sent, file)
            carry_out(user=sent.user, changes=plan.changes, at=sent.at, models=list(MODELS.values()))
    return _report(sent, file, plan)


def _read(sent: Sent) -> DiaryFile:
    try:
        file = read_diary(sent.content, sent.how.read_as())
    except FileFormatError as error:
        raise unreadable(error) from error
    if (items := file.items()) > MAX_ITEMS:
        raise TooLarge(
            f"A file holds at most {MAX_ITEMS} entries, and this one has {items}. Split it by years.", attr="file"
        )
    return file


def _planned(sent: Sent, file: DiaryFile) -> Plan:
    ids = used_ids(sent.user, MODELS.values())
    account = Account(str(sent.user.pk), DiaryLimits(), {}, ids)
    nutrients = frozenset(Nutrient.objects.values_list("slug", flat=True))
    planner = DiaryPlanner(file, account, zone=sent.how.time_zone, nutrients=nutrients)
    standing = {entity: _standing(MODELS[entity], sent.user, wanted) for entity, wanted in planner.used_ids().items()}
    standing[MEAL] |= _logs_of_days(sent.user, file, planner.sources)
    return planner.run(standing, Wishes(take_file=sent.take.take_file, bring_back=sent.take.bring_back))


def _standing(model: type[OwnedModel], user: Any, ids: Iterable[str]) -> Documents:
    found: Documents = {}
    left = sorted(ids)
    while left:
        some, left = left[:_AT_ONCE], left[_AT_ONCE:]
        found |= documents(model._default_manager.filter(user=user, deleted_at=None, pk__in=some))[0]
    return found


def _logs_of_days(user: Any, file: DiaryFile, sources: tuple[str, ...]) -> Documents:
    """What earlier imports of the app left on the days of the file."""
    days = file.days()
    if not file.meals:
        return {}
    of_app = MealLog.objects.for_user(user).filter(source__in=sources)
    return documents(of_app.filter(eaten_on__range=(days[0], days[-1])))[0]


def _report(sent: Sent, file: DiaryFile, plan: Plan) -> Report:
    return {
        "dry_run": sent.dry_run,
        "app": file.app,
        "dialect": file.dialect,
        "assumed": {
            "time_zone": sent.how.time_zone,
            "weight_unit": sent.how.weight_unit if "weight unit" in file.assumed else None,
            "distance_unit": None,
        },
        "read": {**_counts(_held(file)), "rows": file.rows, "days": len(file.days())},
        "made": _counts(plan.made),
        "there": _counts(plan.there),
        "deleted": _counts(plan.deleted),
        "changed": _counts(plan.changed),
        "matches": [],
        "told": plan.told,
        **problems_of(plan.problems),
    }


def _held(file: DiaryFile) -> Counter[str]:
    foods = sum(len(meal.foods) for meal in file.meals)
    return Counter({MEAL: len(file.meals), ITEM: foods, WATER: len(file.waters), MEASUREMENT: len(file.measured)})


def _counts(found: Counter[str]) -> dict[str, int]:
    return {name: found[entity] for name, entity in _COUNTED.items()}
