from catalog.domain.nutrients import Eaten
from lib.errors import TooLarge
from nutrition.domain.totals import MealTotals, meal_totals
from nutrition.models import Meal, MealItem
from nutrition.services.diary import MAX_ITEMS


def totals_of(meal: Meal) -> MealTotals:
    """With the values that its foods have now. One query. Raises TooLarge."""
    items = MealItem.objects.live().filter(user=meal.user_id, meal=meal).values_list("grams", "food__nutrients")
    foods = [Eaten(float(grams), nutrients) for grams, nutrients in items[: MAX_ITEMS + 1]]
    if len(foods) > MAX_ITEMS:
        raise TooLarge(f"This has more than {MAX_ITEMS:,} items, the most that are summed up at once.")
    return meal_totals(foods, servings=float(meal.servings))
