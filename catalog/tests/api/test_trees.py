"""Supplements and nutrition templates with all that is in them."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from catalog.enums import Status
from catalog.models import (
    NutritionTemplate,
    NutritionTemplateItem,
    NutritionTemplateMeal,
    Supplement,
    SupplementInteraction,
)
from catalog.tests.factories import any_food, make_program, make_shared
from config.tests.contract import SchemaClient, check_error
from conftest import client_of
from lib.tests.factories import make

LIBRARY = "/api/v1/library"


def make_supplement(slug: str, interactions: int) -> Supplement:
    supplement: Supplement = make_shared(Supplement, slug)
    for n in range(interactions):
        SupplementInteraction.objects.create(
            supplement=supplement, position=-n, with_kind="medicine", with_name=f"Medicine {n}"
        )
    return supplement


def make_template(slug: str, meals: int) -> NutritionTemplate:
    template: NutritionTemplate = make_shared(NutritionTemplate, slug)
    for n in range(meals):
        meal = NutritionTemplateMeal.objects.create(template=template, position=-n, name=f"Meal {n}", slot="snack")
        for grams in (20, 10):
            NutritionTemplateItem.objects.create(meal=meal, position=grams, food=any_food(), grams=grams)
    return template


def test_supplement_is_read_with_its_interactions_in_their_order(db: None, anonymous: SchemaClient) -> None:
    supplement = make_supplement("iron", 3)
    SupplementInteraction.objects.filter(with_name="Medicine 1").update(deleted_at=timezone.now())
    for key in ("iron", supplement.pk):
        body = anonymous.get(f"{LIBRARY}/supplements/{key}/tree/").json()
        assert [each["with_name"] for each in body["interactions"]] == ["Medicine 2", "Medicine 0"]
    assert {**body, "interactions": None} == {
        **anonymous.get(f"{LIBRARY}/supplements/iron/").json(),
        "interactions": None,
    }


def test_template_is_read_with_its_meals_and_foods(db: None, anonymous: SchemaClient) -> None:
    make_template("plants", 2)
    meals = anonymous.get(f"{LIBRARY}/nutrition-templates/plants/tree/").json()["meals"]
    assert [(meal["name"], [item["grams"] for item in meal["items"]]) for meal in meals] == [
        ("Meal 1", ["10.0", "20.0"]),
        ("Meal 0", ["10.0", "20.0"]),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_tree_takes_a_query_for_each_kind(
    db: None, anonymous: SchemaClient, count: int, django_assert_num_queries: Any
) -> None:
    make_supplement("iron", count)
    make_template("plants", count)
    with django_assert_num_queries(2):  # the supplement; its interactions
        anonymous.get(f"{LIBRARY}/supplements/iron/tree/")
    with django_assert_num_queries(3):  # the template; meals; items
        anonymous.get(f"{LIBRARY}/nutrition-templates/plants/tree/")


def test_ones_own_are_read_whole_by_oneself_alone(api: SchemaClient, alice: User, bob: User) -> None:
    interaction = make(SupplementInteraction, alice)
    url = f"/api/v1/supplements/{interaction.supplement_id}/tree/"
    assert [each["id"] for each in api.get(url).json()["interactions"]] == [str(interaction.pk)]
    check_error(client_of(bob).get(url), 404, "not_found")
    check_error(api.get(f"{LIBRARY}/supplements/{interaction.supplement_id}/tree/"), 404, "not_found")


@pytest.mark.parametrize("key", ["draft", "no-such", "cafe0000-0000-4000-8000-000000000000", "x_y"])
def test_tree_of_what_is_not_published_is_not_found(db: None, anonymous: SchemaClient, key: str) -> None:
    make_shared(Supplement, "draft", status=Status.DRAFT)
    check_error(anonymous.get(f"{LIBRARY}/supplements/{key}/tree/"), 404, "not_found")


def test_slug_of_a_program_finds_the_version_that_is_offered(db: None, anonymous: SchemaClient) -> None:
    versions = [make_program(slug="base", version=n, status=status) for n, status in enumerate(
        ("retired", "published", "draft"), start=1)]  # fmt: skip
    for address in ("base/", "base/tree/"):
        assert anonymous.get(f"{LIBRARY}/programs/{address}").json()["id"] == str(versions[1].pk)
    type(versions[1]).objects.filter(pk=versions[1].pk).update(status="retired")
    assert anonymous.get(f"{LIBRARY}/programs/base/").json()["version"] == 2
    assert anonymous.get(f"{LIBRARY}/programs/{versions[0].pk}/").json()["version"] == 1
