"""The jobs façade against the real queue and the real worker."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from lib import jobs
from lib.tasks import delete_counters, retry_stalled_jobs
from lib.tests.factories import make_user
from lib.tests.running import at_once, run_jobs

ran: list[Any] = []
DEMO_KEY = "lib.tests.demo"


@pytest.fixture
def demo() -> Iterator[jobs.Job]:
    """A job that writes down what it was called with; it fails where it is told to, so many times."""
    failures: dict[str, int] = {}

    @jobs.task(DEMO_KEY)
    def note(value: str, failing: int = 0) -> None:
        ran.append(value)
        failures[value] = failures.get(value, 0) + 1
        if failures[value] <= failing:
            raise RuntimeError(f"attempt {failures[value]} of {value}")

    ran.clear()
    yield note
    del app.tasks[DEMO_KEY]
    ran.clear()


def states(name: str = DEMO_KEY) -> list[str]:
    return sorted(ProcrastinateJob.objects.filter(task_name=name).values_list("status", flat=True))


@pytest.mark.usefixtures("queue")
def test_job_runs_once_with_its_payload(demo: jobs.Job) -> None:
    assert jobs.enqueue(demo, {"value": "a"}) is True
    assert ran == []
    run_jobs()
    run_jobs()
    assert ran == ["a"]
    assert states() == ["succeeded"]


@pytest.mark.usefixtures("queue")
def test_job_is_part_of_the_transaction_that_wants_it(demo: jobs.Job) -> None:
    with transaction.atomic():
        make_user("ada@example.org")
        jobs.enqueue(demo, {"value": "a"})
        transaction.set_rollback(True)
    assert (User.objects.count(), states()) == (0, [])
    run_jobs()
    assert ran == []


@pytest.mark.usefixtures("queue")
def test_job_waits_for_the_commit(demo: jobs.Job) -> None:
    with transaction.atomic():
        jobs.enqueue(demo, {"value": "a"})
        at_once([run_jobs])
        assert ran == []
    run_jobs()
    assert ran == ["a"]


@pytest.mark.usefixtures("queue")
def test_key_lets_one_wait_at_a_time(demo: jobs.Job) -> None:
    assert jobs.enqueue(demo, {"value": "a"}, key="k") is True
    assert jobs.enqueue(demo, {"value": "b"}, key="k") is False
    assert jobs.enqueue(demo, {"value": "c"}, key="other") is True
    run_jobs()
    assert jobs.enqueue(demo, {"value": "d"}, key="k") is True
    run_jobs()
    assert ran == ["a", "c", "d"]


def test_refused_key_leaves_the_transaction_usable(db: None, demo: jobs.Job) -> None:
    with transaction.atomic():
        jobs.enqueue(demo, {"value": "a"}, key="k")
        jobs.enqueue(demo, {"value": "b"}, key="k")
        make_user("ada@example.org")
    assert User.objects.count() == ProcrastinateJob.objects.count() == 1


@pytest.mark.usefixtures("queue")
def test_key_given_at_once_lets_one_through(demo: jobs.Job) -> None:
    answers = at_once([lambda: jobs.enqueue(demo, {"value": "a"}, key="k") for _ in range(4)])
    assert sorted(answers) == [False, False, False, True]


@pytest.mark.usefixtures("queue")
def test_job_with_a_time_waits_for_it(demo: jobs.Job) -> None:
    jobs.enqueue(demo, {"value": "later"}, at=timezone.now() + dt.timedelta(hours=1))
    jobs.enqueue(demo, {"value": "past"}, at=timezone.now() - dt.timedelta(hours=1))
    run_jobs()
    assert ran == ["past"]
    assert states() == ["succeeded", "todo"]
    make_due()
    run_jobs()
    assert ran == ["past", "later"]


@pytest.mark.usefixtures("queue")
def test_failing_job_is_tried_again_later_and_later(demo: jobs.Job) -> None:
    jobs.enqueue(demo, {"value": "a", "failing": 2})
    waits = []
    for _ in range(2):
        run_jobs()
        job = ProcrastinateJob.objects.get(task_name=DEMO_KEY)
        assert (job.status, job.scheduled_at > timezone.now()) == ("todo", True)
        waits.append(job.scheduled_at - timezone.now())
        make_due()
    assert waits[0] < waits[1]
    run_jobs()
    assert (ran, states()) == (["a", "a", "a"], ["succeeded"])


@pytest.mark.usefixtures("queue")
def test_job_that_never_works_is_given_up_and_kept(demo: jobs.Job) -> None:
    jobs.enqueue(demo, {"value": "a", "failing": 100})
    for _ in range(10):
        run_jobs()
        make_due()
    assert states() == ["failed"]
    assert len(ran) == 1 + 8  # the first time, and eight more


@pytest.mark.usefixtures("queue")
def test_job_that_fails_holds_no_other_up(demo: jobs.Job) -> None:
    jobs.enqueue(demo, {"value": "a", "failing": 1})
    jobs.enqueue(demo, {"value": "b"})
    run_jobs()
    assert ran == ["a", "b"]


def make_due() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 s' WHERE status = 'todo'")


def kill_its_worker(value: str) -> None:
    """What a kill -9 leaves: a job in the doing of a worker that is heard no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 h') RETURNING id"
        )
        (worker_id,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE args ->> 'value' = %s",
            [worker_id, value],
        )


def sweep() -> None:
    sweeper: Any = retry_stalled_jobs
    sweeper.defer(timestamp=0)
    run_jobs()
    make_due()
    run_jobs()


@pytest.mark.usefixtures("queue")
def test_job_of_a_killed_worker_is_run_again(demo: jobs.Job) -> None:
    jobs.enqueue(demo, {"value": "a"})
    kill_its_worker("a")
    sweep()
    assert (ran, states()) == (["a"], ["succeeded"])


@pytest.mark.usefixtures("queue")
def test_stalled_job_whose_key_waits_again_holds_no_other_up(demo: jobs.Job) -> None:
    jobs.enqueue(demo, {"value": "a"}, key="k")
    kill_its_worker("a")
    jobs.enqueue(demo, {"value": "b"})
    kill_its_worker("b")
    jobs.enqueue(demo, {"value": "a again"}, key="k", at=timezone.now() + dt.timedelta(hours=1))
    sweep()
    assert sorted(ran) == ["a again", "b"]
    assert states() == ["failed", "succeeded", "succeeded"]


@pytest.mark.usefixtures("queue")
def test_job_whose_key_is_taken_again_when_it_fails_leaves_the_work_to_the_next(demo: jobs.Job) -> None:
    """While it runs its key is free. If the same is wanted meanwhile and it fails, the one that waits does its work."""

    @jobs.task("lib.tests.twice")
    def fail_while_the_next_waits() -> None:
        jobs.enqueue(demo, {"value": "next"}, key="k")
        raise RuntimeError

    try:
        jobs.enqueue(fail_while_the_next_waits, {}, key="k")
        run_jobs()
        make_due()
        run_jobs()
    finally:
        del app.tasks["lib.tests.twice"]
    assert ran == ["next"]


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("job", [delete_counters, retry_stalled_jobs])
def test_housekeeping_runs(job: Any) -> None:
    job.defer(timestamp=0)
    run_jobs()
    assert set(states(job.name)) == {"succeeded"}


def test_every_job_has_a_queue_with_a_worker_and_a_name_that_outlives_a_move_of_its_function() -> None:
    ours: dict[str, Callable[..., Any]] = {
        name: task.func for name, task in app.tasks.items() if not task.func.__module__.startswith("procrastinate")
    }
    assert {name.count(".") for name in ours} == {1}
    assert {app.tasks[name].queue for name in ours} == {jobs.QUICK, jobs.LONG}
    assert all(name.partition(".")[0] == function.__module__.partition(".")[0] for name, function in ours.items())
