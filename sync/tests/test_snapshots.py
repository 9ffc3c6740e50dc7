"""GET sync/snapshot and the kept states: made, listed, read, restored, sealed, pruned."""

import datetime as dt
import gzip
import hashlib
import os
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from lib.tests.running import at_once, run_jobs
from sync.domain import keeping
from sync.enums import SnapshotKind
from sync.exceptions import TooManySnapshots
from sync.models import Head, Record, Snapshot, SnapshotPiece
from sync.queries import digests
from sync.services import heads
from sync.services.states import pieces, reading, snapshots
from sync.tasks import daily_snapshots
from sync.tests.devices import Json, Phone
from sync.tests.transfers import SNAPSHOT, SNAPSHOTS, bare, body_of, documents, finished, lines_of, live
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def named(api: SchemaClient, name: str = "before the new plan", **values: str) -> Json:
    response = api.post(SNAPSHOTS, {"name": name, **values})
    assert response.status_code == 201, response.content
    found: Json = response.json()
    return found


def seal(api: SchemaClient, content: bytes, sha256: str | None = None, **values: str) -> Any:
    body = {
        "name": "sealed",
        "sha256": sha256 or hashlib.sha256(content).hexdigest(),
        **values,
        "file": SimpleUploadedFile("blob", content),
    }
    return api.post(SNAPSHOTS, body, format="multipart")


# --- the whole state ---


def test_snapshot_is_the_state_and_ends_where_the_pull_goes_on(
    api: SchemaClient, phone: Phone, alice: User, bobs_phone: Phone
) -> None:
    bobs_phone.create("workout", {"title": "bob's"})
    ids = live(phone, alice)
    response = api.get(SNAPSHOT)
    begin, *records, end = lines_of(body_of(response))
    head = Head.objects.get(user=alice)
    assert begin == {
        "type": "begin", "epoch": str(head.epoch), "version": head.version, "schema_version": 1, "count": len(records),
    }  # fmt: skip
    pulled = {change["id"]: {"type": "record", **change} for change in phone.pull_all()[0] if not change["deleted"]}
    assert {record["id"]: record for record in records} == pulled
    assert ids["gone"] not in pulled
    assert end.keys() == {"type", "count", "digest", "cursor"}
    assert (end["count"], end["digest"]) == (len(records), digests(alice))
    assert phone.pull_all(end["cursor"])[0] == []
    later = phone.create("workout", {"title": "later"})
    assert [change["id"] for change in phone.pull_all(end["cursor"])[0]] == [later]


def test_snapshot_that_the_client_has_is_not_sent_again(api: SchemaClient, phone: Phone, alice: User) -> None:
    first = api.get(SNAPSHOT)
    body_of(first)
    head = Head.objects.get(user=alice)
    assert first["ETag"] == f'"{head.epoch}:{head.version}:1"'
    for tag in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}'):
        assert api.get(SNAPSHOT, headers={"If-None-Match": tag}).status_code == 304
    phone.create("workout", {"title": "new"})
    assert b'"new"' in body_of(api.get(SNAPSHOT, headers={"If-None-Match": first["ETag"]}))


def test_snapshot_is_lines_whatever_the_client_accepts(api: SchemaClient) -> None:
    response = api.get(SNAPSHOT, headers={"Accept": "application/x-ndjson"})
    body_of(response)
    assert response["Content-Type"] == "application/x-ndjson"


def test_snapshot_takes_the_same_queries_however_long(
    api: SchemaClient, phone: Phone, alice: User, django_assert_num_queries: Any
) -> None:
    for more in (1, 3):
        Workout.objects.bulk_create(Workout(user=alice) for _ in range(more))
        # the session; begin, isolation; the head; the digests; what is retired; commit. And one COPY
        with django_assert_num_queries(7):
            body_of(api.get(SNAPSHOT))


# --- kept states ---


def test_named_state_is_kept_as_it_was(api: SchemaClient, phone: Phone, alice: User) -> None:
    ids = live(phone, alice)
    made = named(api)
    phone.one("delete", "workout", ids["workout"], base_version=Head.objects.get(user=alice).version)
    content = body_of(api.get(f"{SNAPSHOTS}/{made['id']}/content"))
    begin, *records, end = lines_of(content)
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (made["sha256"], made["size_bytes"])
    assert (begin["version"], begin["count"], end["count"]) == (made["version"], len(records), len(records))
    assert sum(made["counts"].values()) == len(records)
    assert ids["workout"] in {record["id"] for record in records}
    shown = api.get(f"{SNAPSHOTS}/{made['id']}").json()
    assert shown == made
    assert set(shown) == {
        "id", "kind", "name", "created_at", "epoch", "version", "schema_version", "counts", "size_bytes",
        "stored_bytes", "sha256", "restorable",
    }  # fmt: skip


def test_restored_state_stands_again(api: SchemaClient, phone: Phone, alice: User) -> None:
    ids = live(phone, alice)
    made, before = named(api), documents(alice)
    phone.one("delete", "workout", ids["workout"], base_version=Head.objects.get(user=alice).version)
    phone.create("workout", {"title": "later"})
    answer = api.post(f"{SNAPSHOTS}/{made['id']}/restore", {"import_id": str(uuid4())})
    assert (answer.status_code, answer.json()["state"], answer.json()["snapshot_id"]) == (202, "waiting", made["id"])
    job = finished(api, answer.json()["import_id"])
    assert (job["state"], job["mode"], job["report"]["rejected_total"]) == ("done", "replace", 0)
    assert documents(alice) == before
    undo = api.get(f"{SNAPSHOTS}/{job['undo_snapshot_id']}").json()
    assert (undo["kind"], undo["restorable"]) == ("before_restore", True)


def test_restoring_a_snapshot_that_was_deleted_meanwhile_says_so(api: SchemaClient) -> None:
    made = named(api)
    job = api.post(f"{SNAPSHOTS}/{made['id']}/restore", {"import_id": str(uuid4())}).json()
    assert api.delete(f"{SNAPSHOTS}/{made['id']}").status_code == 204
    assert finished(api, job["import_id"])["error"]["code"] == "snapshot_gone"


def test_content_is_kept_in_pieces(api: SchemaClient, alice: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 100)
    Workout.objects.bulk_create(Workout(user=alice, title=os.urandom(20).hex()) for _ in range(30))
    made = named(api)
    sizes = [len(data) for data in SnapshotPiece.objects.values_list("data", flat=True)]
    assert len(sizes) > 10
    assert max(sizes) == 100
    assert sum(sizes) == made["stored_bytes"]
    assert len(lines_of(body_of(api.get(f"{SNAPSHOTS}/{made['id']}/content")))) == 33


def test_making_again_under_the_same_id_is_a_repetition(api: SchemaClient, bobs_api: SchemaClient) -> None:
    snapshot_id = str(uuid4())
    first = named(api, id=snapshot_id)
    assert named(api, id=snapshot_id) == first
    check_error(api.post(SNAPSHOTS, {"id": snapshot_id, "name": "other"}), 409, "id_taken", "id")
    check_error(bobs_api.post(SNAPSHOTS, {"id": snapshot_id, "name": first["name"]}), 409, "id_taken", "id")
    assert Snapshot.objects.count() == 1


def test_same_state_sent_at_once_is_one_and_the_count_holds(alice: User, monkeypatch: Any) -> None:
    def make(snapshot_id: UUID | None = None) -> UUID | None:
        try:
            return snapshots.save(user=alice, kind=SnapshotKind.NAMED, at=NOW, snapshot_id=snapshot_id).pk
        except TooManySnapshots:
            return None

    same = uuid4()
    assert at_once([lambda: make(same)] * 4) == [same] * 4
    monkeypatch.setitem(snapshots.LIMITS, SnapshotKind.NAMED, 3)
    assert len([made for made in at_once([make] * 5) if made is not None]) == 2
    assert Snapshot.objects.filter(user=alice).count() == 3


def test_named_state_may_say_how_its_letters_are_written(api: SchemaClient) -> None:
    answer = api.generic("POST", SNAPSHOTS, '{"name":"x"}', content_type="application/json; charset=utf-8")
    assert (answer.status_code, answer.json()["kind"], answer.json()["name"]) == (201, "named", "x")


def test_named_states_are_so_many_at_most(api: SchemaClient, bobs_api: SchemaClient, monkeypatch: Any) -> None:
    monkeypatch.setitem(snapshots.LIMITS, SnapshotKind.NAMED, 2)
    first = named(api)
    named(api)
    check_error(api.post(SNAPSHOTS, {}), 409, "too_many_snapshots")
    named(bobs_api)
    api.delete(f"{SNAPSHOTS}/{first['id']}")
    named(api)


# --- sealed by a device ---


def test_sealed_state_comes_back_byte_for_byte(api: SchemaClient) -> None:
    content = os.urandom(700_000)
    made = seal(api, content)
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["kind"], shown["restorable"], shown["size_bytes"]) == ("client", False, len(content))
    response = api.get(f"{SNAPSHOTS}/{shown['id']}/content")
    assert body_of(response) == content
    assert (response["Content-Type"], response["ETag"]) == ("application/octet-stream", f'"{shown["sha256"]}"')
    check_error(api.post(f"{SNAPSHOTS}/{shown['id']}/restore", {"import_id": str(uuid4())}), 409, "snapshot_sealed")


def test_sealed_state_may_be_a_bare_body(api: SchemaClient) -> None:
    content = os.urandom(1000)
    url = f"{SNAPSHOTS}?name=night&sha256={hashlib.sha256(content).hexdigest()}"
    made = bare(api, url, content, content_type="application/octet-stream")
    assert made.status_code == 201, made.content
    assert body_of(api.get(f"{SNAPSHOTS}/{made.json()['id']}/content")) == content


def test_sealed_again_is_a_repetition_only_with_the_same_bytes(api: SchemaClient) -> None:
    snapshot_id = str(uuid4())
    first = seal(api, b"one", id=snapshot_id)
    again = seal(api, b"one", hashlib.sha256(b"one").hexdigest().upper(), id=snapshot_id)
    assert (again.status_code, again.json()) == (201, first.json())
    check_error(seal(api, b"two", id=snapshot_id), 409, "id_taken", "id")
    assert body_of(api.get(f"{SNAPSHOTS}/{snapshot_id}/content")) == b"one"


def test_sealed_state_sent_at_once_is_one(alice: User) -> None:
    same, digest = uuid4(), hashlib.sha256(b"x").hexdigest()

    def make() -> UUID:
        return snapshots.save_sealed(user=alice, name="", sha256=digest, content=[b"x"], at=NOW, snapshot_id=same).pk

    assert at_once([make] * 4) == [same] * 4
    assert Snapshot.objects.filter(user=alice).count() == 1


def test_sealed_body_that_is_empty_or_compressed_is_refused(api: SchemaClient) -> None:
    url = f"{SNAPSHOTS}?name=x&sha256={hashlib.sha256(b'').hexdigest()}"
    check_error(bare(api, url, b"", "application/octet-stream"), 400, "required", "file")
    packed = bare(api, url, gzip.compress(b"x"), "application/octet-stream", HTTP_CONTENT_ENCODING="gzip")
    check_error(packed, 415, "encoding_unsupported")
    assert not Snapshot.objects.exists()


def test_damaged_or_oversized_seal_is_refused(api: SchemaClient, monkeypatch: Any) -> None:
    check_error(seal(api, b"x" * 1000, sha256="0" * 64), 400, "digest_mismatch", "sha256")
    check_error(seal(api, b"x", sha256="no digest"), 400, "invalid", "sha256")
    check_error(seal(api, b""), 400, "required", "file")
    monkeypatch.setattr(snapshots, "MAX_SEALED_BYTES", 1000)
    check_error(seal(api, b"x" * 1001), 413, "too_large", "file")
    check_error(seal(api, b"x" * 200_000), 413, "too_large", "file")
    assert (Snapshot.objects.count(), SnapshotPiece.objects.count()) == (0, 0)


def test_sealed_states_are_so_many_at_most(api: SchemaClient, monkeypatch: Any) -> None:
    monkeypatch.setitem(snapshots.LIMITS, SnapshotKind.CLIENT, 1)
    assert seal(api, b"one").status_code == 201
    check_error(seal(api, b"two"), 409, "too_many_snapshots")


# --- every day ---


def test_daily_states_are_made_of_what_moved(phone: Phone, alice: User, bob: User) -> None:
    phone.create("workout")
    for _ in range(2):
        daily_snapshots(0)
        run_jobs()
    assert sorted(Snapshot.objects.values_list("user__email", "kind")) == [
        (alice.email, "daily"), (bob.email, "daily"),
    ]  # fmt: skip
    phone.create("workout")
    daily_snapshots(0)
    run_jobs()
    versions = Snapshot.objects.filter(user=alice).values_list("version", flat=True)
    assert list(versions) == [Head.objects.get(user=alice).version]  # of one day, the newest is kept
    assert set(snapshots.moved_users()) == set()


def days_ago(*days: int) -> list[tuple[int, dt.datetime]]:
    return [(day, NOW - dt.timedelta(days=day)) for day in days]


def test_policy_keeps_days_then_weeks_then_months() -> None:
    kept = keeping.kept_daily(days_ago(*range(400)))
    assert {day for day in kept if day < 7} == set(range(7))
    assert {NOW - dt.timedelta(days=day) for day in kept} >= {NOW}
    weeks = {(NOW - dt.timedelta(days=day)).isocalendar()[:2] for day in kept if day < 28}
    months = {(at.year, at.month) for at in (NOW - dt.timedelta(days=day) for day in kept)}
    assert (len(weeks), len(months)) == (4, 12)
    assert len(kept) <= 7 + 4 + 12


def test_policy_counts_only_times_that_have_a_state() -> None:
    assert keeping.kept_daily(days_ago(0, 100, 200)) == {0, 100, 200}
    assert keeping.kept_daily([]) == set()


def test_pruning_leaves_what_the_user_made(api: SchemaClient, alice: User) -> None:
    kept = named(api)
    for kind, count in ((SnapshotKind.DAILY, 30), (SnapshotKind.BEFORE_RESTORE, 8)):
        Snapshot.objects.bulk_create(
            Snapshot(user=alice, kind=kind, created_at=NOW - dt.timedelta(days=day), sha256="") for day in range(count)
        )
    gone = snapshots.prune(user=alice)
    left = Snapshot.objects.filter(user=alice)
    assert left.filter(pk=kept["id"]).exists()
    assert left.filter(kind="before_restore").count() == keeping.BEFORE_RESTORE
    assert left.filter(kind="daily").count() == len(keeping.kept_daily(days_ago(*range(30))))
    assert gone == 38 + 1 - left.count()


# --- the endpoints ---


@pytest.mark.parametrize(
    "path", [SNAPSHOT, SNAPSHOTS, f"{SNAPSHOTS}/{UUID(int=1)}", f"{SNAPSHOTS}/{UUID(int=1)}/content"]
)
def test_snapshots_are_closed_to_the_anonymous(anonymous: SchemaClient, path: str) -> None:
    check_error(anonymous.get(path), 401, "not_authenticated")


def test_snapshots_of_a_stranger_are_not_found(api: SchemaClient, bobs_api: SchemaClient) -> None:
    url = f"{SNAPSHOTS}/{named(api)['id']}"
    check_error(bobs_api.get(url), 404, "not_found")
    check_error(bobs_api.get(f"{url}/content"), 404, "not_found")
    check_error(bobs_api.delete(url), 404, "not_found")
    check_error(bobs_api.post(f"{url}/restore", {"import_id": str(uuid4())}), 404, "not_found")
    assert bobs_api.get(SNAPSHOTS).json()["results"] == []
    assert Snapshot.objects.count() == 1


def test_snapshots_want_a_verified_address(api: SchemaClient, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email_verified_at=None)
    for path in (SNAPSHOT, SNAPSHOTS):
        check_error(api.get(path), 403, "email_not_verified")


@pytest.mark.parametrize(
    ("body", "attr"), [({"nme": "x"}, "non_field_errors"), ({"name": "x" * 101}, "name"), ({"id": 7}, "id")]
)
def test_snapshots_refuse_garbage(api: SchemaClient, body: Json, attr: str) -> None:
    check_error(api.post(SNAPSHOTS, body), 400, "invalid", attr)
    url = f"{SNAPSHOTS}/{named(api)['id']}/restore"
    check_error(api.post(url, {}), 400, "invalid", "non_field_errors")
    check_error(api.post(url, {"import_id": str(uuid4()), "mode": "x"}), 400, "invalid", "mode")
    assert Snapshot.objects.count() == 1


def test_list_takes_two_queries_however_long(api: SchemaClient, django_assert_num_queries: Any) -> None:
    for count in (1, 3):
        while Snapshot.objects.count() < count:
            named(api)
        with django_assert_num_queries(2):  # the session with its user; the page
            shown = api.get(SNAPSHOTS).json()
        assert len(shown["results"]) == count
    assert shown["results"] == sorted(shown["results"], key=lambda one: one["created_at"], reverse=True)


def test_state_is_read_at_one_moment(alice: User) -> None:
    """What is committed while the lines are read is not among them, nor in the version that they say."""
    Workout.objects.bulk_create(Workout(user=alice, title=f"{n}") for n in range(5))
    version = Head.objects.get(user=alice).version
    with heads.consistent_view():
        state = reading.State(alice)
        at_once([lambda: Workout.objects.create(user=alice, title="meanwhile")])
        begin, *records, _ = lines_of(b"".join(state.lines()))
    assert (begin["version"], begin["count"], len(records)) == (version, 6, 6)
    assert Record.objects.filter(user=alice).count() == 7
