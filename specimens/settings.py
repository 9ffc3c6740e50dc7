"""The settings that pytest runs with: those of the product, the entities of the test suite, and passwords that cost nothing."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "specimens"]  # noqa: F405
ROOT_URLCONF = "specimens.urls"
PASSWORD_HASHERS = [
    "lib.tests.hashers.CheapHasher"
]  # the product's own is tried in lib/tests/test_hashers.py and as a flood
