"""Runs what needs more than the test's own thread: the real worker, and calls that race each other."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app


def run_jobs() -> None:
    """Works off every job that is due with the real worker, then returns. For transactional tests: it has its own connections."""
    kept_for_s, connection.settings_dict["CONN_MAX_AGE"] = connection.settings_dict["CONN_MAX_AGE"], 0
    try:
        connector: Any = app.connector
        with app.replace_connector(connector.get_worker_connector()) as worker_app:
            worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    finally:
        connection.settings_dict["CONN_MAX_AGE"] = kept_for_s


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
