"""The pull: deltas and snapshots in pages, the cursor, and the status that a device compares itself with."""

import hashlib
from collections import defaultdict
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.core import signing
from django.db import connection
from django.utils import timezone

from accounts.models import Session, User
from lib import wire
from lib.tests.factories import as_id, make, make_many
from sync.models import DeviceState, Head, Record
from sync.services.pull.cursors import FORM, SIGNER
from sync.tests.devices import PULL, STATUS, Json, Phone, exercise_type
from training.models import Exercise, Set, Workout

pytestmark = pytest.mark.django_db(transaction=True)

CODES = {entity.name: entity.code for entity in wire.entities()}


def place(change: Json) -> tuple[int, int, str]:
    return change["version"], CODES[change["entity"]], change["id"]


def tree(user: User) -> tuple[Workout, Exercise, list[Set]]:
    workout = make(Workout, user)
    exercise = make(Exercise, user, workout=as_id(workout))
    return workout, exercise, make_many(Set, user, 3, exercise=as_id(exercise))


def digest_of(changes: list[Json]) -> Json:
    """As docs/sync.md says: the sum of the first 8 bytes of md5 of id and version, mod 2^64."""
    sums: dict[str, list[int]] = defaultdict(list)
    for change in changes:
        if not change["deleted"]:
            mark = hashlib.md5(f"{change['id']}:{change['version']}".encode(), usedforsecurity=False).digest()
            sums[change["entity"]].append(int.from_bytes(mark[:8], "big"))
    return {name: {"count": len(found), "sum": str(sum(found) % 2**64)} for name, found in sums.items()}


# --- pages ---


def test_answer_has_exactly_the_documented_keys(phone: Phone, alice: User) -> None:
    page = phone.pull()
    assert set(page) == {
        "epoch",
        "mode",
        "version",
        "server_time",
        "timestamp",
        "schema_version",
        "changes",
        "cursor",
        "has_more",
        "last_seq",
        "open_conflicts",
    }
    assert (page["mode"], page["has_more"], page["version"]) == (
        "snapshot",
        False,
        Head.objects.get(user=alice).version,
    )
    (change,) = page["changes"]
    assert set(change) == {"entity", "id", "version", "deleted", "last_modified_at", "data"}
    assert change["entity"] == "settings"


def test_page_is_let_go_when_it_is_rendered(phone: Phone) -> None:
    """What an answer was made of would wait for the garbage collector, with the request that refers to it."""
    response = phone.api.get(PULL, {})
    assert (response.json()["mode"], response.data) == ("snapshot", None)


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_pages_bring_everything_once_in_order(phone: Phone, alice: User, limit: int) -> None:
    tree(alice)
    tree(alice)
    changes, _ = phone.pull_all(limit=limit)
    assert [place(change) for change in changes] == sorted({place(change) for change in changes})
    assert {change["id"] for change in changes} == {str(r.id) for r in Record.objects.filter(user=alice)}


def test_parents_come_before_their_children_in_one_version(phone: Phone) -> None:
    _, cursor = phone.pull_all()
    workout, exercise = str(uuid4()), str(uuid4())
    phone.push(
        phone.mutation("create", "set", str(uuid4()), {"exercise": exercise}),
        phone.mutation("create", "exercise", exercise, {"workout": workout, "exercise_type": exercise_type()}),
        phone.mutation("create", "workout", workout),
    )
    changes, _ = phone.pull_all(cursor, limit=1)
    assert [change["entity"] for change in changes] == ["workout", "exercise", "set"]


def test_delta_brings_what_changed_since(phone: Phone, alice: User) -> None:
    workout, *_ = tree(alice)
    _, cursor = phone.pull_all()
    assert phone.pull(cursor)["changes"] == []
    Workout.objects.filter(pk=workout.pk).update(title="Changed")
    page = phone.pull(cursor)
    assert (page["mode"], [change["data"]["title"] for change in page["changes"]]) == ("delta", ["Changed"])


def test_delta_brings_a_tombstone_without_its_data(phone: Phone, alice: User) -> None:
    workout = make(Workout, alice)
    _, cursor = phone.pull_all()
    Workout.objects.filter(pk=workout.pk).delete()
    (change,) = phone.pull(cursor)["changes"]
    assert (change["id"], change["deleted"], change["data"]) == (as_id(workout), True, None)


def test_record_that_moves_up_while_paging_is_met_again(phone: Phone, alice: User) -> None:
    first, *others = make_many(Workout, alice, 4)
    page = phone.pull(limit=2)
    seen = {change["id"]: change["data"] for change in page["changes"]}
    Workout.objects.filter(pk=first.pk).update(title="Moved")
    Workout.objects.filter(pk=others[-1].pk).update(title="Moved too")
    changes, _ = phone.pull_all(page["cursor"], limit=1)
    seen |= {change["id"]: change["data"] for change in changes}
    standing = {str(r.id): orjson.loads(r.data) for r in Record.objects.filter(user=alice)}
    assert seen == standing


def test_snapshot_stays_one_until_its_last_page(phone: Phone, alice: User) -> None:
    make_many(Workout, alice, 3)
    modes, cursor = [], None
    while True:
        page = phone.pull(cursor, limit=1)
        cursor = page["cursor"]
        modes.append(page["mode"])
        if not page["has_more"]:
            break
    assert modes == ["snapshot"] * 4
    assert phone.pull(cursor)["mode"] == "delta"


def test_same_cursor_gives_the_same_page(phone: Phone, alice: User) -> None:
    make_many(Workout, alice, 5)
    cursor = phone.pull(limit=2)["cursor"]
    first, second = phone.pull(cursor, limit=2), phone.pull(cursor, limit=2)
    assert first["changes"] == second["changes"]


def test_post_is_answered_as_get(phone: Phone, alice: User) -> None:
    tree(alice)
    cursor = phone.pull(limit=2)["cursor"]
    values: Json = {"cursor": cursor, "limit": 2, "device_id": phone.id}
    by_post = phone.api.post(PULL, values).json()
    by_get = phone.api.get(PULL, values).json()
    assert {**by_post, "server_time": None} == {**by_get, "server_time": None}
    assert phone.api.post(PULL, {}).json()["mode"] == "snapshot"


def test_last_seq_tells_which_mutations_are_in_the_page(phone: Phone, tablet: Phone) -> None:
    assert phone.pull()["last_seq"] == 0
    phone.create("workout")
    phone.create("workout")
    assert (phone.pull()["last_seq"], tablet.pull()["last_seq"]) == (2, 0)
    assert phone.api.get(PULL).json()["last_seq"] == 0


def test_last_modified_rises_with_the_version(phone: Phone, alice: User) -> None:
    make_many(Workout, alice, 10)
    changes, _ = phone.pull_all()
    times = [change["last_modified_at"] for change in changes]
    assert times == sorted(times)
    assert len(set(times)) == len({change["version"] for change in changes})


# --- the cursor ---


def rewritten(cursor: str, **values: Any) -> str:
    """A cursor that the server signed, with other content."""
    names = ["owner", "epoch", "snapshot_head", "snapshot_ms", "version", "time_ms", "entity", "id"]
    content = dict(zip(names, SIGNER.unsign_object(cursor.removeprefix(FORM)), strict=True)) | values
    return FORM + SIGNER.sign_object([content[name] for name in names])


def refusal(phone: Phone, cursor: str) -> tuple[int, str]:
    response = phone.api.get(PULL, {"cursor": cursor})
    return response.status_code, response.json()["errors"][0]["code"]


def test_cursor_of_another_user_is_refused(phone: Phone, bobs_phone: Phone, bob: User) -> None:
    make(Workout, bob)
    assert refusal(phone, bobs_phone.pull()["cursor"]) == (400, "cursor_invalid")


def test_cursor_that_was_changed_is_refused(phone: Phone) -> None:
    cursor = phone.pull()["cursor"]
    assert refusal(phone, cursor[:-1] + ("A" if cursor[-1] != "A" else "B")) == (400, "cursor_invalid")
    assert refusal(phone, FORM + signing.Signer(salt="other").sign_object(["x"])) == (400, "cursor_invalid")
    assert refusal(phone, FORM + SIGNER.sign_object(["x"])) == (400, "cursor_invalid")


def test_cursor_of_another_epoch_is_refused(phone: Phone, alice: User) -> None:
    cursor = phone.pull()["cursor"]
    Head.objects.filter(user=alice).update(epoch=uuid4())
    assert refusal(phone, cursor) == (409, "epoch_changed")
    assert phone.pull()["mode"] == "snapshot"


def test_cursor_behind_a_purge_is_refused(phone: Phone, alice: User) -> None:
    cursor = phone.pull()["cursor"]
    make_many(Workout, alice, 3)
    fresh = phone.pull(cursor)["cursor"]
    Head.objects.filter(user=alice).update(min_version=3)
    assert refusal(phone, cursor) == (410, "resync_required")
    assert phone.pull(fresh)["changes"] == []


def test_running_snapshot_outlives_a_purge(phone: Phone, alice: User) -> None:
    """It began after the purged deletions, however far back its next page is."""
    make_many(Workout, alice, 3)
    page = phone.pull(limit=1)
    Head.objects.filter(user=alice).update(min_version=3)
    changes, _ = phone.pull_all(page["cursor"], limit=1)
    assert len(changes) == 3


def test_snapshot_that_began_before_a_purge_is_refused(phone: Phone, alice: User) -> None:
    make_many(Workout, alice, 2)
    cursor = phone.pull(limit=1)["cursor"]
    make_many(Workout, alice, 3)
    Head.objects.filter(user=alice).update(min_version=5)
    assert refusal(phone, cursor) == (410, "resync_required")


# --- isolation ---


def test_pull_brings_nobody_elses_records(phone: Phone, bobs_phone: Phone, alice: User, bob: User) -> None:
    own, theirs = make(Workout, alice, title="Alice's"), make(Workout, bob, title="Bob's")
    for device, mine, other in ((phone, own, theirs), (bobs_phone, theirs, own)):
        page = device.pull()
        assert {change["id"] for change in page["changes"] if change["entity"] == "workout"} == {as_id(mine)}
        assert as_id(other) not in orjson.dumps(page).decode()


def test_writes_of_one_user_do_not_move_the_other(phone: Phone, bobs_phone: Phone, alice: User) -> None:
    before = bobs_phone.api.get(STATUS).json()
    tree(alice)
    phone.one("update", "workout", str(uuid4()), {"title": "Ghost"})
    assert bobs_phone.api.get(STATUS).json() == before
    assert (bobs_phone.pull()["open_conflicts"], phone.pull()["open_conflicts"]) == (0, 1)


def test_device_of_somebody_else_is_not_shown(phone: Phone, bobs_phone: Phone) -> None:
    bobs_phone.create("workout")
    assert phone.api.get(PULL, {"device_id": bobs_phone.id}).json()["last_seq"] == 0
    assert phone.api.get(STATUS, {"device_id": bobs_phone.id}).json()["device"] is None


# --- the status ---


def test_status_has_exactly_the_documented_keys(phone: Phone, alice: User) -> None:
    phone.create("workout")
    status = phone.api.get(STATUS, {"device_id": phone.id}).json()
    assert set(status) == {
        "epoch",
        "version",
        "min_version",
        "schema_version",
        "limits",
        "digest",
        "device",
        "open_conflicts",
        "stream_url",
        "shared_version",
    }
    assert status["limits"] == {"mutations": 500, "body_bytes": 1048576, "mutation_bytes": 65536, "pull_page": 2000}
    assert status["device"] == {"last_seq": 1, "acked_version": 0}
    assert status["version"] == phone.pull()["version"]
    assert DeviceState.objects.get().acked_version == 0


def test_digest_is_what_a_device_computes(phone: Phone, tablet: Phone, alice: User) -> None:
    workout, *_ = tree(alice)
    tree(alice)
    make_many(Set, alice, 5)
    Workout.objects.filter(pk=workout.pk).update(title="Changed")
    phone.one("update", "workout", str(uuid4()), {"title": "Ghost"})
    phone.one("delete", "workout", as_id(workout), base_version=phone.pull()["version"])
    changes, _ = phone.pull_all()
    assert any(change["deleted"] for change in changes)
    assert phone.api.get(STATUS).json()["digest"] == digest_of(changes)


def test_digest_of_an_account_without_records_is_empty(phone: Phone, alice: User) -> None:
    alice_settings = Record.objects.get(user=alice)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_settings WHERE id = %s", [alice_settings.id])
    assert phone.api.get(STATUS).json()["digest"] == {}


def test_account_without_a_head_gets_one(phone: Phone, alice: User) -> None:
    Record.objects.filter(user=alice).delete()
    Head.objects.filter(user=alice).delete()
    page = phone.pull()
    assert (page["version"], page["changes"], page["has_more"]) == (0, [], False)
    assert phone.api.get(STATUS).json()["epoch"] == page["epoch"]
    make(Workout, alice)
    assert [change["version"] for change in phone.pull(page["cursor"])["changes"]] == [1]


@pytest.mark.parametrize("query", ["", "&limit=none", "&device_id=none", "&entities=none", "&since=none"])
def test_pull_of_a_log_in_that_was_ended_is_refused_as_such(phone: Phone, alice: User, query: str) -> None:
    """Also where something is wrong with what it asks."""
    cursor = phone.pull()["cursor"]
    Session.objects.filter(user=alice).update(revoked_at=timezone.now())
    answer = phone.api.get(f"{PULL}?cursor={cursor}{query}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "token_not_valid")


# --- the cost ---


def test_pull_takes_the_same_queries_however_much_it_brings(
    phone: Phone, alice: User, django_assert_num_queries: Any
) -> None:
    _, cursor = phone.pull_all()
    # the session with its user, and the head, device and open conflicts. If there is something: BEGIN; the isolation; the head
    # again; the page; COMMIT
    for more, queries in ((0, 1), (1, 6), (30, 6)):
        make_many(Workout, alice, more)
        with django_assert_num_queries(queries):
            page = phone.pull(cursor)
        assert len(page["changes"]) == more
        cursor = page["cursor"]


def test_status_takes_the_same_queries_however_much_there_is(
    phone: Phone, alice: User, django_assert_num_queries: Any
) -> None:
    # the session with its user; BEGIN; the isolation; the head; the digests; COMMIT
    for more in (0, 20):
        make_many(Workout, alice, more)
        with django_assert_num_queries(6):
            phone.api.get(STATUS)
