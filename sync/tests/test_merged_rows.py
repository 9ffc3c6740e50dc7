"""Duplicates of the library become one, and suggestions part of it: what athletes wrote follows, and their devices get it."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from catalog.enums import Status
from catalog.exceptions import (
    MergeUndone,
    NotMergeable,
    PublishingNotAllowed,
    SlugTaken,
    SuggestedAlready,
    SuggestionAnswered,
)
from catalog.models import ExerciseType, Food, Merge, ProgramSlot, Suggestion
from catalog.services import editorial, merging, suggestions
from catalog.services.impact import impact_of
from catalog.tests.factories import make_canonical, make_food, make_program
from config.tests.contract import SchemaClient, check_error
from lib.row_rules import RowsRefused
from lib.tests.factories import as_id, make
from sync.tests.devices import Json, Phone
from sync.tests.test_catalogue_scope import catalogue
from training.models import Exercise, ExerciseAlias, Favourite, Goal, TemplateExercise

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def loser(db: None) -> ExerciseType:
    return make_canonical("press-on-bench", name="Press on bench", aliases=["Flat press"], names={"de": "Bankdrücken"})


@pytest.fixture
def winner(db: None) -> ExerciseType:
    return make_canonical("bench-press", names={"fr": "Développé couché"})


def merge(loser: Any, winner: Any, by: User) -> Merge:
    return merging.merge(loser=loser, winner=winner, by=by, at=timezone.now())


def types_of(phone: Phone, entity: str = "exercise") -> list[str]:
    found = [change["data"] for (name, _), change in sorted(phone.records().items()) if name == entity]
    return [data["exercise_type"] for data in found]


def pulled(phone: Phone, cursor: str) -> dict[tuple[str, str], Json]:
    changes, _ = phone.pull_all(cursor)
    return {(change["entity"], change["id"]): change for change in changes}


# --- merges ---


def test_merge_moves_what_athletes_wrote_to_their_devices(
    *, phone: Phone, tablet: Phone, bobs_phone: Phone, charlie: User, loser: ExerciseType, winner: ExerciseType
) -> None:
    exercise = phone.create("exercise", {"exercise_type": as_id(loser)})
    favourite = phone.create("favourite", {"exercise_type": as_id(loser)})
    other = phone.create("exercise", {"exercise_type": as_id(make_canonical("squat"))})
    bobs = bobs_phone.create("exercise", {"exercise_type": as_id(loser)})
    _, cursor = tablet.pull_all()
    made = merge(loser, winner, charlie)
    news = pulled(tablet, cursor)
    assert {key: change["data"]["exercise_type"] for key, change in news.items()} == {
        ("exercise", exercise): as_id(winner),
        ("favourite", favourite): as_id(winner),
    }
    assert types_of(bobs_phone) == [as_id(winner)]
    assert str(Exercise.objects.get(pk=other).exercise_type.slug) == "squat"
    assert (made.moved, made.athletes, Exercise.objects.get(pk=bobs).exercise_type) == (3, 2, winner)


def test_merge_joins_the_names_and_retires_the_loser(
    api: SchemaClient, charlie: User, loser: ExerciseType, winner: ExerciseType
) -> None:
    merge(loser, winner, charlie)
    winner.refresh_from_db()
    loser.refresh_from_db()
    assert winner.names == {"fr": "Développé couché", "de": "Bankdrücken"}
    assert winner.aliases == ["Press on bench", "Flat press"]
    assert (loser.status, loser.replaced_by) == (Status.RETIRED, winner)
    told = {change["id"]: change["data"] for change in catalogue(api)["changes"]}
    assert (told[as_id(loser)]["status"], told[as_id(loser)]["replaced_by"]) == ("retired", as_id(winner))
    assert told[as_id(winner)]["aliases"] == ["Press on bench", "Flat press"]


def test_every_reference_is_moved_and_programs_too(
    alice: User, charlie: User, loser: ExerciseType, winner: ExerciseType
) -> None:
    for model in (Exercise, TemplateExercise, ExerciseAlias, Favourite):
        make(model, alice, exercise_type=as_id(loser))
    make(Goal, alice, kind="one_rep_max", measurement_kind="", exercise_type=as_id(loser))
    program = make_program()
    ProgramSlot.objects.filter(day__program=program).update(exercise_type=loser)
    editorial.move(row=program, to="published", by=charlie, at=timezone.now())
    assert impact_of(loser).sentence() == (
        "Used by 1 athlete: 1 exercise, 1 template exercise, 1 exercise alias, 1 favourite, 1 goal. "
        "Named in the library by 1 program."
    )
    merge(loser, winner, charlie)
    assert not impact_of(loser).is_used
    assert impact_of(winner).athletes == 1
    assert set(ProgramSlot.objects.values_list("exercise_type__slug", flat=True)) == {"bench-press"}


def test_athlete_who_has_both_as_favourites_keeps_one(
    phone: Phone, charlie: User, loser: ExerciseType, winner: ExerciseType
) -> None:
    old = phone.create("favourite", {"exercise_type": as_id(loser)})
    kept = phone.create("favourite", {"exercise_type": as_id(winner)})
    made = merge(loser, winner, charlie)
    assert [key for key in phone.records() if key[0] == "favourite"] == [("favourite", kept)]
    assert merging.undo(merge=made, by=charlie, at=timezone.now()) == 1
    assert types_of(phone, "favourite") == [data["exercise_type"] for data in _favourites(old, kept)]


def _favourites(*keys: str) -> list[Json]:
    rows = Favourite.objects.live().filter(pk__in=keys).order_by("pk")
    assert rows.count() == len(keys)
    return [{"exercise_type": as_id(row.exercise_type)} for row in rows]


def test_undo_brings_all_back_but_what_came_later(
    phone: Phone, tablet: Phone, charlie: User, loser: ExerciseType, winner: ExerciseType
) -> None:
    moved, changed = (phone.create("exercise", {"exercise_type": as_id(loser)}) for _ in range(2))
    made = merge(loser, winner, charlie)
    later = phone.create("exercise", {"exercise_type": as_id(winner)})
    squat = make_canonical("squat")
    phone.one("update", "exercise", changed, {"exercise_type": as_id(squat)}, base_version=phone.pull()["version"])
    _, cursor = tablet.pull_all()
    assert merging.undo(merge=made, by=charlie, at=timezone.now()) == 1
    assert {key: change["data"]["exercise_type"] for key, change in pulled(tablet, cursor).items()} == {
        ("exercise", moved): as_id(loser)
    }
    assert Exercise.objects.get(pk=later).exercise_type == winner
    loser.refresh_from_db()
    winner.refresh_from_db()
    assert (loser.status, loser.replaced_by) == (Status.PUBLISHED, None)
    assert (winner.names, winner.aliases) == ({"fr": "Développé couché"}, [])
    with pytest.raises(MergeUndone):
        merging.undo(merge=made, by=charlie, at=timezone.now())


def test_phone_that_was_offline_follows_later(
    phone: Phone, charlie: User, loser: ExerciseType, winner: ExerciseType
) -> None:
    merge(loser, winner, charlie)
    phone.create("exercise", {"exercise_type": as_id(loser)})
    assert merging.follow_merges(at=timezone.now()) == 1
    assert types_of(phone) == [as_id(winner)]
    assert merging.follow_merges(at=timezone.now()) == 0
    assert Merge.objects.get().moved == 1


def test_brought_back_loser_is_followed_no_more(
    phone: Phone, charlie: User, loser: ExerciseType, winner: ExerciseType
) -> None:
    merge(loser, winner, charlie)
    editorial.move(row=loser, to="published", by=charlie, at=timezone.now())
    phone.create("exercise", {"exercise_type": as_id(loser)})
    assert merging.follow_merges(at=timezone.now()) == 0
    assert types_of(phone) == [as_id(loser)]


def test_merge_that_breaks_what_athletes_recorded_is_refused_whole(
    alice: User, charlie: User, loser: ExerciseType, winner: ExerciseType
) -> None:
    exercise = make(Exercise, alice, exercise_type=as_id(loser), metadata={"incline": 3})
    ExerciseType.objects.filter(pk=winner.pk).update(metadata_schema={"type": "object", "additionalProperties": False})
    with pytest.raises(RowsRefused):
        merge(loser, winner, charlie)
    exercise.refresh_from_db()
    loser.refresh_from_db()
    assert (exercise.exercise_type, loser.status, Merge.objects.count()) == (loser, Status.PUBLISHED, 0)


def test_only_two_live_rows_of_one_library_are_merged(
    alice: User, charlie: User, bob: User, loser: ExerciseType, winner: ExerciseType
) -> None:
    private = make(ExerciseType, alice)
    retired = make_canonical("old", status=Status.RETIRED)
    draft = make_canonical("new", status=Status.DRAFT)
    pairs = ((winner, winner), (loser, private), (private, winner), (loser, retired), (retired, winner), (loser, draft))
    for one, other in (*pairs, (loser, make_food()), (make_program(), make_program(slug="other"))):
        with pytest.raises(NotMergeable):
            merge(one, other, charlie)
    with pytest.raises(PublishingNotAllowed):
        merge(loser, winner, bob)


# --- the finder ---


def test_duplicates_are_found_by_names_aliases_and_slips(charlie: User) -> None:
    bench = make_canonical("bench-press", aliases=["Flat bench press"], names={"fr": "Développé couché"})
    slip = make_canonical("bench-pres", name="Bench pres")
    alias = make_canonical("flat-bench", name="Flat Bench-Press")
    french = make_canonical("developpe", name="Developpe couche")
    for n, name in enumerate(("Leg press", "Bench pull", "Squat")):
        make_canonical(f"other-{n}", name=name)
    make_canonical("retired", name="Bench press", status=Status.RETIRED)
    assert {pair.second for pair in merging.duplicates_of([bench])} == {slip, alias, french}
    assert [pair.second for pair in merging.duplicates_of([slip])][:1] == [bench]
    both = merging.duplicates_of([bench, slip])
    assert len([pair for pair in both if {pair.first, pair.second} == {bench, slip}]) == 1
    merging.keep_apart(first=slip, second=bench, by=charlie, at=timezone.now())
    assert slip not in {pair.second for pair in merging.duplicates_of([bench])}


def test_finder_takes_three_queries(django_assert_num_queries: Any) -> None:
    rows = [make_canonical(f"bench-{n}", name="Bench press") for n in range(4)]
    with django_assert_num_queries(5):  # a transaction (2): the threshold, the pairs; their rows
        assert len(merging.duplicates_of(rows)) == 6


# --- suggestions ---


def suggest(phone: Phone, row: Any, kind: str = "exercise-types", **body: Any) -> Json:
    answer = phone.api.post(f"/api/v1/{kind}/{row.pk}/suggest/", body)
    assert answer.status_code == 201, answer.content
    told: Json = answer.json()
    return told


def answer_to(told: Json) -> dict[str, Any]:
    return {"suggestion": Suggestion.objects.get(pk=told["id"]), "at": timezone.now()}


def test_suggestion_is_accepted_and_the_logs_follow(
    phone: Phone, tablet: Phone, alice: User, api: SchemaClient, charlie: User
) -> None:
    own = make(ExerciseType, alice, name="Towel curl", aliases=["Beach curl"])
    exercise = phone.create("exercise", {"exercise_type": as_id(own)})
    favourite = phone.create("favourite", {"exercise_type": as_id(own)})
    told = suggest(phone, own, message="We all do it.")
    assert (told["state"], told["kind"], told["row_id"], told["message"]) == (
        "pending", "exercise_type", as_id(own), "We all do it.",
    )  # fmt: skip
    _, cursor = tablet.pull_all()
    row = suggestions.accept(**answer_to(told), slug="towel-curl", publish=True, by=charlie, answer="Thank you!")
    news = pulled(tablet, cursor)
    assert news["exercise", exercise]["data"]["exercise_type"] == as_id(row)
    assert news["favourite", favourite]["data"]["exercise_type"] == as_id(row)
    assert news["exercise_type", as_id(own)]["deleted"]
    answer = news["suggestion", told["id"]]["data"]
    assert (answer["state"], answer["answer"], answer["library_id"]) == ("accepted", "Thank you!", as_id(row))
    assert api.get(f"/api/v1/exercise-types/{own.pk}/").json()["name"] == "Towel curl"  # still readable
    (published,) = [c["data"] for c in catalogue(api)["changes"] if c["id"] == as_id(row)]
    assert (published["name"], published["aliases"], published["slug"]) == ("Towel curl", ["Beach curl"], "towel-curl")
    (listed,) = api.get("/api/v1/suggestions/").json()["results"]
    assert (listed["id"], listed["state"]) == (told["id"], "accepted")


def test_suggestion_accepted_as_a_draft_is_followed_when_it_is_published(
    phone: Phone, alice: User, charlie: User
) -> None:
    own = make(ExerciseType, alice)
    phone.create("exercise", {"exercise_type": as_id(own)})
    row = suggestions.accept(**answer_to(suggest(phone, own)), slug="towel-curl", publish=False, by=charlie)
    assert types_of(phone) == [as_id(own)]
    editorial.move(row=row, to="published", by=charlie, at=timezone.now())
    assert types_of(phone) == [as_id(row)]
    own.refresh_from_db()
    assert own.deleted_at is not None


def test_suggestion_is_merged_into_what_the_library_has(phone: Phone, alice: User, charlie: User) -> None:
    own, row = make(ExerciseType, alice), make_canonical("towel-curl")
    phone.create("exercise", {"exercise_type": as_id(own)})
    told = suggest(phone, own)
    suggestions.merge_into(**answer_to(told), row=row, by=charlie)
    assert types_of(phone) == [as_id(row)]
    assert phone.records()["suggestion", told["id"]]["data"]["state"] == "merged"
    phone.create("exercise", {"exercise_type": as_id(row)})
    with pytest.raises(SuggestionAnswered):
        suggestions.decline(**answer_to(told), by=charlie, answer="No.")


def test_declined_suggestion_says_why_and_may_come_again(phone: Phone, alice: User, charlie: User) -> None:
    own = make(ExerciseType, alice)
    told = suggest(phone, own)
    suggestions.decline(**answer_to(told), by=charlie, answer="It is a biceps curl.")
    data = phone.records()["suggestion", told["id"]]["data"]
    assert (data["state"], data["answer"], data["library_id"]) == ("declined", "It is a biceps curl.", None)
    assert ("exercise_type", as_id(own)) in phone.records()
    assert suggest(phone, own)["id"] != told["id"]


def test_suggesting_twice_is_suggesting_once(phone: Phone, alice: User, charlie: User) -> None:
    own = make(Food, alice, name="Soup", nutrients={"protein": 3.5})
    told = suggest(phone, own, "foods")
    again = phone.api.post(f"/api/v1/foods/{own.pk}/suggest/", {"message": "Please!"})
    assert (again.status_code, again.json()) == (200, told)
    row = suggestions.accept(**answer_to(told), slug="soup", publish=True, by=charlie)
    assert (row.nutrients, row.source, row.user) == ({"protein": 3.5}, "suggestion", None)
    check_error(phone.api.post(f"/api/v1/foods/{own.pk}/suggest/", {}), 404, "not_found")
    Food.objects.filter(pk=own.pk).update(deleted_at=None)
    check_error(phone.api.post(f"/api/v1/foods/{own.pk}/suggest/", {}), 409, "suggested_already")
    with pytest.raises(SuggestedAlready):
        suggestions.suggest(row=own, user=alice, message="", at=timezone.now())


def test_row_of_a_stranger_is_not_suggested(bobs_api: SchemaClient, alice: User) -> None:
    own, canonical = make(ExerciseType, alice), make_canonical()
    for row in (own, canonical):
        check_error(bobs_api.post(f"/api/v1/exercise-types/{row.pk}/suggest/", {}), 404, "not_found")
    assert not Suggestion.objects.exists()
    assert bobs_api.get("/api/v1/suggestions/").json()["results"] == []


def test_answer_that_cannot_be_given_changes_nothing(phone: Phone, alice: User, bob: User, charlie: User) -> None:
    own, taken = make(ExerciseType, alice), make_canonical("towel-curl")
    told = suggest(phone, own)
    with pytest.raises(SlugTaken):
        suggestions.accept(**answer_to(told), slug="towel-curl", publish=True, by=charlie)
    with pytest.raises(PublishingNotAllowed):
        suggestions.accept(**answer_to(told), slug="new", publish=True, by=bob)
    ExerciseType.objects.filter(pk=taken.pk).update(status=Status.RETIRED)
    with pytest.raises(NotMergeable):
        suggestions.merge_into(**answer_to(told), row=taken, by=charlie)
    ExerciseType.objects.filter(pk=own.pk).tombstone()
    with pytest.raises(NotMergeable):
        suggestions.accept(**answer_to(told), slug="new", publish=True, by=charlie)
    assert Suggestion.objects.get().state == "pending"
    assert timezone.now() - Suggestion.objects.get().created_at < dt.timedelta(minutes=5)
