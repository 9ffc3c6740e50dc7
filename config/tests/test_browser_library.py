"""What curators do in a browser, and what a phone has of it afterwards."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from selenium.webdriver.support.select import Select

from accounts.models import User
from catalog.models import ExerciseType, Suggestion
from catalog.services.suggestions import suggest
from catalog.tests.factories import make_canonical
from config.tests import test_browser
from config.tests.test_browser import Page, log_in
from dropset_client import Device, RetryPolicy
from lib.tests.factories import as_id, make, make_user

driver, page = test_browser.driver, test_browser.page  # its fixtures
PASSWORD = "dropset-demo"
TYPES = "/admin/catalog/exercisetype/"
Types = Callable[[], dict[str, dict[str, Any]]]


def make_staff(name: str, *codenames: str) -> User:
    """A curator, with these permissions to publish."""
    user = make_user(f"{name}@example.org", password=PASSWORD, is_staff=True)
    publishing = {"publish_library", "publish_alone"} - {*codenames}
    of_the_library = Permission.objects.filter(content_type__app_label="catalog")
    user.user_permissions.set(of_the_library.exclude(codename__in=publishing))
    return user


def change_to(page: Page, name: str) -> None:
    page.driver.delete_all_cookies()
    log_in(page, f"{name}@example.org")


def take_step(page: Page, row: ExerciseType, label: str, note: str = "") -> None:
    page.open(f"{TYPES}{row.pk}/workflow/")
    Select(page.see("[name=to]")).select_by_visible_text(label)
    page.write("[name=note]", note)


def pick(page: Page, field_id: str, label: str) -> None:
    """A row that is searched by typing."""
    page.click(f"#{field_id} + .select2-container")
    page.see(".select2-container--open .select2-search__field").send_keys(label)
    page._wait().until(lambda _: page.texts(".select2-results__option") == [label])
    page.click(".select2-results__option")


def download_to(page: Page, folder: Path) -> None:
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})


@pytest.fixture
def ann(db: None) -> User:
    return make_user("ann@example.org", password=PASSWORD)


@pytest.fixture
def phone(ann: User, live_server: Any, tmp_path: Path) -> Iterator[Device]:
    with ExitStack() as stack:
        device = Device.open(tmp_path / "phone.db", live_server.url, retry=RetryPolicy(waits_s=()))
        stack.enter_context(device)
        device.login(ann.email, PASSWORD)
        yield device


@pytest.fixture
def types(phone: Device) -> Types:
    """What the phone pulls of the library: exercise types by their slugs."""

    def pulled() -> dict[str, dict[str, Any]]:
        answer: Any = phone.fetch("sync/pull", scope="catalog")
        documents = [change["data"] for change in answer["changes"] if change["entity"] == "exercise_type"]
        return {document["slug"]: document for document in documents if document}

    return pulled


def test_type_goes_from_a_draft_to_its_retirement(page: Page, types: Types) -> None:
    make_staff("carla")
    make_staff("rita", "publish_library", "publish_alone")
    newer = make_canonical("preacher-curl")
    log_in(page, "carla@example.org")
    page.open(f"{TYPES}add/")
    page.write("#id_name", "Towel Curl")
    page.write("#id_slug", "towel-curl")
    page.write("#id_instructions", "1. Hold a towel.")
    page.click("[name=_save]")
    page.see_text("was added successfully")
    row = ExerciseType.objects.get(slug="towel-curl")
    take_step(page, row, "Submit for review", "Have a look.")
    page.click("#step button")
    page.see_text("Towel Curl is in review.")
    assert "towel-curl" not in types()

    change_to(page, "rita")
    take_step(page, row, "Publish")
    page.click("#step button")
    page.see_text("Towel Curl is published.")
    assert types()["towel-curl"]["instructions"] == "1. Hold a towel."

    page.open(f"{TYPES}{row.pk}/change/")
    page.write("#id_instructions", "1. Hold a rope.")
    page.click("[name=_save]")
    page.see_text("was changed successfully")
    assert types()["towel-curl"]["instructions"] == "1. Hold a rope."

    page.open(f"{TYPES}{row.pk}/versions/")
    page.click("#versions li:last-child [name=left]")
    page.click("#compare button")
    page.see("del")
    assert (page.texts(".before del"), page.texts(".after ins")) == (["Draft", "towel."], ["Published", "rope."])
    page.write("[name=note]", "It was a towel.")
    page.click("#back button")
    page.see_text("Towel Curl is as it was then.")
    page.see_text("It was a towel.")
    assert types()["towel-curl"]["instructions"] == "1. Hold a towel."

    take_step(page, row, "Retire", "Nobody has a towel.")
    pick(page, "id_replaced_by", "Preacher Curl")
    page.click("#step button")
    page.see_text("replaced by Preacher Curl")
    assert (types()["towel-curl"]["status"], types()["towel-curl"]["replaced_by"]) == ("retired", as_id(newer))
    assert page.hosts() == {page.base_url}
    assert page.complaints() == []


def test_duplicates_are_merged_and_the_phone_follows(page: Page, phone: Device, types: Types) -> None:
    make_staff("rita", "publish_library")
    kept, double = make_canonical("bench-press"), make_canonical("bench-pres", name="Bench pres", aliases=["Flat"])
    exercise = phone.create("exercise", {"exercise_type": as_id(double)})
    phone.sync()
    log_in(page, "rita@example.org")
    page.open(f"{TYPES}all-duplicates/")
    page.click("#pairs a")
    page.see_text("Used by 1 athlete: 1 exercise.")
    Select(page.see("[name=keep]")).select_by_visible_text("Bench Press (bench-press)")
    page.click("#merge button:not([name])")
    page.see_text("1 rows of 1 athletes name it now")
    phone.sync()
    assert phone.list("exercise")[0]["exercise_type"] == as_id(kept)
    assert types()["bench-press"]["aliases"] == ["Bench pres", "Flat"]
    assert types()["bench-pres"]["replaced_by"] == as_id(kept)
    page.click("a[href$='/undo/']")
    page.see_text("was merged into")
    page.click("#undo button")
    page.see_text("Bench pres is what it was")
    phone.sync()
    assert (phone.list("exercise")[0].id, phone.list("exercise")[0]["exercise_type"]) == (exercise, as_id(double))
    assert page.complaints() == []


def test_sheet_is_changed_in_a_spreadsheet_and_the_phone_has_it(page: Page, types: Types, tmp_path: Path) -> None:
    make_staff("rita", "publish_library", "publish_alone")
    make_canonical("bench-press", instructions="1. Lie down.")
    make_canonical("squat")
    log_in(page, "rita@example.org")
    download_to(page, tmp_path)
    page.open(f"{TYPES}?q=bench")
    page.click("a[href*='/export-sheet/']")
    page._wait().until(lambda _: [*tmp_path.glob("*.csv")])
    (exported,) = tmp_path.glob("*.csv")
    header, line, *more = exported.read_text("utf-8-sig").splitlines()
    assert (line.split(",")[0], more) == ("bench-press", [])
    changed = tmp_path / "changed.csv"
    new = line.replace("bench-press", "towel-press").replace("Bench Press", "Towel Press").replace("published", "")
    changed.write_text("\n".join([header, line.replace("Lie down", "Lie on the bench"), new]), "utf-8")

    page.open(TYPES)
    page.click("a[href$='/import-sheet/']")
    page._wait().until(lambda driver: driver.find_element("name", "file")).send_keys(str(changed))
    page.click("#sheet button")
    page.see_text("Nothing is written yet. changed.csv: 1 new, 1 changed, 0 unchanged, 0 refused.")
    assert page.texts("#differences [data-kind=changed] + tr ins") == ["1. Lie on the bench."]
    assert types()["bench-press"]["instructions"] == "1. Lie down."
    page.click("#apply button")
    page.see_text("1 added as drafts, 1 changed, 0 left out.")
    assert types()["bench-press"]["instructions"] == "1. Lie on the bench."
    assert "towel-press" not in types()

    take_step(page, ExerciseType.objects.get(slug="towel-press"), "Publish")
    page.click("#step button")
    page.see_text("Towel Press is published.")
    assert types()["towel-press"]["name"] == "Towel Press"
    assert page.complaints() == []


def test_change_of_a_published_type_is_proposed_and_applied(page: Page, types: Types) -> None:
    make_staff("carla")
    make_staff("rita", "publish_library")
    row = make_canonical("towel-curl", instructions="1. Hold a towel.")
    log_in(page, "carla@example.org")
    page.open(f"{TYPES}{row.pk}/change/")
    page.write("#id_instructions", "1. Hold a rope.")
    page.write("[name=proposal_note]", "Nobody has a towel.")
    page.click("[name=_save]")
    page.see_text("stays as it is until somebody else has applied your change")
    assert types()["towel-curl"]["instructions"] == "1. Hold a towel."

    change_to(page, "rita")
    page.see_text("Proposed changes")
    page.click(".ds-panel a[href*='/catalog/proposal/']")
    page.see_text("Nobody has a towel.")
    assert (page.texts(".before del"), page.texts(".after ins")) == (["towel."], ["rope."])
    page.click("#answer button")
    page.see_text("Towel Curl is changed as proposed.")
    assert types()["towel-curl"]["instructions"] == "1. Hold a rope."
    assert page.complaints() == []


def test_suggestion_is_accepted_and_the_phone_reads_the_answer(
    page: Page,
    phone: Device,
    ann: User,
    types: Types,
) -> None:
    make_staff("rita", "publish_library")
    own = make(ExerciseType, ann, name="Towel curl")
    phone.sync()
    phone.create("exercise", {"exercise_type": as_id(own)})
    phone.sync()
    suggest(row=own, user=ann, message="We all do it.", at=timezone.now())
    log_in(page, "rita@example.org")
    page.open(f"/admin/catalog/suggestion/{Suggestion.objects.get().pk}/change/")
    page.click("a[href$='/answer/']")
    page.see_text("We all do it.")
    page.write("[name=answer]", "Thank you!")
    page.click("#answer button")
    page.see_text("Towel curl is answered.")
    phone.sync()
    row = ExerciseType.objects.get(slug="towel-curl")
    assert types()["towel-curl"]["status"] == "published"
    assert phone.list("exercise")[0]["exercise_type"] == as_id(row)
    (answer,) = phone.list("suggestion")
    assert (answer["state"], answer["answer"], answer["library_id"]) == ("accepted", "Thank you!", as_id(row))
    assert page.complaints() == []
