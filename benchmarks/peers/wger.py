"""wger, a log of training with an API: a POST for each set, because it takes one at a time."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from django.utils import timezone

from benchmarks.athletes import WHOLE
from benchmarks.bench import Bench
from benchmarks.measuring import WARM_UP, Act
from benchmarks.peers.installed import PEERS, WGER, connection_variables, run, serving
from benchmarks.pushes import Way, without_push
from benchmarks.report import Result
from benchmarks.stand import Databases, free_port

SENT = 50  # of the 500: they stand for the rest
API = "/api/v2"
LOG, CATEGORIES = "/workoutlog/", "/exercisecategory/"
ADMIN = {"username": "admin", "password": "adminadmin"}  # of its fixture
# In the order of their references. Not its exercises: their file names a column that their table no longer has.
FIXTURES = (
    *("gym", "languages", "groups", "users", "licenses", "setting_repetition_units", "setting_weight_units"),
    *("language_config", "gym_config", "categories"),
)
SETTINGS_NAME = "wger_settings"
# As its own template has it, but for operation: without debugging, its log silent, the connection to the database kept.
SETTINGS = """\
import logging
import os
from wger.settings_global import *

logging.disable(logging.WARNING)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
SECRET_KEY = os.environ["SECRET_KEY"]
SITE_URL = EMAIL_PAGE_DOMAIN = "http://127.0.0.1"
MEDIA_URL = "/media/"
SILENCED_SYSTEM_CHECKS = ["captcha.recaptcha_test_key_error"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PGDATABASE"],
        "CONN_MAX_AGE": None,
    }
}
"""


@contextmanager
def logged_in(databases: Databases) -> Iterator[httpx.Client]:
    """A server on a database beside ours; its client is logged in."""
    (PEERS / f"{SETTINGS_NAME}.py").write_text(SETTINGS)
    with databases.another(WGER.name) as url:
        ours = {"PYTHONPATH": str(PEERS), "DJANGO_SETTINGS_MODULE": SETTINGS_NAME, "SECRET_KEY": secrets.token_hex(32)}
        env, port = connection_variables(url) | ours, free_port()
        run(WGER, [WGER.program("django-admin"), "migrate"], env)
        run(WGER, [WGER.program("django-admin"), "loaddata", *FIXTURES], env)
        start = [WGER.program("waitress-serve"), f"--listen=127.0.0.1:{port}", "wger.wsgi:application"]
        with (
            serving(WGER, start, port, f"{API}{CATEGORIES}", env),
            httpx.Client(base_url=f"http://127.0.0.1:{port}{API}", timeout=120) as http,
        ):
            http.headers["Authorization"] = f"Token {_post(http, '/login/', ADMIN)['token']}"
            yield http


def new_set(http: httpx.Client) -> dict[str, Any]:
    """A set, to be sent again and again, and the exercise and workout that it belongs to."""
    category = http.get(CATEGORIES).raise_for_status().json()["results"][0]["id"]
    kind: dict[str, Any] = {"category": category, "equipment": [], "muscles": [], "muscles_secondary": []}
    parents = {
        "exercise_base": _post(http, "/exercise-base/", kind)["id"],
        "workout": _post(http, "/workout/", {})["id"],
    }
    return parents | {"reps": 8, "weight": "80.00", "rir": "1.5", "date": timezone.now().date().isoformat()}


def instead_of_push(databases: Databases, bench: Bench, *, rounds: int) -> list[Result]:
    way = Way("8-wger", f"as many POSTs to wger {WGER.version}", f"{SENT} POSTs", WHOLE // SENT)
    with logged_in(databases) as http:
        body = new_set(http)

        def send() -> Act:
            return lambda: [http.post(LOG, json=body).raise_for_status() for _ in range(SENT)]

        result = without_push(bench, way, send, rounds=rounds)
        stored = http.get(LOG, params={"limit": 1}).raise_for_status().json()["count"]
    assert stored == SENT * (rounds + WARM_UP), f"wger holds {stored} sets"
    return [result]


def _post(http: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    return http.post(path, json=body).raise_for_status().json()
