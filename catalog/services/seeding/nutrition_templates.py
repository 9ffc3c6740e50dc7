from functools import partial

from catalog.models import Food, NutritionTemplate, NutritionTemplateItem, NutritionTemplateMeal
from catalog.services.seeding.data import OWN_WORDS, Json, read_json, row_id
from catalog.services.seeding.references import Ids
from catalog.services.seeding.trees import Build, Library, Tree


def _builder() -> Build:
    return partial(_built, Ids(Food, "food"))


def _built(foods: Ids, row: Json, _version: int) -> Tree:
    meals = row.pop("meals")
    root_id = row_id("nutrition template", row["slug"])
    tree = Tree(NutritionTemplate(id=root_id, **{"source": OWN_WORDS, **row}))
    for number, meal in enumerate(meals, start=1):
        items, name = meal.pop("items"), f"meal {number}"
        meal_id = tree.add(NutritionTemplateMeal, name, template_id=root_id, position=number, **meal)
        for position, item in enumerate(items, start=1):
            food_id = foods[item.pop("food")]
            place = f"{name} item {position}"
            tree.add(NutritionTemplateItem, place, meal_id=meal_id, position=position, food_id=food_id, **item)
    return tree


LIBRARY = Library("nutrition_templates", NutritionTemplate, partial(read_json, "nutrition_templates"), _builder)
