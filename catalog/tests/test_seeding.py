"""What a later release does to a library that curators work on."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.core.management import call_command

from catalog.enums import Status
from catalog.models import (
    ExerciseType,
    Food,
    Muscle,
    Nutrient,
    NutritionTemplate,
    NutritionTemplateItem,
    NutritionTemplateMeal,
    Program,
    ProgramDay,
    ProgramSet,
    SeededRow,
    Supplement,
    SupplementInteraction,
)
from catalog.models.history import version_model
from catalog.services import seeding
from catalog.services.programs import new_version
from catalog.services.seeding import LIBRARIES, Act, seed
from catalog.services.seeding.data import Json
from catalog.services.seeding.trees import Library

COUNTS = {library.name: len(library.read()) for library in LIBRARIES}

# Part of every log that ever named it: changing it would break them.
BENCH_PRESS_ID = "2224b5ee-4a79-57d6-8b47-72ee67576dd5"

Edit = Callable[[list[Json]], None]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The release that comes next: release(foods=...) changes its data."""

    def brings(**edits: Edit) -> None:
        def edited(library: Library) -> Library:
            rows = orjson.loads(orjson.dumps(library.read()))
            edits[library.name](rows)
            return Library(library.name, library.model, lambda: rows, library.builder, library.has_versions)

        changed = tuple(edited(library) if library.name in edits else library for library in seeding.LIBRARIES)
        monkeypatch.setattr(seeding, "LIBRARIES", changed)

    return brings


def row_of(rows: list[Json], slug: str) -> Json:
    return next(row for row in rows if row["slug"] == slug)


def set_in(slug: str, **values: Any) -> Edit:
    return lambda rows: row_of(rows, slug).update(values)


def test_newer_release_updates_what_nobody_changed(seeded: None, db: None, release: Callable[..., None]) -> None:
    food = Food.objects.get(slug="agave-syrup")
    release(
        foods=set_in("agave-syrup", aliases=["Agave nectar"]),
        muscles=set_in("abs", name="Belly"),
        nutrients=lambda rows: rows.append(
            {**row_of(rows, "protein"), "slug": "novelty", "name": "Novelty", "fdc_id": 1}
        ),
    )
    done = seed()
    assert [(one.slug, one.fields) for one in done.of(Act.UPDATE)] == [
        ("abs", ("name",)),
        ("agave-syrup", ("aliases",)),
    ]
    assert [one.slug for one in done.of(Act.ADD)] == ["novelty"]
    updated = Food.objects.get(slug="agave-syrup")
    assert (updated.aliases, updated.pk, updated.status) == (["Agave nectar"], food.pk, Status.PUBLISHED)
    assert updated.updated_at > food.updated_at
    assert [version.pgh_context["why"] for version in version_model(Food).objects.filter(pgh_obj=updated)] == [
        "Seeded by a release"
    ]
    assert Nutrient.objects.filter(slug="novelty").exists()
    assert seed().of(Act.UPDATE) == []


def test_what_a_curator_changed_is_left_and_said(
    seeded: None, db: None, release: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    Food.objects.filter(slug="agave-syrup").update(name="Agave nectar")
    Muscle.objects.filter(slug="abs").update(name="Six-pack")
    Supplement.objects.get(slug="creatine-monohydrate").interactions.all().update(advice="Ask.")
    ExerciseType.objects.filter(slug="barbell-bench-press").update(status=Status.RETIRED)
    release(
        foods=set_in("agave-syrup", aliases=["Agave"]),
        muscles=set_in("abs", latin="Musculus rectus abdominis"),
        supplements=set_in("creatine-monohydrate", summary="New words."),
        exercise_types=set_in("barbell-bench-press", instructions="1. Press it up."),
    )
    call_command("seed")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == [
        "left alone: muscles abs: changed here: name",
        "left alone: exercise types barbell-bench-press: changed here: status",
        "left alone: foods agave-syrup: changed here: name",
        "left alone: supplements creatine-monohydrate: changed here: parts",
    ]
    assert lines[-1].endswith("0 brought up to date, 4 left as they were changed here.")
    assert Food.objects.get(slug="agave-syrup").aliases == []
    assert Muscle.objects.get(slug="abs").name == "Six-pack"
    assert len(seed().of(Act.LEAVE)) == 4  # said each time


def test_what_was_changed_here_to_what_the_release_says_follows_it_again(
    seeded: None, db: None, release: Callable[..., None]
) -> None:
    Food.objects.filter(slug="agave-syrup").update(name="Agave nectar")
    release(foods=set_in("agave-syrup", name="Agave nectar"))
    assert seed().of(Act.LEAVE) == []
    release(foods=set_in("agave-syrup", name="Agave juice"))
    assert [one.slug for one in seed().of(Act.UPDATE)] == ["agave-syrup"]


def test_what_a_curator_deleted_does_not_come_back(seeded: None, db: None, release: Callable[..., None]) -> None:
    Food.objects.filter(slug="agave-syrup").tombstone()
    release(foods=set_in("agave-syrup", name="Agave nectar"))
    assert [(one.slug, one.why) for one in seed().of(Act.LEAVE)] == [("agave-syrup", "it was deleted here")]
    assert Food.objects.get(slug="agave-syrup").deleted_at is not None


def test_rows_of_releases_that_kept_no_notes_are_updated_if_nobody_saved_them(
    seeded: None, db: None, release: Callable[..., None]
) -> None:
    SeededRow.objects.filter(library__in=["foods", "muscles"]).delete()
    saved = Food.objects.get(slug="oats")
    saved.category = "other"
    saved.save()
    release(
        foods=lambda rows: (
            [row.update(aliases=["X"]) for row in rows if row["slug"] in ("oats", "agave-syrup")] and None
        )
    )
    done = seed()
    assert [one.slug for one in done.of(Act.UPDATE)] == ["agave-syrup"]
    assert [one.why for one in done.of(Act.LEAVE)] == ["changed here, after a release that kept no notes"]


def test_parts_are_exchanged(seeded: None, db: None, release: Callable[..., None]) -> None:
    template = NutritionTemplate.objects.get(slug="balanced-maintenance")
    first, *others = template.meals.live().order_by("position")
    count = NutritionTemplateItem.objects.filter(meal__template=template).count()

    def fewer(rows: list[Json]) -> None:
        meals = row_of(rows, "balanced-maintenance")["meals"]
        del meals[1:]
        meals[0]["name"] = "All at once"
        meals[0]["items"].append({"food": "apple-dried", "grams": "120", "notes": ""})

    release(nutrition_templates=fewer)
    (done,) = seed().of(Act.UPDATE)
    assert done.fields == ("parts",)
    (meal,) = template.meals.live()
    assert (meal.pk, meal.name) == (first.pk, "All at once")
    assert NutritionTemplateMeal.objects.filter(template=template).exclude(deleted_at=None).count() == len(others)
    live = NutritionTemplateItem.objects.filter(meal__template=template, deleted_at=None)
    assert live.count() < count
    assert seed().of(Act.UPDATE) == []


def test_program_of_a_newer_release_is_another_version(seeded: None, db: None, release: Callable[..., None]) -> None:
    slug = "push-pull-legs-six-days"
    first = Program.objects.get(slug=slug)
    days = list(ProgramDay.objects.filter(program=first).order_by("pk").values())

    def mended(rows: list[Json]) -> None:
        row_of(rows, slug)["days"][0]["slots"][0]["rest_s"] = 999

    release(programs=mended)
    assert [one.fields for one in seed().of(Act.UPDATE)] == [("parts",)]
    second = Program.objects.get(slug=slug, version=2)
    first.refresh_from_db()
    assert (first.status, second.status) == (Status.RETIRED, Status.PUBLISHED)
    assert list(ProgramDay.objects.filter(program=first).order_by("pk").values()) == days
    assert second.days.filter(slots__rest_s=999).count() == 1
    assert ProgramSet.objects.filter(slot__day__program=first).count() > 0
    assert seed().of(Act.UPDATE) == []


def test_version_that_a_curator_began_is_theirs_and_nothing_is_said_until_the_release_has_more(
    seeded: None, db: None, release: Callable[..., None]
) -> None:
    slug = "push-pull-legs-six-days"
    begun = new_version(program=Program.objects.get(slug=slug), source="admin")
    assert {one.act for one in seed().planned} == {Act.NOTHING}
    ProgramDay.objects.filter(program=begun).update(notes="Ours")
    assert {one.act for one in seed().planned} == {Act.NOTHING}
    release(programs=set_in(slug, summary="Three kinds of days."))
    assert [one.why for one in seed().of(Act.LEAVE)] == ["changed here: parts, source, status"]


def test_words_of_a_program_are_mended_in_place(seeded: None, db: None, release: Callable[..., None]) -> None:
    release(programs=set_in("push-pull-legs-six-days", summary="Three kinds of days."))
    assert [one.fields for one in seed().of(Act.UPDATE)] == [("summary",)]
    assert Program.objects.get(slug="push-pull-legs-six-days").summary == "Three kinds of days."


def test_field_that_a_later_release_adds_makes_no_row_look_changed(
    seeded: None, db: None, release: Callable[..., None]
) -> None:
    """A digest of what stood before the column came lacks it, and one that is gone is still in it."""
    kept = SeededRow.objects.get(library="foods", slug="agave-syrup")
    SeededRow.objects.filter(pk=kept.pk).update(digests={**kept.digests, "column_that_went": "00"})
    release(foods=set_in("agave-syrup", aliases=["Agave nectar"]))
    assert [one.slug for one in seed().of(Act.UPDATE)] == ["agave-syrup"]


def test_ids_of_the_library_are_the_same_on_every_server(seeded: None, db: None) -> None:
    assert str(ExerciseType.objects.get(slug="barbell-bench-press").pk) == BENCH_PRESS_ID


def test_interactions_name_supplements_of_the_library(seeded: None, db: None) -> None:
    named = SupplementInteraction.objects.exclude(with_supplement=None)
    assert named.count() > 10
    assert named.filter(supplement=None).count() == 0
