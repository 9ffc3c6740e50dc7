"""What seeding brings to a database that has none of it."""

from collections import Counter

import pytest
from django.core.management import call_command

from catalog.models import Equipment, ExerciseType, Food, Muscle, Program, SeededRow, Supplement
from catalog.services.seeding import LIBRARIES, Act, seed
from catalog.tests.factories import make_canonical, make_equipment, make_muscle

COUNTS = {library.name: len(library.read()) for library in LIBRARIES}


def test_every_row_is_loaded_and_a_second_run_does_nothing(db: None) -> None:
    assert dict(seed().count(Act.ADD)) == COUNTS
    assert Program.objects.published().count() == COUNTS["programs"]
    assert SeededRow.objects.count() == sum(COUNTS.values())
    before = list(Supplement.objects.order_by("pk").values()), list(Muscle.objects.order_by("pk").values())
    again = seed()
    assert Counter(one.act for one in again.planned) == {Act.NOTHING: sum(COUNTS.values())}
    assert (list(Supplement.objects.order_by("pk").values()), list(Muscle.objects.order_by("pk").values())) == before


def test_dry_run_says_what_it_would_do_and_does_nothing(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed", "--dry-run")
    lines = capsys.readouterr().out.splitlines()
    assert "would add: muscles abs" in lines
    assert lines[-1].startswith(f"Nothing was written. Library: {COUNTS['muscles']} new muscles, ")
    assert len(lines) == sum(COUNTS.values()) + 1
    assert (Muscle.objects.count(), Food.objects.count(), SeededRow.objects.count()) == (0, 0, 0)


def test_what_a_curator_made_under_a_slug_of_the_release_is_theirs(db: None) -> None:
    own = make_canonical("barbell-bench-press", name="Our bench press")
    make_muscle("abs", name="Our abs")
    make_equipment("barbell", name="Our bar")
    done = seed()
    assert {one.slug: one.why for one in done.of(Act.LEAVE)} == dict.fromkeys(
        ("abs", "barbell", "barbell-bench-press"), "it was made here, or by a release that kept no notes"
    )
    assert ExerciseType.objects.get(slug="barbell-bench-press").pk == own.pk
    assert Equipment.objects.get(slug="barbell").name == "Our bar"
    assert Program.objects.filter(days__slots__exercise_type=own).exists()  # programs of the release name it


def test_command_says_what_it_added(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed")
    counted = ", ".join(f"{count} new {name.replace('_', ' ')}" for name, count in COUNTS.items())
    end = "0 brought up to date, 0 left as they were changed here."
    assert capsys.readouterr().out == f"Library: {counted}. {end}\n"
