"""The settings that pytest runs with: those of the product, and the entities of the test suite."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "specimens"]  # noqa: F405
ROOT_URLCONF = "specimens.urls"
