"""What became of a file, for people and for apps."""

from dataclasses import asdict
from typing import Any

from dropset_files.shared.model import Problem
from training.services.files.importing import Outcome

MAX_PROBLEMS = 500  # in a report; their number is always whole
_COUNTED = {"workouts": "workout", "exercises": "exercise", "sets": "set"}


def report_of(outcome: Outcome, *, dry_run: bool) -> dict[str, Any]:
    plan, file = outcome.plan, outcome.file
    return {
        "dry_run": dry_run,
        "app": file.app,
        "dialect": file.dialect,
        "assumed": {
            "time_zone": outcome.how.time_zone,
            "weight_unit": outcome.how.weight_unit if "weight unit" in file.assumed else None,
            "distance_unit": outcome.how.distance_unit if "distance unit" in file.assumed else None,
        },
        "read": _counts(outcome.read),
        "made": {**_counts(plan.made), "exercise_types": plan.made["exercise_type"]},
        "there": _counts(plan.there),
        "deleted": _counts(plan.deleted),
        "changed": _counts(plan.changed),
        "matches": [{**asdict(one), "called": outcome.called.get(one.exercise_type, one.name)} for one in plan.matches],
        "told": plan.told,
        **problems_of(plan.problems),
    }


def problems_of(problems: list[Problem]) -> dict[str, Any]:
    return {"problems": [asdict(one) for one in problems[:MAX_PROBLEMS]], "problems_total": len(problems)}


def _counts(found: Any) -> dict[str, int]:
    return {name: found[entity] for name, entity in _COUNTED.items()}
