"""CSV of the libraries in the console: out, changed in a spreadsheet, looked at, and in again."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from catalog.enums import Status
from catalog.models import (
    EditorialStep,
    Equipment,
    ExerciseType,
    Food,
    ImportRun,
    NutritionTemplate,
    Program,
    RecommendationRule,
    Supplement,
)
from catalog.models.history import version_model
from catalog.services import sheets
from catalog.services.sheets import Kind, SheetRefused, compared, sheet_of
from catalog.services.sheets.layouts import MAKERS
from catalog.tests.factories import make_canonical, make_equipment, make_food, make_muscle, make_nutrient, make_program

FOODS = "/admin/catalog/food/"
EXPORT, IMPORT = f"{FOODS}export-sheet/", f"{FOODS}import-sheet/"


@pytest.fixture
def boss(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser(email="boss@example.org", password="x"))
    return client


def text_of(page: Any) -> str:
    assert page.status_code == 200
    return b"".join(page.streaming_content).decode("utf-8-sig")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def written(rows: list[dict[str, str]]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def upload(client: Client, text: str, url: str = IMPORT) -> Any:
    file = io.BytesIO(text.encode())
    file.name = "foods.csv"
    return client.post(url, {"file": file})


def applied(client: Client, page: Any, url: str = IMPORT) -> Any:
    """What the button on the page with the differences sends."""
    context = page.context
    return client.post(url, {"name": context["name"], "text": context["text"], "digest": context["diff"].digest})


def diff_of(model: Any, text: str) -> Any:
    sheet = sheet_of(model)
    assert sheet is not None
    return compared(sheet, text, may_change=lambda row: True)


def reasons(model: Any, text: str) -> list[str]:
    return [reason for row in diff_of(model, text).of(Kind.REFUSED) for reason in row.reasons]


# --- the journey ---


def make_foods() -> tuple[Food, Food]:
    """Oats, rye and milk. Gives the first two."""
    make_nutrient("protein")
    make_nutrient("sodium", unit="mg", category="mineral")
    make_food("milk", category="dairy_eggs")
    oats = make_food(
        "oats",
        names={"de": "Hafer"},
        aliases=["Rolled oats"],
        nutrients={"protein": 13.2, "sodium": 0},
        portions=[{"name": "cup", "grams": 80}],
    )
    return oats, make_food("rye", category="grains")


def test_export_holds_what_the_list_shows(boss: Client) -> None:
    make_foods()
    shown = boss.get(FOODS, {"category__exact": "other"})
    (link,) = [button["path"] for button in shown.context["actions_list"] if "export" in button["path"]]
    rows = rows_of(text_of(boss.get(link)))
    assert [(row["slug"], row["names.de"], row["nutrients.protein"], row["nutrients.sodium"]) for row in rows] == [
        ("oats", "Hafer", "13.2", "0")
    ]


def test_sheet_is_exported_changed_looked_at_and_applied(boss: Client) -> None:
    oats, untouched = make_foods()
    rows = sorted(rows_of(text_of(boss.get(EXPORT))), key=lambda row: row["slug"])
    milk, changed, rye = rows
    changed |= {"name": "Oat flakes", "names.es": "Avena", "nutrients.sodium": "", "portions": "cup = 80\nspoon = 10.5"}
    bad = {**rye, "slug": "bad", "name": "", "nutrients.protein": "much"}
    new = {**rye, "slug": "quinoa", "name": "Quinoa", "status": ""}

    page = upload(boss, written([milk, changed, rye, new, bad]))
    diff = page.context["diff"]
    assert diff.counts == {"new": 1, "changed": 1, "unchanged": 2, "refused": 1}
    (found,) = diff.of(Kind.CHANGED)
    assert [(one.column, one.before, one.after) for one in found.changes] == [
        ("name", "Oats", "Oat flakes"),
        ("names.es", "", "Avena"),
        ("portions", "cup = 80", "cup = 80\nspoon = 10.5"),
        ("nutrients.sodium", "0", ""),
    ]
    assert "<del>Oats</del>" in page.content.decode()
    oats.refresh_from_db()
    assert oats.name == "Oats"  # nothing is written yet

    assert applied(boss, page).status_code == 302
    oats.refresh_from_db()
    assert (oats.name, oats.names, oats.nutrients) == ("Oat flakes", {"de": "Hafer", "es": "Avena"}, {"protein": 13.2})
    assert oats.portions == [{"name": "cup", "grams": 80}, {"name": "spoon", "grams": 10.5}]
    made = Food.objects.get(slug="quinoa")
    assert (made.status, made.category) == (Status.DRAFT, "grains")
    assert EditorialStep.objects.get(row_id=made.pk).to_status == Status.DRAFT
    before = untouched.updated_at
    untouched.refresh_from_db()
    assert untouched.updated_at == before
    assert version_model(Food).objects.get(pgh_obj=oats).pgh_context["why"] == "CSV foods.csv"
    run = ImportRun.objects.get()
    assert (run.format, run.counts, run.by) == ("csv", diff.counts, User.objects.get(email="boss@example.org"))
    assert [row["name"] for row in run.problems] == ["bad"]


def test_what_changed_since_the_look_is_looked_at_again(boss: Client) -> None:
    oats = make_food("oats")
    page = upload(boss, "slug,name\noats,Oat flakes\n")
    Food.objects.filter(pk=oats.pk).update(name="Oatmeal")
    again = applied(boss, page)
    assert "changed since you looked" in again.content.decode()
    (row,) = again.context["diff"].of(Kind.CHANGED)
    assert (row.changes[0].before, row.changes[0].after) == ("Oatmeal", "Oat flakes")
    oats.refresh_from_db()
    assert oats.name == "Oatmeal"
    assert applied(boss, again).status_code == 302
    oats.refresh_from_db()
    assert oats.name == "Oat flakes"


def test_sheets_are_for_curators(client: Client, alice: User) -> None:
    client.force_login(alice)
    for url in (EXPORT, IMPORT):
        assert client.get(url).status_code == 302  # to the login


def test_who_only_reads_imports_nothing(client: Client, db: None) -> None:
    reader = User.objects.create_user(email="reader@example.org", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_food"))
    client.force_login(reader)
    assert client.get(EXPORT).status_code == 200
    assert client.get(IMPORT).status_code == 403
    assert upload(client, "slug,name\noats,X\n").status_code == 403


# --- what a sheet says ---


@pytest.mark.parametrize("model", list(MAKERS), ids=lambda model: model.__name__)
def test_sheet_that_was_only_exported_changes_nothing(db: None, model: Any) -> None:
    make_muscle("chest")
    make_equipment("barbell")
    make_nutrient("protein", names={"de": "Eiweiß"})
    make_canonical("bench-press", primary_muscles=["chest"], equipment=["barbell"], instructions="1. Press.\n2. Lower.")
    make_food("oats", nutrients={"protein": 13.25}, portions=[{"name": "1 cup", "grams": 80.5}], diets=["vegan"])
    make_program(days=1)
    citations = [
        {"title": "A trial", "url": "https://doi.org/10.1/x", "year": 2018},
        {"title": "B", "url": "", "year": None},
    ]
    Supplement.objects.create(
        user=None,
        slug="zinc",
        name="Zinc",
        dose_low="10.5",
        dose_unit="mg",
        dose_basis="day",
        warnings=["=Not too much", "-5 or less"],
        citations=citations,
    )
    NutritionTemplate.objects.create(user=None, slug="plain", name="Plain", protein_g_per_kg="1.60")
    RecommendationRule.objects.create(user=None, slug="rest", name="Rest", area="recovery", citations=citations)
    sheet = sheet_of(model)
    assert sheet is not None
    text = "".join(sheets.exported(sheet, model._default_manager.all()))
    diff = diff_of(model, text)
    assert diff.counts | {"unchanged": 0} == {"new": 0, "changed": 0, "unchanged": 0, "refused": 0}
    assert len(diff.rows) == model._default_manager.count()


def test_column_that_is_not_there_stays_and_an_empty_cell_empties(db: None) -> None:
    make_food("oats", brand="Mill", aliases=["A"])
    (row,) = diff_of(Food, "slug,brand\noats,\n").of(Kind.CHANGED)
    assert [(one.column, one.before, one.after) for one in row.changes] == [("brand", "Mill", "")]


def test_semicolons_and_marks_of_spreadsheets_are_read(db: None) -> None:
    make_food("oats")
    text = '\ufeffslug;name;aliases\r\noats;"Oats; rolled";"A\r\nB"\r\n'
    (row,) = diff_of(Food, text).of(Kind.CHANGED)
    assert [(one.column, one.after) for one in row.changes] == [("name", "Oats; rolled"), ("aliases", "A\nB")]


def test_text_that_looks_like_a_formula_goes_out_harmless_and_comes_back(db: None) -> None:
    make_food("oats", name="=1+1", nutrients={})
    sheet = sheet_of(Food)
    assert sheet is not None
    text = "".join(sheets.exported(sheet, Food.objects.all()))
    assert "'=1+1" in text
    assert diff_of(Food, text).counts["unchanged"] == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("slug,name\noats,\n", "name: This field cannot be blank."),
        ("slug,category\noats,stones\n", "category: Value 'stones' is not a valid choice."),
        ("slug,nutrients.protein\noats,much\n", "nutrients.protein: 'much' is no number: write 20 or 20.5"),
        ("slug,nutrients.protein\noats,-1\n", "nutrients: Expected `float` >= 0"),
        ("slug,portions\noats,slice\n", "portions: write a portion on each line, with its grams: slice = 25"),
        ("slug,status\noats,retired\n", "status: it is changed on the page of the row, not in a sheet"),
        ("slug,name\noats,A\noats,B\n", "it stands in the file twice"),
        ("slug,name\n,A\n", "it has no slug"),
        ("slug,name\nNot A Slug,A\n", "slug: "),
    ],
)
def test_row_is_refused_with_the_reason(db: None, text: str, reason: str) -> None:
    make_nutrient("protein")
    make_food("oats")
    (said,) = reasons(Food, text)
    assert reason in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no slug"),
        ("name\nOats\n", "there is no slug"),
        ("slug,colour\noats,red\n", "There is no column colour"),
        ("slug,name,name\noats,A,B\n", "twice"),
        ("slug,name\n" + "a,b\n" * 2001, "at most 2000 rows"),
        ("slug,name\n" + "x" * 2_100_000, "at most 2 MB"),
    ],
)
def test_file_is_refused_with_the_reason(db: None, text: str, reason: str) -> None:
    with pytest.raises(SheetRefused, match=reason):
        diff_of(Food, text)


def test_published_row_is_changed_by_who_may_publish_alone(db: None) -> None:
    make_food("oats")
    sheet = sheet_of(Food)
    assert sheet is not None
    diff = compared(sheet, "slug,name\noats,X\nrye,Rye\n", may_change=lambda row: row is None)
    assert [(row.key, row.kind, row.reasons) for row in diff.rows] == [
        ("oats", "refused", ("you may not change it: it is published",)),
        ("rye", "new", ()),
    ]


def test_program_is_found_by_its_version_and_none_is_made(db: None) -> None:
    make_program(slug="base")
    diff = diff_of(Program, "slug,version,title\nbase,1,Base one\nbase,2,Base two\n")
    assert [(row.key, row.kind) for row in diff.rows] == [("base 1", "changed"), ("base 2", "refused")]


def test_vocabulary_has_a_sheet_too(boss: Client) -> None:
    make_equipment("barbell", name="Bar")
    url = "/admin/catalog/equipment/import-sheet/"
    page = upload(boss, "slug,name,kind\nbarbell,Barbell,free_weight\nlog,Log,free_weight\n", url)
    assert page.context["diff"].counts == {"new": 1, "changed": 1, "unchanged": 0, "refused": 0}
    assert applied(boss, page, url).status_code == 302
    assert dict(Equipment.objects.values_list("slug", "name")) == {"barbell": "Barbell", "log": "Log"}


def test_alices_own_rows_are_in_no_sheet(boss: Client, alice: User) -> None:
    Food.objects.create(user=alice, name="Alice's secret bread")
    ExerciseType.objects.create(user=alice, name="Alice's secret move")
    make_food("oats")
    assert "secret" not in text_of(boss.get(EXPORT))
