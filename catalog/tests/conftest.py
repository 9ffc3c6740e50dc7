from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client


@pytest.fixture
def curator(client: Client, db: None, settings: Any) -> Client:
    """Somebody in the group that `create_demo` makes, and no more than that."""
    settings.PASSWORD_HASHERS = ["lib.tests.hashers.CountingHasher"]  # the command hashes two passwords
    call_command("create_demo")
    client.force_login(get_user_model().objects.get(email="curator@dropset.local"))
    return client
