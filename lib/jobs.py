"""The one way to run something later: a job is written in the transaction that needs it, and runs after its commit.

Jobs are idempotent: a worker that dies is found out and its job runs again. Payloads hold ids, not rows.

There are two queues, each with a worker process of its own: what takes minutes must not hold up what somebody waits for.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

QUICK = "default"  # done in moments: a mail, a look at the queue
LONG = "long"  # goes through an account, or through all of them
RETRY = RetryStrategy(max_attempts=8, exponential_wait=2)

Job = Task[Any, Any, Any]


def task(name: str, *, queue: str = QUICK) -> Callable[[Callable[..., None]], Job]:
    """Declares a function as a job under a name that stays the same when the function moves."""

    def declare(function: Callable[..., None]) -> Job:
        return app.task(name=name, queue=queue, retry=RETRY)(function)

    return declare


def periodic(name: str, *, cron: str, queue: str = QUICK) -> Callable[[Callable[[int], None]], Job]:
    """Declares a function of one argument, the planned time (a Unix stamp in s), as a job that runs by the clock."""

    def declare(function: Callable[[int], None]) -> Job:
        job = app.task(name=name, queue=queue, queueing_lock=name, retry=RETRY)(function)
        return app.periodic(cron=cron)(job)

    return declare


def enqueue(job: Job, payload: dict[str, Any], *, key: str | None = None, at: dt.datetime | None = None) -> bool:
    """Enqueues a job in the current transaction. Gives False where one with the same key is waiting already."""
    try:
        with transaction.atomic():
            job.configure(queueing_lock=key, schedule_at=at).defer(**payload)
    except AlreadyEnqueued:
        return False
    return True
