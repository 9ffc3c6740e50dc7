"""Limits on attempts, counted by django-ratelimit in the shared counters."""

from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django_ratelimit.core import get_usage

from lib.errors import RateLimited

IPV6_PREFIX = 64  # what one subscriber has; of IPv4 it is one address


def check_limit(request: Any, *, group: str, rate: str, key: str | None = None) -> None:
    """Counts one attempt. Raises RateLimited, with the seconds to wait, beyond the rate.

    group: what is attempted; rate: such as "10/m"; key: what the attempts are counted by, the caller's network if None.
    """
    if not settings.RATELIMIT_ENABLE:
        return
    counted_by = network_of(request) if key is None else key
    usage = get_usage(request, group=group, key=lambda group, request: counted_by, rate=rate, increment=True)
    if usage and usage["should_limit"]:
        raise RateLimited(retry_after_s=max(1, int(usage["time_left"])))


def network_of(request: Any) -> str:
    """Where a request comes from, as far as the addresses of one subscriber reach."""
    text = str(request.META.get(settings.RATELIMIT_IP_META_KEY) or request.META.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(text.strip())
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


def remember(key: str, *, for_s: int) -> None:
    if settings.RATELIMIT_ENABLE:
        caches[settings.RATELIMIT_USE_CACHE].set(_hidden(key), 1, for_s)


def is_remembered(key: str) -> bool:
    return settings.RATELIMIT_ENABLE and caches[settings.RATELIMIT_USE_CACHE].get(_hidden(key)) is not None


def _hidden(key: str) -> str:
    """As django-ratelimit does with its own: the counters name nobody."""
    return "remembered:" + sha256(key.encode()).hexdigest()
