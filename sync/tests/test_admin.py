"""What support sees: everything of a user's sync, found by what a user can name, and never changed."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Device, Settings, User
from accounts.tests.factories import give_reason
from lib.tests.factories import make_user
from lib.wire import CATALOGUE
from sync.models import Conflict, LogEntry, LogRow, Mutation, MutationRow, Record, RecordRow
from sync.tests.devices import Phone
from sync.tests.test_resolving import decide, delete_conflict, field_conflict

pytestmark = pytest.mark.django_db(transaction=True)

ADMIN = "/admin/sync"
BIG = ["recordrow", "logrow", "mutationrow"]


@pytest.fixture
def admin(client: Client, charlie: User, alice: User, bob: User) -> Client:
    """Charlie's, who has said why he looks at what alice and bob log."""
    client.force_login(charlie)
    give_reason(charlie, alice, bob)
    return client


def rows(admin: Client, model: str, q: str = "", **query: str) -> list[Any]:
    page = admin.get(f"{ADMIN}/{model}/", {"q": q, **query})
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


def give_names(phone: Phone, tablet: Phone) -> None:
    for device, name in ((phone, "Phone"), (tablet, "Tablet")):
        Device.objects.filter(pk=device.id).update(name=name)


def test_rows_have_the_columns_of_their_tables() -> None:
    for shown, real in ((RecordRow, Record), (LogRow, LogEntry), (MutationRow, Mutation)):
        assert [f.column for f in shown._meta.concrete_fields] == [f.column for f in real._meta.concrete_fields]
        assert (shown._meta.db_table, shown._meta.managed) == (real._meta.db_table, False)


@pytest.mark.parametrize("model", BIG)
def test_big_table_is_listed_newest_first_and_searched(admin: Client, phone: Phone, model: str) -> None:
    phone.create("workout")
    phone.create("workout")
    found = rows(admin, model)
    assert len(found) >= 2
    column = {"mutationrow": "received_at"}.get(model, "version")
    assert found == sorted(found, key=lambda row: getattr(row, column), reverse=True)
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
    assert "set changed, version" in detail
    assert "conflict changed, version" in detail


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
    assert [str(m.mutation_id) for m in rows(admin, "mutationrow", status__exact="rejected")] == [refused["id"]]
    assert [m.status for m in rows(admin, "mutationrow", status__exact="applied")] == ["applied"]
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


def test_page_of_a_conflict_tells_what_stood_what_was_kept_and_what_lost(
    admin: Client, phone: Phone, tablet: Phone
) -> None:
    record, conflict, _ = field_conflict(phone, tablet)
    give_names(phone, tablet)
    row = Conflict.objects.get(pk=conflict)
    response = admin.get(f"{ADMIN}/conflict/{conflict}/change/")
    assert response.context["sentence"] == ("Phone wrote reps 6 over 5, and Tablet wrote 4. Kept: 4. Lost: 6.")
    page = response.content.decode()
    for named in (f"{ADMIN}/mutationrow/?q={row.winner_mutation}", f"{ADMIN}/mutationrow/?q={row.loser_mutation}"):
        assert named in page
    assert f"{ADMIN}/logrow/?q={record}" in page
    assert "set 1: 4 reps" in page  # where the record hangs, by its name
    assert "&quot;device_id&quot;" not in page  # no JSON
    (listed,) = rows(admin, "conflict")
    assert admin_of("conflict").told(listed) == "A device wrote reps 6 over 5, and a device wrote 4. Kept: 4. Lost: 6."


def test_conflict_that_a_file_brought_in_another_form_has_a_page_too(admin: Client, alice: User) -> None:
    conflict = Conflict.objects.create(user=alice, kind="field", entity="set", record_id=uuid4(), record_version=1)
    for fields in ([{"name": 1}], ["reps"], [{"name": "reps", "kept": {}, "lost": {}}]):
        Conflict.objects.filter(pk=conflict.pk).update(fields=fields)
        page = admin.get(f"{ADMIN}/conflict/{conflict.pk}/change/")
        assert "of no form that the server knows" in page.context["sentence"]
        assert "a set that is gone" in page.content.decode()


@pytest.mark.parametrize("unit", ["kg", "lb"])
def test_loads_of_a_conflict_are_in_the_athletes_unit(
    admin: Client, alice: User, phone: Phone, tablet: Phone, unit: str
) -> None:
    Settings.objects.filter(user=alice).update(weight_unit=unit)
    record = phone.create("set", {"exercise": phone.exercise(), "load_kg": "75.00"})
    base = phone.records()["set", record]["version"]
    phone.one("update", "set", record, {"load_kg": "80.00"}, base_version=base)
    tablet.one("update", "set", record, {"load_kg": "82.50"}, base_version=base)
    (conflict,) = Conflict.objects.all()
    said = admin.get(f"{ADMIN}/conflict/{conflict.pk}/change/").context["sentence"]
    kept = {"kg": "82.5 kg", "lb": "181.88 lb"}[unit]
    lost = {"kg": "80 kg over 75 kg", "lb": "176.37 lb over 165.35 lb"}[unit]
    assert f"wrote load {lost}, and" in said
    assert f"Kept: {kept}." in said


@pytest.mark.parametrize(
    ("deletion_wins", "end"), [(True, "It stays deleted. Lost: title “Push”."), (False, "It was kept.")]
)
def test_deletion_that_met_work_is_told(
    admin: Client, phone: Phone, tablet: Phone, *, deletion_wins: bool, end: str
) -> None:
    _, conflict, _ = delete_conflict(phone, tablet, deletion_wins=deletion_wins)
    give_names(phone, tablet)
    said = admin.get(f"{ADMIN}/conflict/{conflict}/change/").context["sentence"]
    assert said == f"Tablet deleted this workout, and Phone had worked on it. {end}"


def test_lists_say_what_happened_in_words(admin: Client, phone: Phone) -> None:
    record = phone.create("workout", {"title": "Legs"})
    version = phone.records()["workout", record]["version"]
    phone.one("update", "workout", record, {"title": "Push"}, base_version=version)
    mutation, line, row = (admin_of(name) for name in ("mutationrow", "logrow", "recordrow"))
    assert [mutation.what(m) for m in rows(admin, "mutationrow")] == ["update workout: title", "create workout: title"]
    lines = [found for found in rows(admin, "logrow") if str(found.record_id) == record]
    assert [(line.happened(found), line.content(found)) for found in lines] == [
        ("workout changed", "“Push”"),
        ("workout created", "“Legs”"),
    ]
    assert [row.content(found) for found in rows(admin, "recordrow", record)] == ["“Push”"]
    for model in BIG:
        shown = admin.get(f"{ADMIN}/{model}/").content.decode()
        texts = re.sub(r"<[^>]*>", " ", shown.partition('id="result_list"')[2].partition("</table>")[0])
        assert re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-", texts) == []


def test_refused_mutation_says_why_in_the_list(admin: Client, phone: Phone) -> None:
    phone.push(phone.mutation("create", "workout", str(uuid4()), {"status": "never"}))
    (found,) = rows(admin, "mutationrow", status__exact="rejected")
    assert "(invalid_choice)" in admin_of("mutationrow").reason(found)


def test_heads_of_users_to_whom_something_waits_are_found(
    admin: Client, phone: Phone, bobs_phone: Phone, alice: User
) -> None:
    bobs_phone.create("workout")
    phone.push(phone.mutation("create", "workout", str(uuid4()), {"status": "never"}))
    assert [head.pk for head in rows(admin, "head", waiting="yes")] == [alice.pk]
    assert len(rows(admin, "head")) >= 2


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
