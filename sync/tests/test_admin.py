"""What support sees: everything of a user's sync, found by what a user can name, and never changed."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from lib.tests.factories import make_user
from lib.wire import CATALOGUE
from sync.models import Conflict, LogEntry, LogRow, Mutation, MutationRow, Record, RecordRow
from sync.tests.devices import Phone
from sync.tests.test_resolving import decide, field_conflict

pytestmark = pytest.mark.django_db(transaction=True)

ADMIN = "/admin/sync"
BIG = ["recordrow", "logrow", "mutationrow"]


@pytest.fixture
def admin(client: Client, charlie: User) -> Client:
    client.force_login(charlie)
    return client


def rows(admin: Client, model: str, q: str = "", **query: str) -> list[Any]:
    page = admin.get(f"{ADMIN}/{model}/", {"q": q, **query})
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


def test_rows_have_the_columns_of_their_tables() -> None:
    for shown, real in ((RecordRow, Record), (LogRow, LogEntry), (MutationRow, Mutation)):
        assert [f.column for f in shown._meta.concrete_fields] == [f.column for f in real._meta.concrete_fields]
        assert (shown._meta.db_table, shown._meta.managed) == (real._meta.db_table, False)


@pytest.mark.parametrize("model", BIG)
def test_big_table_is_listed_in_the_order_of_its_key_and_searched(admin: Client, phone: Phone, model: str) -> None:
    phone.create("workout")
    phone.create("workout")
    found = rows(admin, model)
    assert len(found) >= 2
    key = admin_of(model).key
    assert found == sorted(found, key=lambda row: [getattr(row, name) for name in key])
    for q in ("'", "%", "x" * 300, "nobody@example.org", str(uuid4()), "a@b " + str(uuid4())):
        assert rows(admin, model, q) == []


def test_mutation_is_found_with_what_came_of_it(admin: Client, phone: Phone, tablet: Phone) -> None:
    record, conflict, base = field_conflict(phone, tablet)
    sent = decide(phone, conflict, "use_lost", base_version=base)
    phone.push(sent)
    (mutation,) = rows(admin, "mutationrow", sent["id"])
    assert str(mutation.mutation_id) == sent["id"]
    assert [str(row.pk) for row in rows(admin, "conflict", sent["id"])] == [conflict]
    assert {str(line.record_id) for line in rows(admin, "logrow", sent["id"])} == {record, conflict}
    page = admin.get(f"{ADMIN}/mutationrow/", {"q": sent["id"]}).content.decode()
    assert 'name="q"' in page
    url = f"{ADMIN}/mutationrow/{mutation.user_id}.{sent['id']}/change/"
    assert url.replace(".", "_2E") in page or url in page
    detail = admin.get(url).content.decode()
    assert "&quot;use_lost&quot;" in detail
    assert f"{ADMIN}/conflict/{conflict}/change/" in detail
    assert f"U set {record}" in detail
    assert f"U conflict {conflict}" in detail


def test_search_finds_by_user_device_and_record(admin: Client, phone: Phone, tablet: Phone, bobs_phone: Phone) -> None:
    theirs = bobs_phone.create("workout")
    record = phone.create("workout")
    alice = Record.objects.get(id=record).user
    for q in ("alice@example.org", str(alice.pk), phone.id):
        assert {str(m.user_id) for m in rows(admin, "mutationrow", q)} == {str(alice.pk)}
        assert theirs not in {str(line.record_id) for line in rows(admin, "logrow", q)}
    assert rows(admin, "mutationrow", tablet.id) == []
    assert [str(r.id) for r in rows(admin, "recordrow", record)] == [record]
    assert [str(line.record_id) for line in rows(admin, "logrow", record)] == [record]
    assert rows(admin, "recordrow", f"bob@example.org {record}") == []
    assert {str(r.id) for r in rows(admin, "recordrow", "bob@example.org")} >= {theirs}


def test_same_mutation_id_of_two_users_is_two_lines(admin: Client, phone: Phone, bobs_phone: Phone) -> None:
    mutation_id = str(uuid4())
    for device in (phone, bobs_phone):
        device.one("create", "workout", str(uuid4()), id=mutation_id)
    found = rows(admin, "mutationrow", mutation_id)
    assert len(found) == 2
    shown = [admin.get(f"{ADMIN}/mutationrow/{m.user_id}.{mutation_id}/change/").content.decode() for m in found]
    assert ["alice@example.org" in text for text in shown] != ["bob@example.org" in text for text in shown]


def test_refused_payloads_are_filtered(admin: Client, phone: Phone) -> None:
    phone.create("workout")
    refused = phone.mutation("create", "workout", str(uuid4()), {"status": "<b>done</b>"})
    phone.push(refused)
    assert [str(m.mutation_id) for m in rows(admin, "mutationrow", refused="open")] == [refused["id"]]
    assert rows(admin, "mutationrow", refused="settled") == []
    assert rows(admin, "mutationrow", status__exact="applied") == []  # would read the whole table
    assert len(rows(admin, "mutationrow", "alice@example.org", status__exact="applied")) == 1
    (mutation,) = rows(admin, "mutationrow", "alice@example.org", refused="open")
    page = admin.get(f"{ADMIN}/mutationrow/{mutation.user_id}.{refused['id']}/change/").content.decode()
    assert "&lt;b&gt;done" in page
    assert "<b>done" not in page


def test_log_line_shows_what_it_wrote_and_found(admin: Client, phone: Phone) -> None:
    record = phone.create("workout", {"title": "Legs"})
    version = phone.records()["workout", record]["version"]
    phone.one("update", "workout", record, {"title": "Push"}, base_version=version)
    line = LogEntry.objects.get(record_id=record, op="U")
    url = f"{ADMIN}/logrow/{line.entity}.{line.record_id}.{line.version}.{line.n}/change/"
    page = admin.get(url).content.decode()
    assert "Push" in page
    assert "Legs" in page
    assert f"q={line.mutation_id}" in page


@pytest.mark.parametrize("key", ["x", "1.2.3.4", "{user}.{user}", "a.b.c.d", "999999.{user}", "1.x.1.1", "."])
@pytest.mark.parametrize("model", BIG)
def test_row_that_is_not_there_leads_back(admin: Client, alice: User, model: str, key: str) -> None:
    assert admin.get(f"{ADMIN}/{model}/{key.format(user=alice.pk)}/change/").status_code in (302, 404)


def test_users_page_leads_to_everything(admin: Client, phone: Phone, alice: User) -> None:
    phone.create("workout")
    page = admin.get(f"{ADMIN}/head/{alice.pk}/change/").content.decode()
    for model in ("accounts/device", "sync/devicestate", "sync/recordrow", "sync/logrow", "sync/mutationrow"):
        assert f"/admin/{model}/?q=" in page


def test_conflict_links_to_its_mutations_and_log(admin: Client, phone: Phone, tablet: Phone) -> None:
    record, conflict, _ = field_conflict(phone, tablet)
    row = Conflict.objects.get(pk=conflict)
    page = admin.get(f"{ADMIN}/conflict/{conflict}/change/").content.decode()
    assert f"{ADMIN}/mutationrow/?q={row.winner_mutation}" in page
    assert f"{ADMIN}/mutationrow/?q={row.loser_mutation}" in page
    assert f"{ADMIN}/logrow/?q={record}" in page


@pytest.mark.parametrize("model", [*BIG, "head", "devicestate", "conflict"])
def test_nothing_is_changed_here(admin: Client, phone: Phone, tablet: Phone, model: str) -> None:
    field_conflict(phone, tablet)
    before = json.dumps(list(Mutation.objects.values_list("mutation_id", "payload", "status")), default=str)
    assert admin.get(f"{ADMIN}/{model}/add/").status_code == 403
    for row in rows(admin, model, "alice@example.org"):
        key = ".".join(str(getattr(row, name)) for name in getattr(admin_of(model), "key", ("pk",)))
        assert admin.get(f"{ADMIN}/{model}/{key}/change/").status_code == 200
        assert admin.post(f"{ADMIN}/{model}/{key}/change/", {"payload": "x"}).status_code == 403
        assert admin.post(f"{ADMIN}/{model}/{key}/delete/", {"post": "yes"}).status_code == 403
    assert json.dumps(list(Mutation.objects.values_list("mutation_id", "payload", "status")), default=str) == before


def admin_of(model: str) -> Any:
    return site.get_model_admin(apps.get_model("sync", model))


@pytest.mark.parametrize("model", [*BIG, "conflict", "devicestate"])
def test_list_asks_as_much_for_many_as_for_one(admin: Client, phone: Phone, tablet: Phone, model: str) -> None:
    field_conflict(phone, tablet)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            rows(admin, model, "alice@example.org")
        counts.append(len(asked))
        for _ in range(3):
            field_conflict(phone, tablet)
    assert counts[0] == counts[1]
    assert not [q["sql"] for q in asked if "COUNT(" in q["sql"] and "LIMIT" not in q["sql"]]


def test_library_is_shown_as_nobodys(admin: Client, phone: Phone) -> None:
    phone.exercise()
    found = rows(admin, "recordrow", str(CATALOGUE))
    assert {row.user for row in found} == {None}
    assert len(found) >= 1


def test_deleting_a_user_passes_the_rows_by(phone: Phone) -> None:
    eve = make_user("eve@example.org")
    phone.create("workout")
    eve.delete()
    assert Mutation.objects.count() == 1
