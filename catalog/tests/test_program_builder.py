"""The program builder's requests: what is drawn is what stands, and what is sent back is what stands then."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from catalog.models import ExerciseType, Program, ProgramDay, ProgramSet, ProgramSlot
from catalog.tests.factories import make_canonical, make_muscle, make_program
from lib.tests.factories import make
from sync.models import LogEntry

Tree = dict[str, Any]
QUERIES_OF_SAVING = 58


def url_of(program: Program) -> str:
    return f"/admin/catalog/program/{program.pk}/builder/"


def given(client: Client, program: Program) -> dict[str, Any]:
    page = client.get(url_of(program)).content.decode()
    text = page.partition('<script id="builder-given" type="application/json">')[2].partition("</script>")[0]
    found: dict[str, Any] = orjson.loads(text)
    return found


def tree_of(client: Client, program: Program) -> Tree:
    found: Tree = given(client, program)["tree"]
    return found


def save(client: Client, program: Program, tree: Any) -> Any:
    body = tree if isinstance(tree, (str, bytes)) else orjson.dumps(tree)
    return client.post(url_of(program), body, content_type="application/json")


def without_ids(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: without_ids(value) for name, value in node.items() if name not in ("id", "version")}
    return [without_ids(one) for one in node] if isinstance(node, list) else node


def test_untouched_program_is_written_back_and_nothing_changes(curator: Client) -> None:
    program = make_program()
    entries = LogEntry.objects.count()
    tree = tree_of(curator, program)
    answer = save(curator, program, tree)
    assert answer.status_code == 200, answer.json()
    assert answer.json()["tree"] == tree
    assert LogEntry.objects.count() == entries


def test_whole_program_is_built_from_nothing(curator: Client) -> None:
    squat = make_canonical("squat")
    program = Program.objects.create(user=None, slug="new", title="New", status="draft")
    tree = tree_of(curator, program)
    sets = [{"target_reps": 5, "target_load_kg": "100.00"}, {"target_reps": 5, "week": 2, "target_rpe": "8.0"}]
    rule = {"kind": "linear", "increment": {"value": 2.5, "unit": "kg"}}
    slot = {"exercise_type": str(squat.pk), "sets": sets, "progression": rule, "rest_s": 180}
    tree |= {
        "weeks": 4,
        "described_weeks": [{"number": 4, "kind": "deload"}],
        "days": [{"title": "Legs", "slots": [slot]}, {"week": 4, "title": "Easy legs", "slots": []}],
    }
    answer = save(curator, program, tree)
    assert answer.status_code == 200, answer.json()
    program.refresh_from_db()
    assert (program.weeks, program.status) == (4, "draft")
    assert list(ProgramDay.objects.order_by("position").values_list("title", "week")) == [
        ("Legs", None),
        ("Easy legs", 4),
    ]
    stands = ProgramSlot.objects.get()
    assert (stands.exercise_type, stands.progression, stands.rest_s) == (squat, rule, 180)
    assert list(ProgramSet.objects.order_by("position").values_list("week", "target_reps")) == [(None, 5), (2, 5)]
    assert answer.json()["tree"] == tree_of(curator, program)


def test_days_and_exercises_move_and_what_was_taken_out_is_gone(curator: Client) -> None:
    program = make_program()
    tree = tree_of(curator, program)
    first, second = tree["days"]
    moved = first["slots"].pop(0)
    second["slots"].insert(1, moved)
    gone = second["slots"].pop(0)
    tree["days"] = [second, first]
    answer = save(curator, program, tree)
    assert answer.status_code == 200, answer.json()
    days = ProgramDay.objects.live().order_by("position")
    assert [str(day.pk) for day in days] == [second["id"], first["id"]]
    assert str(ProgramSlot.objects.live().filter(day=days[0]).earliest("position").pk) == moved["id"]
    assert ProgramSlot.objects.get(pk=gone["id"]).deleted_at is not None
    assert not ProgramSet.objects.live().filter(slot=gone["id"]).exists()
    assert ProgramSet.objects.live().filter(slot=moved["id"]).count() == 3


def test_day_that_is_taken_out_takes_nothing_along_that_moved_away(curator: Client) -> None:
    program = make_program()
    tree = tree_of(curator, program)
    tree["days"][1]["slots"] += tree["days"].pop(0)["slots"]
    assert save(curator, program, tree).status_code == 200
    assert ProgramSlot.objects.live().count() == 4
    assert ProgramSet.objects.live().count() == 12


def test_copied_day_gets_rows_of_its_own(curator: Client) -> None:
    program = make_program(days=1)
    tree = tree_of(curator, program)
    tree["days"].append(without_ids(tree["days"][0]))
    tree["days"].append(tree["days"][0])  # with ids that are taken in this very tree
    answer = save(curator, program, tree)
    assert answer.status_code == 200, answer.json()
    days = answer.json()["tree"]["days"]
    assert without_ids(days[0]) == without_ids(days[1]) == without_ids(days[2])
    assert ProgramSet.objects.live().count() == 18


def test_page_of_a_program_leads_to_its_builder(curator: Client) -> None:
    program = make_program()
    page = curator.get(f"/admin/catalog/program/{program.pk}/change/").content.decode()
    link = f"/admin/catalog/program/{program.pk}/build/"
    assert f'href="{link}"' in page
    assert curator.get(link, follow=True).request["PATH_INFO"] == url_of(program)


def first_set(tree: Tree) -> dict[str, Any]:
    found: dict[str, Any] = tree["days"][0]["slots"][0]["sets"][0]
    return found


FAULTS: dict[str, tuple[Callable[[Tree], Any], str]] = {
    "reps in the wrong order": (
        lambda tree: first_set(tree).update(target_reps=8, target_max_reps=6),
        "days.0.slots.0.sets.0",
    ),
    "two ways of loading": (
        lambda tree: first_set(tree).update(target_load_kg="100", target_rpe="8"),
        "days.0.slots.0.sets.0",
    ),
    "too many reps": (lambda tree: first_set(tree).update(target_reps=99_999), "days.0.slots.0.sets.0.target_reps"),
    "no number": (lambda tree: first_set(tree).update(target_reps="many"), "days.0.slots.0.sets.0.target_reps"),
    "no kind of set": (lambda tree: first_set(tree).update(kind="giant"), "days.0.slots.0.sets.0.kind"),
    "a week too far": (lambda tree: first_set(tree).update(week=3), "days.0.slots.0.sets.0.week"),
    "a day in a week too far": (lambda tree: tree["days"][1].update(week=3), "days.1.week"),
    "weeks without end": (lambda tree: tree.update(weeks=105), "weeks"),
    "a week twice": (
        lambda tree: tree["described_weeks"].append({"number": 2}),
        "described_weeks.0.number",
    ),
    "no such progression": (
        lambda tree: tree["days"][0]["slots"][1].update(progression={"kind": "magic"}),
        "days.0.slots.1.progression",
    ),
    "no such exercise": (
        lambda tree: tree["days"][0]["slots"][0].update(exercise_type="cafe0000-0000-4000-8000-000000000000"),
        "days.0.slots.0.exercise_type",
    ),
    "an unknown name": (lambda tree: tree["days"][0].update(colour="red"), "days.0"),
    "too long a title": (lambda tree: tree["days"][0].update(title="x" * 201), "days.0.title"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_shown_at_its_place_and_nothing_is_written(curator: Client, name: str) -> None:
    program = make_program()
    tree = tree_of(curator, program)
    before = orjson.dumps(tree)
    spoil, path = FAULTS[name]
    tree["days"][1]["title"] = "Not written"
    spoil(tree)
    answer = save(curator, program, tree)
    assert answer.status_code == 400
    assert path in [fault["path"] for fault in answer.json()["faults"]]
    assert orjson.dumps(tree_of(curator, program)) == before


def test_private_exercise_is_not_built_in(curator: Client, alice: User) -> None:
    program = make_program()
    tree = tree_of(curator, program)
    tree["days"][0]["slots"][0]["exercise_type"] = str(make(ExerciseType, alice).pk)
    (fault,) = save(curator, program, tree).json()["faults"]
    assert fault["path"] == "days.0.slots.0.exercise_type"


@pytest.mark.parametrize("body", ["", "[]", "{", '{"version": "1"}', "null", "\xff"])
def test_garbage_is_refused(curator: Client, body: str) -> None:
    assert save(curator, make_program(), body).status_code == 400


def test_program_that_somebody_changed_meanwhile_is_not_written_over(curator: Client) -> None:
    program = make_program()
    tree = tree_of(curator, program)
    ProgramDay.objects.filter(program=program).update(title="Theirs")
    answer = save(curator, program, tree)
    assert answer.status_code == 409
    assert "Somebody else changed the program" in answer.json()["detail"]
    assert set(ProgramDay.objects.values_list("title", flat=True)) == {"Theirs"}


def test_published_program_stays(curator: Client) -> None:
    program = make_program(status="published")
    page = curator.get(url_of(program)).content.decode()
    assert "This is no draft" in page
    answer = save(curator, program, tree_of(curator, program))
    assert (answer.status_code, answer.json()["faults"]) == (409, [])


def test_program_of_a_user_is_nobodys_else(curator: Client, alice: User) -> None:
    program = make_program(alice)
    assert curator.get(url_of(program)).status_code == 404
    assert save(curator, program, {}).status_code == 404


def test_builder_is_for_those_who_may_change_programs(client: Client, alice: User, charlie: User) -> None:
    program = make_program()
    for user in (alice, charlie):
        user.is_superuser, user.is_staff = False, user is charlie
        user.save()
        client.force_login(user)
        assert client.get(url_of(program)).status_code in (302, 403)
        assert save(client, program, {}).status_code in (302, 403)
        assert client.get("/admin/catalog/program/exercises/?q=squat").status_code in (302, 403)


def test_exercises_are_found_by_words_with_their_muscles(curator: Client, alice: User) -> None:
    make_muscle("quads")
    row = make_canonical("squat", primary_muscles=["quads"], names={"de": "Kniebeuge"})
    make_canonical("squat-draft", status="draft")
    make(ExerciseType, alice, name="Squat of mine")
    for text in ("squ", "knieb"):
        found = curator.get("/admin/catalog/program/exercises/", {"q": text}).json()["found"]
        assert found == [{"id": str(row.pk), "name": "Squat", "primary": ["quads"], "secondary": []}]
    assert curator.get("/admin/catalog/program/exercises/", {"q": "uat\0"}).json() == {"found": []}


def test_text_of_a_program_cannot_leave_its_script(curator: Client) -> None:
    program = make_program(title="</script><b>")
    ProgramDay.objects.filter(program=program).update(title="</script><i>")
    page = curator.get(url_of(program)).content.decode()
    assert "<i>" not in page
    assert escape("</script><b>") in page


@pytest.mark.parametrize("days", [1, 10])
def test_saving_asks_as_much_however_large_the_program_is(
    curator: Client, days: int, django_assert_max_num_queries: Any
) -> None:
    program = make_program(days=days)
    tree = tree_of(curator, program)
    for day in tree["days"]:
        for slot in day["slots"]:
            for one in slot["sets"]:
                one["target_reps"] = 6
    # the session, the user, rights (2); the head's lock (4); the program; what was read (4); what stands (4), the types; what
    # each of two prescriptions breaks (5 each, in savepoints); what changed, in two parts; what is read back (5)
    with django_assert_max_num_queries(QUERIES_OF_SAVING):
        answer = save(curator, program, tree)
    assert answer.status_code == 200
    assert set(ProgramSet.objects.values_list("target_reps", flat=True)) == {6}
