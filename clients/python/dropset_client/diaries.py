"""Files of food diaries as ordinary offline changes of a device: what `dropset_files` plans is queued and remembered."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from dropset_client.device import Device
from dropset_client.files import HowTo, ShippedLimits
from dropset_client.wire import JsonObject, Op, rfc3339, utc_now
from dropset_files.planning.account import Account
from dropset_files.planning.diaries import ENTITIES, ITEM, MEAL, MEASUREMENT, WATER, DiaryPlanner
from dropset_files.planning.planner import Plan, Wishes
from dropset_files.reading import ReadAs, read_diary
from dropset_files.shared.diary import DiaryFile
from dropset_files.shared.model import Problem


class DiaryLimits(ShippedLimits):
    """Which measurements are possible the server alone knows: it refuses the others one by one."""

    def problem(self, entity: str, name: str, value: object) -> str | None:
        return None if entity == MEASUREMENT else super().problem(entity, name, value)


@dataclass(slots=True)
class DiaryReport:
    """What was made. The fields that `ImportReport` has too mean the same."""

    meals: int = 0
    foods: int = 0
    water: int = 0
    measurements: int = 0
    skipped: int = 0
    changed: int = 0
    app: str = ""
    dialect: str = ""
    import_id: str | None = None
    problems: list[Problem] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def import_diary(
    device: Device,
    source: bytes | str | Path,
    read_as: ReadAs,
    *,
    nutrients: AbstractSet[str],
    how: HowTo | None = None,
    dry_run: bool = False,
) -> DiaryReport:
    """Queue what the file holds, in one local transaction; no network is needed. A `dry_run` queues nothing.

    `nutrients` are the slugs that the library knows: the server takes no others. Raises FileFormatError for a file that cannot be
    read, NotSignedIn before the first login.
    """
    file = read_diary(source.read_bytes() if isinstance(source, Path) else source, read_as)
    name = source.name if isinstance(source, Path) else ""
    how = how or HowTo()
    with device.batch():
        options: JsonObject = {"zone": read_as.zone.key}
        if "weight unit" in file.assumed:
            options["weight_unit"] = read_as.weight_unit
        log = device.store.imports
        started = log.begin(source=file.app, file=name, at=rfc3339(utc_now()), options=options)
        account = Account(device.user_id, DiaryLimits(), {}, device.store.ids())
        planner = DiaryPlanner(file, account, zone=read_as.zone.key, nutrients=nutrients)
        plan = planner.run(_standing(device), Wishes(how.take_file, how.bring_back), number=started.n)
        report = _report(file, plan)
        if dry_run or not plan.changes:
            log.forget(started)
            return report
        for change in plan.changes:
            device.enqueue(change.entity, change.id, Op(change.op), change.data)
        log.end(started, plan.rows, {"made": plan.made.total(), "changed": plan.changed.total(), "deleted": 0})
        report.import_id = started.id
    return report


def _standing(device: Device) -> Mapping[str, dict[str, JsonObject]]:
    return {name: {one.id: one.data or {} for one in device.store.view_all(name)} for name in ENTITIES}


def _report(file: DiaryFile, plan: Plan) -> DiaryReport:
    made: Counter[str] = plan.made
    return DiaryReport(
        meals=made[MEAL],
        foods=made[ITEM],
        water=made[WATER],
        measurements=made[MEASUREMENT],
        skipped=plan.there.total() + plan.deleted.total(),
        changed=plan.changed.total(),
        app=file.app,
        dialect=file.dialect,
        problems=plan.problems,
        told=plan.told,
    )
