"""One error shape, one handler.

Everything that refuses a request raises; views catch nothing. The handler renders domain errors, and also what the
database refused: a violated constraint is looked up by its name among the models' constraints and rules, which hold its
code and message.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError, OperationalError, models
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import Error, ErrorResponse
from rest_framework import exceptions

from lib.errors import (
    ClientTooOld,
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    IdTaken,
    NotFound,
    PreconditionFailed,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from lib.rules import Rule

STATUS_OF: dict[type[DomainError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    PreconditionFailed: 412,
    TooLarge: 413,
    ClientTooOld: 426,
    RateLimited: 429,
    Unavailable: 503,
}


def status_of(error: DomainError) -> int:
    return next((status for kind, status in STATUS_OF.items() if isinstance(error, kind)), 400)


# --- what the database refused ---


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


def violation_of(error: BaseException) -> Violation:
    """What a DataError or IntegrityError of the database says, in our words."""
    diagnostics = getattr(error.__cause__ or error, "diag", None)
    state = str(getattr(diagnostics, "sqlstate", None) or "")
    name = str(getattr(diagnostics, "constraint_name", None) or "")
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


# --- the handler ---


def _api_exception(error: DomainError) -> exceptions.APIException:
    converted = exceptions.APIException(error.detail, error.code)
    converted.status_code = status_of(error)
    converted.wait = getattr(error, "retry_after_s", None)  # type: ignore[attr-defined]  # the handler below turns it into Retry-After
    converted.attr = error.attr  # type: ignore[attr-defined]  # read by the formatter below
    return converted


def _validation_error(violation: Violation) -> exceptions.APIException:
    if violation.code == "id_taken":
        return _api_exception(IdTaken())
    detail = [exceptions.ErrorDetail(violation.detail, violation.code)]
    return exceptions.ValidationError({violation.attr or "non_field_errors": detail})


class Handler(ExceptionHandler):
    """REST_FRAMEWORK["EXCEPTION_HANDLER"] reaches this through DRF_STANDARDIZED_ERRORS."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        match exc:
            case DomainError():
                return _api_exception(exc)
            case IntegrityError() | DataError():
                return _validation_error(violation_of(exc))
            case OperationalError():
                return _api_exception(Unavailable())
            case RequestDataTooBig():
                return _api_exception(TooLarge())
            case UnicodeDecodeError():
                return exceptions.ParseError("The body is not UTF-8.")
        return super().convert_known_exceptions(exc)


class Formatter(ExceptionFormatter):
    def get_errors(self) -> list[Error]:
        detail = self.exc.detail
        if isinstance(detail, dict) and "code" in detail and "detail" in detail and self.exc.status_code == 401:  # noqa: PLR2004 - simplejwt says each error twice
            return [Error(code=str(detail["code"]), detail=str(detail["detail"]), attr=None)]
        errors = list(super().get_errors())
        attr = getattr(self.exc, "attr", None)
        if attr is not None:
            errors = [Error(code=error.code, detail=error.detail, attr=attr) for error in errors]
        return errors

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        body: dict[str, Any] = super().format_error_response(error_response)
        request = self.context.get("request")
        return body | {"request_id": getattr(request, "request_id", None)}
