"""Trees of plans, canonical or private, and how the catalogue's pull shows them."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from config.tests.contract import SchemaClient
from lib.writes import Catalogue, writing
from specimens.models import Plan, PlanDay, PlanSlot
from sync.tests.devices import PULL, Json


@dataclass(frozen=True)
class Tree:
    """A plan with two days, each with two slots."""

    plan: Plan
    days: list[PlanDay]
    slots: list[PlanSlot]

    @property
    def ids(self) -> set[str]:
        return {str(row.pk) for row in (self.plan, *self.days, *self.slots)}


def make_tree(user: User | None = None, *, status: str = "draft", **values: Any) -> Tree:
    with writing(user=user or Catalogue(), source="admin"):
        plan = Plan.objects.create(user=user, title="Base", status=status, **values)
        days = [PlanDay.objects.create(user=user, plan=plan, title=f"Day {n}", position=n) for n in (1, 2)]
        slots = [PlanSlot.objects.create(user=user, day=day, reps=reps) for day in days for reps in (5, 8)]
    return Tree(plan, days, slots)


def set_status(tree: Tree, status: str) -> None:
    with writing(user=Catalogue(), source="admin"):
        Plan.objects.filter(pk=tree.plan.pk).update(status=status)


class Library:
    """The catalogue as a device keeps it, pull by pull."""

    def __init__(self, api: SchemaClient) -> None:
        self.api, self.cursor = api, ""
        self.records: dict[str, Json] = {}

    def pull(self) -> list[tuple[str, bool]]:
        """(entity, deleted) of each change, in their order."""
        response = self.api.get(PULL, {"scope": "catalog", **({"cursor": self.cursor} if self.cursor else {})})
        assert response.status_code == 200, response.content
        page: Json = response.json()
        self.cursor = page["cursor"]
        for change in page["changes"]:
            self.records.pop(change["id"], None)
            if not change["deleted"]:
                self.records[change["id"]] = change["data"]
        return [(change["entity"], change["deleted"]) for change in page["changes"]]

    @property
    def ids(self) -> set[str]:
        return set(self.records)
