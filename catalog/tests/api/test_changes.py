"""What changed in the library since a version of it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from catalog.enums import Status
from catalog.models import ExerciseType, Food, ProgramSlot, Supplement
from catalog.tests.factories import make_canonical, make_food, make_program, make_shared
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make

LIBRARY = "/api/v1/library"
FOODS = f"{LIBRARY}/foods/"
TYPES = f"{LIBRARY}/exercise-types/"


class Copy:
    """A client that holds a library whole, and asks what changed since it last did."""

    def __init__(self, client: SchemaClient, url: str, size: int = 2) -> None:
        self.client, self.url, self.size = client, url, size
        self.version = 0
        self.rows: dict[str, Any] = {}
        self.told: list[dict[str, Any]] = []  # last time

    def refresh(self) -> dict[str, Any]:
        self.told = []
        while True:
            page = self.client.get(self.url, {"since_version": self.version, "page_size": self.size}).json()
            for row in page["results"]:
                self._apply(row)
            self.version = page["catalog_version"]
            if page["next"] is None:
                return self.rows

    def _apply(self, row: dict[str, Any]) -> None:
        self.told.append(row)
        if row.get("deleted"):
            self.rows.pop(row["slug"], None)
        else:
            self.rows[row["slug"]] = row

    def slugs(self) -> list[str]:
        return sorted(self.refresh())


def test_client_is_told_what_changed_and_nothing_else(db: None, anonymous: SchemaClient) -> None:
    for slug in ("oats", "rye", "barley"):
        make_food(slug)
    copy = Copy(anonymous, FOODS)
    assert copy.slugs() == ["barley", "oats", "rye"]
    assert copy.slugs() == ["barley", "oats", "rye"]
    assert copy.told == []
    Food.objects.filter(slug="rye").update(name="Rye, whole")
    assert copy.refresh()["rye"]["name"] == "Rye, whole"
    assert [row["slug"] for row in copy.told] == ["rye"]


def test_change_is_the_document_of_the_list(db: None, anonymous: SchemaClient) -> None:
    make_food(nutrients={"protein": 13.5})
    (row,) = anonymous.get(FOODS).json()["results"]
    assert anonymous.get(f"{FOODS}?since_version=0").json()["results"] == [row]
    assert row["catalog_version"] == anonymous.get(FOODS).json()["catalog_version"]


def test_what_is_gone_is_told_by_a_tombstone(db: None, anonymous: SchemaClient) -> None:
    newer = make_canonical("newer")
    for slug in ("retired", "withdrawn", "deleted"):
        make_canonical(slug)
    copy = Copy(anonymous, TYPES)
    assert len(copy.refresh()) == 4
    rows = ExerciseType.objects
    rows.filter(slug="retired").update(status=Status.RETIRED, replaced_by=newer)
    rows.filter(slug="withdrawn").update(status=Status.DRAFT)
    rows.filter(slug="deleted").update(deleted_at=timezone.now())
    assert copy.slugs() == ["newer", "retired"]  # logs name what is retired
    assert (copy.rows["retired"]["status"], copy.rows["retired"]["replaced_by"]) == ("retired", str(newer.pk))
    gone = {row["slug"]: row for row in copy.told if row.get("deleted")}
    withdrawn = rows.get(slug="withdrawn")
    assert set(gone) == {"withdrawn", "deleted"}
    assert gone["withdrawn"] == {
        "id": str(withdrawn.pk), "slug": "withdrawn", "deleted": True, "replaced_by": None,
        "catalog_version": withdrawn.catalog_version,
    }  # fmt: skip
    rows.filter(slug="withdrawn").update(status=Status.PUBLISHED)
    assert copy.slugs() == ["newer", "retired", "withdrawn"]


def test_what_was_never_published_is_not_told_of(db: None, anonymous: SchemaClient, alice: User) -> None:
    make_food("draft", status=Status.DRAFT)
    make(Food, alice)
    copy = Copy(anonymous, FOODS)
    assert copy.refresh() == {}
    Food.objects.filter(slug="draft").update(deleted_at=timezone.now())
    assert copy.refresh() == {}
    assert copy.told == []


def test_change_of_a_part_is_one_of_the_whole(db: None, anonymous: SchemaClient) -> None:
    program = make_program(status="published")
    copy = Copy(anonymous, f"{LIBRARY}/programs/")
    copy.refresh()
    ProgramSlot.objects.filter(day__program=program, position=1).update(notes="Slowly.")
    copy.refresh()
    assert [row["id"] for row in copy.told] == [str(program.pk)]


def test_each_library_says_its_own_version(db: None, anonymous: SchemaClient) -> None:
    make_food()
    make_shared(Supplement, "zinc")
    foods, supplements = (
        anonymous.get(f"{LIBRARY}/{kind}/").json()["catalog_version"] for kind in ("foods", "supplements")
    )
    assert 0 < foods < supplements
    assert anonymous.get(f"{LIBRARY}/recommendation-rules/").json()["catalog_version"] == 0


@pytest.mark.parametrize("value", ["x", "-1", "", "1.5", "9" * 30, "٣", "9223372036854775808"])
def test_version_is_a_number(anonymous: SchemaClient, value: str) -> None:
    check_error(anonymous.get(FOODS, {"since_version": value}), 400, "invalid", "since_version")


@pytest.mark.parametrize("query", ["category=other", "search=oats", "source=x"])
def test_changes_are_of_the_whole_library(anonymous: SchemaClient, query: str) -> None:
    """A row that a filter finds no more would be missed."""
    check_error(anonymous.get(f"{FOODS}?since_version=0&{query}"), 400, "not_alone", "since_version")


def test_changes_take_two_queries(db: None, anonymous: SchemaClient, django_assert_num_queries: Any) -> None:
    make_food()
    with django_assert_num_queries(2):  # the version of the catalogue; the page
        anonymous.get(f"{FOODS}?since_version=0")


@pytest.mark.django_db(transaction=True)
def test_change_that_is_committed_late_is_not_missed(anonymous: SchemaClient) -> None:
    """Writers wait for each other: no version is seen before a smaller one."""
    began, may_commit = Event(), Event()

    def slow() -> None:
        with transaction.atomic():
            make_food("slow")
            began.set()
            may_commit.wait(10)
        connection.close()

    def quick() -> None:
        make_food("quick")
        connection.close()

    copy = Copy(anonymous, FOODS)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow)
        assert began.wait(10)
        second = pool.submit(quick)
        seen_meanwhile = copy.slugs()
        may_commit.set()
        first.result(20)
        second.result(20)
    assert seen_meanwhile == []
    assert copy.slugs() == ["quick", "slow"]


@pytest.mark.django_db(transaction=True)
def test_client_that_reads_while_many_write_has_everything_in_the_end(anonymous: SchemaClient) -> None:
    def write(writer: int) -> None:
        for n in range(8):
            with transaction.atomic():
                make_food(f"food-{writer}-{n}")
                Food.objects.filter(slug=f"food-{writer}-{n // 2}").update(brand=f"Brand {n}")
        connection.close()

    copy = Copy(anonymous, FOODS)
    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, n) for n in range(3)]
        while not all(writer.done() for writer in writers):
            copy.refresh()
        for writer in writers:
            writer.result()
    wanted = {row["slug"]: row for row in anonymous.get(FOODS, {"page_size": 200}).json()["results"]}
    assert copy.refresh() == wanted
    assert len(wanted) == 24
