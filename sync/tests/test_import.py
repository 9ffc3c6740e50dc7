"""POST import: what was taken out comes in again, whole, once, and as ordinary changes."""

import dataclasses
import gzip
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from config.tests.test_routes import fingerprint
from lib.tests.running import run_jobs
from sync.models import Conflict, Head, Import, ImportPiece, LogEntry, Mutation, Purged, Record, Snapshot
from sync.services.states import importing
from sync.tests.devices import Json, Phone, ago, exercise_type
from sync.tests.transfers import (
    IMPORT,
    SNAPSHOTS,
    bare,
    contents,
    contested,
    counted,
    documents,
    exported,
    finished,
    imported,
    lines_of,
    live,
    record_line,
    sent,
    snapshot_lines,
    unzipped,
    zipped,
)
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)


# --- there and back ---


def test_export_imported_into_a_new_account_is_the_same_life_under_new_ids(  # noqa: PLR0917 - two people and their devices
    api: SchemaClient, bobs_api: SchemaClient, phone: Phone, tablet: Phone, alice: User, bob: User
) -> None:
    contested(phone, tablet, live(phone, alice)["heavy"])
    archive = exported(api)
    job = imported(bobs_api, archive)
    assert (job["state"], counted(job)) == ("done", {"created": 8, "updated": 1})
    assert contents(bob) == contents(alice)
    assert documents(bob).keys().isdisjoint(documents(alice).keys())
    before = documents(bob)
    assert counted(imported(bobs_api, archive)) == {"noop": 9}
    assert documents(bob) == before


def test_references_are_renamed_with_what_they_name(
    api: SchemaClient, bobs_api: SchemaClient, phone: Phone, alice: User, bob: User
) -> None:
    live(phone, alice)
    imported(bobs_api, exported(api))
    workout = Workout.objects.get(user=bob)
    types = {row.exercise_type.user_id for row in workout.exercises.all()}
    assert types == {bob.pk, None}
    assert sum(row.sets.count() for row in workout.exercises.all()) == 2


def test_import_after_the_other_account_is_gone_still_finds_what_it_brought(
    api: SchemaClient, bobs_api: SchemaClient, phone: Phone, alice: User, bob: User
) -> None:
    phone.create("set", {"exercise": phone.exercise(), "reps": 5})
    archive = exported(api)
    imported(bobs_api, archive)
    before = documents(bob)
    alice.delete()
    assert counted(imported(bobs_api, archive)) == {"noop": 3}
    assert documents(bob) == before


def test_export_replaces_what_came_after_it(api: SchemaClient, phone: Phone, alice: User) -> None:
    ids = live(phone, alice)
    archive, before = exported(api), documents(alice)
    phone.create("workout", {"title": "later"})
    phone.one("update", "set", ids["heavy"], {"reps": 50}, base_version=Record.objects.get(id=ids["heavy"]).version)
    phone.one("delete", "workout", ids["workout"], base_version=Head.objects.get(user=alice).version)
    assert documents(alice) != before
    job = imported(api, archive, "replace")
    assert (job["state"], job["report"]["rejected"], job["report"]["conflicts"]) == ("done", [], 0)
    assert documents(alice) == before
    assert counted(imported(api, archive, "replace")) == {"noop": 8}


def test_replacement_can_be_taken_back(api: SchemaClient, phone: Phone, alice: User) -> None:
    live(phone, alice)
    before = documents(alice)
    only = snapshot_lines(record_line("settings", {}), record_line("workout", {"title": "the only one"}))
    job = imported(api, only, "replace")
    assert [row["title"] for row in documents(alice).values() if "title" in row] == ["the only one"]
    assert counted(job) == {"created": 1, "updated": 1, "deleted": 7}
    undo = api.post(f"{SNAPSHOTS}/{job['undo_snapshot_id']}/restore", {"import_id": str(uuid4())})
    assert finished(api, undo.json()["import_id"])["state"] == "done"
    assert documents(alice) == before


def test_replacement_by_what_is_no_whole_state_is_refused(api: SchemaClient, phone: Phone, alice: User) -> None:
    """Else a file without a readable record would delete everything, and say that it is done."""
    live(phone, alice)
    before = documents(alice)
    job = imported(api, snapshot_lines(record_line("workout", {"title": "no whole state"})), "replace")
    assert (job["state"], job["error"]["code"], documents(alice)) == ("failed", "incomplete", before)


@pytest.mark.parametrize("name", ["Records/workout.ndjson", "/records/workout.ndjson", "readme.txt"])
def test_file_of_a_name_that_no_export_has_is_refused(api: SchemaClient, phone: Phone, alice: User, name: str) -> None:
    live(phone, alice)
    job = imported(api, zipped(unzipped(exported(api)) | {name: b""}), "replace")
    assert (job["state"], job["error"]["code"], job["error"]["file"]) == ("failed", "malformed", name)


def test_replacement_is_pulled_like_any_change(api: SchemaClient, phone: Phone, tablet: Phone, alice: User) -> None:
    ids = live(phone, alice)
    _, cursor = tablet.pull_all()
    archive = exported(api)
    phone.one("update", "set", ids["heavy"], {"reps": 50}, base_version=Record.objects.get(id=ids["heavy"]).version)
    imported(api, archive, "replace")
    changes, _ = tablet.pull_all(cursor)
    assert {change["id"]: change["data"]["reps"] for change in changes if change["entity"] == "set"} == {
        ids["heavy"]: 5
    }
    assert LogEntry.objects.filter(source="import").count() == 1


# --- merging ---


def test_own_older_export_changes_nothing(api: SchemaClient, phone: Phone, alice: User) -> None:
    ids = live(phone, alice)
    archive = exported(api)
    phone.one("update", "set", ids["heavy"], {"reps": 50}, base_version=Record.objects.get(id=ids["heavy"]).version)
    phone.one("delete", "workout", ids["workout"], base_version=Head.objects.get(user=alice).version)
    before = documents(alice)
    job = imported(api, archive)
    assert (job["state"], counted(job)) == ("done", {"noop": 8})
    assert documents(alice) == before


@pytest.mark.parametrize(("minutes", "stands"), [(-1, 9), (30, 6)])
def test_newer_value_stands_and_the_other_is_kept_once(
    api: SchemaClient, phone: Phone, alice: User, minutes: float, stands: int
) -> None:
    exercise = phone.exercise()
    record_id = phone.create("set", {"exercise": exercise, "reps": 6, "rpe": "8.0"}, at=ago(10))
    file = snapshot_lines(record_line("set", {"exercise": exercise, "reps": 9}, record_id, minutes))
    assert counted(imported(api, file)) == {"conflicts": 1}
    document = documents(alice)[50, record_id]
    assert (document["reps"], document["rpe"]) == (stands, "8.0")
    (conflict,) = phone.conflicts()
    assert [(f["name"], f["lost"]["value"]) for f in conflict["fields"]] == [("reps", 15 - stands)]
    assert counted(imported(api, file)) == {"noop": 1}
    assert len(phone.conflicts()) == 1


def test_order_of_the_rows_does_not_make_an_older_one_newer(api: SchemaClient, phone: Phone, alice: User) -> None:
    record_id = phone.create("workout", {"title": "phone"}, at=ago(5))
    file = snapshot_lines(
        record_line("workout", {"title": "new"}, minutes=1), record_line("workout", {"title": "old"}, record_id, 30)
    )
    imported(api, file)
    assert documents(alice)[30, record_id]["title"] == "phone"


def test_settings_of_the_file_go_to_the_accounts_own_row(api: SchemaClient, alice: User) -> None:
    settings = Record.objects.get(user=alice, entity=10)
    job = imported(api, snapshot_lines(record_line("settings", {"theme": "dark"}, minutes=-1)), "replace")
    assert counted(job) == {"updated": 1}
    assert documents(alice)[10, str(settings.id)]["theme"] == "dark"


def test_conflicts_of_the_file_are_restored_where_their_id_is_free(
    api: SchemaClient, phone: Phone, tablet: Phone, alice: User
) -> None:
    contested(phone, tablet, live(phone, alice)["heavy"])
    archive = exported(api)
    conflict = Conflict.objects.get(user=alice)
    Record.objects.filter(id=conflict.pk).delete()
    Conflict.objects.filter(user=alice).delete()
    Record.objects.filter(id=conflict.pk).delete()
    assert counted(imported(api, archive)) == {"created": 1, "noop": 8}
    restored = Conflict.objects.get(user=alice)
    assert (restored.pk, restored.fields) == (conflict.pk, conflict.fields)
    Conflict.objects.filter(user=alice).update(status="dismissed")
    assert counted(imported(api, archive)) == {"noop": 9}
    assert Conflict.objects.get(user=alice).status == "dismissed"


def test_what_was_deleted_for_good_comes_back_under_a_new_id(api: SchemaClient, alice: User) -> None:
    gone = str(uuid4())
    Purged.objects.create(entity=30, id=gone, user=alice, version=1)
    exercise = record_line("exercise", {"exercise_type": exercise_type(), "workout": gone})
    file = snapshot_lines(record_line("workout", {"title": "once"}, gone), exercise)
    assert counted(imported(api, file)) == {"created": 2}
    workout = Workout.objects.get(user=alice)
    assert (str(workout.pk) != gone, workout.exercises.count()) == (True, 1)
    assert counted(imported(api, file)) == {"noop": 2}


# --- what is refused ---


def test_row_that_is_refused_is_named_and_kept(api: SchemaClient, alice: User) -> None:
    bad = record_line("workout", {"title": 7})
    orphan = record_line("set", {"exercise": str(uuid4()), "reps": 5})
    good = record_line("workout", {"title": "good", "no_longer_there": 1, "local_date": "2026-01-01"})
    job = imported(api, snapshot_lines(bad, orphan, good))
    assert (job["state"], counted(job)) == ("done", {"created": 1, "rejected_total": 2})
    assert [(row["entity"], row["id"], row["code"]) for row in job["report"]["rejected"]] == [
        ("workout", bad["id"], "invalid"),
        ("set", orphan["id"], "does_not_exist"),
    ]
    assert job["report"]["rejected"][0]["fields"].keys() == {"title"}
    assert job["report"]["ignored_fields"] == {"workout.no_longer_there": 1}
    assert set(Mutation.objects.filter(user=alice, source="import").values_list("status", flat=True)) == {
        "applied", "rejected",
    }  # fmt: skip


GOOD = record_line("workout", {"title": "good"})
LATEST, EARLIEST = "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"  # in UTC, beyond the years that there are


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "not_an_export", 1),
        (b"PK\x03\x04 no zip", "malformed", None),
        (b"\x00\xff\n", "malformed", 1),
        (b'{"a": 1}\n', "malformed", 1),
        (snapshot_lines(GOOD)[:-10], "malformed", 3),
        (b"\n".join(snapshot_lines(GOOD).split(b"\n")[:2]), "incomplete", 2),
        (snapshot_lines(GOOD, count=2), "incomplete", 3),
        (snapshot_lines(GOOD) + b"{}\n", "malformed", 4),
        (snapshot_lines(GOOD, GOOD), "malformed", 3),
        (snapshot_lines(GOOD, record_line("no_such", {})), "malformed", 3),
        (snapshot_lines(GOOD, record_line("workout", {}, "not-an-id")), "malformed", 3),
        (snapshot_lines(GOOD, {**GOOD, "id": str(uuid4()), "data": None}), "malformed", 3),
        (snapshot_lines(GOOD, record_line("workout", {}, deleted=True)), "malformed", 3),
        (snapshot_lines(GOOD, {**GOOD, "id": str(uuid4()), "last_modified_at": "2026-01-01T00:00:00"}), "malformed", 3),
        (snapshot_lines(GOOD, {**GOOD, "id": str(uuid4()), "last_modified_at": LATEST}), "malformed", 3),
        (snapshot_lines(GOOD, {**GOOD, "id": str(uuid4()), "last_modified_at": EARLIEST}), "malformed", 3),
        (snapshot_lines(GOOD, record_line("workout", {"notes": "x" * 2_000_000})), "too_large", 3),
        (snapshot_lines(GOOD, schema_version=99), "schema_too_new", None),
        (b'{"type":"begin","schema_version":1,"count":1}\n' + b"[" * 100_000, "malformed", 2),
    ],
)
def test_file_of_a_wrong_form_writes_nothing(
    api: SchemaClient, alice: User, content: bytes, code: str, line: int | None
) -> None:
    before = fingerprint_without_imports(alice)
    job = imported(api, content, "replace")
    assert (job["state"], job["error"]["code"], job["error"]["line"]) == ("failed", code, line), job["error"]
    assert job["error"]["next"].startswith("Nothing was written.")
    assert fingerprint_without_imports(alice) == before
    assert not ImportPiece.objects.exists()


def fingerprint_without_imports(user: User) -> str:
    """Of all that is the user's, but for the imports themselves."""
    kept = list(Import.objects.filter(user=user))
    Import.objects.filter(user=user).delete()
    found = fingerprint(user)
    Import.objects.bulk_create(kept)
    return found


# --- how it runs ---


def test_dry_run_reports_the_same_and_writes_nothing(
    api: SchemaClient, phone: Phone, tablet: Phone, alice: User
) -> None:
    contested(phone, tablet, live(phone, alice)["heavy"])
    file = snapshot_lines(
        record_line("workout", {"title": "new"}),
        record_line("workout", {"title": 7}),
        record_line("settings", {"theme": "dark"}),
    )
    before = fingerprint_without_imports(alice)
    tried = imported(api, file, "dry_run", dry_run_of="replace")
    assert fingerprint_without_imports(alice) == before
    assert (tried["state"], tried["dry_run_of"], tried["undo_snapshot_id"]) == ("done", "replace", None)
    done = imported(api, file, "replace")
    assert tried["report"] == done["report"]
    assert counted(done) == {"created": 1, "updated": 1, "deleted": 7, "rejected_total": 1}


def test_import_that_was_killed_goes_on_behind_its_last_step(  # noqa: PLR0917 - two people and their devices
    api: SchemaClient, bobs_api: SchemaClient, phone: Phone, alice: User, bob: User, monkeypatch: Any
) -> None:
    live(phone, alice)
    monkeypatch.setattr(importing, "CHUNK", 2)
    import_id = sent(bobs_api, exported(api)).json()["import_id"]

    def die(done: int, total: int) -> None:
        if done == 4:
            raise MemoryError

    with pytest.raises(MemoryError):
        importing.run(import_id=UUID(import_id), clock=timezone.now, progress=die)
    half = bobs_api.get(f"{IMPORT}/{import_id}").json()
    assert (half["state"], half["progress"]) == ("running", {"done": 4, "total": 8})
    assert 0 < len(documents(bob)) < len(documents(alice))
    job = finished(bobs_api, import_id)
    assert (job["state"], job["progress"], counted(job)) == (
        "done", {"done": 8, "total": 8}, {"created": 7, "updated": 1},
    )  # fmt: skip
    assert contents(bob) == contents(alice)
    assert finished(bobs_api, import_id) == job  # a job that comes once more finds nothing to do


def test_import_that_fails_too_often_says_so_and_goes_on_when_it_is_sent_again(  # noqa: PLR0917 - as above
    api: SchemaClient, bobs_api: SchemaClient, phone: Phone, alice: User, bob: User, monkeypatch: Any
) -> None:
    live(phone, alice)
    monkeypatch.setattr(importing, "CHUNK", 2)
    archive, import_id = exported(api), str(uuid4())
    sent(bobs_api, archive, import_id=import_id)

    def die(done: int, total: int) -> None:
        raise MemoryError

    def attempt() -> None:
        with pytest.raises(MemoryError):
            importing.run(import_id=UUID(import_id), clock=timezone.now, progress=die)

    monkeypatch.setattr(importing, "MAX_ATTEMPTS", 2)
    attempt()
    attempt()
    job = bobs_api.get(f"{IMPORT}/{import_id}").json()
    assert (job["state"], job["error"]["code"]) == ("failed", "interrupted")
    assert "same import_id" in job["error"]["next"]
    assert sent(bobs_api, archive, import_id=import_id).json()["state"] == "waiting"
    assert finished(bobs_api, import_id)["state"] == "done"
    assert contents(bob) == contents(alice)


def test_import_that_meets_a_mistake_of_the_server_ends_at_once(api: SchemaClient) -> None:
    content, import_id = snapshot_lines(GOOD), str(uuid4())
    sent(api, content, import_id=import_id)

    def fail(done: int, total: int) -> None:
        raise KeyError

    with pytest.raises(KeyError):  # told to whoever runs the server
        importing.run(import_id=UUID(import_id), clock=timezone.now, progress=fail)
    job = api.get(f"{IMPORT}/{import_id}").json()
    assert (job["state"], job["error"]["code"], job["progress"]["done"]) == ("failed", "import_failed", 1)
    assert finished(api, import_id) == job  # the job that comes again finds nothing to do
    assert imported(api, content)["state"] == "done"


def test_worker_imports_what_was_sent(api: SchemaClient, alice: User) -> None:
    job = sent(api, snapshot_lines(record_line("workout", {"title": "from a file"}))).json()
    assert job["state"] == "waiting"
    run_jobs()
    assert api.get(f"{IMPORT}/{job['import_id']}").json()["state"] == "done"
    assert Workout.objects.get(user=alice).title == "from a file"


def test_each_chunk_is_one_version(api: SchemaClient, alice: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(importing, "CHUNK", 3)
    before = Head.objects.get(user=alice).version
    imported(api, snapshot_lines(*(record_line("workout", {"title": str(n)}) for n in range(7))))
    assert Head.objects.get(user=alice).version == before + 3


# --- the endpoint ---


def test_import_under_way_keeps_another_one_out(api: SchemaClient, bobs_api: SchemaClient) -> None:
    first = sent(api, snapshot_lines(GOOD)).json()
    check_error(sent(api, snapshot_lines(GOOD)), 409, "import_running")
    assert sent(bobs_api, snapshot_lines(GOOD)).status_code == 202
    finished(api, first["import_id"])
    assert sent(api, snapshot_lines(GOOD)).status_code == 202


def test_same_import_again_is_answered_with_how_it_stands(api: SchemaClient, alice: User) -> None:
    content, import_id = snapshot_lines(GOOD), str(uuid4())
    sent(api, content, import_id=import_id)
    done = finished(api, import_id)
    version = Head.objects.get(user=alice).version
    again = sent(api, content, import_id=import_id)
    assert (again.status_code, again.json()) == (202, done)
    check_error(sent(api, snapshot_lines(), import_id=import_id), 409, "id_taken", "import_id")
    check_error(sent(api, content, "replace", import_id=import_id), 409, "id_taken", "import_id")
    assert Head.objects.get(user=alice).version == version


def test_bare_body_is_imported_like_a_form(api: SchemaClient, alice: User) -> None:
    import_id = str(uuid4())
    answer = bare(
        api, f"{IMPORT}?import_id={import_id}&mode=merge", snapshot_lines(GOOD), content_type="application/x-ndjson"
    )
    assert answer.status_code == 202, answer.content
    assert finished(api, import_id)["report"]["created"] == 1


@pytest.mark.parametrize(
    ("values", "attr"),
    [({"mode": "overwrite"}, "mode"), ({"import_id": "7"}, "import_id"), ({"dry_run_of": "dry_run"}, "dry_run_of")],
)
def test_import_refuses_wrong_parameters(api: SchemaClient, values: Json, attr: str) -> None:
    check_error(sent(api, b"x", **values), 400, "invalid", attr)
    assert not Import.objects.exists()


def test_import_refuses_garbage(api: SchemaClient, anonymous: SchemaClient, alice: User) -> None:
    check_error(anonymous.post(IMPORT, {}), 401, "not_authenticated")
    check_error(api.post(IMPORT, {"mode": "merge"}, format="multipart"), 400, "required", "file")
    User.objects.filter(pk=alice.pk).update(email_verified_at=None)
    check_error(sent(api, b"x"), 403, "email_not_verified")


def test_body_that_is_empty_or_compressed_is_refused(api: SchemaClient) -> None:
    url = f"{IMPORT}?import_id={uuid4()}&mode=merge"
    check_error(bare(api, url, b"", "application/zip"), 400, "required", "file")
    packed = gzip.compress(snapshot_lines(GOOD))
    answer = bare(api, url, packed, "application/x-ndjson", HTTP_CONTENT_ENCODING="gzip")
    check_error(answer, 415, "encoding_unsupported")
    assert not Import.objects.exists()
    plain = bare(api, url, snapshot_lines(GOOD), "application/x-ndjson", HTTP_CONTENT_ENCODING="identity")
    assert plain.status_code == 202


def test_import_beyond_the_limit_is_refused(api: SchemaClient, monkeypatch: Any) -> None:
    monkeypatch.setattr("sync.services.states.transfers.MAX_UPLOAD_BYTES", 1000)
    check_error(sent(api, b"x" * 100_000), 413, "too_large", "file")
    check_error(sent(api, b"x" * 1001), 413, "too_large", "file")
    assert not Import.objects.exists()


def test_import_of_a_stranger_is_not_found(api: SchemaClient, bobs_api: SchemaClient) -> None:
    import_id = sent(api, snapshot_lines(GOOD)).json()["import_id"]
    check_error(bobs_api.get(f"{IMPORT}/{import_id}"), 404, "not_found")
    check_error(sent(bobs_api, snapshot_lines(GOOD), import_id=import_id), 409, "id_taken", "import_id")


def test_state_of_an_import_takes_two_queries(api: SchemaClient, django_assert_num_queries: Any) -> None:
    job = imported(api, snapshot_lines(GOOD))
    with django_assert_num_queries(2):  # the session with its user; the import
        shown = api.get(f"{IMPORT}/{job['import_id']}").json()
    assert set(shown) == {
        "import_id", "mode", "dry_run_of", "state", "file_name", "size_bytes", "snapshot_id", "undo_snapshot_id",
        "progress", "report", "error", "created_at", "started_at", "finished_at",
    }  # fmt: skip
    assert set(shown["report"]) == {field.name for field in dataclasses.fields(importing.Report)}


def test_erased_account_takes_imports_and_snapshots_along(api: SchemaClient, alice: User) -> None:
    imported(api, snapshot_lines(record_line("settings", {}), GOOD), "replace")
    sent(api, snapshot_lines(GOOD))
    assert (Import.objects.count(), Snapshot.objects.count(), ImportPiece.objects.count()) == (2, 1, 1)
    alice.delete()
    assert (Import.objects.count(), Snapshot.objects.count(), ImportPiece.objects.count()) == (0, 0, 0)


def test_files_of_an_export_are_lines_that_a_snapshot_takes(
    api: SchemaClient, bobs_api: SchemaClient, phone: Phone, alice: User, bob: User
) -> None:
    live(phone, alice)
    files = unzipped(exported(api))
    lines = [line for name, content in files.items() if name.startswith("records/") for line in lines_of(content)]
    imported(bobs_api, snapshot_lines(*reversed(lines)))
    assert contents(bob) == contents(alice)


def test_replacement_deletes_without_conflicts(api: SchemaClient, phone: Phone) -> None:
    """It knows all that stands, also what was written after what it hangs on."""
    archive = exported(api)
    workout = phone.create("workout", {"title": "Push"})
    phone.create("set", {"exercise": phone.exercise(workout=workout), "reps": 5})
    job = imported(api, archive, "replace")
    assert (counted(job)["deleted"], counted(job).get("rejected_total", 0), phone.conflicts()) == (3, 0, [])
