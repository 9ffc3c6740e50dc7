"""The order of references: a parent that came later has a higher code than its child, and comes first all the same."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from accounts.models import User
from config.tests.contract import SchemaClient
from lib import wire
from lib.tests.factories import as_id, make
from specimens.models import Crate, Shelf
from sync.queries import LAST_ENTITY
from sync.services.pull.cursors import FORM, OLDER_FORM, SIGNER
from sync.tests.devices import PULL, Json, Phone, ago
from sync.tests.transfers import SNAPSHOT, body_of, counted, exported, imported, lines_of

pytestmark = pytest.mark.django_db(transaction=True)

PLACE = {name: place for place, name in enumerate(wire.codes())}


@pytest.fixture
def phone(api: SchemaClient, alice: User) -> Phone:
    return Phone(api, alice)


def filled(phone: Phone, *, crates: int = 3) -> None:
    """Two versions of shelves with crates, workouts and rooms among them; children are pushed before their parents."""
    for _ in range(2):
        shelf = str(uuid4())
        made = [phone.mutation("create", "crate", str(uuid4()), {"shelf": shelf}) for _ in range(crates)]
        made += [phone.mutation("create", "room", str(uuid4()), {"title": "Hall"})]
        made += [phone.mutation("create", "shelf", shelf, {"label": "Left"})]
        made += [phone.mutation("create", "workout", str(uuid4()), {"title": "A"})]
        assert {result["status"] for result in phone.push(*made)} == {"applied"}


def keys(changes: list[Json]) -> list[tuple[int, int, str]]:
    return [(change["version"], PLACE[change["entity"]], change["id"]) for change in changes]


def test_parent_with_a_higher_code_comes_before_its_child() -> None:
    assert wire.codes()["shelf"] > wire.codes()["crate"]
    assert PLACE["shelf"] < PLACE["crate"]


@pytest.mark.parametrize("entity", wire.everything(), ids=lambda entity: entity.name)
def test_entity_comes_after_all_that_it_refers_to(entity: wire.Entity) -> None:
    named = [wire.name_of(other) for other in wire.referred_by(entity.model) if hasattr(other, "wire")]
    assert [name for name in named if PLACE[name] > PLACE[entity.name]] == []


def test_codes_give_the_order_of_what_does_not_refer_to_each_other() -> None:
    """Where they are in order anyway, nothing but they decides: as it was when they were the order."""
    others = [code for name, code in wire.codes().items() if name not in ("shelf", "crate")]
    assert others == sorted(others)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 1000])
def test_pages_bring_parents_first_wherever_they_cut(phone: Phone, limit: int) -> None:
    filled(phone)
    changes, _ = phone.pull_all(limit=limit)
    assert keys(changes) == sorted(keys(phone.pull_all()[0]))
    assert len({change["id"] for change in changes}) == len(changes)


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
@pytest.mark.parametrize("entities", ["crate,shelf", "crate,workout", "room,shelf", "crate"])
def test_pages_of_some_entities_bring_parents_first(phone: Phone, limit: int, entities: str) -> None:
    filled(phone)
    found: list[Json] = []
    for page in pages(phone, limit=limit, entities=entities):
        found += page["changes"]
    wanted = [change for change in phone.pull_all()[0] if change["entity"] in entities.split(",")]
    assert found == wanted


def pages(phone: Phone, **query: Any) -> Iterator[Json]:
    while True:
        page: Json = phone.api.get(PULL, query).json()
        yield page
        if not page["has_more"]:
            return
        query["cursor"] = page["cursor"]


def test_narrower_pull_goes_on_within_a_version(phone: Phone) -> None:
    """A cursor of all entities serves for some of them: what it has seen of them does not come again."""
    filled(phone)
    everything = phone.pull_all()[0]
    for limit in range(1, len(everything)):
        cursor = phone.pull(limit=limit)["cursor"]
        page = phone.api.get(PULL, {"cursor": cursor, "entities": "crate"}).json()
        assert page["changes"] == [change for change in everything[limit:] if change["entity"] == "crate"]


def test_pull_by_time_brings_parents_first(phone: Phone) -> None:
    filled(phone)
    changes = phone.api.get(PULL, {"since": "1970-01-01T00:00:00Z"}).json()["changes"]
    assert keys(changes) == sorted(keys(changes))
    assert {"crate", "shelf"} <= {change["entity"] for change in changes}


def test_page_within_a_version_takes_a_fixed_number_of_queries(phone: Phone, django_assert_num_queries: Any) -> None:
    """The session with the view; BEGIN, the isolation, the view, COMMIT; and the page: the version that was begun, the later
    ones, and the one that is cut.
    """
    for crates in (3, 30):
        _, begin = phone.pull_all()
        filled(phone, crates=crates)
        cursor = phone.pull(begin, limit=2)["cursor"]
        with django_assert_num_queries(8):
            assert phone.pull(cursor, limit=crates + 4)["has_more"]


# --- cursors of another order ---


def parts_of(cursor: str) -> list[Any]:
    found: list[Any] = SIGNER.unsign_object(cursor.removeprefix(FORM))
    return found


def of_the_former_release(cursor: str) -> str:
    parts = parts_of(cursor)
    return OLDER_FORM + SIGNER.sign_object(parts[:8] + parts[9:])


def of_another_order(cursor: str) -> str:
    parts = parts_of(cursor)
    return FORM + SIGNER.sign_object([*parts[:8], "another", *parts[9:]])


@pytest.mark.parametrize("aged", [of_the_former_release, of_another_order])
def test_cursor_of_another_order_begins_its_version_again(phone: Phone, aged: Any) -> None:
    """In the new order, some of what comes before its position was not sent in the old one."""
    filled(phone)
    everything = phone.pull_all()[0]
    for limit in range(1, len(everything)):
        page = phone.pull(limit=limit)
        again = phone.pull(aged(page["cursor"]))
        assert again["mode"] == "snapshot"
        begun = everything[limit - 1]["version"]
        assert again["changes"] == [change for change in everything if change["version"] >= begun]


@pytest.mark.parametrize("aged", [of_the_former_release, of_another_order])
def test_cursor_of_another_order_that_came_to_its_end_goes_on(phone: Phone, aged: Any) -> None:
    filled(phone)
    cursor = phone.pull()["cursor"]
    assert parts_of(cursor)[6] == LAST_ENTITY
    room = phone.create("room", {"title": "Hall"})
    page = phone.pull(aged(cursor))
    assert page["mode"] == "delta"
    assert [change["id"] for change in page["changes"]] == [room]


# --- the other ways ---


def test_child_waits_for_its_parent_with_a_higher_code(phone: Phone) -> None:
    crate, shelf = str(uuid4()), str(uuid4())
    early = phone.mutation("create", "crate", crate, {"shelf": shelf})
    assert phone.push(early)[0]["status"] == "deferred"
    results = phone.push(early, phone.mutation("create", "shelf", shelf, {"label": "late"}))
    assert [result["status"] for result in results] == ["applied", "applied"]


def test_whole_records_may_name_the_child_first(phone: Phone) -> None:
    crate, shelf = str(uuid4()), str(uuid4())
    records = [
        {"entity": "crate", "id": crate, "last_modified_at": ago(2), "data": {"shelf": shelf}},
        {"entity": "shelf", "id": shelf, "last_modified_at": ago(1), "data": {"label": "Left"}},
    ]
    body = {key: value for key, value in phone.envelope().items() if key != "mutations"}
    response = phone.api.post("/api/v1/sync/push", body | {"records": records})
    assert [result["status"] for result in response.json()["results"]] == ["applied", "applied"], response.content


def test_deletion_and_revival_go_from_parent_to_child(phone: Phone, alice: User) -> None:
    crate = make(Crate, alice)
    Shelf.objects.filter(pk=crate.shelf_id).tombstone()
    crate.refresh_from_db()
    assert crate.deleted_at is not None
    base = phone.pull()["version"]
    assert phone.one("restore", "shelf", as_id(crate.shelf_id), base_version=base)["status"] == "applied"
    crate.refresh_from_db()
    assert crate.deleted_at is None


def test_export_goes_into_another_account(phone: Phone, api: SchemaClient, bobs_api: SchemaClient, bob: User) -> None:
    filled(phone)
    file = exported(api)
    counts = counted(imported(bobs_api, file))
    assert Crate.objects.for_user(bob).count() == 6, counts
    assert {crate.shelf.user_id for crate in Crate.objects.for_user(bob).select_related("shelf")} == {bob.pk}


def test_snapshot_holds_both(phone: Phone, api: SchemaClient) -> None:
    filled(phone)
    lines = lines_of(body_of(api.get(SNAPSHOT)))
    found = [line["entity"] for line in lines if line["type"] == "record"]
    assert (found.count("shelf"), found.count("crate")) == (2, 6)
    assert phone.pull(lines[-1]["cursor"])["changes"] == []


def test_codes_are_listed_by_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("entity_docs", codes=True)
    found = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert found == [[str(code), name] for code, name in sorted(wire.names().items())]
    assert all(int(a) < int(b) for (a, _), (b, _) in pairwise(found))
