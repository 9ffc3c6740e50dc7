"""Bar 18: how many bytes a set takes that a device has pushed, over all tables and indexes that it stands in."""

import psycopg

from benchmarks.athletes import WHOLE, Document
from benchmarks.bench import Bench
from benchmarks.raw import Connection
from benchmarks.report import Result
from lib.sqlfiles import load_sql

TABLES = {"row": "training_set", "record": "sync_record", "log": "sync_log", "mutation": "sync_mutation"}
SETS = 10_000
# As those log who write down everything: an aim, a load as it was typed, and more than the reps.
RICH = {
    "target_reps": 8,
    "target_load_kg": "100.00",
    "load_kg": "100.00",
    "typed_load": "100.000",
    "typed_load_unit": "kg",
    "rest_s": 120,
    "tempo": "3-1-1-0",
    "notes": "Felt good",
}


def bytes_of_a_set(bench: Bench, url: str) -> list[Result]:
    """Of a set as the other bars have it (reps, load, RPE, time), and of one with more. url: of the server's database, in which
    nobody else writes meanwhile.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        _push(bench, WHOLE, {})  # the first pages of tables that are empty are not counted
        usual, rich = _grown(bench, connection, {}), _grown(bench, connection, RICH)
    return [
        Result("18", "bytes of a synced set with its indexes", sum(usual.values()), 1400, 1000, figures=usual),
        Result("18", "the same of one with all written down", sum(rich.values()), 1400, 1000, figures=rich),
    ]


def _grown(bench: Bench, connection: Connection, more: Document) -> dict[str, float]:
    """By how much each table, for each of so many sets."""
    before = _sizes(connection)
    _push(bench, SETS, more)
    after = _sizes(connection)
    return {name: (after[name] - before[name]) / SETS for name in TABLES}


def _push(bench: Bench, count: int, more: Document) -> None:
    for _ in range(count // WHOLE):
        push = bench.athlete.creates(WHOLE, **more)
        bench.athlete.learn(push, bench.post(push))


def _sizes(connection: Connection) -> dict[str, int]:
    connection.execute("VACUUM")
    rows = connection.execute(load_sql("benchmarks", "sizes"), {"tables": list(TABLES.values())}).fetchall()
    found: dict[str, int] = dict(rows)
    return {name: found[table] for name, table in TABLES.items()}
