"""Is the process alive, and can it serve? Answers for load balancers and for `make run`."""

from collections.abc import Callable
from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from procrastinate.contrib.django.models import ProcrastinateJob


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 with every part "ok", or 503 that names the part that is not."""
    parts = {name: _state(check) for name, check in CHECKS.items()}
    well = all(state == "ok" for state in parts.values())
    return JsonResponse({"status": "ok" if well else "unavailable", **parts}, status=200 if well else 503)


def _state(check: Callable[[], str]) -> str:
    try:
        return check()
    except Error:
        return "unreachable"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    missing = _known_migrations() - MigrationRecorder(connection).applied_migrations().keys()
    return "ok" if not missing else f"{len(missing)} to apply: run manage.py migrate"


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """(app, name). Read once: anybody may ask how we are, as often as they like."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def _jobs() -> str:
    ProcrastinateJob.objects.filter(pk=0).exists()
    return "ok"


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "migrations": _migrations, "jobs": _jobs}
