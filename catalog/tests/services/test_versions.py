"""Former states of rows and trees, and the way back to them."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from catalog.admin.comparing import sections_of
from catalog.enums import Status
from catalog.exceptions import VersionUnknown
from catalog.models import ExerciseType, Program, ProgramSet, Supplement, SupplementInteraction
from catalog.services import versions
from catalog.services.signing import authored
from catalog.tests.factories import make_canonical, make_program
from lib.row_rules import RowsRefused
from lib.tests.factories import as_id, make, make_user
from lib.wire import entities_by_name

pytestmark = pytest.mark.django_db(transaction=True)  # versions are told apart by the times of their transactions


@pytest.fixture
def curator() -> User:
    return make_user("carla@example.org", is_staff=True, is_superuser=True)


def change(row: Any, by: User, why: str = "", **values: Any) -> None:
    with authored(by=by, source="admin", why=why):
        type(row).objects.filter(pk=row.pk).update(**values)
    row.refresh_from_db()


def back(row: Any, to: dt.datetime, by: User) -> Any:
    made = versions.roll_back(row=row, version=to, by=by, at=timezone.now())
    made.refresh_from_db()
    return made


def test_versions_say_who_changed_what_and_why(curator: User) -> None:
    row = make_canonical(name="Bench Press")
    change(row, curator, why="Two words.", name="Bench press")
    change(row, curator, aliases=["Flat bench"], instructions="1. Lie down.")
    found = versions.versions_of(row)
    assert [(v.by, v.why, v.changed) for v in found] == [
        (curator.pk, "", {"aliases", "instructions"}),
        (curator.pk, "Two words.", {"name"}),
        (None, "", set()),
    ]
    assert found[0].name == str(curator)
    assert [versions.content_at(row, v.until)[ExerciseType][row.pk]["name"] for v in found] == [
        "Bench press", "Bench press", "Bench Press",
    ]  # fmt: skip


def test_type_is_rolled_back_as_a_new_version(curator: User) -> None:
    row = make_canonical(aliases=["Flat bench"])
    first = versions.versions_of(row)[-1].until
    change(row, curator, name="Something else", aliases=[], status=Status.RETIRED)
    assert back(row, first, curator).pk == row.pk
    row.refresh_from_db()
    assert (row.name, row.aliases) == ("Bench Press", ["Flat bench"])
    assert row.status == Status.RETIRED  # the workflow keeps that
    assert len(versions.versions_of(row)) == 3


def test_tree_comes_back_with_its_parts(curator: User) -> None:
    row = Supplement.objects.create(slug="zinc", name="Zinc")
    changed, deleted, gone = (
        SupplementInteraction.objects.create(supplement=row, with_kind="nutrient", with_name=name, position=n)
        for n, name in enumerate(("Copper", "Iron", "Calcium"))
    )
    then = versions.versions_of(row)[0].until
    change(changed, curator, severity="serious")
    with authored(by=curator, source="admin"):
        SupplementInteraction.objects.filter(pk=deleted.pk).tombstone()
    with authored(by=curator, source="admin"):
        SupplementInteraction.objects.filter(pk=gone.pk).delete()
    new = SupplementInteraction.objects.create(supplement=row, with_kind="test", with_name="Blood", position=4)
    back(row, then, curator)
    live = SupplementInteraction.objects.live().order_by("position").values_list("with_name", "severity")
    assert list(live) == [("Copper", "caution"), ("Iron", "caution"), ("Calcium", "caution")]
    new.refresh_from_db()
    assert new.deleted_at is not None


def test_two_versions_are_compared_part_by_part_and_word_by_word(curator: User) -> None:
    row = Supplement.objects.create(slug="zinc", name="Zinc", summary="It helps the immune system.")
    part = SupplementInteraction.objects.create(supplement=row, with_kind="nutrient", with_name="Copper")
    then = versions.versions_of(row)[0].until
    change(row, curator, summary="It helps nobody.")
    change(part, curator, severity="serious")
    SupplementInteraction.objects.create(supplement=row, with_kind="test", with_name="Blood", position=2)
    sections = sections_of(row, versions.content_at(row, then), versions.content_at(row, None))
    assert [(s.title, s.what) for s in sections] == [
        ("supplement", "changed"),
        ("supplement interaction Copper", "changed"),
        ("supplement interaction Blood", "added"),
    ]
    (summary,) = [line for line in sections[0].lines if line.changed]
    assert [(p.text, p.changed) for p in summary.right] == [("It helps ", False), ("nobody.", True)]
    (severity,) = [line for line in sections[1].lines if line.changed]
    assert ("".join(p.text for p in severity.left), "".join(p.text for p in severity.right)) == ("Caution", "Serious")


def test_published_program_is_rolled_back_to_as_a_draft(curator: User) -> None:
    program = make_program()
    then = versions.versions_of(program)[0].until
    with authored(by=curator, source="admin"):
        ProgramSet.objects.filter(slot__day__program=program).update(target_reps=12)
    change(program, curator, status=Status.PUBLISHED)
    made = back(program, then, curator)
    assert (made.slug, made.version, made.status) == (program.slug, 2, Status.DRAFT)
    reps = ProgramSet.objects.filter(slot__day__program=made).values_list("target_reps", flat=True)
    assert sorted(reps) == [3, 3, 3, 3, *[5] * 8]
    assert set(ProgramSet.objects.filter(slot__day__program=program).values_list("target_reps", flat=True)) == {12}
    assert Program.objects.get(pk=program.pk).status == Status.PUBLISHED


def test_draft_of_a_program_is_rolled_back_in_place(curator: User) -> None:
    program = make_program()
    then = versions.versions_of(program)[0].until
    with authored(by=curator, source="admin"):
        program.days.filter(title="Day 2").tombstone()
    assert back(program, then, curator).pk == program.pk
    assert program.days.live().count() == 2
    assert ProgramSet.objects.live().filter(slot__day__program=program).count() == 12


def test_time_before_the_row_was_made_is_no_version(curator: User) -> None:
    row = make_canonical()
    with pytest.raises(VersionUnknown):
        back(row, row.created_at - dt.timedelta(seconds=1), curator)


def test_version_that_the_rules_refuse_does_not_come_back(curator: User, alice: User) -> None:
    row = make_canonical(metadata_schema={"type": "object", "additionalProperties": False})
    then = versions.versions_of(row)[-1].until
    change(row, curator, metadata_schema={"type": "object"})
    exercise = entities_by_name()["exercise"].model
    make(exercise, alice, exercise_type=as_id(row), metadata={"incline": 3})
    with pytest.raises(RowsRefused):
        back(row, then, curator)
    row.refresh_from_db()
    assert row.metadata_schema == {"type": "object"}
