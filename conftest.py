"""Fixtures of the whole suite: the personas, and a client that holds every answer to the API's schema."""

import gc
import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import start_session
from catalog.services.seeding import seed
from config.tests.contract import SchemaClient
from config.tests.databases import own_database
from config.tests.stages import rows_of_a_module
from config.tests.tables import emptied_after_tests
from lib.announcements import announcer
from lib.tests.factories import make_user

# CI tries the same examples each time: what fails there fails everywhere. Elsewhere each run looks for new ones.
# Neither has a deadline: how busy the machine is says nothing about the code.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "ours")


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What the proof tried, also where it found nothing."""
    calls = [report for report in terminalreporter.getreports("passed") if report.when == "call"]
    tried = [value for report in calls for name, value in report.user_properties if name == "proof"]
    if tried:
        terminalreporter.write_line(f"proof: {sum(n for _, n in tried)} histories, from PROOF_SEED={min(tried)[0]}")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """The database, in the place of pytest-django's: a copy of one that is migrated."""
    with django_db_blocker.unblock(), own_database(), emptied_after_tests():
        with django_db_blocker.block():
            yield
        announcer.close()  # its thread has a connection


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The library of the release, for all tests of a module: it takes seconds. Whoever needs an empty one stands elsewhere."""
    with rows_of_a_module(django_db_blocker):
        seed()
        yield


@pytest.fixture
def alice(db: None) -> User:
    """An athlete."""
    return make_user("alice@example.org")


@pytest.fixture
def bob(db: None) -> User:
    """Another one, who shares nothing with alice."""
    return make_user("bob@example.org")


@pytest.fixture
def charlie(db: None) -> User:
    """Staff."""
    return make_user("charlie@example.org", is_staff=True, is_superuser=True)


def client_of(user: User) -> SchemaClient:
    client = SchemaClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {start_session(user=user, at=timezone.now()).access}")
    return client


@pytest.fixture
def anonymous(db: None) -> SchemaClient:
    return SchemaClient()


@pytest.fixture
def api(alice: User) -> SchemaClient:
    """Alice's client."""
    return client_of(alice)


@pytest.fixture
def bobs_api(bob: User) -> SchemaClient:
    return client_of(bob)


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    """Tests log in more often than people. The tests of the limits turn them on."""
    settings.RATELIMIT_ENABLE = False


@pytest.fixture
def limits(settings: Any, db: None) -> Iterator[None]:
    settings.RATELIMIT_ENABLE = True
    caches[django_settings.RATELIMIT_USE_CACHE].clear()
    yield
    caches[django_settings.RATELIMIT_USE_CACHE].clear()
