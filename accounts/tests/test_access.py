"""What athletes log is shown to nobody without a reason; the reason and the pages stand in a trail that they can read."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.admin.guarded import GuardedAdmin
from accounts.models import AuditEntry, User
from accounts.services.access import OPEN_FOR, note_pages, open_access
from accounts.services.roles import give_permissions
from accounts.tests.factories import give_reason
from catalog.models import Suggestion
from config.tests.contract import SchemaClient, check_error
from lib.models import OwnedModel
from lib.shared import SharedModel
from lib.tests.factories import make, make_user
from sync.models import Conflict, Import, Mutation, Snapshot
from training.models import Workout

WORKOUTS = "/admin/training/workout/"
TRAIL = "/api/v1/account/access/"
WHY = "Ticket 12: a workout is missing."


@pytest.fixture
def sue(db: None) -> User:
    """Of support."""
    give_permissions()
    user = make_user("sue@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name="support"))
    return user


@pytest.fixture
def support(client: Client, sue: User) -> Client:
    client.force_login(sue)
    return client


def reason_url(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/reason/"


def page_of(workout: Workout, page: str = "change") -> str:
    return f"{WORKOUTS}{workout.pk}/{page}/"


def is_asked(response: Any, user: User) -> bool:
    return bool(response.status_code == 302 and response["Location"].startswith(reason_url(user)))


def trail(user: User) -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(subject=user).order_by("id").values_list("kind", "what"))


# --- being asked ---


def guarded() -> list[Any]:
    return [found for found in admin.site._registry.values() if isinstance(found, GuardedAdmin)]


def test_every_admin_of_what_athletes_log_is_guarded() -> None:
    """What users keep in the library for themselves the library's admin does not show."""
    owned = {m for m in admin.site._registry if issubclass(m, OwnedModel) and not issubclass(m, SharedModel)}
    owned.remove(Suggestion)  # its athlete offers it to the library, and its page does not say who that is
    synced = {apps.get_model("sync", name) for name in ("RecordRow", "LogRow", "MutationRow", "Snapshot", "Import")}
    specimens = {m for m in admin.site._registry if m._meta.app_label == "specimens"}
    assert {found.model for found in guarded()} - specimens == (owned | synced) - specimens
    assert len(owned) > 15


def rows_of(user: User) -> list[tuple[str, Any]]:
    """(the admin's address, a row) of each kind that has an admin of its own making."""
    now = timezone.now()
    mutation = Mutation.objects.create(
        user=user, mutation_id=uuid4(), device_id=uuid4(), seq=1, payload_sha256=b"", payload="{}", status="rejected",
        result="", received_at=now,
    )  # fmt: skip
    kept = Snapshot.objects.create(user=user, kind="named", name="before", created_at=now, sha256="")
    taken = Import.objects.create(user=user, mode="merge", plan="merge", state="done", created_at=now)
    workout = make(Workout, user, title="Rehab")
    return [
        ("training/workout", workout.pk),
        ("sync/conflict", make(Conflict, user).pk),
        ("sync/mutationrow", f"{user.pk}.{mutation.mutation_id}"),
        ("sync/recordrow", f"30.{workout.pk}"),
        ("sync/logrow", f"30.{workout.pk}.1.0"),
        ("sync/snapshot", kept.pk),
        ("sync/import", taken.pk),
        ("accounts/settings", user.pk),
    ]


def test_nothing_is_shown_without_a_reason(support: Client, alice: User) -> None:
    for path, key in rows_of(alice):
        page = support.get(f"/admin/{path}/")
        assert (page.status_code, list(page.context["cl"].result_list)) == (200, []), path
        if path not in ("sync/logrow", "accounts/settings"):
            for each in ("change", "history"):
                assert is_asked(support.get(f"/admin/{path}/{key}/{each}/"), alice), (path, each)
    assert trail(alice) == []


@pytest.mark.parametrize("searched", ["email", "user", "row", "filter"])
def test_search_for_an_athlete_asks(support: Client, alice: User, searched: str) -> None:
    workout = make(Workout, alice)
    query = {
        "email": {"q": "Alice@example.org push"},
        "user": {"q": str(alice.pk)},
        "row": {"q": str(workout.pk)},
        "filter": {"user__id__exact": str(alice.pk)},
    }[searched]
    assert is_asked(support.get(WORKOUTS, query), alice)


@pytest.mark.parametrize(
    "text", ["nobody@example.org", "cafe0000-0000-4000-8000-000000000000", "x", "a@b \0 c", "@", "-" * 500]
)
def test_search_for_nobody_asks_nothing(support: Client, alice: User, text: str) -> None:
    assert support.get(WORKOUTS, {"q": text}).status_code == 200
    assert support.get(WORKOUTS, {"user__id__exact": text}).status_code in (200, 302)


def test_reason_leads_back_to_the_page(support: Client, sue: User, alice: User) -> None:
    workout = make(Workout, alice, title="Rehab")
    asked = support.get(page_of(workout))
    assert support.get(asked["Location"]).status_code == 200
    given = support.post(asked["Location"], {"reason": f"  {WHY}\n"})
    assert (given.status_code, given["Location"]) == (302, page_of(workout))
    assert "Rehab" in support.get(page_of(workout)).content.decode()
    (opened, seen) = AuditEntry.objects.order_by("id")
    assert (opened.kind, opened.reason, opened.role, opened.actor, opened.subject) == (
        "access_opened", WHY, "support", sue, alice,
    )  # fmt: skip
    assert opened.expires_at == opened.at + OPEN_FOR
    assert (seen.kind, seen.what, seen.role, seen.actor) == ("page_seen", f"workout {workout.pk}", "support", sue)


@pytest.mark.parametrize("reason", ["", "   ", "help", "x" * 501])
def test_reason_that_says_nothing_opens_nothing(support: Client, alice: User, reason: str) -> None:
    assert support.post(reason_url(alice), {"reason": reason}).status_code == 200
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example/admin/", "/api/docs/", "javascript:x"])
def test_reason_leads_nowhere_else(support: Client, alice: User, elsewhere: str) -> None:
    given = support.post(f"{reason_url(alice)}?next={elsewhere}", {"reason": WHY})
    assert given["Location"] == f"/admin/accounts/user/{alice.pk}/change/"


def test_reason_for_nobody_is_not_taken(support: Client) -> None:
    assert support.get(f"/admin/accounts/user/{uuid4()}/reason/").status_code == 404


def test_access_is_for_one_athlete_one_person_and_an_hour(support: Client, sue: User, alice: User, bob: User) -> None:
    hers, his = make(Workout, alice), make(Workout, bob)
    give_reason(sue, alice)
    assert support.get(page_of(hers)).status_code == 200
    assert is_asked(support.get(page_of(his)), bob)
    assert list(support.get(WORKOUTS).context["cl"].result_list) == [hers]
    other = make_user("root@example.org", is_staff=True, is_superuser=True)
    elsewhere = Client()
    elsewhere.force_login(other)
    assert is_asked(elsewhere.get(page_of(hers)), alice)  # a superuser's too


def test_access_ends(support: Client, sue: User, alice: User) -> None:
    workout = make(Workout, alice)
    open_access(actor=sue, subject=alice, reason=WHY, at=timezone.now() - OPEN_FOR - dt.timedelta(seconds=1))
    assert is_asked(support.get(page_of(workout)), alice)
    assert list(support.get(WORKOUTS).context["cl"].result_list) == []


def test_nothing_is_written_without_a_reason(client: Client, charlie: User, alice: User) -> None:
    workout = make(Workout, alice, title="Rehab")
    client.force_login(charlie)
    assert is_asked(client.post(page_of(workout), {"title": "mine"}), alice)
    assert is_asked(client.post(page_of(workout, "delete"), {"post": "yes"}), alice)
    client.post(WORKOUTS, {"action": "delete_selected", "_selected_action": [str(workout.pk)], "post": "yes"})
    values = {"id": str(uuid4()), "user": str(alice.pk), "title": "new", "status": "planned", "time_zone": "UTC"}
    refused = client.post(f"{WORKOUTS}add/", values)
    assert (refused.status_code, "say on the user" in refused.content.decode()) == (403, True)
    assert list(Workout.objects.live().values_list("title", flat=True)) == ["Rehab"]


def test_form_does_not_name_a_row_of_somebody_who_is_closed(
    client: Client, charlie: User, alice: User, bob: User
) -> None:
    """By its id alone, in the box beside which a form says what the id stands for."""
    his, hers = make(Workout, bob, title="Rehab"), make(Workout, alice, title="Push day")
    give_reason(charlie, alice)
    client.force_login(charlie)
    shown = [
        client.post("/admin/training/exercise/add/", {"workout": str(workout.pk)}).content.decode()
        for workout in (his, hers)
    ]
    assert ["Rehab" in shown[0], "Push day" in shown[1]] == [False, True]
    assert client.post("/admin/training/exercise/add/", {"workout": "no id"}).status_code == 200


def test_page_of_the_user_leads_to_what_they_log_only_after_the_reason(support: Client, sue: User, alice: User) -> None:
    make(Workout, alice)
    url = f"/admin/accounts/user/{alice.pk}/change/"
    before = {line.label: line.count for line in support.get(url).context["theirs"]}
    assert {"Devices", "Sessions", "Heads"} <= set(before)
    assert "Workouts" not in before
    assert trail(alice) == []
    give_reason(sue, alice)
    page = support.get(url)
    after = {line.label: line.count for line in page.context["theirs"]}
    assert (after["Workouts"], after["Exercises"], after["Refused and waiting"], after["Open conflicts"]) == (
        1,
        0,
        0,
        0,
    )
    assert {"Records", "Log lines", "Mutations", "Conflicts", "Snapshots", "Settings"} <= set(after)
    assert f"/admin/training/workout/?user__id__exact={alice.pk}" in page.content.decode()
    assert trail(alice)[-1] == ("page_seen", "overview")
    for line in page.context["theirs"]:
        listed = support.get(line.url)
        assert (listed.status_code, len(listed.context["cl"].result_list)) == (200, line.count), line.url


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_the_user_asks_the_same_however_much_is_theirs(
    support: Client, sue: User, alice: User, count: int, django_assert_num_queries: Any
) -> None:
    give_reason(sue, alice)
    for _ in range(count):
        make(Workout, alice)
    url = f"/admin/accounts/user/{alice.pk}/change/"
    support.get(url)
    # the log-in; who asks; whose page it is; what who asks may do, by themselves and by groups; what is open; the trail; all
    # counts; the user's groups
    with django_assert_num_queries(9):
        support.get(url)


def test_access_for_a_list_is_noted_for_each_athlete_on_it(support: Client, sue: User, alice: User, bob: User) -> None:
    give_reason(sue, alice, bob, make_user("eve@example.org"))
    make(Workout, alice)
    make(Workout, alice)
    make(Workout, bob)
    support.get(WORKOUTS)
    seen = AuditEntry.objects.filter(kind="page_seen").order_by("subject__email")
    assert [(entry.subject, entry.what) for entry in seen] == [(alice, "list of workouts"), (bob, "list of workouts")]


# --- the trail ---


def test_athlete_reads_who_looked(api: SchemaClient, sue: User, alice: User, bob: User) -> None:
    at = timezone.now().replace(microsecond=0)
    hers = open_access(actor=sue, subject=alice, reason=WHY, at=at)
    note_pages(accesses=[hers], what="workout 1", at=at + dt.timedelta(seconds=5))
    open_access(actor=sue, subject=bob, reason="Something of bob's.", at=at)
    seen, opened = api.get(TRAIL).json()["results"]
    assert opened == {
        "id": hers.pk,
        "kind": "access_opened",
        "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "actor": str(sue.pk),
        "role": "support",
        "what": "",
        "reason": WHY,
        "expires_at": (at + OPEN_FOR).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    assert (seen["kind"], seen["what"], seen["reason"], seen["expires_at"]) == ("page_seen", "workout 1", "", None)


def test_trail_is_read_only(api: SchemaClient, sue: User, alice: User) -> None:
    give_reason(sue, alice)
    for method in ("post", "patch", "delete"):
        check_error(getattr(api, method)(TRAIL, {}), 405, "method_not_allowed")


@pytest.mark.parametrize("count", [1, 3])
def test_trail_takes_two_queries(
    api: SchemaClient, sue: User, alice: User, count: int, django_assert_num_queries: Any
) -> None:
    give_reason(sue, *[alice] * count)
    with django_assert_num_queries(2):  # the log-in; the page
        assert len(api.get(TRAIL).json()["results"]) == count


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET reason = 'none'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
    ],
)
def test_database_refuses_to_change_the_trail(sue: User, alice: User, statement: str) -> None:
    give_reason(sue, alice)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 1


def test_trail_outlives_whoever_it_names(sue: User, alice: User) -> None:
    give_reason(sue, alice)
    names = sue.pk, alice.pk
    sue.delete()
    alice.delete()
    assert list(AuditEntry.objects.values_list("actor_id", "subject_id")) == [names]


@pytest.mark.parametrize("missing", ["reason", "actor", "subject", "expires_at"])
def test_access_without_a_reason_an_end_or_a_person_is_refused(sue: User, alice: User, missing: str) -> None:
    values = {"kind": "access_opened", "actor": sue, "subject": alice, "reason": WHY, "at": timezone.now()}
    values |= {"expires_at": timezone.now(), missing: "" if missing == "reason" else None}
    with pytest.raises(IntegrityError, match="accounts_auditentry_access_has_reason"), transaction.atomic():
        AuditEntry.objects.create(**values)


def test_operator_sees_the_trail_and_whoever_is_gone_in_it(
    client: Client, charlie: User, sue: User, alice: User
) -> None:
    give_reason(sue, alice)
    alice.delete()
    client.force_login(charlie)
    page = client.get("/admin/accounts/auditentry/")
    assert len(page.context["cl"].result_list) == 1
    assert "They asked for help." in page.content.decode()
