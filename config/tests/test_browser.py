"""The pages as people see them: a real browser against a real server, and no other host within its reach."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as wait_for
from selenium.webdriver.support.wait import WebDriverWait

from accounts.enums import LinkPurpose
from accounts.models import User
from accounts.services.mails import mail_link
from accounts.tests.factories import give_reason, token_for
from catalog.models import ExerciseType
from catalog.tests.factories import make_canonical, make_muscle
from config.tests.contract import openapi
from conftest import client_of
from lib.tests.factories import make, make_user
from sync.models import Conflict
from training.models import Exercise, Set, Workout

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ADVICE = "No browser here: install chromium and chromium-driver (Debian's names) to test the pages."
WAIT_S = 20


class Page:
    """A browser at one server. What it looks for it waits for."""

    def __init__(self, driver: Chrome, base_url: str) -> None:
        self.driver = driver
        self.base_url = base_url

    def open(self, path: str) -> None:
        self.driver.get(self.base_url + path)

    def see(self, selector: str) -> WebElement:
        found: WebElement = self._wait().until(wait_for.visibility_of_element_located((By.CSS_SELECTOR, selector)))
        return found

    def see_all(self, selector: str, texts: set[str]) -> None:
        """Elements with these texts, somewhere on the way down a page that makes what is in sight. Places where a line may
        break are no text.
        """
        found: set[str] = set()

        def on_the_way(driver: Any) -> bool:
            found.update(text.replace("\u200b", "") for text in self.texts(selector))
            driver.execute_script("window.scrollBy(0, window.innerHeight / 2)")
            return texts <= found

        self._wait(every_s=0.05).until(on_the_way)

    def see_text(self, text: str) -> None:
        self._wait().until(wait_for.text_to_be_present_in_element((By.TAG_NAME, "body"), text))

    def click(self, selector: str) -> None:
        element = self._wait().until(wait_for.element_to_be_clickable((By.CSS_SELECTOR, selector)))
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)  # from under the bars
        element.click()

    def write(self, selector: str, text: str) -> None:
        field = self.see(selector)
        field.clear()
        field.send_keys(text)

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def attributes(self, selector: str, name: str) -> list[str | None]:
        return [element.get_attribute(name) for element in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def hosts(self) -> set[str]:
        """Of everything that the page asked for."""
        script = "return performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin)"
        return set(self.driver.execute_script(script))

    def complaints(self) -> list[str]:
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium has no type for it
        found = [entry["message"] for entry in entries if entry["level"] == "SEVERE"]
        return [message for message in found if "/favicon.ico" not in message]

    def _wait(self, every_s: float = 0.5) -> WebDriverWait[Any]:
        return WebDriverWait(self.driver, WAIT_S, poll_frequency=every_s)


@pytest.fixture(scope="module")
def driver() -> Iterator[Chrome]:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    controller = shutil.which("chromedriver")
    if browser is None or controller is None:
        assert os.environ.get("CI") != "true", ADVICE
        pytest.skip(ADVICE)
    options = ChromeOptions()
    options.binary_location = browser
    for argument in (
        "headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", "window-size=1280,1000", "lang=en",
        "host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
    ):  # fmt: skip
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options, ChromeService(controller))
    yield driver
    driver.quit()


@pytest.fixture
def page(driver: Chrome, live_server: Any) -> Page:
    driver.delete_all_cookies()
    return Page(driver, live_server.url)


def log_in(page: Page, email: str) -> None:
    page.open("/admin/")
    page.write("input[name=username]", email)
    page.write("input[name=password]", "dropset-demo")
    page.click("button[type=submit]")
    page.see("#nav-sidebar")


def test_curator_finds_a_type_and_edits_it(page: Page) -> None:
    call_command("create_demo", verbosity=0)
    make_muscle("chest")
    make_muscle("triceps")
    make_canonical("bench-press", name="Bench Press", primary_muscles=["chest"])
    make_canonical("squat", name="Squat")
    log_in(page, "curator@dropset.local")
    page.click("#nav-sidebar a[href='/admin/catalog/exercisetype/']")
    page.see("#result_list")
    assert len(page.texts("#result_list tbody tr")) == 2
    page.write("#searchbar", "bench\n")
    page.see_text("1 result")
    page.click("#result_list tbody a")
    page.write("#id_name", "Flat Bench Press")
    page.click("[name=primary_muscles][value=triceps]")
    page.click("[name=_save]")
    page.see_text("was changed successfully")
    assert "Flat Bench Press" in page.texts("#result_list tbody tr")[0]
    row = ExerciseType.objects.get(slug="bench-press")
    assert (row.name, row.primary_muscles) == ("Flat Bench Press", ["chest", "triceps"])
    assert page.hosts() == {page.base_url}
    assert page.complaints() == []


def test_curator_sees_why_a_muscle_stays(page: Page) -> None:
    call_command("create_demo", verbosity=0)
    make_muscle("chest")
    make_canonical("bench-press", primary_muscles=["chest"])
    log_in(page, "curator@dropset.local")
    page.open("/admin/catalog/muscle/chest/delete/")
    page.see_text("Exercise type: Bench Press")
    assert page.complaints() == []


def test_docs_page_shows_every_operation_without_a_network(page: Page) -> None:
    page.open("/api/docs/")
    page.see(".opblock-tag")
    assert page.driver.title == "Dropset API"
    tags = {operation["tags"][0] for path in openapi()["paths"].values() for operation in path.values()}
    assert set(page.attributes(".opblock-tag", "data-tag")) == tags | {"specimens"}  # of the test suite
    for tag, path in (("sync", "/api/v1/sync/push"), ("auth", "/api/v1/auth/login"), ("workouts", "/api/v1/workouts/")):
        page.click(f"#operations-tag-{tag} button")
        page.see_all(".opblock-summary-path", {path})
    assert page.hosts() == {page.base_url}
    assert page.complaints() == []


def test_link_of_the_mail_leads_to_a_password(page: Page) -> None:
    mail_link(purpose=LinkPurpose.REGISTER, email="eve@example.org", at=timezone.now())
    page.open(f"/verify-email/{token_for('eve@example.org')}")
    page.write("[name=password]", "correct horse battery")
    page.write("[name=password_again]", "correct horse")
    page.click("button[type=submit]")
    page.see_text("The two passwords differ.")
    page.write("[name=password]", "correct horse battery")
    page.write("[name=password_again]", "correct horse battery")
    page.click("button[type=submit]")
    page.see_text("Log in to your app with eve@example.org")
    assert User.objects.get().check_password("correct horse battery")
    assert page.hosts() == {page.base_url}
    (complaint,) = page.complaints()
    assert "status of 400" in complaint  # the form that came back


def test_admin_is_blocked_from_nothing_that_it_needs(page: Page) -> None:
    """Every kind of page, under the policy that says what it may load."""
    call_command("create_demo", verbosity=0)
    make_muscle("chest")
    make_canonical("bench-press", name="Bench Press", primary_muscles=["chest"])
    make_user("charlie@example.org", password="dropset-demo", is_staff=True, is_superuser=True)
    log_in(page, "charlie@example.org")
    user = User.objects.get(email="demo@dropset.local")
    for path in (
        "", "accounts/user/", f"accounts/user/{user.pk}/change/", f"accounts/user/{user.pk}/password/",
        f"accounts/user/{user.pk}/history/", "accounts/user/add/", "accounts/session/", "catalog/exercisetype/",
        "catalog/exercisetype/add/", "sync/head/", "auth/group/add/", "password_change/",
    ):  # fmt: skip
        page.open(f"/admin/{path}")
        page.see("#nav-sidebar")
        assert page.hosts() <= {page.base_url}, path
        assert page.complaints() == [], path


def support_of(athlete: User) -> User:
    call_command("roles", verbosity=0)
    user = make_user("sue@example.org", password="dropset-demo", is_staff=True)
    user.groups.add(Group.objects.get(name="support"))
    workout = make(Workout, athlete, title="Push day")
    kind = make_canonical("bench-press", name="Bench Press")
    exercise = make(Exercise, athlete, workout=workout.pk, exercise_type=kind.pk)
    Set.objects.create(user=athlete, exercise=exercise, reps=8, load_kg="80.00")
    return user


def test_support_says_why_and_then_sees_a_workout_and_the_athlete_reads_it(page: Page) -> None:
    alice = make_user("alice@example.org")
    sue = support_of(alice)
    log_in(page, "sue@example.org")
    page.open("/admin/accounts/user/")
    page.write("#searchbar", "alice\n")
    page.see_text("1 result")
    page.click("#result_list tbody a")
    page.see_text("Give a reason to look at it")
    assert "Workouts" not in page.see("#content-main section").text
    page.open(f"/admin/training/workout/{Workout.objects.get().pk}/change/")  # a link from a colleague
    page.see_text("Say why you look at it")
    page.write("#id_reason", "Ticket 12: the load of a set is wrong.")
    page.click("#content button[type=submit]")
    assert "8 x 80 kg" in page.see("#sheet").text
    page.click("#sheet tbody a")
    page.see_text("set 1: 8 x 80 kg")
    assert page.complaints() == []
    seen = client_of(alice).get("/api/v1/account/access/").json()["results"]
    workout, row = Workout.objects.get(), Set.objects.get()
    assert [(entry["what"], entry["reason"]) for entry in seen] == [
        (f"set {row.pk}", ""),
        (f"workout {workout.pk}", ""),
        ("", "Ticket 12: the load of a set is wrong."),
    ]
    assert {entry["actor"] for entry in seen} == {str(sue.pk)}


PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


@pytest.fixture
def phone(page: Page) -> Iterator[Page]:
    """Wide again when the test is over."""
    yield page
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_pages_of_support_fit_a_phone(phone: Page) -> None:
    alice = make_user("alice@example.org")
    make_user("charlie@example.org", password="dropset-demo", is_staff=True, is_superuser=True)
    give_reason(User.objects.get(email="charlie@example.org"), alice)
    support_of(alice)
    conflict = Conflict.objects.create(
        user=alice, kind="field", entity="set", record_id=Set.objects.get().pk, record_version=1,
        fields=[{"name": "notes", "base": "", "kept": {"value": "n" * 90, "at": "2026-03-01T10:00:00Z"},
                 "lost": {"value": "left knee " * 20, "at": "2026-03-01T10:00:00Z"}}],
    )  # fmt: skip
    log_in(phone, "charlie@example.org")
    phone.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    for path in (
        f"accounts/user/{alice.pk}/change/", f"accounts/user/{alice.pk}/reason/", "training/workout/",
        f"training/workout/{Workout.objects.get().pk}/change/", f"training/set/{Set.objects.get().pk}/change/",
        f"sync/conflict/{conflict.pk}/change/", "sync/conflict/", "sync/mutationrow/", "sync/logrow/", "accounts/auditentry/",
        f"auth/group/{Group.objects.get(name='support').pk}/change/",
    ):  # fmt: skip
        phone.open(f"/admin/{path}")
        phone.see("#content")
        assert phone.driver.execute_script("return document.documentElement.scrollWidth") <= PHONE["width"] + 1, (
            path
        )  # it is rounded
        assert phone.complaints() == [], path
