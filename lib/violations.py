"""What the database refused, in our words: a violated constraint is found by its name among the models' constraints and
rules, which hold its code and message.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from lib.constraints import AtMostOne
from lib.rules import Rule


@dataclass(frozen=True)
class Violation:
    code: str
    detail: str
    attr: str | None = None


@cache
def _named_violations() -> dict[str, Violation]:
    found: dict[str, Violation] = {}
    for model in apps.get_models(include_auto_created=True):
        for constraint in model._meta.constraints:
            code = constraint.violation_error_code or ("unique" if _is_unique(constraint) else "invalid")
            found[constraint.name] = Violation(code, str(constraint.get_violation_error_message()), _attr(constraint))
        for trigger in getattr(model._meta, "triggers", []):
            if isinstance(trigger, Rule):
                violation = Violation(trigger.violation_code, trigger.violation_message, trigger.field)
                found[trigger.constraint_name(model)] = violation
    return found


def _is_unique(constraint: models.BaseConstraint) -> bool:
    return isinstance(constraint, models.UniqueConstraint)


def _attr(constraint: models.BaseConstraint) -> str | None:
    """The one field that a constraint speaks of, if it is one."""
    named = getattr(constraint, "field", None)
    if isinstance(named, str):
        return named
    if isinstance(constraint, AtMostOne):
        return constraint.gives_way
    if isinstance(constraint, models.CheckConstraint):
        condition = constraint.condition
        names = {path.split("__")[0] for path in _paths(condition)} if isinstance(condition, models.Q) else set()
        return names.pop() if len(names) == 1 else None
    if isinstance(constraint, models.UniqueConstraint):
        own = [name for name in constraint.fields if name != "user"]
        return own[0] if len(own) == 1 else None
    return None


def _paths(condition: models.Q) -> list[str]:
    return [
        path
        for child in condition.children
        for path in (_paths(child) if isinstance(child, models.Q) else [child[0]] if isinstance(child, tuple) else [])
    ]


def constraint_of(error: BaseException) -> str:
    """The name of the constraint that was violated; empty where it has none."""
    return str(getattr(_diagnostics(error), "constraint_name", None) or "")


def _diagnostics(error: BaseException) -> Any:
    return getattr(error.__cause__ or error, "diag", None)


def violation_of(error: BaseException) -> Violation:
    """What a DataError or IntegrityError of the database says, in our words."""
    diagnostics, name = _diagnostics(error), constraint_of(error)
    state = str(getattr(diagnostics, "sqlstate", None) or "")
    known = _named_violations().get(name)
    if known is not None:
        return known
    if name.endswith("_pkey"):
        return Violation("id_taken", "This id is taken.", "id")
    if state == "23503":
        return Violation("does_not_exist", "There is no such row of yours.")
    if state.startswith("23"):
        return Violation(
            "invalid", "The values contradict a rule of the database.", getattr(diagnostics, "column_name", None)
        )
    return Violation("invalid", "A value is not one that the database can hold.")
