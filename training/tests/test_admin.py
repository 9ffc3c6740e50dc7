"""Support at work on users' rows: every write is captured for sync, and nothing a form can say is an error of the server."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin import site
from django.test import Client, RequestFactory

from accounts.models import User
from accounts.tests.factories import give_reason
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical
from lib.models import OwnedModel
from lib.row_rules import RowsRefused
from lib.tests.factories import make
from sync.models import LogEntry
from training.models import Exercise, Measurement, Set, Workout

START = "2026-03-01T10:00:00Z"


@pytest.fixture
def admin(client: Client, charlie: User, alice: User, bob: User) -> Client:
    """Charlie's, who has said why he looks at what alice and bob log."""
    client.force_login(charlie)
    give_reason(charlie, alice, bob)
    return client


def url_of(model: type[OwnedModel], page: str = "") -> str:
    return f"/admin/training/{model._meta.model_name}/{page}"


def form_values(page: Any) -> dict[str, Any]:
    """What a browser would send back if nobody touched the form, the hidden first values among it."""
    found: dict[str, Any] = {}
    for name, field in page.context["adminform"].form.fields.items():
        bound = page.context["adminform"].form[name]
        value = bound.value()
        widget = field.widget
        data = widget.decompress(value) if hasattr(widget, "decompress") else value
        if isinstance(data, list) and hasattr(widget, "widgets"):
            found |= {f"{name}_{n}": "" if part is None else str(part) for n, part in enumerate(data)}
        elif value is not None:
            found[name] = str(value)
        if field.show_hidden_initial:
            found[f"initial-{name}"] = "" if value is None else str(value)
    return found


def change(client: Client, row: OwnedModel, **values: Any) -> Any:
    url = url_of(type(row), f"{row.pk}/change/")
    return client.post(url, form_values(client.get(url)) | values)


def problems(page: Any) -> dict[str, Any]:
    assert page.status_code == 200, page.status_code
    found: dict[str, Any] = page.context["adminform"].form.errors
    return found


@pytest.mark.parametrize("model", [Workout, Exercise, Set, Measurement])
def test_untouched_form_changes_no_content(admin: Client, alice: User, model: type[OwnedModel]) -> None:
    row = make(model, alice)
    before = model._default_manager.values().get(pk=row.pk)
    logged = LogEntry.objects.count()
    page = change(admin, row)
    assert page.status_code == 302, problems(page)
    assert model._default_manager.values().get(pk=row.pk) | {"updated_at": None} == before | {"updated_at": None}
    assert LogEntry.objects.count() == logged


@pytest.mark.django_db(transaction=True)  # one transaction has one line in the log: the row was made in another
def test_change_is_written_alone_and_captured(admin: Client, alice: User) -> None:
    row = make(Workout, alice, title="Push day", notes="Felt strong.")
    page = change(admin, row, title="Pull day")
    assert page.status_code == 302, problems(page)
    row.refresh_from_db()
    assert (row.title, row.notes) == ("Pull day", "Felt strong.")
    assert LogEntry.objects.filter(record_id=row.pk).latest("version").source == "admin"


@pytest.mark.parametrize("model", [Workout, Exercise, Set, Measurement])
def test_id_and_owner_of_a_row_stay(admin: Client, alice: User, bob: User, model: type[OwnedModel]) -> None:
    row = make(model, alice)
    page = change(admin, row, user=str(bob.pk), id="cafe0000-0000-4000-8000-000000000000")
    assert page.status_code == 302, problems(page)
    assert model._default_manager.get(pk=row.pk).user == alice


@pytest.mark.parametrize(
    "values",
    [{"status": "planned", "started_at_0": "2026-03-01", "started_at_1": "10:00:00"}, {"status": "completed"},
     {"time_zone": "Mars/Olympus"}, {"status": "no-such"}],
)  # fmt: skip
def test_rule_that_a_form_breaks_is_shown_in_the_form(admin: Client, alice: User, values: dict[str, str]) -> None:
    row = make(Workout, alice)
    assert problems(change(admin, row, **values))
    row.refresh_from_db()
    assert (row.status, row.time_zone) == ("planned", "UTC")


def test_row_is_added_for_a_user(admin: Client, alice: User) -> None:
    add = url_of(Workout, "add/")
    page = admin.post(add, form_values(admin.get(add)) | {"user": str(alice.pk), "title": "Push day"})
    assert page.status_code == 302, problems(page)
    assert Workout.objects.get().user == alice


def test_reference_into_another_users_rows_is_shown_in_the_form(admin: Client, alice: User, bob: User) -> None:
    make_canonical()
    row, bobs = make(Exercise, alice), make(Workout, bob)
    assert list(problems(change(admin, row, workout=str(bobs.pk)))) == ["workout"]
    add = url_of(Set, "add/")
    values = form_values(admin.get(add)) | {"user": str(bob.pk), "exercise": str(row.pk)}
    assert list(problems(admin.post(add, values))) == ["exercise"]


def test_private_type_of_somebody_else_is_shown_in_the_form(admin: Client, alice: User, bob: User) -> None:
    row, bobs = make(Exercise, alice), make(ExerciseType, bob)
    assert list(problems(change(admin, row, exercise_type=str(bobs.pk)))) == ["exercise_type"]


def tree(user: User) -> Workout:
    workout = make(Workout, user)
    exercise = Exercise.objects.create(user=user, workout=workout, exercise_type=make_canonical(f"of-{user.pk}"[:60]))
    Set.objects.create(user=user, exercise=exercise)
    return workout


def live() -> tuple[int, int, int]:
    return Workout.objects.live().count(), Exercise.objects.live().count(), Set.objects.live().count()


def test_deleting_a_workout_leaves_tombstones_of_all_that_is_in_it(admin: Client, alice: User, bob: User) -> None:
    workout = tree(alice)
    tree(bob)
    assert admin.get(url_of(Workout, f"{workout.pk}/delete/")).status_code == 200
    assert admin.post(url_of(Workout, f"{workout.pk}/delete/"), {"post": "yes"}).status_code == 302
    assert live() == (1, 1, 1)
    assert (Workout.objects.count(), Exercise.objects.count(), Set.objects.count()) == (2, 2, 2)


def test_deleting_several_leaves_tombstones_too(admin: Client, alice: User, bob: User) -> None:
    chosen = [str(tree(user).pk) for user in (alice, bob)]
    page = admin.post(url_of(Workout), {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert page.status_code == 302
    assert live() == (0, 0, 0)
    assert (Workout.objects.count(), Exercise.objects.count(), Set.objects.count()) == (2, 2, 2)


@pytest.mark.parametrize("text", ["{id}", "alice@example.org", "push"])
def test_workout_is_found_by_id_user_and_title(admin: Client, alice: User, bob: User, text: str) -> None:
    row = make(Workout, alice, title="Push day")
    make(Workout, bob, title="Pull day")
    page = admin.get(url_of(Workout), {"q": text.format(id=row.pk)})
    assert list(page.context["cl"].result_list) == [row]


# --- metadata ---


def with_limit(maximum: float) -> dict[str, Any]:
    return {"type": "object", "properties": {"incline": {"type": "number", "maximum": maximum}}}


@pytest.fixture
def running(alice: User) -> Exercise:
    treadmill = make_canonical("treadmill-running", metadata_schema=with_limit(40))
    return make(Exercise, alice, exercise_type=treadmill.pk, metadata={"incline": 2})


def test_metadata_that_do_not_fit_are_shown_at_their_field(admin: Client, alice: User, running: Exercise) -> None:
    row = make(Set, alice, exercise=running.pk, metadata={"incline": 12})
    said = {"metadata": '{"incline": 41, "reps": -5}'}
    expected = [
        "reps: reps has a field of its own: write it there.",
        "incline: 41 is greater than the maximum of 40",
    ]
    for each in (row, running):
        assert problems(change(admin, each, **said)) == {"metadata": expected}
    new = {"user": alice.pk, "exercise": row.exercise_id, "kind": "working", "position": "0", **said}
    page = admin.post(url_of(Set, "add/"), form_values(admin.get(url_of(Set, "add/"))) | new)
    assert problems(page) == {"metadata": expected}
    assert change(admin, row, metadata='{"incline": 40}').status_code == 302
    assert Set.objects.get().metadata == {"incline": 40}


def test_type_that_does_not_allow_what_the_sets_say_is_refused(admin: Client, alice: User, running: Exercise) -> None:
    make(Set, alice, exercise=running.pk, metadata={"incline": 12})
    narrow = make_canonical("flat-running", metadata_schema=with_limit(10))
    (problem,) = problems(change(admin, running, exercise_type=narrow.pk))["exercise_type"]
    assert "the metadata of 1 set of this exercise" in problem


@pytest.mark.parametrize("text", ["", "null"])
def test_emptied_metadata_say_nothing(admin: Client, running: Exercise, text: str) -> None:
    page = change(admin, running, metadata=text)
    assert page.status_code == 302, problems(page)
    running.refresh_from_db()
    assert running.metadata == {}


def test_metadata_are_looked_at_again_under_the_lock(admin: Client, alice: User, running: Exercise) -> None:
    """What the form saw may have changed until it is saved."""
    row = make(Set, alice, exercise=running.pk)
    row.metadata = {"incline": 41}
    form: Any = SimpleNamespace(changed_data=["metadata"])
    request = RequestFactory().post("/")
    request.user = User.objects.get(email="charlie@example.org")
    with pytest.raises(RowsRefused) as caught:
        site.get_model_admin(Set).save_model(request, row, form, change=True)
    assert (caught.value.code, caught.value.attr) == ("metadata_invalid", "metadata.incline")
    row.refresh_from_db()
    assert row.metadata == {}


def test_curator_is_told_what_a_schema_would_break(admin: Client, alice: User, bob: User, running: Exercise) -> None:
    make(Set, alice, exercise=running.pk, metadata={"incline": 12})
    theirs = make(Exercise, bob, exercise_type=running.exercise_type_id)
    for incline in (13, 5):
        make(Set, bob, exercise=theirs.pk, metadata={"incline": incline, "secret": "12 percent"})
    url = f"/admin/catalog/exercisetype/{running.exercise_type_id}/change/"
    values = form_values(admin.get(url)) | {"equipment": [], "primary_muscles": [], "secondary_muscles": []}
    page = admin.post(url, values | {"metadata_schema-text": json.dumps(with_limit(10))})
    assert problems(page) == {
        "metadata_schema": [
            "This schema does not allow the metadata of 2 sets of 2 users: see properties/incline/maximum."
        ]
    }
    assert admin.post(url, values | {"metadata_schema-text": json.dumps(with_limit(15))}).status_code == 302
    assert ExerciseType.objects.get().metadata_schema == with_limit(15)
