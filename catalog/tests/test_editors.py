"""Forms by which no curator writes JSON: what a page shows is what stands, and what is sent is what stands then."""

import re
from typing import Any

import pytest
from django.test import Client

from catalog.domain.markdown import rendered
from catalog.domain.metadata import METRICS, metadata_schema
from catalog.forms.schemas import metrics_of
from catalog.models import (
    ExerciseType,
    Food,
    Nutrient,
    NutritionTemplate,
    Program,
    RecommendationRule,
    Supplement,
    SupplementInteraction,
)
from catalog.tests.factories import make_canonical, make_equipment, make_food, make_muscle, make_nutrient
from catalog.tests.test_admin import form_values, problems, rows

CITATIONS = [{"title": "A review", "url": "https://example.org/a", "year": 2018}, {"title": "Another one"}]
NAMES: dict[str, Any] = {"names": {"de": "Eins", "pt-BR": "Um"}, "aliases": ["One", "Uno"], "source": "dropset"}
# A row of each kind with everything that its page shows as rows, boxes or groups.
WHOLE: dict[Any, dict[str, Any]] = {
    ExerciseType: NAMES
    | {
        "primary_muscles": ["chest"], "secondary_muscles": ["triceps"], "equipment": ["barbell"],
        "media": [{"kind": "image", "url": "https://example.org/i.png"}], "instructions": "1. Lift.\n2. *Breathe*.",
        "metadata_schema": metadata_schema(["reps", "incline"]),
    },
    Food: NAMES
    | {
        "nutrients": {"protein": 10.5, "energy": 60, "not-in-the-list": 3}, "portions": [{"name": "slice", "grams": 25}],
        "diets": ["vegan"], "allergens": ["gluten", "of-another-country"],
    },
    Supplement: NAMES
    | {
        "nutrients": ["protein"], "contents": {"protein": 20}, "forms": ["Powder"], "timing": ["morning"],
        "benefits": ["Helps."], "warnings": ["Not too much.", "Not at night."], "contraindications": ["gout", "under-18"],
        "citations": CITATIONS,
    },
    NutritionTemplate: NAMES | {"exclusions": ["milk"], "tags": ["everyday", "heart"], "description": "# Day"},
    RecommendationRule: NAMES | {"area": "recovery", "citations": CITATIONS},
    Program: {"equipment": ["barbell"], "tags": ["strength"], "source": "dropset", "description": "Six *weeks*."},
}  # fmt: skip


@pytest.fixture
def curator(curator: Client) -> Client:
    """With words to choose from."""
    for slug in ("chest", "triceps"):
        make_muscle(slug)
    make_equipment("barbell")
    for position, (slug, unit, category) in enumerate(
        (("vitamin-c", "mg", "vitamin"), ("energy", "kcal", "energy"), ("protein", "g", "macronutrient"))
    ):
        make_nutrient(slug, unit=unit, category=category, position=position)
    return curator


def list_of(model: Any) -> str:
    return f"/admin/catalog/{model._meta.model_name}/"


def page_of(row: Any) -> str:
    return f"{list_of(type(row))}{row.pk}/change/"


def whole(model: Any) -> Any:
    called = {"title": "Whole"} if model is Program else {"name": "Whole"}
    status = {"status": "draft"} if model is Program else {}
    return model.objects.create(user=None, slug="whole", **called, **status, **WHOLE[model])


@pytest.mark.parametrize("model", WHOLE, ids=lambda model: model._meta.model_name)
def test_untouched_page_changes_nothing(curator: Client, model: Any) -> None:
    row = whole(model)
    before = model.objects.values().get()
    page = curator.get(page_of(row))
    answer = curator.post(page_of(row), form_values(page))
    assert answer.status_code == 302, problems(answer)
    assert model.objects.values().get() | {"updated_at": None} == before | {"updated_at": None}
    assert not row.former.exists()


@pytest.mark.parametrize("model", WHOLE, ids=lambda model: model._meta.model_name)
def test_row_is_made_on_its_page(curator: Client, model: Any) -> None:
    values = form_values(curator.get(f"{list_of(model)}add/"))
    name = "title" if model is Program else "name"
    answer = curator.post(f"{list_of(model)}add/", values | {name: "New", "slug": "new", "area": "recovery"})
    assert answer.status_code == 302, problems(answer)
    row = model.objects.get(slug="new")
    assert (str(row).startswith("New"), row.user) == (True, None)


@pytest.mark.parametrize("model", WHOLE, ids=lambda model: model._meta.model_name)
def test_no_page_shows_json(curator: Client, model: Any) -> None:
    text = curator.get(page_of(whole(model))).content.decode().partition('id="content-main"')[2]
    written = re.sub(r"<script.*?</script>|<textarea[^>]*(condition|outcome).*?</textarea>", "", text, flags=re.DOTALL)
    assert "&quot;" not in re.sub(r"data-[\w-]+=\"[^\"]*\"", "", written)


def test_interaction_has_rows_too(curator: Client) -> None:
    supplement = whole(Supplement)
    values = {
        "supplement": str(supplement.pk), "with_kind": "medicine", "with_name": "Levothyroxine", "severity": "serious",
        "position": "1", "with_nutrients": ["protein"], "separate_hours": "4",
    }  # fmt: skip
    url = f"{list_of(SupplementInteraction)}add/"
    sent = form_values(curator.get(url)) | values | rows("citations", {"title": "A review", "url": "", "year": ""})
    answer = curator.post(url, sent)
    assert answer.status_code == 302, problems(answer)
    row = SupplementInteraction.objects.get()
    assert (row.with_nutrients, row.citations, row.user) == (["protein"], [{"title": "A review"}], None)


def test_nutrient_that_is_emptied_is_unknown_and_not_zero(curator: Client) -> None:
    row = whole(Food)
    sent = form_values(curator.get(page_of(row))) | {
        "nutrients-protein": "",
        "nutrients-vitamin-c": "0",
        "nutrients-energy": "61,5",
    }
    assert curator.post(page_of(row), sent).status_code == 302
    row.refresh_from_db()
    assert row.nutrients == {"energy": 61.5, "vitamin-c": 0, "not-in-the-list": 3}
    assert row.protein_g is None


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"nutrients-protein": "much"}, "nutrients", "Enter a number."),
        ({"nutrients-protein": "-1"}, "nutrients", "greater than or equal to 0"),
        ({"nutrients-protein": "1e400"}, "nutrients", "Enter a number."),
        (rows("portions", {"name": "slice", "grams": "0"}), "portions", "Grams: Ensure this value"),
        (
            rows("portions", {"name": "", "grams": "25"}),
            "portions",
            "Portion, such as 1 slice: This field is required.",
        ),
        ({"allergens": ["not-standing"]}, "allergens", "There is no not-standing."),
    ],
)
def test_mistake_in_a_food_is_shown_where_it_is(curator: Client, sent: dict[str, Any], field: str, words: str) -> None:
    row = whole(Food)
    left = {
        name: value for name, value in form_values(curator.get(page_of(row))).items() if not name.startswith("portions")
    }
    answer = curator.post(page_of(row), left | sent)
    assert list(problems(answer)) == [field]
    assert words in answer.content.decode()
    assert Food.objects.values().get()["nutrients"] == WHOLE[Food]["nutrients"]


def test_macronutrients_come_first(curator: Client) -> None:
    text = curator.get(page_of(whole(Food))).content.decode()
    places = [text.index(f'name="nutrients-{slug}"') for slug in ("energy", "protein", "vitamin-c", "not-in-the-list")]
    assert places == sorted(places)


@pytest.mark.parametrize("n", [1, 30])
def test_page_asks_as_much_however_long_its_lists_are(curator: Client, n: int, django_assert_num_queries: Any) -> None:
    for number in range(n):
        make_nutrient(f"nutrient-{number}")
    row = make_food(nutrients={f"nutrient-{number}": 1 for number in range(n)}, aliases=[f"Oat {x}" for x in range(n)])
    curator.get(page_of(row))
    # the session, the user, rights (2), the food: who may change it, and for the page; what is proposed, nutrients. What may
    # replace it is asked for by typing
    with django_assert_num_queries(8):
        assert curator.get(page_of(row)).status_code == 200


# --- parts ---


@pytest.mark.parametrize("metrics", [[], ["reps"], ["reps", "load", "rpe"], ["duration", "incline"], list(METRICS)])
def test_schema_that_the_list_can_say_is_shown_as_the_list(metrics: list[str]) -> None:
    assert metrics_of(metadata_schema(metrics) if metrics else {}) == metrics


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        metadata_schema(["reps"]) | {"required": ["reps"]},
        {"type": "object", "properties": {"speed": {"type": "number"}}},
        {"type": "object", "properties": []},
        [],
        None,
    ],
)
def test_schema_that_says_something_else_stays_by_hand(schema: Any) -> None:
    assert metrics_of(schema) is None


def test_markdown_is_safe() -> None:
    assert rendered("**a** <b>c</b>") == "<p><strong>a</strong> &lt;b&gt;c&lt;/b&gt;</p>\n"
    assert "href" not in rendered("[x](javascript:alert(1)) [y](data:text/html,z)")
    assert rendered("![x](https://example.org/x.png)") == '<p>!<a href="https://example.org/x.png">x</a></p>\n'


def test_words_with_commas_become_slugs(curator: Client) -> None:
    row = whole(NutritionTemplate)
    sent = form_values(curator.get(page_of(row))) | {"tags": "High protein, everyday, , everyday"}
    assert curator.post(page_of(row), sent).status_code == 302
    row.refresh_from_db()
    assert row.tags == ["everyday", "high-protein"]


# --- lists ---

LISTED = [model for model in WHOLE if model is not Program]


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model._meta.model_name)
@pytest.mark.parametrize(
    ("text", "count"),
    [("machine", 1), ("MACH", 1), ("chin", 0), ("ruck", 0), ("druck", 1), ("Drückmaschine", 1), ("one", 1)],
)
def test_search_finds_beginnings_of_words(curator: Client, model: Any, text: str, count: int) -> None:
    area = {"area": "recovery"} if model is RecommendationRule else {}
    model.objects.create(user=None, slug="one", name="Press machine", names={"de": "Drückmaschine"}, **area)
    assert len(curator.get(list_of(model), {"q": text}).context["cl"].result_list) == count


def test_fault_leads_to_the_rows_that_have_it(curator: Client) -> None:
    make_canonical("with", instructions="1. Lift.")
    make_canonical("without")
    page = curator.get(list_of(ExerciseType), {"fault": "missing_instructions"})
    assert [row.slug for row in page.context["cl"].result_list] == ["without"]
    assert curator.get(list_of(ExerciseType), {"fault": "no-such"}).status_code in (200, 302)


@pytest.mark.parametrize("model", WHOLE, ids=lambda model: model._meta.model_name)
@pytest.mark.parametrize("count", [1, 30])
def test_list_takes_the_same_queries_however_long(
    curator: Client, model: Any, count: int, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        called = {"title": f"Row {n}"} if model is Program else {"name": f"Row {n}"}
        area = {"area": "recovery"} if model is RecommendationRule else {}
        model.objects.create(user=None, slug=f"row-{n}", **called, **area)
    curator.get(list_of(model))
    # the session, the user, their rights and those of their groups, their saved filters, the bounded count, the page
    with django_assert_num_queries(7):
        page = curator.get(list_of(model))
    assert len(page.context["cl"].result_list) == count


def test_vocabulary_has_names_as_rows(curator: Client) -> None:
    url = "/admin/catalog/nutrient/protein/change/"
    values = form_values(curator.get(url)) | rows("names", {"language": "de", "name": "Eiweiß"})
    answer = curator.post(url, values)
    assert answer.status_code == 302, problems(answer)
    assert Nutrient.objects.get(slug="protein").names == {"de": "Eiweiß"}
