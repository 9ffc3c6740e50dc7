"""The pages of the workflow: steps, versions, duplicates and suggestions, for those who may and those who may not."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog.enums import Status
from catalog.models import (
    DistinctPair,
    EditorialStep,
    ExerciseType,
    Merge,
    NutritionTemplate,
    Program,
    ProgramSlot,
    Suggestion,
)
from catalog.services import editorial, merging, suggestions, versions
from catalog.services.signing import authored
from catalog.tests.factories import make_canonical, make_program
from lib.tests.factories import make, make_user

TYPES = "/admin/catalog/exercisetype/"
PROGRAMS = "/admin/catalog/program/"
SUGGESTIONS = "/admin/catalog/suggestion/"
FORBIDDEN = {"publish_library", "publish_alone"}


def make_staff(name: str, *codenames: str) -> User:
    user = make_user(f"{name}@example.org", is_staff=True)
    found = Permission.objects.filter(content_type__app_label="catalog").exclude(codename__in=FORBIDDEN - {*codenames})
    user.user_permissions.set(found)
    return user


def client_for(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def carla(db: None) -> User:
    """A curator, who writes."""
    return make_staff("carla")


@pytest.fixture
def curator(carla: User) -> Client:
    return client_for(carla)


@pytest.fixture
def reviewer(db: None) -> Client:
    """Who publishes what others wrote."""
    return client_for(make_staff("rita", "publish_library"))


@pytest.fixture
def chief(db: None) -> Client:
    return client_for(make_staff("wanda", "publish_library", "publish_alone"))


def text_of(page: Any) -> str:
    assert page.status_code == 200, page.status_code
    text: str = page.content.decode()
    return text


def step(client: Client, row: Any, to: str, **values: str) -> Any:
    url = f"/admin/catalog/{row._meta.model_name}/{row.pk}/workflow/"
    return client.post(url, {"to": to, "note": "", **values}, follow=True)


# --- steps ---


def test_what_a_curator_makes_is_published_by_somebody_else(curator: Client, carla: User, reviewer: Client) -> None:
    values = {
        "name": "Towel Curl", "slug": "towel-curl", "names": "{}", "aliases": "[]", "media": "[]", "metadata_schema": "{}",
        "category": "strength", "mechanic": "none", "force": "none", "level": "beginner", "laterality": "bilateral",
        "load_convention": "total", "bodyweight_share": "0.00",
    }  # fmt: skip
    assert curator.post(f"{TYPES}add/", values).status_code == 302
    row = ExerciseType.objects.get()
    assert (row.status, EditorialStep.objects.get().by) == (Status.DRAFT, carla)
    page = step(curator, row, "in_review", note="Have a look.")
    assert "Towel Curl is in review." in text_of(page)
    assert "Have a look." in text_of(page)
    assert "Publish</option>" not in text_of(page)
    assert "Towel Curl is published." in text_of(step(reviewer, row, "published"))
    row.refresh_from_db()
    assert row.status == Status.PUBLISHED


def test_reviewer_who_wrote_it_is_told_why_not(reviewer: Client) -> None:
    row = make_canonical(status=Status.DRAFT)
    step(reviewer, row, "in_review")
    assert "You wrote this, so somebody else publishes it." in text_of(step(reviewer, row, "published"))
    row.refresh_from_db()
    assert row.status == Status.IN_REVIEW


def test_scheduling_wants_a_time_to_come(reviewer: Client) -> None:
    row = make_canonical(status=Status.DRAFT)
    assert "Say when it is to be published" in text_of(step(reviewer, row, "scheduled"))
    past = {"publish_at_0": "2020-01-01", "publish_at_1": "10:00"}
    assert "Say when it is to be published" in text_of(step(reviewer, row, "scheduled", **past))
    step(reviewer, row, "scheduled", publish_at_0="2099-01-01", publish_at_1="10:00")
    row.refresh_from_db()
    assert (row.status, str(row.publish_at)[:4]) == (Status.SCHEDULED, "2099")


def test_retiring_shows_who_would_notice_and_names_a_replacement(reviewer: Client, alice: User) -> None:
    row, newer = make_canonical("press-on-bench"), make_canonical()
    program = make_program()
    ProgramSlot.objects.filter(day__program=program).update(exercise_type=row)
    page = text_of(reviewer.get(f"{TYPES}{row.pk}/workflow/"))
    assert "Named in the library by 1 program." in page
    private = make(ExerciseType, alice)
    for other in (row, private):
        page = step(reviewer, row, "retired", replaced_by=str(other.pk))
        assert page.context["form"].errors.keys() == {"replaced_by"}
    step(reviewer, row, "retired", replaced_by=str(newer.pk))
    row.refresh_from_db()
    assert (row.status, row.replaced_by) == (Status.RETIRED, newer)


def test_part_of_a_published_program_is_only_read(curator: Client) -> None:
    program = make_program(status="published")
    day = program.days.get(title="Day 1")
    assert curator.post(f"/admin/catalog/programday/{day.pk}/change/", {"title": "x"}).status_code == 403


def test_many_rows_are_published_at_once_and_the_refused_say_why(reviewer: Client) -> None:
    fresh, done = make_canonical(status=Status.DRAFT), make_canonical("squat")
    chosen = {"action": "publish_many", "_selected_action": [str(fresh.pk), str(done.pk)]}
    page = text_of(reviewer.post(TYPES, chosen, follow=True))
    assert "1 of them is published now." in page
    assert "Squat: Squat is published: it cannot become published." in page
    fresh.refresh_from_db()
    assert fresh.status == Status.PUBLISHED


def test_curator_submits_many_and_publishes_none(curator: Client) -> None:
    rows = [make_canonical(f"thing-{n}", status=Status.DRAFT) for n in range(3)]
    chosen = [str(row.pk) for row in rows]
    page = text_of(curator.post(TYPES, {"action": "publish_many", "_selected_action": chosen}, follow=True))
    assert page.count("Ask somebody who may.") == 3
    page = text_of(curator.post(TYPES, {"action": "submit_many", "_selected_action": chosen}, follow=True))
    assert "3 of them are in review now." in page


def test_many_rows_get_tags_or_aliases(curator: Client, carla: User) -> None:
    rows = [make_canonical(f"thing-{n}", status=Status.DRAFT, aliases=["Old"]) for n in range(2)]
    chosen = {"action": "add_words", "_selected_action": [str(row.pk) for row in rows]}
    assert "These get new aliases: Thing 0, Thing 1." in text_of(curator.post(TYPES, chosen))
    page = text_of(curator.post(TYPES, {**chosen, "words": "Old\n Brand new \n"}, follow=True))
    assert "2 of them have new aliases." in page
    assert [row.aliases for row in ExerciseType.objects.all()] == [["Old", "Brand new"]] * 2
    assert editorial.authors_of(rows[0]) == {carla.pk}
    template = NutritionTemplate.objects.create(slug="vegan", name="Vegan", status=Status.DRAFT)
    url = "/admin/catalog/nutritiontemplate/"
    chosen = {"action": "add_words", "_selected_action": [str(template.pk)]}
    assert "high protein: " not in text_of(curator.post(url, {**chosen, "words": "plants"}, follow=True))
    template.refresh_from_db()
    assert template.tags == ["plants"]


def test_published_rows_get_no_words_from_who_may_not_change_them(curator: Client) -> None:
    row = make_canonical()
    chosen = {"action": "add_words", "_selected_action": [str(row.pk)], "words": "New"}
    assert "somebody who may publish alone changes it" in text_of(curator.post(TYPES, chosen, follow=True))
    row.refresh_from_db()
    assert row.aliases == []


# --- versions ---


@pytest.mark.django_db(transaction=True)
def test_versions_are_compared_and_rolled_back_to(chief: Client) -> None:
    row = make_canonical(instructions="1. Lie down.", status=Status.DRAFT)
    with authored(by=make_user("other@example.org"), source="admin", why="Clearer."):
        ExerciseType.objects.filter(pk=row.pk).update(instructions="1. Lie on the bench.")
    url = f"{TYPES}{row.pk}/versions/"
    page = text_of(chief.get(url))
    assert "Changed: instructions" in page
    assert "(Clearer.)" in page
    assert "other@example.org" in page
    left = versions.versions_of(row)[-1].until.isoformat()
    page = text_of(chief.get(url, {"left": left, "right": "now"}))
    assert "down.</del>" in page
    assert "on the bench.</ins>" in page
    assert "is as it was then." in text_of(chief.post(url, {"version": left, "note": "Shorter."}, follow=True))
    row.refresh_from_db()
    assert row.instructions == "1. Lie down."
    latest = versions.versions_of(row)[0]
    assert (latest.why, latest.name) == ("Shorter.", "wanda@example.org")


@pytest.mark.django_db(transaction=True)
def test_published_program_is_rolled_back_to_as_a_draft(reviewer: Client) -> None:
    program = make_program()
    left = versions.versions_of(program)[0].until.isoformat()
    Program.objects.filter(pk=program.pk).update(title="Base, again", status=Status.PUBLISHED)
    page = reviewer.post(f"{PROGRAMS}{program.pk}/versions/", {"version": left}, follow=True)
    made = Program.objects.get(version=2)
    assert (made.title, made.status) == ("Base", Status.DRAFT)
    assert page.redirect_chain[-1][0] == f"{PROGRAMS}{made.pk}/change/"


def test_version_that_is_none_is_refused(chief: Client, curator: Client) -> None:
    row = make_canonical()
    url = f"{TYPES}{row.pk}/versions/"
    for left in ("yesterday", "2026-01-01", "2001-01-01T00:00:00+00:00", "9999-99-99T00:00:00Z"):
        assert chief.get(url, {"left": left}).status_code == 400, left
        assert chief.post(url, {"version": left}).status_code == 400, left
    assert curator.post(url, {"version": timezone.now().isoformat()}).status_code == 403


# --- duplicates ---


def test_duplicates_are_compared_merged_and_separated_again(reviewer: Client) -> None:
    row, other = make_canonical(), make_canonical("bench-pres", name="Bench pres")
    url = f"{TYPES}{row.pk}/duplicates/"
    assert "Bench pres" in text_of(reviewer.get(url))
    assert "Bench pres" in text_of(reviewer.get(f"{TYPES}all-duplicates/"))
    page = text_of(reviewer.get(url, {"other": str(other.pk)}))
    assert "Nothing uses it." in page
    assert "Merge them" in page
    page = text_of(reviewer.post(url, {"other": str(other.pk), "keep": str(row.pk)}, follow=True))
    assert "Bench pres is merged into Bench Press: 0 rows of 0 athletes name it now." in page
    made = Merge.objects.get()
    assert (made.winner_id, made.loser_id) == (row.pk, other.pk)
    assert "Bench pres → Bench Press" in text_of(reviewer.get("/admin/catalog/merge/"))
    undo = f"/admin/catalog/merge/{made.pk}/undo/"
    assert "was merged into" in text_of(reviewer.get(undo))
    assert "Bench pres is what it was" in text_of(reviewer.post(undo, follow=True))
    other.refresh_from_db()
    assert (other.status, other.replaced_by) == (Status.PUBLISHED, None)
    assert "nothing to undo" in reviewer.post(undo).content.decode()


def test_two_things_are_kept_apart(curator: Client) -> None:
    row, other = make_canonical(), make_canonical("bench-pres", name="Bench pres")
    url = f"{TYPES}{row.pk}/duplicates/"
    assert "Merge them" not in text_of(curator.get(url, {"other": str(other.pk)}))
    page = text_of(curator.post(url, {"other": str(other.pk), "apart": "yes"}, follow=True))
    assert "Nothing is called almost the same." in page
    assert DistinctPair.objects.count() == 1
    assert curator.post(url, {"other": str(other.pk), "keep": str(row.pk)}).status_code == 403
    for key in ("", "x", str(make_program().pk)):
        assert curator.post(url, {"other": key, "apart": "yes"}).status_code == 404


# --- suggestions ---


def suggested(user: User, **values: Any) -> Suggestion:
    own = make(ExerciseType, user, name="Towel curl", **values)
    made, _ = suggestions.suggest(row=own, user=user, message="We all do it.", at=timezone.now())
    return made


def answer(client: Client, suggestion: Suggestion, **values: str) -> Any:
    return client.post(f"{SUGGESTIONS}{suggestion.pk}/answer/", values, follow=True)


def test_suggestion_is_shown_without_its_athlete_and_accepted(reviewer: Client, alice: User) -> None:
    suggestion = suggested(alice, aliases=["Beach curl"])
    make_canonical("towel-curls", name="Towel curls")
    page = text_of(reviewer.get(f"{SUGGESTIONS}{suggestion.pk}/answer/"))
    for words in ("We all do it.", "Beach curl", "Towel curls"):
        assert words in page
    assert "alice" not in page + text_of(reviewer.get(SUGGESTIONS)) + text_of(
        reviewer.get(f"{SUGGESTIONS}{suggestion.pk}/change/")
    )
    page = text_of(answer(reviewer, suggestion, decision="publish", slug="towel-curl", answer="Thank you!"))
    assert "Towel curl is answered." in page
    assert ExerciseType.objects.published().filter(slug="towel-curl").exists()


def test_suggestion_is_merged_or_declined(reviewer: Client, curator: Client, alice: User, bob: User) -> None:
    first, second, row = suggested(alice), suggested(bob), make_canonical()
    answer(reviewer, first, decision="merge", row=str(row.pk))
    answer(curator, second, decision="decline", answer="It is a curl.")
    assert [(s.state, s.library_id, s.answer) for s in Suggestion.objects.order_by("created_at")] == [
        ("merged", row.pk, ""),
        ("declined", None, "It is a curl."),
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"decision": "draft"}, "slug"),
        ({"decision": "draft", "slug": "Not A Slug"}, "slug"),
        ({"decision": "draft", "slug": "bench-press"}, "slug"),
        ({"decision": "merge"}, "row"),
        ({"decision": "decline"}, "answer"),
        ({"decision": "publish", "slug": "new"}, "decision"),
        ({"answer": "Hm."}, "decision"),
    ],
)
def test_answer_that_lacks_something_says_what(
    curator: Client, alice: User, values: dict[str, str], field: str
) -> None:
    make_canonical()
    suggestion = suggested(alice)
    page = answer(curator, suggestion, **values)
    assert list(page.context["form"].errors) == [field]
    assert Suggestion.objects.get().state == "pending"


def test_pages_of_private_rows_are_not_there(reviewer: Client, alice: User) -> None:
    own = make(ExerciseType, alice)
    for page in ("workflow", "versions", "duplicates"):
        assert reviewer.get(f"{TYPES}{own.pk}/{page}/").status_code == 404
        assert reviewer.get(f"{TYPES}nonsense/{page}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_workflow_page_takes_the_same_queries_however_much_there_is(
    reviewer: Client, count: int, django_assert_num_queries: Any
) -> None:
    row = make_canonical()
    for n in range(count):
        make_program(slug=f"program-{n}")
        merging.keep_apart(first=row, second=make_canonical(f"x-{n}"), by=None, at=timezone.now())
    reviewer.get(f"{TYPES}{row.pk}/workflow/")
    # the session, the user, their permissions (2), the row, its uses (8, one of them a specimen's), the athletes, its steps
    with django_assert_num_queries(15):
        reviewer.get(f"{TYPES}{row.pk}/workflow/")
