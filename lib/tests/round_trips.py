"""How often a request waits for PostgreSQL: a pipeline is one time, however many statements it holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg.pq import PipelineStatus


@contextmanager
def counted_round_trips() -> Iterator[list[str]]:
    """What was waited for: the statements, and the first ones of pipelines. A COMMIT is none of them, as it is no statement
    of a cursor.
    """
    found: list[str] = []
    pipelines: list[Any] = [None]  # the last one that was seen

    def count(execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        pipeline = connection.connection._pipeline if _is_pipelined() else None
        if pipeline is None or pipeline is not pipelines[-1]:
            found.append(str(statement))
        pipelines.append(pipeline)  # kept, so that no other one gets its place in memory
        return execute(statement, params, many, context)

    with connection.execute_wrapper(count):
        yield found


def _is_pipelined() -> bool:
    return connection.connection is not None and connection.connection.pgconn.pipeline_status != PipelineStatus.OFF
