from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import start_session
from catalog.api import library
from catalog.enums import Status
from catalog.models import ExerciseType, NutritionTemplate, RecommendationRule, Supplement
from catalog.tests.factories import (
    make_canonical,
    make_equipment,
    make_food,
    make_intake,
    make_muscle,
    make_nutrient,
    make_shared,
)
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make

TYPES = "/api/v1/library/exercise-types/"
FOODS = "/api/v1/library/foods/"
MUSCLES = "/api/v1/library/muscles/"
EQUIPMENT = "/api/v1/library/equipment/"
MAKERS: dict[str, Any] = {
    TYPES: make_canonical,
    FOODS: make_food,
    MUSCLES: make_muscle,
    EQUIPMENT: make_equipment,
    "/api/v1/library/nutrients/": make_nutrient,
    "/api/v1/library/reference-intakes/": make_intake,
    "/api/v1/library/supplements/": partial(make_shared, Supplement),
    "/api/v1/library/nutrition-templates/": partial(make_shared, NutritionTemplate),
    "/api/v1/library/recommendation-rules/": partial(make_shared, RecommendationRule),
}
WORDS = ("muscles", "equipment", "nutrients", "reference-intakes")
KINDS = list(MAKERS)


def slugs(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["slug"] for row in response.json()["results"]]


def make_rows(url: str, count: int) -> None:
    for n in range(count):
        MAKERS[url](f"thing-{n}")


@pytest.fixture(name="library")
def some_types(db: None) -> None:
    """Three types that differ in everything that a filter asks for, and three that no list may show."""
    for slug in ("chest", "triceps", "quads", "glutes"):
        make_muscle(slug)
    for slug in ("barbell", "bench", "treadmill"):
        make_equipment(slug)
    make_canonical(
        "bench-press",
        category="strength",
        level="beginner",
        movement_pattern="horizontal_push",
        mechanic="compound",
        primary_muscles=["chest"],
        secondary_muscles=["triceps"],
        equipment=["barbell", "bench"],
    )
    make_canonical(
        "squat",
        category="strength",
        level="intermediate",
        movement_pattern="squat",
        mechanic="compound",
        primary_muscles=["quads"],
        secondary_muscles=["glutes"],
        equipment=["barbell"],
    )
    make_canonical(
        "running",
        category="cardio",
        level="advanced",
        movement_pattern="locomotion",
        equipment=["treadmill"],
        secondary_muscles=["quads"],
    )
    for status in (Status.DRAFT, Status.IN_REVIEW, Status.RETIRED):
        make_canonical(f"hidden-{status.replace('_', '-')}", status=status, primary_muscles=["chest"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["bench-press", "running", "squat"]),
        ("primary_muscle=chest", ["bench-press"]),
        ("primary_muscle=quads", ["squat"]),
        ("muscle=quads", ["running", "squat"]),
        ("muscle=triceps", ["bench-press"]),
        ("muscle=no-such-muscle", []),
        ("equipment=barbell", ["bench-press", "squat"]),
        ("equipment=bench", ["bench-press"]),
        ("category=cardio", ["running"]),
        ("category=cardio&category=strength", ["bench-press", "running", "squat"]),
        ("level=beginner", ["bench-press"]),
        ("level=beginner&level=advanced", ["bench-press", "running"]),
        ("movement_pattern=squat", ["squat"]),
        ("movement_pattern=squat&movement_pattern=locomotion", ["running", "squat"]),
        ("mechanic=compound", ["bench-press", "squat"]),
        ("equipment=barbell&muscle=glutes", ["squat"]),
        ("equipment=barbell&category=cardio", []),
        ("search=", ["bench-press", "running", "squat"]),
        ("muscle=", ["bench-press", "running", "squat"]),
    ],
)
def test_filters_narrow_the_published_types(library: None, api: SchemaClient, query: str, found: list[str]) -> None:
    assert slugs(api.get(f"{TYPES}?{query}")) == found


@pytest.mark.parametrize("name", ["category", "level", "movement_pattern", "mechanic"])
def test_filter_by_a_value_that_there_is_not_is_refused(library: None, api: SchemaClient, name: str) -> None:
    check_error(api.get(f"{TYPES}?{name}=no-such"), 400, "invalid_choice", name)


@pytest.mark.parametrize("name", ["muscle", "primary_muscle", "equipment", "search"])
def test_null_character_in_a_filter_is_refused(library: None, api: SchemaClient, name: str) -> None:
    check_error(api.get(f"{TYPES}?{name}=%00"), 400, "null_characters_not_allowed", name)


@pytest.mark.parametrize("name", ["muscle", "primary_muscle", "equipment"])
@pytest.mark.parametrize("value", ["'", '"', "{}", "{a,b}", "\\", "x" * 3000, "%F0%9F%92%AA"])
def test_odd_text_in_a_filter_finds_nothing(library: None, api: SchemaClient, name: str, value: str) -> None:
    assert slugs(api.get(f"{TYPES}?{name}={value}")) == []


def test_vocabularies_have_filters_of_their_own(library: None, api: SchemaClient) -> None:
    make_muscle("calves", body_region="lower", side="back")
    make_equipment("rower", kind="cardio")
    assert slugs(api.get(f"{MUSCLES}?body_region=lower&side=back")) == ["calves"]
    assert slugs(api.get(f"{EQUIPMENT}?kind=cardio")) == ["rower"]


# --- one of them ---


def test_type_is_read_with_all_that_clients_sync(api: SchemaClient) -> None:
    row = make_canonical("bench-press", name="Bench Press", aliases=["Flat bench"], bodyweight_share="0.50")
    body = api.get(f"{TYPES}{row.pk}/").json()
    assert (body["slug"], body["name"], body["aliases"], body["bodyweight_share"]) == (
        "bench-press", "Bench Press", ["Flat bench"], "0.50",
    )  # fmt: skip
    assert {"status", "replaced_by", "metadata_schema", "instructions", "updated_at"} <= set(body)
    assert {"user", "user_id", "search", "deleted_at"} & set(body) == set()


@pytest.mark.parametrize(
    ("status", "answer"), [(Status.PUBLISHED, 200), (Status.RETIRED, 200), (Status.DRAFT, 404), (Status.IN_REVIEW, 404)]
)
def test_retired_type_is_found_by_its_id_and_an_unpublished_one_is_not(
    api: SchemaClient, status: Status, answer: int
) -> None:
    row = make_canonical(status=status)
    assert api.get(f"{TYPES}{row.pk}/").status_code == answer


def test_retired_type_names_the_one_that_replaces_it(api: SchemaClient) -> None:
    newer = make_canonical("bench-press")
    older = make_canonical("press-on-bench", status=Status.RETIRED, replaced_by=newer)
    assert api.get(f"{TYPES}{older.pk}/").json()["replaced_by"] == str(newer.pk)


def test_private_types_are_not_in_the_library(api: SchemaClient, alice: User, bob: User) -> None:
    own, bobs = make(ExerciseType, alice), make(ExerciseType, bob)
    assert slugs(api.get(TYPES)) == slugs(api.get(f"{TYPES}?search=towel")) == []
    for row in (own, bobs):
        check_error(api.get(f"{TYPES}{row.pk}/"), 404, "not_found")


def test_vocabulary_is_read_by_slug(library: None, api: SchemaClient) -> None:
    assert api.get(f"{MUSCLES}chest/").json() == {
        "slug": "chest", "name": "Chest", "latin": "", "body_region": "upper", "side": "front",
    }  # fmt: skip
    assert api.get(f"{EQUIPMENT}bench/").json() == {"slug": "bench", "name": "Bench", "kind": "free_weight"}
    check_error(api.get(f"{MUSCLES}no-such/"), 404, "not_found")


@pytest.mark.parametrize("key", ["not-a-uuid", "cafe0000-0000-4000-8000-000000000000", "%00"])
def test_type_that_there_is_not_is_not_found(api: SchemaClient, key: str) -> None:
    check_error(api.get(f"{TYPES}{key}/"), 404, "not_found")


@pytest.mark.parametrize("url", KINDS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_library_is_read_only(api: SchemaClient, url: str, method: str) -> None:
    check_error(getattr(api, method)(url), 405, "method_not_allowed")


@pytest.mark.parametrize("url", KINDS)
def test_library_is_read_without_a_login(anonymous: SchemaClient, url: str) -> None:
    make_rows(url, 2)
    assert slugs(anonymous.get(url)) == ["thing-0", "thing-1"]
    assert anonymous.get(f"{url}thing-1/").json()["slug"] == "thing-1"


def test_those_who_do_not_log_in_ask_so_often_a_minute(
    anonymous: SchemaClient, api: SchemaClient, limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "ANONYMOUS_RATE", "2/m")
    assert [anonymous.get(MUSCLES).status_code for _ in range(3)] == [200, 200, 429]
    assert api.get(MUSCLES).status_code == 200


# --- caching ---


@pytest.mark.parametrize("url", KINDS)
def test_library_that_has_not_changed_is_not_sent_again(api: SchemaClient, url: str) -> None:
    make_rows(url, 2)
    tag = api.get(url)["ETag"]
    unchanged = api.get(url, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    MAKERS[url]("thing-9")
    assert api.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_compressed_answer_is_not_sent_again_either(client: Client, alice: User) -> None:
    make_rows(TYPES, 3)
    token = start_session(user=alice, at=timezone.now()).access
    headers = {"Accept-Encoding": "gzip", "Authorization": f"Bearer {token}"}
    first = client.get(TYPES, headers=headers)
    assert first["Content-Encoding"] == "gzip"
    assert client.get(TYPES, headers={**headers, "If-None-Match": first["ETag"]}).status_code == 304


def test_one_type_that_has_not_changed_is_not_sent_again(api: SchemaClient) -> None:
    row = make_canonical()
    tag = api.get(f"{TYPES}{row.pk}/")["ETag"]
    assert api.get(f"{TYPES}{row.pk}/", headers={"If-None-Match": tag}).status_code == 304
    ExerciseType.objects.update(name="Other")
    assert api.get(f"{TYPES}{row.pk}/", headers={"If-None-Match": tag}).status_code == 200


# --- pages ---


@pytest.mark.parametrize("url", KINDS)
@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_however_long(
    api: SchemaClient, url: str, count: int, django_assert_num_queries: Any
) -> None:
    make_rows(url, count)
    versioned = not url.endswith(tuple(f"/{name}/" for name in WORDS))
    with django_assert_num_queries(2 + versioned):  # the session with its user; the version of the catalogue; the page
        response = api.get(url)
    assert len(slugs(response)) == count


def test_search_takes_three_queries(api: SchemaClient, django_assert_num_queries: Any) -> None:
    make_rows(TYPES, 3)
    with django_assert_num_queries(3):  # the session with its user; the version of the catalogue; the page
        response = api.get(f"{TYPES}?search=thing&muscle=&category=strength")
    assert len(slugs(response)) == 3


@pytest.mark.parametrize("url", KINDS)
def test_pages_follow_each_other_without_gap_or_double(api: SchemaClient, url: str) -> None:
    make_rows(url, 7)
    found: list[str] = []
    page: str | None = f"{url}?page_size=3"
    while page:
        response = api.get(page)
        found += slugs(response)
        page = response.json()["next"]
    assert found == [f"thing-{n}" for n in range(7)]


def test_types_of_one_name_are_told_apart_by_their_id(api: SchemaClient) -> None:
    rows = [make_canonical(f"same-{n}", name="Same") for n in range(5)]
    found: list[str] = []
    page: str | None = f"{TYPES}?page_size=2"
    while page:
        body = api.get(page).json()
        found += [row["id"] for row in body["results"]]
        page = body["next"]
    assert found == sorted(str(row.pk) for row in rows)


@pytest.mark.parametrize(
    ("asked", "given"),
    [("1", 1), ("200", 200), ("201", 200), ("9" * 30, 200), ("0", 50), ("-1", 50), ("x", 50), ("", 50)],
)
def test_page_size_has_limits(api: SchemaClient, asked: str, given: int) -> None:
    rows = [ExerciseType(slug=f"thing-{n:03}", name=f"Thing {n:03}") for n in range(202)]
    ExerciseType.objects.bulk_create(rows)
    assert len(slugs(api.get(f"{TYPES}?page_size={asked}"))) == given


# base64 of: p=%00, p=x%00, o=-1&p=x, o=99999999999999999999&p=x, nothing at all
@pytest.mark.parametrize(
    "cursor", ["cD0lMDA%3D", "cD14JTAw", "bz0tMSZwPXg%3D", "bz05OTk5OTk5OTk5OTk5OTk5OTk5OSZwPXg%3D", "%00", "x", "ü"]
)
@pytest.mark.parametrize("url", KINDS)
def test_garbled_cursor_does_no_harm(api: SchemaClient, url: str, cursor: str) -> None:
    make_rows(url, 1)
    assert api.get(f"{url}?cursor={cursor}").status_code in (200, 400, 404)
