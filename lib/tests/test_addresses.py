"""Whose address a limit counts."""

from typing import Any

import pytest
from django.test import RequestFactory

from lib.addresses import client_address

PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({"X-Real-IP": "203.0.113.7"}, "203.0.113.7"),
        ({"X-Real-IP": "2001:db8::7"}, "2001:db8::7"),
        ({"X-Real-IP": "::ffff:203.0.113.7"}, "203.0.113.7"),
        ({"X-Real-IP": "192.0.2.66, 203.0.113.7"}, "203.0.113.7"),
        ({"X-Real-IP": "unknown"}, PROXY),
        ({"X-Real-IP": ""}, PROXY),
        ({}, PROXY),
        ({"X-Forwarded-For": "192.0.2.66"}, PROXY),
    ],
)
def test_client_is_whom_the_proxy_names(said: dict[str, str], address: str, settings: Any) -> None:
    settings.CLIENT_IP_HEADER = "HTTP_X_REAL_IP"
    assert client_address(RequestFactory().get("/", headers=said, REMOTE_ADDR=PROXY)) == address


def test_header_is_not_believed_unless_it_is_named(settings: Any) -> None:
    settings.CLIENT_IP_HEADER = "REMOTE_ADDR"
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", HTTP_X_REAL_IP="192.0.2.66")
    assert client_address(request) == "203.0.113.7"
