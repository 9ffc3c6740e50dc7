"""Look-ups by barcode, with a mirror of Open Food Facts that is a real server on this machine."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import caches
from django.db import connections
from django.utils import timezone

from accounts.models import User
from catalog.domain.open_food_facts import FIELDS
from catalog.models import Food
from catalog.services.barcodes import BREAKER, LIMIT_S, MOST_BYTES
from catalog.tests.factories import make_food, make_nutrient
from catalog.tests.open_food_facts import BARCODE, PRODUCT, Mirror, running_mirror
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make

ADDRESS = f"/api/v1/foods/barcode/{BARCODE}/"
UNITS = {"energy": "kcal", "protein": "g", "fat": "g", "fatty-acids-saturated": "g", "carbohydrate": "g", "fiber": "g"}
UNITS |= {"sodium": "mg", "magnesium": "mg", "folate-total": "ug"}


@pytest.fixture
def mirror(settings: Any, db: None) -> Iterator[Mirror]:
    caches["limits"].clear()
    for slug, unit in UNITS.items():
        make_nutrient(slug, unit=unit)
    with running_mirror() as mirror:
        settings.OPEN_FOOD_FACTS_URL = mirror.url
        yield mirror


def test_own_food_goes_before_the_librarys(alice: User, bob: User, api: SchemaClient, mirror: Mirror) -> None:
    make_food("library-butter", barcode=BARCODE)
    make(Food, bob, barcode=BARCODE)
    found = api.get(ADDRESS).json()
    assert (found["found_in"], found["own"], found["proposal"]) == ("library", None, None)
    assert found["library"]["slug"] == "library-butter"
    mine = make(Food, alice, barcode=f"0{BARCODE}")  # as it was typed: with a zero more
    found = api.get(ADDRESS).json()
    assert (found["found_in"], found["own"]["id"], found["library"]) == ("own", str(mine.pk), None)
    assert mirror.asked == []


def test_draft_of_the_library_and_what_was_deleted_are_not_found(alice: User, api: SchemaClient) -> None:
    make_food("draft", barcode=BARCODE, status="draft")
    gone = make(Food, alice, barcode=BARCODE)
    assert api.delete(f"/api/v1/foods/{gone.pk}/").status_code == 204
    check_error(api.get(ADDRESS), 404, "barcode_not_here")


@pytest.mark.parametrize("written", ["4006381333932", "40063813", "banana", "00000000", "4" * 40, "\u0664006381333931"])
def test_what_is_no_gtin_is_refused(api: SchemaClient, written: str) -> None:
    check_error(api.get(f"/api/v1/foods/barcode/{written}/"), 400, "barcode_invalid", "gtin")


def test_mirror_proposes_a_food_that_can_be_made(alice: User, api: SchemaClient, mirror: Mirror) -> None:
    found = api.get(f"/api/v1/foods/barcode/0{BARCODE}/").json()
    assert found["found_in"] == "open_food_facts"
    assert found["proposal"] == {
        "name": "Crunchy peanut butter",
        "names": {"de": "Erdnussbutter mit Stückchen"},
        "aliases": [],
        "brand": "Nutfield",
        "barcode": BARCODE,
        "category": "legumes",
        "diets": ["pescatarian", "vegetarian", "vegan"],
        "allergens": ["peanuts"],
        "nutrients": {
            "energy": 615,
            "protein": 26.1,
            "fat": 50,
            "fatty-acids-saturated": 7.1,
            "carbohydrate": 11.8,
            "fiber": 7.9,
            "sodium": 320,
            "magnesium": 160,
            "folate-total": 90,
        },
        "portions": [{"name": "1 tbsp (15 g)", "grams": 15}],
    }
    assert "ODbL" in found["attribution"]
    assert f"product/{BARCODE}" in found["attribution"]
    assert not Food.objects.exists()
    made = api.post("/api/v1/foods/", {"id": str(uuid4()), **found["proposal"]})
    assert made.status_code == 201, made.content
    assert api.get(ADDRESS).json()["own"]["id"] == made.json()["id"]


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_database_is_held_while_the_mirror_is_asked(api: SchemaClient, mirror: Mirror) -> None:
    ours, held = connections["default"], []
    mirror.when_asked = lambda: held.append(ours.connection)
    assert api.get(ADDRESS).status_code == 200
    assert held == [None]


def test_mirror_is_asked_as_it_wants_to_be(api: SchemaClient, mirror: Mirror, settings: Any) -> None:
    api.get(ADDRESS)
    ((path, headers),) = mirror.asked
    address = urlsplit(path)
    assert address.path == f"/api/v2/product/{BARCODE}.json"
    assert parse_qs(address.query) == {"fields": [",".join(FIELDS)]}
    assert headers["User-Agent"] == f"Dropset (+{settings.BASE_URL})"


def test_mirror_that_knows_nothing_is_no_failure(api: SchemaClient, mirror: Mirror) -> None:
    mirror.products = {}
    mirror.answers = [(200, b'{"status": 0, "status_verbose": "product not found"}')]
    for _ in range(BREAKER.failures + 1):
        check_error(api.get(ADDRESS), 404, "barcode_unknown")
    assert len(mirror.asked) == BREAKER.failures + 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (429, b"slow down"),
        (302, b""),
        (200, b"<html>"),
        (200, b"\xff\xfe"),
        (200, b"[" * 100_000),
        (200, b'{"status": 1}'),
        (200, b'{"status": 1, "product": []}'),
        (200, b'{"status": 1, "product": {"code": "96385074"}}'),
        (200, b" " * (MOST_BYTES + 1)),
    ],
)
def test_mirror_that_answers_nonsense_is_a_failure(api: SchemaClient, mirror: Mirror, status: int, body: bytes) -> None:
    mirror.answers = [(status, body)]
    answer = api.get(ADDRESS)
    check_error(answer, 503, "mirror_unavailable")
    assert int(answer["Retry-After"]) >= 1
    assert api.get(ADDRESS).status_code == 200


def test_slow_mirror_is_waited_for_two_seconds_in_all(api: SchemaClient, mirror: Mirror) -> None:
    mirror.answers = [LIMIT_S / 8]
    begun = time.monotonic()
    check_error(api.get(ADDRESS), 503, "mirror_unavailable")
    assert LIMIT_S <= time.monotonic() - begun < LIMIT_S + 1


def test_failing_mirror_is_left_alone_until_one_trial_works(api: SchemaClient, mirror: Mirror) -> None:
    make_food("here", barcode="96385074")
    mirror.answers = [(500, b"")] * (BREAKER.failures + 1)
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        for _ in range(BREAKER.failures):
            check_error(api.get(ADDRESS), 503, "mirror_unavailable")
        answer = api.get(ADDRESS)
        check_error(answer, 503, "mirror_unavailable")
        assert int(answer["Retry-After"]) == BREAKER.open_s
        assert len(mirror.asked) == BREAKER.failures
        assert api.get("/api/v1/foods/barcode/96385074/").json()["found_in"] == "library"

        clock.shift(BREAKER.open_s + 1)
        check_error(api.get(ADDRESS), 503, "mirror_unavailable")  # the trial fails too
        assert len(mirror.asked) == BREAKER.failures + 1

        clock.shift(BREAKER.open_s + 1)
        assert api.get(ADDRESS).status_code == 200
        assert api.get(ADDRESS).status_code == 200


def test_mirror_that_is_not_there_is_a_failure(api: SchemaClient, mirror: Mirror, settings: Any) -> None:
    with running_mirror() as gone:
        settings.OPEN_FOOD_FACTS_URL = gone.url
    check_error(api.get(ADDRESS), 503, "mirror_unavailable")


def test_only_questions_to_the_mirror_are_limited(limits: None, api: SchemaClient, mirror: Mirror) -> None:
    make_food("here", barcode="96385074")
    for _ in range(31):
        answer = api.get(ADDRESS)
    check_error(answer, 429, "throttled")
    assert api.get("/api/v1/foods/barcode/96385074/").status_code == 200


def test_bad_data_leave_a_food_that_can_be_made(api: SchemaClient, mirror: Mirror) -> None:
    nutriments = {
        "energy-kcal_100g": 2573,
        "proteins_100g": -1,
        "fat_100g": "much",
        "fiber_100g": 10**400,
        "salt_100g": 300,
    }
    bad = {
        "product_name": "x" * 500,
        "brands": ["a"],
        "allergens_tags": [1, "en:none", "en:moon"],
        "serving_quantity": True,
    }
    mirror.products[BARCODE] = {**PRODUCT, **bad, "nutriments": nutriments}
    found = api.get(ADDRESS).json()
    assert found["proposal"]["nutrients"] == {}
    assert (found["proposal"]["brand"], found["proposal"]["allergens"]) == ("", [])
    assert len(found["left_out"]) == 3
    assert api.post("/api/v1/foods/", {"id": str(uuid4()), **found["proposal"]}).status_code == 201
