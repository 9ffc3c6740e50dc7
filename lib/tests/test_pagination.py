"""Cursor pages, while rows come and go."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.tokens import start_session
from config.tests.contract import SchemaClient
from lib.tests.factories import make
from training.models import Workout

URL = "/api/v1/workouts/"


def titles(body: Any) -> list[str]:
    return [row["title"] for row in body["results"]]


def make_numbered(user: User, count: int) -> list[Workout]:
    return [make(Workout, user, title=str(n)) for n in range(count)]


def test_newest_comes_first(api: SchemaClient, alice: User) -> None:
    make_numbered(alice, 3)
    assert titles(api.get(URL).json()) == ["2", "1", "0"]


def test_pages_lead_forth_and_back(api: SchemaClient, alice: User) -> None:
    make_numbered(alice, 5)
    first = api.get(f"{URL}?page_size=2").json()
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    assert [titles(page) for page in (first, second, third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert (first["previous"], third["next"]) == (None, None)
    assert titles(api.get(third["previous"]).json()) == ["2", "1"]


def test_row_that_appears_meanwhile_neither_repeats_nor_hides_another(api: SchemaClient, alice: User) -> None:
    make_numbered(alice, 4)
    first = api.get(f"{URL}?page_size=2").json()
    make(Workout, alice, title="new")
    assert titles(api.get(first["next"]).json()) == ["1", "0"]


def test_row_that_goes_meanwhile_hides_no_other(api: SchemaClient, alice: User) -> None:
    rows = make_numbered(alice, 4)
    first = api.get(f"{URL}?page_size=2").json()
    Workout.objects.filter(pk__in=[rows[3].pk, rows[1].pk]).tombstone()
    assert titles(api.get(first["next"]).json()) == ["0"]


def test_rows_of_one_moment_are_all_listed(api: SchemaClient, alice: User) -> None:
    moment = make(Workout, alice).created_at
    Workout.objects.bulk_create(Workout(user=alice) for _ in range(6))
    Workout.objects.update(created_at=moment)
    found: list[str] = []
    page: str | None = f"{URL}?page_size=3"
    while page:
        body = api.get(page).json()
        found += [row["id"] for row in body["results"]]
        page = body["next"]
    assert found == sorted((str(key) for key in Workout.objects.values_list("pk", flat=True)), reverse=True)


def test_page_takes_its_filter_along(alice: User) -> None:
    api = APIClient()  # the schema describes whole rows
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {start_session(user=alice, at=timezone.now()).access}")
    make_numbered(alice, 4)
    make(Workout, alice, title="skipped", status="skipped")
    first = api.get(f"{URL}?status=planned&page_size=3&fields=id,title").json()
    second = api.get(first["next"]).json()
    assert titles(first) + titles(second) == ["3", "2", "1", "0"]
    assert set(second["results"][0]) == {"id", "title"}


@pytest.mark.parametrize(
    ("asked", "given"), [("", 50), ("1", 1), ("200", 200), ("1000", 200), ("0", 50), ("-5", 50), ("x", 50)]
)
def test_page_size_is_fifty_and_at_most_two_hundred(api: SchemaClient, alice: User, asked: str, given: int) -> None:
    Workout.objects.bulk_create(Workout(user=alice) for _ in range(201))
    assert len(api.get(f"{URL}?page_size={asked}").json()["results"]) == given


def test_fields_that_there_are_not_are_refused(api: SchemaClient, alice: User) -> None:
    make(Workout, alice)
    response = api.get(f"{URL}?fields=id,secret")
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "unknown_field"
