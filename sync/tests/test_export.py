"""GET export: everything of a user, and provably all of it."""

import hashlib
import json
from typing import Any

import pytest

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from sync.models import Head, LogEntry, Record
from sync.tests.devices import Phone
from sync.tests.transfers import EXPORT, body_of, contested, exported, lines_of, live, unzipped
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)


def test_export_holds_every_live_record_as_it_stands(api: SchemaClient, phone: Phone, alice: User) -> None:
    live(phone, alice)
    files = unzipped(exported(api))
    lines = [line for name, content in files.items() if name.startswith("records/") for line in lines_of(content)]
    rows = Record.objects.filter(user=alice, deleted=False)
    assert {(line["id"], line["version"], json.dumps(line["data"], sort_keys=True)) for line in lines} == {
        (str(row.id), row.version, json.dumps(json.loads(row.data), sort_keys=True)) for row in rows
    }
    assert [line["entity"] for line in lines_of(files["records/workout.ndjson"])] == ["workout"]


def test_manifest_says_what_the_files_are(api: SchemaClient, phone: Phone, alice: User) -> None:
    live(phone, alice)
    files = unzipped(exported(api))
    manifest = json.loads(files.pop("manifest.json"))
    assert {file["name"]: (file["bytes"], file["sha256"], file["lines"]) for file in manifest["files"]} == {
        name: (len(content), hashlib.sha256(content).hexdigest(), content.count(b"\n"))
        for name, content in files.items()
    }
    head = Head.objects.get(user=alice)
    assert (manifest["epoch"], manifest["version"], manifest["schema_version"]) == (str(head.epoch), head.version, 1)
    assert manifest["user"] == {"id": str(alice.pk), "email": alice.email}
    assert manifest["counts"] == {
        "exercise": 2, "exercise_type": 1, "measurement": 1, "set": 2, "settings": 1, "workout": 1,
    }  # fmt: skip
    assert manifest["format"] == "dropset-export-1"


def test_export_holds_conflicts_and_what_was_refused(
    api: SchemaClient, phone: Phone, tablet: Phone, alice: User
) -> None:
    contested(phone, tablet, live(phone, alice)["heavy"])
    phone.one(
        "create", "set", "00000000-0000-4000-8000-000000000001", {"exercise": "00000000-0000-4000-8000-000000000002"}
    )
    refused = phone.one("create", "workout", "00000000-0000-4000-8000-000000000003", {"no_such_field": 1})
    files = unzipped(exported(api))
    (conflict,) = lines_of(files["records/conflict.ndjson"])
    assert conflict["data"]["fields"][0]["lost"]["value"] in (4, 6)
    deferred, rejected = lines_of(files["mutations.ndjson"])
    assert (deferred["status"], rejected["status"]) == ("deferred", "rejected")
    assert rejected["mutation_id"] == refused["id"]
    assert rejected["payload"]["patch"] == {"no_such_field": 1}
    assert rejected["error"] == refused["error"]


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("[" * 300 + "]" * 300, id="deep"),
        pytest.param("9" * 400, id="long"),
        pytest.param('{\n "a"\r\n: "b\\n"}', id="lines"),
    ],
)
def test_export_holds_what_was_refused_as_it_came(api: SchemaClient, phone: Phone, title: str) -> None:
    mutation = phone.mutation("create", "workout", "00000000-0000-4000-8000-000000000004", {"title": "TITLE"})
    body = json.dumps(phone.envelope(mutation)).replace('"TITLE"', title)
    answer = api.generic("POST", "/api/v1/sync/push", body, content_type="application/json")
    assert [result["status"] for result in answer.json()["results"]] == ["rejected"]
    (line,) = lines_of(unzipped(exported(api))["mutations.ndjson"])
    assert line["payload"]["patch"]["title"] == json.loads(title)


@pytest.mark.parametrize("asked", [False, True])
def test_log_goes_along_if_asked_for(api: SchemaClient, phone: Phone, alice: User, *, asked: bool) -> None:
    live(phone, alice)
    files = unzipped(exported(api, **({"log": "true"} if asked else {})))
    assert ("log.ndjson" in files) is asked
    if asked:
        lines = lines_of(files["log.ndjson"])
        entries = LogEntry.objects.filter(user=alice)
        assert len(lines) == entries.count()
        assert {(line["record_id"], line["version"], line["op"]) for line in lines} == {
            (str(e.record_id), e.version, e.op) for e in entries
        }


def test_export_holds_nothing_of_others(
    api: SchemaClient, bobs_phone: Phone, phone: Phone, alice: User, bob: User
) -> None:
    live(bobs_phone, bob)
    mine = phone.create("workout", {"title": "mine"})
    files = unzipped(exported(api, log="true"))
    assert [line["id"] for line in lines_of(files["records/workout.ndjson"])] == [mine]
    text = b"".join(files.values()).decode()
    assert bob.email not in text
    assert not [str(row.id) for row in Record.objects.filter(user=bob) if str(row.id) in text]


def test_export_of_an_account_that_is_not_verified_is_given(api: SchemaClient, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email_verified_at=None)
    assert "manifest.json" in unzipped(exported(api))


def test_export_is_a_download(api: SchemaClient) -> None:
    response = api.get(EXPORT)
    content = body_of(response)
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith('attachment; filename="dropset-')
    assert int(response["Content-Length"]) == len(content)


def test_export_refuses_garbage(api: SchemaClient, anonymous: SchemaClient) -> None:
    check_error(anonymous.get(EXPORT), 401, "not_authenticated")
    check_error(api.get(EXPORT, {"log": "perhaps"}), 400, "invalid", "log")


def test_export_takes_a_number_of_queries_that_does_not_grow_with_the_rows(
    api: SchemaClient, phone: Phone, alice: User, django_assert_num_queries: Any
) -> None:
    live(phone, alice)
    for more in (0, 30):
        Workout.objects.bulk_create(Workout(user=alice, title=f"{n}") for n in range(more))
        # the session; begin, isolation; the head; the digests; what is retired; the mutations; commit. A COPY is
        # not counted
        with django_assert_num_queries(8):
            exported(api)


def test_export_is_limited(api: SchemaClient, limits: None) -> None:
    for _ in range(20):
        exported(api)
    response = api.get(EXPORT)
    check_error(response, 429, "throttled")
    assert int(response["Retry-After"]) > 0
