"""Limits on attempts, counted by django-ratelimit in the shared counters."""

from typing import Any

from django.conf import settings
from django_ratelimit.core import get_usage

from lib.errors import RateLimited


def check_limit(request: Any, *, group: str, rate: str, key: str | None = None) -> None:
    """Counts one attempt. Raises RateLimited, with the seconds to wait, beyond the rate.

    group: what is attempted; rate: such as "10/m"; key: what the attempts are counted by, the caller's address if None.
    """
    if not settings.RATELIMIT_ENABLE:
        return
    by = "ip" if key is None else (lambda group, request: key)
    usage = get_usage(getattr(request, "_request", request), group=group, key=by, rate=rate, increment=True)
    if usage and usage["should_limit"]:
        raise RateLimited(retry_after_s=max(1, int(usage["time_left"])))
