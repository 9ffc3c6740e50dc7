"""What a curator sees first, and that it costs the same however large the library is."""

import datetime as dt
from typing import Any

import orjson
import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical, make_food, make_program
from config import dashboard
from lib.tests.factories import as_id, make
from training.models import Exercise


@pytest.fixture
def curator(client: Client, db: None, settings: Any) -> Client:
    settings.PASSWORD_HASHERS = ["lib.tests.hashers.CountingHasher"]
    cache.delete("catalog-faults")
    call_command("create_demo")
    client.force_login(get_user_model().objects.get(email="curator@dropset.local"))
    return client


def panels(client: Client) -> dict[str, Any]:
    page = client.get("/admin/")
    assert page.status_code == 200
    return {panel.title: panel for panel in page.context["panels"]}


def told(panel: Any) -> list[tuple[str, int | None]]:
    return [(line.words, line.count) for line in panel.lines]


def test_what_waits_is_counted_and_leads_to_it(curator: Client) -> None:
    make_canonical("draft", status="draft")
    make_canonical("done")
    make_food("oats", status="in_review")
    make_program()
    panel = panels(curator)["Waits for you"]
    assert told(panel) == [("Foods: in review", 1), ("Exercise types: drafts", 1), ("Programs: drafts", 1)]
    for line in panel.lines:
        assert len(curator.get(line.url).context["cl"].result_list) == line.count


def test_faults_lead_to_the_rows_that_have_them(curator: Client) -> None:
    make_canonical("one", source="dropset")
    make_canonical("two", source="dropset", instructions="1. Lift.")
    panel = panels(curator)["To mend"]
    assert ("Exercise types: No instructions", 1) in told(panel)
    for line in panel.lines:
        assert len(curator.get(line.url).context["cl"].result_list) == line.count


def test_use_counts_the_library_and_nothing_of_an_athletes_own(curator: Client, alice: User, bob: User) -> None:
    squat, press, unused = make_canonical("squat"), make_canonical("press"), make_canonical("unused")
    own = make(ExerciseType, alice, name="My secret move")
    for user, row, days in ((alice, squat, 0), (bob, squat, 0), (alice, press, 20), (alice, own, 0), (bob, press, 60)):
        made = make(Exercise, user, exercise_type=as_id(row))
        Exercise.objects.filter(pk=made.pk).update(created_at=timezone.now() - dt.timedelta(days=days))
    found = panels(curator)
    assert told(found["Most used in four weeks"]) == [("Squat", 2), ("Press", 1)]
    assert [line.note for line in found["Most used in four weeks"].lines] == ["2 athletes", "1 athlete"]
    assert told(found["Never used: 1 exercise types"]) == [(unused.name, None)]
    uses, athletes = orjson.loads(found["Use of the library"].chart)["datasets"]
    assert (sum(uses["data"]), len(uses["data"]), max(athletes["data"])) == (4, 12, 2)
    assert "secret" not in curator.get("/admin/").content.decode()


def test_what_was_published_last_stands_first(curator: Client) -> None:
    make_canonical("old")
    make_canonical("draft", status="draft")
    ExerciseType.objects.filter(slug="old").update(status="retired")
    make_canonical("first")
    make_food("second")
    assert [words for words, _ in told(panels(curator)["Published lately"])] == ["Second", "First"]


def test_others_see_none_of_it(client: Client, charlie: User) -> None:
    charlie.is_superuser = False
    charlie.save()
    client.force_login(charlie)
    assert panels(client) == {}


def test_use_is_not_waited_for_for_ever(curator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        return []

    monkeypatch.setattr(dashboard, "PATIENCE_MS", 50)
    assert dashboard._counted(slow) is None
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.parametrize("count", [1, 30])
def test_first_page_asks_as_much_however_large_the_library_is(
    curator: Client, count: int, alice: User, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        row = make_canonical(f"type-{n}")
        make(Exercise, alice, exercise_type=as_id(row))
        make_canonical(f"unused-{n}", status="draft" if n % 2 else "published")
        make_food(f"food-{n}", status="in_review")
    curator.get("/admin/")  # the faults are kept for ten minutes
    # the session, the user, rights (2); what waits: three states of six libraries, and suggestions; what is proposed; the latest
    # of each; most used, and use over time (4 each, with their patience); never used (2); the curator's own history
    with django_assert_num_queries(QUERIES):
        assert curator.get("/admin/").status_code == 200


QUERIES = 43
