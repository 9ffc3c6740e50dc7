"""What curators make on the pages of the library, with a pointer and a keyboard."""

import pytest
from django.core.management import call_command
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from catalog.models import (
    ExerciseType,
    Food,
    Program,
    ProgramDay,
    ProgramSet,
    ProgramSlot,
    Supplement,
    SupplementInteraction,
)
from catalog.tests.factories import make_canonical, make_equipment, make_food, make_muscle, make_nutrient
from config.tests import test_browser
from config.tests.test_browser import Page, log_in

driver, page = test_browser.driver, test_browser.page  # its fixtures
SHAPE = ".ds-body-picture [data-muscle={}] :not(title)"


@pytest.fixture
def curator(page: Page) -> Page:
    call_command("create_demo", verbosity=0)
    log_in(page, "curator@dropset.local")
    return page


def add_row(page: Page, field: str, *values: str) -> None:
    """Values are written into the boxes of a new row, or chosen where they are to be chosen."""
    page.click(f"#id_{field} [data-add]")
    row = page.driver.find_elements(By.CSS_SELECTOR, f"#id_{field} [data-row]")[-1]
    for box, value in zip(row.find_elements(By.CSS_SELECTOR, "input, select"), values, strict=True):
        if box.tag_name == "select":
            Select(box).select_by_value(value)
        else:
            box.send_keys(value)


def strike(page: Page, muscle: str, times: int) -> None:
    for _ in range(times):
        page.click(SHAPE.format(muscle))


def test_type_is_made_with_the_body_and_rows(curator: Page) -> None:
    for slug in ("chest", "triceps", "abs"):
        make_muscle(slug)
    make_equipment("towel")
    curator.open("/admin/catalog/exercisetype/add/")
    curator.write("#id_name", "Towel Press")
    curator.write("#id_slug", "towel-press")
    add_row(curator, "names", "de", "Handtuchdrücken")
    add_row(curator, "aliases", "Beach press")
    add_row(curator, "aliases", "Not this one")
    curator.click("#id_aliases [data-row]:last-child [data-remove]")
    strike(curator, "chest", 1)
    strike(curator, "triceps", 2)
    strike(curator, "abs", 3)
    curator.click("[name=equipment][value=towel]")
    curator.click("[name=metadata_schema-metrics][value=reps]")
    curator.write("#id_instructions", "1. Lie down.\n2. *Press*.")
    curator.click("[data-text] [role=tab]:last-child")
    curator.see("[data-rendered] ol em")
    curator.click("[name=_save]")
    curator.see_text("was added successfully")
    row = ExerciseType.objects.get()
    assert (row.name, row.names, row.aliases) == ("Towel Press", {"de": "Handtuchdrücken"}, ["Beach press"])
    assert (row.primary_muscles, row.secondary_muscles, row.equipment) == (["chest"], ["triceps"], ["towel"])
    assert (list(row.metadata_schema["properties"]), row.instructions[:12]) == (["reps"], "1. Lie down.")
    assert curator.hosts() == {curator.base_url}
    assert curator.complaints() == []


def test_label_of_a_food_follows_what_is_typed(curator: Page) -> None:
    for position, slug in enumerate(("energy", "protein", "fat", "carbohydrate", "vitamin-c")):
        make_nutrient(slug, unit="kcal" if slug == "energy" else "g", position=position)
    row = make_food(nutrients={"protein": 10, "fat": 1})
    curator.open(f"/admin/catalog/food/{row.pk}/change/")
    assert curator.texts("[data-fact=energy] td:nth-child(2)") == ["?"]
    curator.write("[name=nutrients-carbohydrate]", "5,5")
    add_row(curator, "portions", "bowl", "50")
    assert curator.texts("[data-fact=energy] td") == ["71 kcal", "35.5 kcal"]
    assert curator.texts("[data-known]") == ["3"]
    curator.write("[data-search]", "vita")
    assert [text for text in curator.texts("[data-line] span:first-child") if text] == ["Vitamin-C"]
    curator.click("[name=_save]")
    curator.see_text("was changed successfully")
    row = Food.objects.get()
    assert row.nutrients == {"protein": 10, "fat": 1, "carbohydrate": 5.5}
    assert row.portions == [{"name": "bowl", "grams": 50}]
    assert curator.complaints() == []


def add_exercise(page: Page, text: str) -> None:
    page.write("[data-key^=search-]", text)
    page.click(".ds-option")


def set_boxes(page: Page, **values: str) -> None:
    """Of the first set."""
    for name, text in values.items():
        page.write(f".ds-set [data-field={name}]", text)


def saved(page: Page) -> None:
    page.click(".ds-bar [type=submit]")
    page.see("[data-state=saved]")


def test_program_is_built_on_one_page_and_published(curator: Page) -> None:
    make_muscle("quads", name="Quads")
    make_canonical("squat", primary_muscles=["quads"])
    make_canonical("deadlift", secondary_muscles=["quads"])
    program = Program.objects.create(user=None, slug="legs", title="Legs", status="draft", weeks=2)
    curator.open(f"/admin/catalog/program/{program.pk}/builder/")
    curator.click("[data-key=add-day]")
    curator.write("[data-days] .ds-title", "Leg day")
    add_exercise(curator, "squ")
    add_exercise(curator, "dead")
    assert curator.texts("[data-volume] th, [data-volume] td:nth-child(2)") == ["Quads", "4.5"]
    curator.click("[data-key='down-days.0.slots.0']")
    assert curator.texts(".ds-slot h3") == ["Deadlift", "Squat"]
    set_boxes(curator, target_reps="5", target_max_reps="3")
    curator.click(".ds-bar [type=submit]")
    curator.see_text("A range of reps goes from target_reps")
    set_boxes(curator, target_max_reps="8")
    curator.click(".ds-slot summary")
    Select(curator.see(".ds-slot [aria-label=Progression]")).select_by_value("linear")
    curator.write(".ds-progression .ds-parameter input", "2.5")
    saved(curator)
    curator.click("[data-key=copy-week]")
    saved(curator)
    (complaint,) = curator.complaints()
    assert "status of 400" in complaint  # what was refused
    assert list(ProgramDay.objects.live().order_by("position").values_list("title", "week")) == [
        ("Leg day", None),
        ("Leg day", 1),
    ]
    first = ProgramSlot.objects.live().filter(day__week=None).order_by("position").first()
    assert (str(first.exercise_type), first.progression["kind"]) == ("Deadlift", "linear")  # type: ignore[union-attr]  # it is there
    assert ProgramSet.objects.live().filter(target_reps=5, target_max_reps=8).count() == 2
    curator.open(f"/admin/catalog/program/{program.pk}/workflow/")
    Select(curator.see("[name=to]")).select_by_visible_text("Publish")
    curator.click("#step button")
    curator.see_text("is published.")
    program.refresh_from_db()
    assert (program.status, program.visible) == ("published", True)


def test_interaction_is_added_on_the_page_of_its_supplement(curator: Page) -> None:
    supplement = Supplement.objects.create(user=None, slug="iron", name="Iron", status="draft")
    curator.open(f"/admin/catalog/supplement/{supplement.pk}/change/")
    curator.click("#interactions-group a.add-row")
    Select(curator.see("[name=interactions-0-with_kind]")).select_by_value("food")
    curator.write("[name=interactions-0-with_name]", "Tea")
    add_row(curator, "interactions-0-citations", "A review", "https://example.org/a", "2018")
    curator.click("[name=_save]")
    curator.see_text("was changed successfully")
    made = SupplementInteraction.objects.get()
    citation = {"title": "A review", "url": "https://example.org/a", "year": 2018}
    assert (made.supplement, made.with_name, made.citations) == (supplement, "Tea", [citation])
    assert curator.complaints() == []
