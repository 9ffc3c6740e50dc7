import pytest

from accounts.models import User
from config.tests.contract import SchemaClient
from sync.tests.devices import Phone


@pytest.fixture
def phone(api: SchemaClient, alice: User) -> Phone:
    return Phone(api, alice)


@pytest.fixture
def tablet(api: SchemaClient, alice: User) -> Phone:
    """Alice's other device."""
    return Phone(api, alice)


@pytest.fixture
def bobs_phone(bobs_api: SchemaClient, bob: User) -> Phone:
    return Phone(bobs_api, bob)
