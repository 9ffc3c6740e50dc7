"""Meals, foods in them and interactions: edited on the page of what they hang on, and read where they may not be changed."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.roles import give_permissions
from catalog.domain.reading import reading
from catalog.models import (
    Food,
    NutritionTemplate,
    NutritionTemplateItem,
    NutritionTemplateMeal,
    Supplement,
    SupplementInteraction,
)
from catalog.services import editorial
from catalog.tests.factories import make_food
from catalog.tests.test_admin import form_values
from catalog.tests.test_admin_workflow import carla, client_for, curator, text_of  # noqa: F401 - fixtures
from lib.tests.factories import make_user

SUPPLEMENTS = "/admin/catalog/supplement/"
INTERACTIONS = "/admin/catalog/supplementinteraction/"
CITATIONS = [{"title": "A review", "url": "https://example.org/a", "year": 2018}]


def make_supplement(**values: Any) -> Supplement:
    made = Supplement.objects.create(user=None, **{"slug": "iron", "name": "Iron", "status": "draft", **values})
    for position, name in enumerate(("Calcium", "Coffee")):
        SupplementInteraction.objects.create(
            user=None, supplement=made, with_kind="food", with_name=name, position=position, citations=CITATIONS
        )
    return made


def interactions() -> list[tuple[str, float]]:
    live = SupplementInteraction.objects.live().order_by("position", "id")
    return list(live.values_list("with_name", "position"))


def test_interactions_are_edited_on_the_page_of_their_supplement(curator: Client, carla: User) -> None:  # noqa: F811 - fixtures
    supplement = make_supplement()
    url = f"{SUPPLEMENTS}{supplement.pk}/change/"
    values = form_values(curator.get(url))
    prefix = "interactions"
    assert values[f"{prefix}-1-citations-0-title"] == ["A review"]
    values |= {
        f"{prefix}-TOTAL_FORMS": "3", f"{prefix}-0-DELETE": "on", f"{prefix}-1-with_name": "Tea",
        f"{prefix}-2-with_kind": "medicine", f"{prefix}-2-with_name": "Levothyroxine", f"{prefix}-2-severity": "caution",
        f"{prefix}-2-position": "0.0", f"{prefix}-2-supplement": str(supplement.pk),
        f"{prefix}-2-citations-0-title": "Another one",
    }  # fmt: skip
    assert curator.post(url, values).status_code == 302
    assert interactions() == [("Tea", 1.0), ("Levothyroxine", 2.0)]
    assert SupplementInteraction.objects.count() == 3  # deleted as devices delete
    assert SupplementInteraction.objects.get(with_name="Levothyroxine").citations[0]["title"] == "Another one"
    assert editorial.authors_of(supplement) == {carla.pk}


def test_meals_lead_to_their_foods(curator: Client) -> None:  # noqa: F811 - a fixture
    template = NutritionTemplate.objects.create(user=None, slug="plain", name="Plain", status="draft")
    meal = NutritionTemplateMeal.objects.create(user=None, template=template, name="Lunch", slot="lunch")
    NutritionTemplateItem.objects.create(user=None, meal=meal, food=make_food("oats"), grams=60)
    url = f"/admin/catalog/nutritiontemplatemeal/{meal.pk}/change/"
    page = text_of(curator.get(f"/admin/catalog/nutritiontemplate/{template.pk}/change/"))
    assert "60 g of Oats" in page
    assert f'href="{url}"' in page
    values = form_values(curator.get(url)) | {"items-0-grams": "80"}
    assert curator.post(url, values).status_code == 302
    assert NutritionTemplateItem.objects.get().grams == 80


def test_parts_of_what_is_published_say_what_to_do(curator: Client) -> None:  # noqa: F811 - a fixture
    supplement = make_supplement(status="published")
    part = supplement.interactions.get(with_name="Calcium")
    page = text_of(curator.get(f"{SUPPLEMENTS}{supplement.pk}/change/"))
    assert "Iron is published: athletes can see it. What is in it is changed by somebody who may publish alone." in page
    assert "Send for review" in page
    assert "A review, 2018, https://example.org/a" in page
    new = {"supplement": str(supplement.pk), "with_kind": "food", "with_name": "Tea", "severity": "caution"}
    for url, values in ((f"{INTERACTIONS}{part.pk}/change/", new), (f"{INTERACTIONS}add/", new)):
        refused = curator.post(url, values)
        assert (refused.status_code, "somebody who may publish alone" in refused.content.decode()) == (403, True)
    assert curator.get(f"{INTERACTIONS}{part.pk}/delete/").status_code == 403
    assert interactions() == [("Calcium", 0.0), ("Coffee", 1.0)]


def test_pages_that_are_only_read_hold_no_json(db: None) -> None:
    give_permissions()
    support = make_user("sue@example.org", is_staff=True)
    support.groups.add(support.groups.model.objects.get(name="support"))
    food = Food.objects.get(pk=make_food("oats", portions=[{"name": "cup", "grams": 40.5}], diets=["vegan"]).pk)
    page = text_of(client_for(support).get(f"/admin/catalog/food/{food.pk}/change/"))
    assert "cup: 40.5 g" in page
    assert "grams&quot;" not in page


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (
            "condition",
            {"all": [{"fact": "age_y", "gte": 18}, {"not": {"any": [{"fact": "sex", "in": ["female", "male"]}]}}]},
            "all of these:\n- age y is at least 18\n- not: one of these:\n- - sex is one of female, male",
        ),
        ("condition", {"not": {"fact": "smokes", "eq": False}}, "not: smokes is no"),
        ("condition", {"nonsense": 1}, "nonsense: 1"),
        ("metadata_schema", {"properties": {"reps": {}, "wind": {}}}, "Repetitions\nwind"),
        ("media", [{"kind": "video", "url": "https://example.org/v"}], "video: https://example.org/v"),
        ("names", {"de": "Eins"}, "de: Eins"),
    ],
)
def test_field_is_read_as_people_write_it(field: str, value: Any, told: str) -> None:
    assert reading(field, value) == told
