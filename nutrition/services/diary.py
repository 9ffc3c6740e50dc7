"""Logs from meals, meals from logs, logs and days copied. Each is made once, whoever asks how often.

A fixed number of queries, however much is in them. The callers are inside of `writing`.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from catalog.models import Food
from lib.documents import document_of, documents_of, insert_rows
from lib.errors import IdTaken
from lib.models import OwnedModel
from nutrition.domain import copies as domain
from nutrition.domain.copies import NewLog, NewMeal, Tree
from nutrition.enums import NutrientBasis
from nutrition.exceptions import NameMissing, NothingToTakeOver, NotOfFoods, TooManyServings
from nutrition.models import Meal, MealItem, MealLog, MealLogItem, fields

GRAMS_MAX, PORTIONS_MAX = Decimal(fields.GRAMS_MAX), Decimal(fields.PORTIONS_MAX)
MAX_LOGS = 100  # of a day
MAX_ITEMS = 1000  # of all that is made at once


@dataclass(frozen=True)
class Kind:
    """A root, what hangs on it, and by which reference."""

    root: type[OwnedModel]
    item: type[OwnedModel]
    to_root: str


MEAL = Kind(Meal, MealItem, "meal")
LOG = Kind(MealLog, MealLogItem, "meal_log")


def log_meal(*, meal: Meal, new: NewLog) -> None:
    """Raises IdTaken, TooLarge, TooManyServings."""
    (tree,) = _trees(MEAL, [meal])
    made = domain.log_of(tree, new)
    if any(item["grams"] > GRAMS_MAX or (item["portion_count"] or 0) > PORTIONS_MAX for item in made.items):
        raise TooManyServings
    _make_once(LOG, [made], user=meal.user_id)


def copy_log(*, log: MealLog, new: NewLog) -> None:
    """Raises IdTaken, TooLarge."""
    (tree,) = _trees(LOG, [log])
    _make_once(LOG, [domain.copy_of(tree, new)], user=log.user_id)


def copy_day(*, user: Any, act_id: UUID, day: dt.date, slot: str | None, to: NewLog) -> list[UUID]:
    """Gives the ids of the copies, in the order of the originals. Raises IdTaken, TooLarge."""
    logs = MealLog.objects.for_user(user).filter(eaten_on=day, **({} if slot is None else {"slot": slot}))
    documents = documents_of(logs.order_by("created_at", "id"), MAX_LOGS, "logs")
    made = domain.copies_of(_hung(LOG, documents, user.pk), act_id=act_id, to=to)
    _make_once(LOG, made, user=user.pk)
    return [tree.root["id"] for tree in made]


def save_as_meal(*, log: MealLog, new: NewMeal, foods_only: bool) -> None:
    """foods_only: what can be in no meal is left out. Raises IdTaken, TooLarge, NameMissing, NotOfFoods."""
    if not new.name:
        raise NameMissing
    (tree,) = _trees(LOG, [log])
    if not foods_only and not all(domain.can_be_in_a_meal(item) for item in tree.items):
        raise NotOfFoods
    _make_once(MEAL, [domain.meal_of(tree, new)], user=log.user_id)


def take_over(*, item: MealLogItem, at: dt.datetime) -> None:
    """The values that its food has now. Raises NothingToTakeOver."""
    if item.food_id is None or item.basis != NutrientBasis.PER_100_G:
        raise NothingToTakeOver
    _take_over(MealLogItem.objects.filter(pk=item.pk), at)


def take_over_all(*, log: MealLog, at: dt.datetime) -> None:
    """The same for all items that name a food; numbers of the whole stay."""
    named = MealLogItem.objects.live().filter(user=log.user_id, meal_log=log, basis=NutrientBasis.PER_100_G)
    _take_over(named.exclude(food=None), at)


def _take_over(items: Any, at: dt.datetime) -> None:
    present = Food.objects.filter(pk=OuterRef("food_id")).values("nutrients")[:1]
    items.exclude(nutrients=F("food__nutrients")).update(nutrients=Subquery(present), updated_at=at)


def _trees(kind: Kind, roots: Sequence[Any]) -> list[Tree]:
    return _hung(kind, [document_of(root) for root in roots], roots[0].user_id)


def _hung(kind: Kind, roots: Sequence[dict[str, Any]], user: Any) -> list[Tree]:
    """One query for all items."""
    ids = [root["id"] for root in roots]
    rows: Any = kind.item._default_manager.live().filter(user=user, **{f"{kind.to_root}__in": ids})
    items: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for item in documents_of(rows.order_by("position", "id"), MAX_ITEMS, "items"):
        items[item[kind.to_root]].append(item)
    return [Tree(root, items[root["id"]]) for root in roots]


def _make_once(kind: Kind, trees: Sequence[Tree], *, user: Any) -> None:
    """Writes them; nothing if any was made before, whatever became of it since.

    Raises IdTaken if an id is that of something else: it is another user's, or shares no row with this origin. And if all are
    deleted: an id makes one thing, once.
    """
    roots: Any = kind.root._default_manager.filter(pk__in=[tree.root["id"] for tree in trees])
    standing = list(roots)
    items = [item for tree in trees for item in tree.items]
    if not standing:
        insert_rows(kind.root, [tree.root for tree in trees], user)
        insert_rows(kind.item, items, user)
        return
    made_of_it = not items or kind.item._default_manager.filter(pk__in=[item["id"] for item in items]).exists()
    foreign = any(row.user_id != user for row in standing)
    if foreign or not made_of_it or all(row.deleted_at is not None for row in standing):
        raise IdTaken
