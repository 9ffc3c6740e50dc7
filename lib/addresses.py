"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

CONNECTION = "REMOTE_ADDR"


def client_address(request: HttpRequest) -> str:
    """The caller's address, as the proxy says it in CLIENT_IP_HEADER; of several the last, which the proxy itself added.

    If it names none, the address of the connection: one limit for all such callers, rather than none for anybody.
    """
    said = request.META.get(settings.CLIENT_IP_HEADER, "").rpartition(",")[2].strip()
    return _address(said) or _address(request.META[CONNECTION]) or request.META[CONNECTION]


def _address(text: str) -> str | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None  # all of them are one IPv6 network
    return str(mapped or found)
