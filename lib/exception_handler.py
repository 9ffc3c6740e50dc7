"""One error shape, one handler.

Everything that refuses a request raises; views catch nothing. The handler renders domain errors, and also what the
database refused, in the words of the violated constraint.
"""

from typing import Any

from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import Error, ErrorResponse
from rest_framework import exceptions
from rest_framework.response import Response

from lib.errors import (
    BadRequest,
    ClientTooOld,
    Conflict,
    DomainError,
    EncodingUnsupported,
    Forbidden,
    Gone,
    IdTaken,
    LengthRequired,
    NotFound,
    PreconditionFailed,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from lib.violations import Violation, violation_of

STATUS_OF: dict[type[DomainError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    PreconditionFailed: 412,
    TooLarge: 413,
    EncodingUnsupported: 415,
    LengthRequired: 411,
    ClientTooOld: 426,
    RateLimited: 429,
    Unavailable: 503,
}

# What Django raises. The first that fits.
IN_OUR_WORDS: dict[type[Exception], type[DomainError]] = {
    OperationalError: Unavailable,
    RequestDataTooBig: TooLarge,
    SuspiciousOperation: BadRequest,
    DjangoBadRequest: BadRequest,
}


def status_of(error: DomainError) -> int:
    return next((status for kind, status in STATUS_OF.items() if isinstance(error, kind)), 400)


def _api_exception(error: DomainError) -> exceptions.APIException:
    converted = exceptions.APIException(error.detail, error.code)
    converted.status_code = status_of(error)
    converted.wait = getattr(error, "retry_after_s", None)  # type: ignore[attr-defined]  # the handler below turns it into Retry-After
    converted.attr = error.attr  # type: ignore[attr-defined]  # read by the formatter below
    converted.extra = error.extra  # type: ignore[attr-defined]  # the same
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
            case UnicodeDecodeError():
                return exceptions.ParseError("The body is not UTF-8.")
        known = next((ours for theirs, ours in IN_OUR_WORDS.items() if isinstance(exc, theirs)), None)
        return super().convert_known_exceptions(exc) if known is None else _api_exception(known())

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        """What we raise on purpose, a 503 too, is no failure that wants a traceback in the log."""
        if not isinstance(self.exc, DomainError):
            super().report_exception(exc, response)


class Formatter(ExceptionFormatter):
    def get_errors(self) -> list[Error]:
        errors = list(super().get_errors())
        attr = getattr(self.exc, "attr", None)
        if attr is not None:
            errors = [Error(code=error.code, detail=error.detail, attr=attr) for error in errors]
        return errors

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        body: dict[str, Any] = super().format_error_response(error_response)
        request = self.context.get("request")
        return body | {"request_id": getattr(request, "request_id", None)} | getattr(self.exc, "extra", {})
