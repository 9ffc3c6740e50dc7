"""What was refused: kept with its reason until the user repairs or discards it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from config.tests.contract import SchemaClient, check_error
from sync.models import Mutation
from sync.tests.devices import Json, Phone, ago, exercise_type

pytestmark = pytest.mark.django_db(transaction=True)

REJECTED = "/api/v1/sync/rejected"
KEYS = {
    "mutation_id", "device_id", "seq", "entity", "record_id", "op", "status", "received_at", "error", "payload",
    "settled_at", "repaired_by",
}  # fmt: skip


def bad(phone: Phone, **values: Any) -> Json:
    """A mutation that is refused, after it was."""
    sent = phone.mutation("create", "workout", str(uuid4()), {"title": "Legs", "status": "done"}, **values)
    assert phone.push(sent)[0]["status"] == "rejected"
    return sent


def waiting(phone: Phone, **values: Any) -> Json:
    sent = phone.mutation("create", "set", str(uuid4()), {"exercise": str(uuid4())}, **values)
    assert phone.push(sent)[0]["status"] == "deferred"
    return sent


def listed(api: SchemaClient) -> list[str]:
    return [row["mutation_id"] for row in api.get(REJECTED).json()["results"]]


def repair(phone: Phone, old: Json, new: Json) -> Any:
    body = {"device_id": phone.id, "instance_token": phone.token, "client_now": ago(0), "mutation": new}
    return phone.api.post(f"{REJECTED}/{old['id']}/repair", body)


def successor(phone: Phone, old: Json, **values: Any) -> Json:
    return {**old, "id": str(uuid4()), "seq": next(phone.seq), "patch": {"title": "Legs"}, **values}


def test_list_shows_what_was_refused_and_what_waits(phone: Phone, bobs_phone: Phone) -> None:
    bad(bobs_phone)
    one, two = bad(phone), waiting(phone)
    phone.create("workout")
    second, first = phone.api.get(REJECTED).json()["results"]
    assert set(first) == KEYS
    assert (first["mutation_id"], first["payload"], first["status"]) == (one["id"], one, "rejected")
    assert (first["entity"], first["record_id"], first["op"]) == ("workout", one["record_id"], "create")
    assert (first["device_id"], first["seq"], first["settled_at"]) == (phone.id, one["seq"], None)
    assert first["error"]["fields"].keys() == {"status"}
    assert (second["mutation_id"], second["status"], second["error"]) == (two["id"], "deferred", None)
    assert phone.api.get(f"{REJECTED}/{one['id']}").json() == first


def test_list_names_the_copy_that_sent_what_waits_last(phone: Phone, tablet: Phone) -> None:
    """A copy of a device goes on under a name of its own, with the same queue."""
    sent = waiting(phone)
    again = {**sent, "base_version": 3}
    assert tablet.push(again)[0]["status"] == "deferred"
    (row,) = phone.api.get(REJECTED).json()["results"]
    assert (row["device_id"], row["payload"]) == (tablet.id, again)


@pytest.mark.parametrize("content", [{"id": 5}, {"op": ["x"], "entity": 1}, {"id": str(UUID(int=1)), "record_id": "x"}])
def test_mutation_of_no_form_at_all_is_listed(phone: Phone, content: Json) -> None:
    phone.push(content)
    (row,) = phone.api.get(REJECTED).json()["results"]
    assert (row["payload"], row["error"]["code"]) == (content, "invalid")


def test_settled_mutation_whose_payload_was_emptied_is_shown(phone: Phone) -> None:
    old = bad(phone)
    assert phone.api.delete(f"{REJECTED}/{old['id']}").status_code == 204
    Mutation.objects.update(payload="")
    assert phone.api.get(f"{REJECTED}/{old['id']}").json()["payload"] is None


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_a_fixed_number_of_questions(phone: Phone, number: int, django_assert_num_queries: Any) -> None:
    for _ in range(number):
        bad(phone)
    with django_assert_num_queries(2):  # the log-in, the mutations
        assert len(listed(phone.api)) == number


def test_list_is_paged(phone: Phone) -> None:
    sent = [bad(phone)["id"] for _ in range(3)]
    first = phone.api.get(f"{REJECTED}?page_size=2").json()
    rest = phone.api.get(first["next"]).json()
    assert [row["mutation_id"] for row in first["results"] + rest["results"]] == sent[::-1]


# --- repair ---


def test_repair_pushes_a_new_mutation_and_settles_the_old_one(phone: Phone) -> None:
    old = bad(phone)
    before = phone.push(old)[0]
    new = successor(phone, old)
    (result,) = repair(phone, old, new).json()["results"]
    assert (result["id"], result["status"]) == (new["id"], "applied")
    assert phone.records()["workout", old["record_id"]]["data"]["title"] == "Legs"
    assert listed(phone.api) == []
    row = phone.api.get(f"{REJECTED}/{old['id']}").json()
    assert (row["repaired_by"], row["settled_at"] is None) == (new["id"], False)
    now = phone.push(old)[0]
    assert {**now, "record": None, "version": None} == {**before, "record": None, "version": None}


def test_repair_sent_again_is_a_replay(phone: Phone) -> None:
    old = bad(phone)
    new = successor(phone, old)
    repair(phone, old, new)
    (result,) = repair(phone, old, new).json()["results"]
    assert (result["status"], result["replayed"]) == ("applied", True)


def test_repair_that_is_refused_itself_leaves_both_open(phone: Phone) -> None:
    old = bad(phone)
    new = successor(phone, old, patch={"status": "later"})
    assert repair(phone, old, new).json()["results"][0]["status"] == "rejected"
    assert listed(phone.api) == [new["id"], old["id"]]


def test_mutation_is_repaired_once(phone: Phone, tablet: Phone) -> None:
    old = bad(phone)
    repair(phone, old, successor(phone, old))
    again = {**successor(tablet, old), "record_id": str(uuid4())}
    check_error(repair(tablet, old, again), 409, "already_settled")
    check_error(phone.api.delete(f"{REJECTED}/{old['id']}"), 409, "already_settled")
    assert ("workout", again["record_id"]) not in phone.records()


def test_repair_under_the_old_id_is_a_mismatch(phone: Phone) -> None:
    old = bad(phone)
    new = {**successor(phone, old), "id": old["id"]}
    assert repair(phone, old, new).json()["results"][0]["error"]["code"] == "idempotency_mismatch"
    assert listed(phone.api) == [old["id"]]


def test_repair_from_another_device_tells_the_first_one(phone: Phone, tablet: Phone) -> None:
    old = waiting(phone)
    new = successor(tablet, old, patch={"exercise": tablet.exercise()})
    assert repair(tablet, old, new).json()["results"][0]["status"] == "applied"
    again = phone.push(old)[0]
    assert (again["status"], again["error"]["code"]) == ("rejected", "repaired")


def test_repair_keeps_to_the_rules_of_a_push(phone: Phone, bobs_phone: Phone) -> None:
    old = bad(phone)
    check_error(repair(bobs_phone, old, successor(bobs_phone, old)), 404, "not_found")
    fork = {**successor(phone, old), "seq": 1}
    check_error(repair(phone, old, fork), 409, "device_forked")
    body = {"device_id": phone.id, "instance_token": "wrong", "client_now": ago(0), "mutation": successor(phone, old)}
    assert phone.api.post(f"{REJECTED}/{old['id']}/repair", body).status_code == 409
    check_error(phone.api.post(f"{REJECTED}/{old['id']}/repair", {**body, "mutation": []}), 400, "invalid", "mutation")
    assert listed(phone.api) == [old["id"]]


# --- discard ---


def test_discarded_mutation_is_not_listed_and_answered_as_before(phone: Phone) -> None:
    old = bad(phone)
    before = phone.push(old)[0]
    for _ in range(2):
        assert phone.api.delete(f"{REJECTED}/{old['id']}").status_code == 204
    assert listed(phone.api) == []
    assert phone.push(old)[0] == before
    assert phone.api.get(f"{REJECTED}/{old['id']}").json()["repaired_by"] is None
    check_error(repair(phone, old, successor(phone, old)), 409, "already_settled")


def test_discarded_mutation_that_waited_is_never_taken(phone: Phone) -> None:
    old = waiting(phone)
    assert phone.api.delete(f"{REJECTED}/{old['id']}").status_code == 204
    phone.one("create", "exercise", old["patch"]["exercise"], {"exercise_type": exercise_type()})
    again = phone.push(old)[0]
    assert (again["status"], again["replayed"], again["error"]["code"]) == ("rejected", True, "discarded")
    assert ("set", old["record_id"]) not in phone.records()


def test_discarding_one_that_waits_discards_its_group(phone: Phone) -> None:
    group = str(uuid4())
    one = phone.mutation("create", "set", str(uuid4()), {"exercise": str(uuid4())}, group=group)
    two = phone.mutation("create", "workout", str(uuid4()), {}, group=group)
    assert [r["status"] for r in phone.push(one, two)] == ["deferred", "deferred"]
    other = waiting(phone)
    phone.api.delete(f"{REJECTED}/{one['id']}")
    assert listed(phone.api) == [other["id"]]
    assert [r["error"]["code"] for r in phone.push(one, two)] == ["discarded", "discarded"]


def test_many_are_discarded_at_once(phone: Phone, bobs_phone: Phone) -> None:
    sent, theirs = [bad(phone)["id"] for _ in range(3)], bad(bobs_phone)["id"]
    body = {"mutation_ids": [*sent[:2], theirs, str(uuid4())]}
    assert phone.api.post(f"{REJECTED}/discard", body).json() == {"discarded": 2}
    assert (listed(phone.api), listed(bobs_phone.api)) == ([sent[2]], [theirs])
    for ids in ([], "x", [5], [str(uuid4())] * 501):
        assert phone.api.post(f"{REJECTED}/discard", {"mutation_ids": ids}).status_code == 400


def test_what_was_taken_is_neither_repaired_nor_discarded(phone: Phone) -> None:
    phone.create("workout")
    taken = Mutation.objects.get(status="applied").mutation_id
    for response in (phone.api.get(f"{REJECTED}/{taken}"), phone.api.delete(f"{REJECTED}/{taken}")):
        check_error(response, 404, "not_found")


def test_stranger_and_anonymous_get_at_nothing(phone: Phone, bobs_api: SchemaClient, anonymous: SchemaClient) -> None:
    old = bad(phone)
    for method in ("get", "delete"):
        check_error(getattr(bobs_api, method)(f"{REJECTED}/{old['id']}"), 404, "not_found")
        check_error(getattr(anonymous, method)(f"{REJECTED}/{old['id']}"), 401, "not_authenticated")
    assert listed(bobs_api) == []
    assert listed(phone.api) == [old["id"]]
