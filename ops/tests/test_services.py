"""What `make run` starts comes back, whichever of it dies, on the tests' database."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from lib.jobs import enqueue
from lib.tasks import delete_counters
from lib.tests.conftest import queue as queue
from lib.tests.running import database_url
from ops.healthy import is_healthy
from ops.processes import Child
from ops.run import Address, services, settings_for, wait_until_ready
from ops.tests.serving import free_port

PATIENCE_S = 60.0


class Running:
    def __init__(self, api: Address, stream: Address, children: list[Child]) -> None:
        self.api, self.stream, self.children = api, stream, children
        self.server, self.stream_server, self.worker, _ = children

    def look_after(self, *, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not until():
            assert time.monotonic() < deadline
            for child in self.children:
                child.look_after()
            time.sleep(0.05)

    def is_well(self) -> bool:
        return all(is_healthy(each.host, each.port) for each in (self.api, self.stream))


@pytest.fixture
def running(queue: None) -> Iterator[Running]:
    api, stream = Address("127.0.0.1", free_port()), Address("127.0.0.1", free_port())
    with services(api, stream, settings_for(api, stream, database_url())) as children:
        for address in (api, stream):
            wait_until_ready(address, children, "")
        yield Running(api, stream, children)


def processes_of(child: Child) -> set[int]:
    """granian's, that answer requests."""
    return {each.pid for each in psutil.Process(child.process.pid).children()}


def is_worked_off(job_count: int) -> bool:
    return ProcrastinateJob.objects.filter(task_name=delete_counters.name, status="succeeded").count() == job_count


def test_services_survive_the_end_of_all_database_connections(running: Running) -> None:
    for count in (1, 2):
        with connection.cursor() as cursor:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        running.look_after(until=running.is_well)
        enqueue(delete_counters, {"timestamp": 0})
        running.look_after(until=lambda count=count: is_worked_off(count))  # type: ignore[misc]  # bound now


def test_services_come_back_when_they_are_killed(capsys: pytest.CaptureFixture[str], running: Running) -> None:
    before = processes_of(running.server)
    os.kill(min(before), signal.SIGKILL)
    running.look_after(until=lambda: bool(processes_of(running.server) - before))

    killed = (running.server, running.stream_server, running.worker)
    first = [child.process.pid for child in killed]
    for child in killed:
        child.process.kill()
    running.look_after(until=lambda: all(c.process.pid != pid for c, pid in zip(killed, first, strict=True)))
    running.look_after(until=running.is_well)
    said = capsys.readouterr().out
    for child in killed:
        assert f"dropset: {child.name} ended by itself (killed by SIGKILL). It is started again in 1 s." in said
    enqueue(delete_counters, {"timestamp": 0})
    running.look_after(until=lambda: is_worked_off(1))
