"""The worker processes as operators run them: long work holds up neither mails nor other people's long work."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.enums import LinkPurpose
from accounts.services.mails import mail_link
from config.tests.contract import SchemaClient
from lib.jobs import LONG, QUICK
from lib.tests.conftest import queue as queue
from lib.tests.running import database_url
from ops.processes import running
from ops.run import worker_command
from sync.tests.transfers import record_line, sent, snapshot_lines
from training.models import Workout

LIMIT_S = 60


@contextmanager
def workers(log: Path) -> Iterator[None]:
    """Both, on this database. What the quick one would mail is in its log."""
    env = {**os.environ, "DATABASE_URL": database_url(), "EMAIL_URL": "console:"}
    with (
        running("the worker", worker_command(QUICK), env=env, log=log) as quick,
        running("the worker for long jobs", worker_command(LONG), env=env, log=log.with_suffix(".long")) as long,
    ):
        yield
        quick.check_alive()
        long.check_alive()


@contextmanager
def held_up(import_id: str) -> Iterator[None]:
    """The import cannot go on while somebody else has its row."""
    with psycopg.connect(database_url()) as other:
        other.execute("SELECT FROM sync_import WHERE id = %s FOR UPDATE", [import_id])
        yield


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def jobs() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, status in ProcrastinateJob.objects.order_by("id").values_list("task_name", "status"):
        found.setdefault(name.partition(".")[2], []).append(status)
    return {name: statuses for name, statuses in found.items() if name in ("run_import", "send_link")}


def import_workout(api: SchemaClient, title: str) -> str:
    return str(sent(api, snapshot_lines(record_line("workout", {"title": title}))).json()["import_id"])


@pytest.mark.usefixtures("queue")
def test_import_that_takes_long_holds_up_neither_mails_nor_other_imports(
    api: SchemaClient, bobs_api: SchemaClient, tmp_path: Path
) -> None:
    log = tmp_path / "quick"
    import_id = import_workout(api, "alice's")
    with workers(log):
        with held_up(import_id):
            wait_until(lambda: jobs() == {"run_import": ["doing"]})
            mail_link(purpose=LinkPurpose.REGISTER, email="carol@example.org", at=timezone.now())
            import_workout(bobs_api, "bob's")
            wait_until(lambda: jobs() == {"run_import": ["doing", "succeeded"], "send_link": ["succeeded"]})
        wait_until(lambda: jobs()["run_import"] == ["succeeded"] * 2)
    assert "To: carol@example.org" in log.read_text()
    assert sorted(Workout.objects.values_list("title", flat=True)) == ["alice's", "bob's"]
