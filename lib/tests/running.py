"""Runs what needs more than the test's own thread: the real worker, and calls that race each other."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from procrastinate.contrib.django import app


def database_url() -> str:
    """Of the tests' own database, for another process."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def run_jobs() -> None:
    """Works off every job that is due with the real worker, then returns. For transactional tests: it has its own connections."""
    connector: Any = app.connector
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results of calls that start together, each in a thread with its own database connection."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait(timeout=10)
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
