"""Whatever a view raises: one shape, the right status, a code to decide by."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts.models import Settings, User
from accounts.tests.factories import settings_of
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from lib import errors
from lib.errors import DomainError
from lib.exception_handler import STATUS_OF, status_of
from lib.tests.factories import make
from training.models import Exercise, Workout

raised: Callable[[], Any] = object


class Raising(APIView):
    permission_classes = []

    def post(self, request: Request) -> HttpResponse:
        with transaction.atomic():
            raised()
        return HttpResponse()


def parse(request: HttpRequest) -> HttpResponse:
    return Raising.as_view()(request)


urlpatterns = [path("raise", parse)]
pytestmark = [pytest.mark.urls(__name__)]


def answer(action: Callable[[], Any], **headers: str) -> Any:
    """The answer of a view that does this."""
    global raised  # noqa: PLW0603 - the view below the URL has no other way to know
    raised = action
    return APIClient(raise_request_exception=False).post("/raise", {}, headers=headers)


def raising(error: BaseException) -> Callable[[], Any]:
    def action() -> None:
        raise error

    return action


def told(response: Any) -> tuple[int, list[tuple[str, str | None]]]:
    """(status, [(code, attr)]), after a look at the shape."""
    body = response.json()
    assert set(body) == {"type", "errors", "request_id"}
    assert all(set(error) == {"code", "detail", "attr"} for error in body["errors"])
    assert all(error["detail"] for error in body["errors"])
    assert body["request_id"] == response["X-Request-ID"]
    kind = "server_error" if response.status_code >= 500 else body["type"]
    assert body["type"] == kind
    return response.status_code, [(error["code"], error["attr"]) for error in body["errors"]]


# --- domain errors ---


def every_domain_error() -> list[type[DomainError]]:
    found, waiting = [], [DomainError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return sorted(found, key=lambda kind: kind.__qualname__)


@pytest.mark.parametrize("kind", every_domain_error(), ids=lambda kind: kind.__qualname__)
def test_domain_error_is_told_by_its_code_and_docstring(db: None, kind: type[DomainError]) -> None:
    error = kind(retry_after_s=7) if kind is errors.RateLimited else kind()
    response = answer(raising(error))
    assert told(response) == (status_of(error), [(kind.code, kind.attr)])
    detail = response.json()["errors"][0]["detail"]
    assert detail == " ".join((kind.__doc__ or "").split())
    assert detail.endswith(".")


@pytest.mark.parametrize(
    ("kind", "status"), STATUS_OF.items(), ids=lambda value: getattr(value, "__name__", str(value))
)
def test_each_family_of_errors_has_its_status(kind: type[DomainError], status: int) -> None:
    class Special(kind):  # type: ignore[misc, valid-type]  # made for the test
        """Special."""

        def __init__(self) -> None:
            Exception.__init__(self)

    assert status_of(Special()) == status


def test_error_may_say_more_than_its_docstring(db: None) -> None:
    response = answer(raising(errors.Conflict("Two of them.", attr="name")))
    assert told(response) == (409, [("conflict", "name")])
    assert response.json()["errors"][0]["detail"] == "Two of them."


@pytest.mark.parametrize(
    ("error", "seconds"), [(errors.RateLimited(retry_after_s=7), "7"), (errors.Unavailable(), "2")]
)
def test_waiting_time_is_told_in_the_header(db: None, error: DomainError, seconds: str) -> None:
    assert answer(raising(error))["Retry-After"] == seconds


# --- what others raise ---


@pytest.mark.parametrize(
    ("error", "status", "code", "attr"),
    [
        (Http404(), 404, "not_found", None),
        (PermissionDenied(), 403, "permission_denied", None),
        (exceptions.ParseError(), 400, "parse_error", None),
        (exceptions.Throttled(wait=3), 429, "throttled", None),
        (exceptions.ValidationError({"reps": ["Too many."]}, "invalid"), 400, "invalid", "reps"),
        (exceptions.ValidationError("No.", "odd"), 400, "odd", None),
        (RequestDataTooBig(), 413, "too_large", None),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), 400, "parse_error", None),
        (OperationalError("the database system is shutting down"), 503, "unavailable", None),
        (ZeroDivisionError(), 500, "error", None),
        (KeyError("secret detail"), 500, "error", None),
        (RecursionError(), 500, "error", None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_foreign_error_is_told_in_the_same_shape(db: None, error: Exception, status: int, code: str, attr: str) -> None:
    assert told(answer(raising(error))) == (status, [(code, attr)])


def test_unhandled_error_tells_nothing_of_the_inside(db: None) -> None:
    body = answer(raising(KeyError("secret detail"))).content.decode()
    assert "secret" not in body
    assert "KeyError" not in body
    assert "Traceback" not in body


def test_several_errors_are_told_together(db: None) -> None:
    error = exceptions.ValidationError({"reps": ["a", "b"], "sets": [{}, {"load": ["c"]}]})
    assert told(answer(raising(error))) == (400, [("invalid", "reps"), ("invalid", "reps"), ("invalid", "sets.1.load")])


# --- what the database refuses ---


def test_check_constraint_is_told_by_its_code_and_message(alice: User) -> None:
    row = make(Workout, alice)
    response = answer(lambda: Workout.objects.filter(pk=row.pk).update(status="completed"))
    assert told(response) == (400, [("status_contradicts_times", "non_field_errors")])
    assert "a completed one has a start and an end" in response.json()["errors"][0]["detail"]


def test_limit_of_a_field_is_told_at_its_field(alice: User) -> None:
    row = settings_of(alice)
    response = answer(lambda: Settings.objects.filter(pk=row.pk).update(first_weekday=8))
    assert told(response) == (400, [("out_of_range", "first_weekday")])
    assert response.json()["errors"][0]["detail"] == "Must be between 1 and 7."


def test_unique_constraint_is_told_at_its_field(db: None) -> None:
    make_canonical("bench-press")
    assert told(answer(lambda: make_canonical("bench-press"))) == (400, [("unique", "slug")])


def test_id_that_is_taken_is_a_conflict(alice: User) -> None:
    row = make(Workout, alice)
    assert told(answer(lambda: Workout.objects.bulk_create([Workout(id=row.pk, user=alice)]))) == (
        409,
        [("id_taken", "id")],
    )


def test_reference_into_anothers_rows_does_not_exist(alice: User, bob: User) -> None:
    row, bobs = make(Exercise, alice), make(Workout, bob)
    response = answer(lambda: Exercise.objects.filter(pk=row.pk).update(workout=bobs))
    assert told(response) == (400, [("does_not_exist", "workout")])


def test_reference_to_anothers_private_type_does_not_exist(alice: User, bob: User) -> None:
    row, bobs = make(Exercise, alice), make(ExerciseType, bob)
    response = answer(lambda: Exercise.objects.filter(pk=row.pk).update(exercise_type=bobs))
    assert told(response) == (400, [("does_not_exist", "exercise_type")])


def test_plain_reference_to_nothing_does_not_exist(alice: User) -> None:
    def action() -> None:
        Workout.objects.create(user_id=uuid.uuid4())
        connection.check_constraints()

    assert told(answer(action)) == (400, [("does_not_exist", "non_field_errors")])


def test_value_that_is_missing_is_told_at_its_column(alice: User) -> None:
    row = make(Workout, alice)
    assert told(answer(lambda: Workout.objects.filter(pk=row.pk).update(title=None))) == (400, [("invalid", "title")])


def test_value_that_a_column_cannot_hold_is_told(alice: User) -> None:
    row = make(Workout, alice)
    for values in ({"title": "x" * 201}, {"title": "nul\0"}):
        response = answer(lambda values=values: Workout.objects.filter(pk=row.pk).update(**values))  # type: ignore[misc]
        assert told(response) == (400, [("invalid", "non_field_errors")])


@pytest.mark.parametrize("kind", [IntegrityError, DataError])
def test_refusal_without_diagnostics_is_told_too(db: None, kind: type[Exception]) -> None:
    assert told(answer(raising(kind("who knows")))) == (400, [("invalid", "non_field_errors")])


# --- the request id ---


@pytest.mark.parametrize("given", ["7d1c0c1e6f6b4d5e", "a-b_c-DEFG", "x" * 64])
def test_usable_request_id_is_given_back(db: None, given: str) -> None:
    response = answer(raising(Http404()), **{"X-Request-ID": given})
    assert response["X-Request-ID"] == response.json()["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space in it", "<script>alert</script>", "line\u2028break"]
)
def test_unusable_request_id_is_replaced(db: None, given: str) -> None:
    response = answer(raising(Http404()), **{"X-Request-ID": given})
    assert response["X-Request-ID"] != given
    assert len(response["X-Request-ID"]) == 32


def test_every_answer_has_an_id_of_its_own(db: None) -> None:
    assert len({answer(object)["X-Request-ID"] for _ in range(3)}) == 3
