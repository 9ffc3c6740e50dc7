"""A food diary on a device: twice, on two phones, and taken back."""

from zoneinfo import ZoneInfo

from dropset_client import Device
from dropset_client.diaries import DiaryReport, import_diary
from dropset_client.files import HowTo
from dropset_client.undoing import undo_import
from dropset_files.reading import ReadAs
from tests.conftest import Lab
from tests.test_diary_planning import EGGS, OATS, WATER
from tests.test_diary_reading import BIOMETRICS, SERVINGS

NUTRIENTS = frozenset(("energy", "protein", "fat", "carbohydrate"))
ENTITIES = ("meal_log", "meal_log_item", "water_log", "measurement")


def take(device: Device, text: str, *, dry_run: bool = False, **how: bool) -> DiaryReport:
    wanted = HowTo(take_file=how.get("take_file", False), bring_back=how.get("bring_back", False))
    read_as = ReadAs(ZoneInfo("Europe/Berlin"))
    return import_diary(device, text, read_as, nutrients=NUTRIENTS, how=wanted, dry_run=dry_run)


def ids(device: Device) -> list[set[str]]:
    return [{one.id for one in device.list(entity)} for entity in ENTITIES]


def test_importing_again_changes_nothing(lab: Lab) -> None:
    device = lab.device("a")
    tried = take(device, SERVINGS + OATS + EGGS + WATER, dry_run=True)
    assert device.pending() == 0
    first = take(device, SERVINGS + OATS + EGGS + WATER)
    queued = device.pending()
    again = take(device, SERVINGS + OATS + EGGS + WATER)
    assert (first.meals, first.foods, first.water) == (tried.meals, tried.foods, tried.water) == (2, 2, 1)
    assert (device.pending(), again.import_id, again.skipped) == (queued, None, 5)


def test_two_phones_make_the_same_records(lab: Lab) -> None:
    one, other = lab.device("a"), lab.device("b")
    for device in (one, other):
        take(device, SERVINGS + OATS + EGGS)
        take(device, BIOMETRICS + "2026-09-26,,,Weight,kg,80\n")
    assert ids(one) == ids(other)


def test_an_import_is_undone_but_for_what_the_user_has_worked_on(lab: Lab) -> None:
    device = lab.device("a")
    report = take(device, SERVINGS + OATS + EGGS + WATER)
    (oats,) = [one for one in device.list("meal_log_item") if (one.data or {})["typed_name"] == "Oats, rolled"]
    device.update("meal_log_item", oats.id, {"grams": "90.00"})
    (made,) = [one for one in device.store.imports.all() if one.id == report.import_id]
    undone = undo_import(device, made)
    assert (undone.deleted, len(undone.kept)) == (3, 2)  # the oats stay, and the breakfast that they are in
    assert [len(found) for found in ids(device)] == [1, 1, 0, 0]
    assert take(device, SERVINGS + OATS + EGGS + WATER, bring_back=True).foods == 1
