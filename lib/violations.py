"""What the database refused, in our words: finds a violated constraint by its name among the models' constraints and
rules, which hold its code and message.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from lib.constraints import AtMostOne, DerivedId, KnownSlugs
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
            if isinstance(constraint, KnownSlugs):
                found[constraint.in_use] = Violation("in_use", "Something still names this slug.", "slug")
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
    if isinstance(constraint, DerivedId):
        return "id"
    names: set[str] = set()
    if isinstance(constraint, models.CheckConstraint):
        names = _subjects(constraint.condition)
    elif isinstance(constraint, models.UniqueConstraint):
        names = {*constraint.fields, *_fields_in(constraint.expressions)} - {"user"}
    return names.pop() if len(names) == 1 else None


def _subjects(condition: Any) -> set[str]:
    """The fields that a condition is about: where it compares two sides, those on the left."""
    match condition:
        case models.Q():
            return {name for child in condition.children for name in _subjects(child)}
        case (str() as path, _):
            return {path.split("__")[0]}
        case models.Lookup():
            return _fields_in([condition.lhs])
        case _:
            return _fields_in([condition])


def _fields_in(expressions: Iterable[Any]) -> set[str]:
    parts: list[Any] = []
    for expression in expressions:
        parts += expression.flatten() if hasattr(expression, "flatten") else [expression]  # F has no parts
    conditions = [part.referenced_base_fields for part in parts if isinstance(part, models.Q)]  # of a When
    paths = [part.name for part in parts if isinstance(part, models.F)]  # type: ignore[attr-defined]  # not in the stubs
    return {path.split("__")[0] for path in paths}.union(*conditions)


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
