"""Conflicts over HTTP: lists, and decisions by who is online."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from sync.models import Conflict
from sync.tests.devices import Json, Phone, ago, lost
from sync.tests.test_resolving import delete_conflict, field_conflict, missing_conflict, stands, status_of

pytestmark = pytest.mark.django_db(transaction=True)

CONFLICTS = "/api/v1/sync/conflicts"
KEYS = {
    "id", "entity", "record_id", "kind", "record_version", "record", "status", "created_at", "fields",
    "winner_mutation", "loser_mutation", "code", "detail", "resolution", "resolution_mutation",
}  # fmt: skip


def sender(phone: Phone, **values: Any) -> Json:
    return {"device_id": phone.id, "instance_token": phone.token, "client_now": ago(0), **values}


def decision(phone: Phone, record_version: int, resolution: str = "use_lost", **values: Any) -> Json:
    return {
        "mutation_id": str(uuid4()),
        "seq": next(phone.seq),
        "record_version": record_version,
        "resolution": resolution,
        **values,
    }


def post(phone: Phone, conflict: str, body: Json) -> Any:
    return phone.api.post(f"{CONFLICTS}/{conflict}/resolve", body)


# --- reading ---


def test_list_shows_each_conflict_with_its_record(phone: Phone, tablet: Phone, bobs_phone: Phone) -> None:
    missing_conflict(bobs_phone)
    record, conflict, base = field_conflict(phone, tablet)
    page = phone.api.get(CONFLICTS).json()
    assert (page["next"], page["previous"]) == (None, None)
    (found,) = page["results"]
    assert set(found) == KEYS
    assert (found["id"], found["record_id"], found["entity"], found["kind"]) == (conflict, record, "set", "field")
    assert (found["record"]["version"], found["record"]["data"]["reps"], found["record_version"]) == (base, 4, base)
    assert lost(found) == {"reps": 6}
    assert phone.api.get(f"{CONFLICTS}/{conflict}").json() == found


def test_list_is_filtered_ordered_and_paged(phone: Phone, tablet: Phone) -> None:
    _, one, base = field_conflict(phone, tablet)
    _, two = missing_conflict(phone)
    workout, three, _ = delete_conflict(phone, tablet, deletion_wins=True)
    phone.push(phone.mutation("resolve", "conflict", one, {"resolution": "keep"}, base_version=base))

    def ids(query: str) -> list[str]:
        return [row["id"] for row in phone.api.get(f"{CONFLICTS}?{query}").json()["results"]]

    assert ids("") == [three, two, one]
    assert ids("ordering=created_at") == [one, two, three]
    assert ids("status=open") == [three, two]
    assert ids("status=dismissed") == [one]
    assert ids("kind=missing") == [two]
    assert ids("entity=workout&ordering=created_at") == [two, three]
    assert ids(f"record_id={workout}") == [three]
    first = phone.api.get(f"{CONFLICTS}?page_size=2&ordering=created_at").json()
    rest = phone.api.get(first["next"]).json()
    assert [row["id"] for row in first["results"] + rest["results"]] == [one, two, three]


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_a_fixed_number_of_questions(
    phone: Phone, tablet: Phone, number: int, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        field_conflict(phone, tablet)
    with django_assert_num_queries(3):  # the log-in, the conflicts, their records
        assert len(phone.api.get(CONFLICTS).json()["results"]) == number


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("status=shut", "status"), ("kind=x", "kind"), ("record_id=x", "record_id"), ("entity=%00", "entity"),
        ("ordering=id", "ordering"),
    ],
)  # fmt: skip
def test_list_refuses_garbage(api: SchemaClient, query: str, attr: str) -> None:
    check_error(api.get(f"{CONFLICTS}?{query}"), 400, "invalid", attr)


def test_cursor_that_is_none_is_refused(api: SchemaClient) -> None:
    check_error(api.get(f"{CONFLICTS}?cursor=x"), 400, "cursor_invalid", "cursor")


def test_conflict_of_a_stranger_is_not_found(phone: Phone, tablet: Phone, bobs_phone: Phone) -> None:
    _, conflict, base = field_conflict(phone, tablet)
    check_error(bobs_phone.api.get(f"{CONFLICTS}/{conflict}"), 404, "not_found")
    check_error(post(bobs_phone, conflict, sender(bobs_phone) | decision(bobs_phone, base)), 404, "not_found")
    many = {"items": [{"conflict_id": conflict, **decision(bobs_phone, base)}]}
    (result,) = bobs_phone.api.post(f"{CONFLICTS}/resolve", sender(bobs_phone) | many).json()["results"]
    assert result["error"]["code"] == "unknown_conflict"
    assert status_of(phone, conflict) == ("open", "")


# --- deciding ---


def test_decision_online_is_an_ordinary_mutation(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    body = sender(phone) | decision(phone, base)
    answer = post(phone, conflict, body).json()
    (result,) = answer["results"]
    assert (result["id"], result["status"], result["replayed"]) == (body["mutation_id"], "applied", False)
    assert answer["version"] == result["version"] == base + 1
    assert stands(tablet, "set", record)["reps"] == 6
    again = post(phone, conflict, body).json()["results"][0]
    assert (again["status"], again["replayed"]) == ("applied", True)
    offline = {"resolution": "use_lost"}
    same = phone.mutation("resolve", "conflict", conflict, offline, id=body["mutation_id"], seq=body["seq"])
    mismatch = phone.push(same)[0]
    assert mismatch["error"]["code"] == "idempotency_mismatch"
    assert len(phone.conflicts()) == 1


def test_custom_decision_online(phone: Phone, tablet: Phone) -> None:
    _, conflict, base = field_conflict(phone, tablet)
    answer = post(phone, conflict, sender(phone) | decision(phone, base, "custom", patch={"reps": 7})).json()
    assert answer["results"][0]["target"]["data"]["reps"] == 7
    _, other, base = field_conflict(phone, tablet)
    wrong = sender(phone) | decision(phone, base, "custom", patch={"reps": -7})
    (result,) = post(phone, other, wrong).json()["results"]
    assert (result["status"], result["error"]["fields"].keys()) == ("rejected", {"reps"})


def test_stale_decision_is_refused_with_what_stands(phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    tablet.one("update", "set", record, {"reps": 9}, base_version=base)
    version = phone.pull()["version"]
    response = post(phone, conflict, sender(phone) | decision(phone, base))
    body = response.json()
    assert (response.status_code, [e["code"] for e in body["errors"]]) == (409, ["conflict_stale"])
    (refreshed,) = body["conflicts"]
    assert (refreshed["id"], refreshed["record"]["data"]["reps"]) == (conflict, 9)
    assert phone.pull()["version"] == version
    decided = sender(phone) | decision(phone, refreshed["record_version"])
    assert post(phone, conflict, decided).json()["results"][0]["status"] == "applied"
    closed = post(phone, conflict, sender(phone) | decision(phone, base + 9))
    assert closed.status_code == 409
    assert closed.json()["conflicts"][0]["status"] == "resolved"


def test_several_are_decided_at_once_or_none(phone: Phone, tablet: Phone) -> None:
    found = [field_conflict(phone, tablet) for _ in range(3)]
    items = [{"conflict_id": conflict, **decision(phone, base)} for _, conflict, base in found]
    stale = [*items[:2], {**items[2], "record_version": 1}]
    response = phone.api.post(f"{CONFLICTS}/resolve", sender(phone, items=stale))
    assert [c["id"] for c in response.json()["conflicts"]] == [found[2][1]]
    assert {status_of(phone, conflict)[0] for _, conflict, _ in found} == {"open"}
    answer = phone.api.post(f"{CONFLICTS}/resolve", sender(phone, items=items)).json()
    assert [r["status"] for r in answer["results"]] == ["applied"] * 3
    assert phone.pull()["open_conflicts"] == 0


@pytest.mark.parametrize("number", [1, 3])
def test_decisions_ask_a_fixed_number_of_questions(
    phone: Phone, tablet: Phone, number: int, django_assert_num_queries: Any
) -> None:
    found = [field_conflict(phone, tablet) for _ in range(number)]
    items = [{"conflict_id": conflict, **decision(phone, base)} for _, conflict, base in found]
    with django_assert_num_queries(DECISION_QUERIES):
        assert phone.api.post(f"{CONFLICTS}/resolve", sender(phone, items=items)).status_code == 200


# the log-in, the device, begin, the locked head, the device's state; what was decided, the conflicts and records that
# may be stale; the mutations, the targets, the records, what these hang on, their log, shared types, what may be twins;
# the write
DECISION_QUERIES = 21


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"resolution": "both"}, "resolution"), ({"seq": -1}, "seq"), ({"mutation_id": "x"}, "mutation_id"),
        ({"record_version": None}, "record_version"), ({"patch": 5}, "patch"), ({"colour": "red"}, "non_field_errors"),
        ({"client_now": "now"}, "client_now"), ({"at": "2026-03-01T10:00:00"}, "at"),
    ],
)  # fmt: skip
def test_garbage_is_refused(phone: Phone, tablet: Phone, values: Json, attr: str) -> None:
    _, conflict, base = field_conflict(phone, tablet)
    check_error(post(phone, conflict, sender(phone) | decision(phone, base) | values), 400, "invalid", attr)
    assert status_of(phone, conflict) == ("open", "")


@pytest.mark.parametrize("items", [[], "x", [{}], [{"conflict_id": "x"}], None])
def test_garbage_in_a_list_of_decisions_is_refused(phone: Phone, items: Any) -> None:
    assert phone.api.post(f"{CONFLICTS}/resolve", sender(phone, items=items)).status_code == 400


def test_decision_wants_a_device_of_the_user(phone: Phone, tablet: Phone, bobs_phone: Phone) -> None:
    _, conflict, base = field_conflict(phone, tablet)
    check_error(post(phone, conflict, sender(bobs_phone) | decision(phone, base)), 409, "device_unknown")
    reused = decision(phone, base) | {"seq": 1}
    check_error(post(phone, conflict, sender(phone) | reused), 409, "device_forked")
    check_error(post(phone, conflict, sender(phone, epoch=str(uuid4())) | decision(phone, base)), 409, "epoch_changed")
    assert status_of(phone, conflict) == ("open", "")


def test_anonymous_is_asked_to_log_in(anonymous: SchemaClient) -> None:
    check_error(anonymous.get(CONFLICTS), 401, "not_authenticated")
    check_error(anonymous.post(f"{CONFLICTS}/resolve", {}), 401, "not_authenticated")


def test_deleted_conflict_is_not_there(phone: Phone, tablet: Phone, alice: User) -> None:
    _, conflict, base = field_conflict(phone, tablet)
    Conflict.objects.filter(user=alice).update(deleted_at=timezone.now())
    check_error(phone.api.get(f"{CONFLICTS}/{conflict}"), 404, "not_found")
    assert phone.api.get(CONFLICTS).json()["results"] == []
    check_error(post(phone, conflict, sender(phone) | decision(phone, base)), 404, "not_found")
