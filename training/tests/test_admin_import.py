"""Staff import a file for a user: first it is tried, then it is taken."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.tests.factories import give_reason
from catalog.tests.factories import make_canonical
from lib.tests.factories import as_id, make_user
from training.models import Exercise, Set, Workout

URL = "/admin/training/workout/import-file/"
FITNOTES = "Date,Exercise,Category,Weight,Weight Unit,Reps,Distance,Distance Unit,Time,Comment\n"
TEXT = f"{FITNOTES}2026-03-01,Flachbank,Brust,80,kgs,5,,,,\n2026-03-01,Flachbank,Brust,heavy,kgs,5,,,,\n"


@pytest.fixture
def admin(client: Client, charlie: User, alice: User, bob: User) -> Client:
    """Charlie's, who has said why he looks at what alice and bob log."""
    client.force_login(charlie)
    give_reason(charlie, alice, bob)
    return client


def send(client: Client, text: str = TEXT, **values: Any) -> Any:
    file = SimpleUploadedFile("x.csv", text.encode())
    return client.post(URL, {"user": "alice@example.org", "file": file, **values})


def test_the_list_of_workouts_leads_to_the_page(admin: Client) -> None:
    assert URL in admin.get("/admin/training/workout/").content.decode()
    assert admin.get(URL).status_code == 200


def test_a_file_is_tried_before_it_is_taken(admin: Client, alice: User) -> None:
    tried = send(admin)
    nothing = Workout.objects.count()
    done = send(admin, tried=tried.context["form"].initial["tried"])
    page = tried.content.decode()

    assert (tried.status_code, nothing, tried.context["report"]["read"]["sets"]) == (200, 0, 1)
    assert "This is a file of fitnotes, with the new header." in page
    assert "line 3: weight &#x27;heavy&#x27; is not a number from 0" in page
    assert (done.status_code, done["Location"]) == (302, "/admin/training/workout/")
    assert [one.user for one in Set.objects.all()] == [alice]


@pytest.mark.parametrize("other", [{"weight_unit": "lb"}, {"take_file": "on"}, {"text": TEXT + "\n"}, {"tried": "x"}])
def test_what_was_not_tried_like_that_is_tried_first(admin: Client, alice: User, other: dict[str, str]) -> None:
    seal = send(admin).context["form"].initial["tried"]
    again = send(admin, **{"tried": seal, **other})

    assert (again.status_code, again.context["report"]["dry_run"], Workout.objects.count()) == (200, True, 0)


def test_a_name_is_corrected(admin: Client, alice: User) -> None:
    bench = make_canonical()
    matches = f"Flachbank = {as_id(bench)}\n\n"
    tried = send(admin, matches=matches)
    send(admin, matches=matches, tried=tried.context["form"].initial["tried"])

    assert [one["sure"] for one in tried.context["report"]["matches"]] == ["corrected"]
    assert Exercise.objects.get().exercise_type == bench


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"user": "nobody@example.org"}, "Nobody has this address."),
        ({"time_zone": "Mars/North"}, "is not an IANA time zone"),
        ({"matches": "Flachbank"}, "is not a name = an id"),
        ({"matches": "=00000000-0000-4000-8000-000000000000"}, "names nothing"),
    ],
)
def test_what_the_form_says_wrongly_is_told_in_it(admin: Client, alice: User, wrong: dict[str, str], said: str) -> None:
    page = send(admin, **wrong)

    assert (page.status_code, said in page.content.decode()) == (200, True)


def test_no_file_of_an_app_is_refused_in_words(admin: Client, alice: User) -> None:
    page = send(admin, "a,b\n1,2\n")

    assert (page.status_code, "no file of Strong" in page.content.decode()) == (400, True)


def test_who_may_not_add_workouts_may_not_import(client: Client, alice: User) -> None:
    assert client.get(URL).status_code == 302
    client.force_login(make_user("helper@example.org", is_staff=True))
    refused = send(client)

    assert (refused.status_code, Workout.objects.count()) == (403, 0)


def test_file_is_not_even_tried_without_a_reason(client: Client, charlie: User, alice: User) -> None:
    """The report tells what they log."""
    client.force_login(charlie)
    assert send(client).status_code == 403
    give_reason(charlie, alice)
    assert send(client).status_code == 200
