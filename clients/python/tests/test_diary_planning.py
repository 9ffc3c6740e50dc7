"""What a diary's file changes in an account: ids that follow from the file, and nothing twice."""

from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from dropset_files.planning.account import Account
from dropset_files.planning.diaries import DiaryPlanner
from dropset_files.planning.planner import Plan, Wishes
from dropset_files.reading import ReadAs, read_diary
from dropset_files.shared.values import JsonObject
from tests.test_diary_reading import BIOMETRICS, BREAKFAST, DAILY, MFP, SERVINGS, ZONE

NUTRIENTS = frozenset(("energy", "protein", "fat", "carbohydrate", "sodium"))
OATS = '2026-09-25,,Breakfast,"Oats, rolled",80.00 g,300.8,,,,,46.0,54.0,5.2,8,10.6,Grains\n'
EGGS = "2026-09-26,,Lunch,Eggs,2.00 large,143,,,,,,1.1,9.5,,12.6,Eggs\n"
WATER = "2026-09-26,,Lunch,Water,250 ml,0,,,,,,,,250,,\n"
SUMS = "2026-09-25,Breakfast,300.8,46,54,5.2,10.6,true\n2026-09-27,Lunch,500,40,50,10,20,true\n"


class Room:
    def longest(self, entity: str, name: str) -> int:
        return {"typed_name": 20}.get(name, 2000)

    def problem(self, entity: str, name: str, value: object) -> str | None:
        return "nobody weighs that" if name == "body_weight" and float(str(value)) > 700 else None


class Home:
    """An account, to which plans are carried out."""

    def __init__(self) -> None:
        self.standing: dict[str, dict[str, JsonObject]] = {}
        self.ids: set[str] = set()

    def plan(self, text: str, *, take_file: bool = False, bring_back: bool = False) -> Plan:
        file = read_diary(text, ReadAs(ZoneInfo("Europe/Berlin")))
        account = Account(str(UUID(int=1)), Room(), {}, self.ids)
        planner = DiaryPlanner(file, account, zone=str(ZONE), nutrients=NUTRIENTS)
        asked = planner.used_ids()
        standing = {
            entity: {key: one for key, one in documents.items() if key in asked[entity] or entity == "meal_log"}
            for entity, documents in self.standing.items()
        }
        return planner.run(standing, Wishes(take_file=take_file, bring_back=bring_back))

    def take(self, text: str, **wishes: bool) -> Plan:
        plan = self.plan(text, **wishes)
        for change in plan.changes:
            documents = self.standing.setdefault(change.entity, {})
            documents[change.id] = {**documents.get(change.id, {}), **change.data}
            self.ids.add(change.id)
        return plan

    def delete(self, entity: str) -> None:
        self.standing[entity].clear()

    def all(self, entity: str) -> list[JsonObject]:
        return list(self.standing.get(entity, {}).values())


def total(counted: Mapping[str, int]) -> int:
    return sum(counted.values())


def test_documents_are_what_the_server_takes() -> None:
    home = Home()
    home.take(SERVINGS + OATS + WATER)
    ((meal_id, meal),) = home.standing["meal_log"].items()
    assert meal == {
        "eaten_on": "2026-09-25",
        "slot": "breakfast",
        "title": "",
        "source": "cronometer",
        "time_zone": "Europe/Berlin",
    }
    assert home.all("meal_log_item") == [
        {
            "meal_log": meal_id,
            "typed_name": "Oats, rolled",
            "position": 1,
            "grams": "80.00",
            "nutrients": {"energy": 300.8, "carbohydrate": 54.0, "fat": 5.2, "protein": 10.6},
            "basis": "whole",
        }
    ]
    assert home.all("water_log") == [{"drunk_on": "2026-09-26", "amount_ml": 250, "time_zone": "Europe/Berlin"}]


def test_the_same_and_overlapping_files_change_nothing_twice() -> None:
    home = Home()
    assert total(home.take(SERVINGS + OATS + EGGS).made) == 4
    assert home.plan(SERVINGS + OATS + EGGS).changes == []
    longer = home.take(SERVINGS + EGGS + WATER + EGGS)
    assert dict(longer.made) == {"meal_log_item": 1, "water_log": 1}  # the eggs that are there twice
    again = Home()
    again.take(SERVINGS + OATS + EGGS)
    assert again.ids <= home.ids


def test_what_the_user_changed_stays_unless_they_wish_for_the_file() -> None:
    home = Home()
    home.take(MFP + BREAKFAST)
    (item,) = home.all("meal_log_item")
    item["nutrients"] = {"energy": 1}
    plan = home.plan(MFP + BREAKFAST)
    assert ([problem.line for problem in plan.problems], plan.changes) == ([2], [])
    home.take(MFP + BREAKFAST, take_file=True)
    (item,) = home.all("meal_log_item")
    assert item["nutrients"]["energy"] == 550


def test_what_the_user_deleted_stays_deleted_unless_they_want_it_back() -> None:
    home = Home()
    home.take(SERVINGS + OATS + EGGS)
    home.delete("meal_log")
    home.delete("meal_log_item")
    plan = home.plan(SERVINGS + OATS + EGGS)
    assert (plan.changes, dict(plan.deleted)) == ([], {"meal_log": 2, "meal_log_item": 2})
    assert total(home.take(SERVINGS + OATS + EGGS, bring_back=True).made) == 4
    assert home.plan(SERVINGS + OATS + EGGS, bring_back=True).changes == []


def test_sums_do_not_come_beside_the_foods_that_they_are_of() -> None:
    home = Home()
    home.take(SERVINGS + OATS)
    sums = home.take(DAILY + SUMS)
    assert [log["eaten_on"] for log in home.all("meal_log")] == ["2026-09-25", "2026-09-27"]
    assert sums.told[-1].startswith("1 days were left out, the first of them 2026-09-25")
    assert home.plan(DAILY + SUMS).changes == []
    assert home.plan(SERVINGS + OATS.replace("09-25", "09-27")).changes == []
    whole = "Date,Energy (kcal),Carbs (g),Fat (g),Protein (g),Completed\n2026-09-27,500,50,10,20,true\n"
    assert home.plan(whole).changes == []


def test_what_there_is_no_room_for_is_kept_in_notes_or_named() -> None:
    home = Home()
    long = "Cheese, with a name that is far too long"
    plan = home.take(SERVINGS + OATS.replace("Oats, rolled", long).replace("54.0", "54000000"))
    (item,) = home.all("meal_log_item")
    assert (len(item["typed_name"]), item["notes"]) == (20, long)
    assert "carbohydrate" not in item["nutrients"]
    assert [problem.line for problem in plan.problems] == [2]
    heavy = home.plan(f"{BIOMETRICS}2026-09-26,,,Weight,kg,5000\n2026-09-26,,,Weight,kg,80\n")
    assert (len(heavy.changes), [problem.line for problem in heavy.problems]) == (1, [2])


def test_nutrients_that_the_library_lacks_are_told() -> None:
    plan = Home().plan(MFP + BREAKFAST)
    assert plan.told[-1].startswith("cholesterol, fatty-acids-monounsaturated")
