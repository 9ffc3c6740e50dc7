"""Whose address a limit counts."""

from typing import Any

import pytest
from django.test import RequestFactory

from lib.addresses import client_address

PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({"HTTP_X_REAL_IP": "203.0.113.7"}, "203.0.113.7"),
        ({"HTTP_X_REAL_IP": "2001:db8::7"}, "2001:db8::7"),
        ({"HTTP_X_REAL_IP": "::ffff:203.0.113.7"}, "203.0.113.7"),
        ({"HTTP_X_REAL_IP": "192.0.2.66, 203.0.113.7"}, "203.0.113.7"),
        ({"HTTP_X_REAL_IP": "unknown"}, PROXY),
        ({"HTTP_X_REAL_IP": ""}, PROXY),
        ({}, PROXY),
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.66"}, PROXY),
    ],
)
def test_client_is_whom_the_proxy_names(said: dict[str, str], address: str, settings: Any) -> None:
    settings.CLIENT_IP_HEADER = "HTTP_X_REAL_IP"
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=PROXY, **said)) == address


def test_header_is_not_believed_unless_it_is_named(settings: Any) -> None:
    settings.CLIENT_IP_HEADER = "REMOTE_ADDR"
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", HTTP_X_REAL_IP="192.0.2.66")
    assert client_address(request) == "203.0.113.7"
