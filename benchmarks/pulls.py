"""Bars 4, 5 and 6: what a pull and a snapshot cost beside the same rows by plain SQL, or beside no work at all."""

import threading
from types import TracebackType
from typing import Self

from benchmarks import raw
from benchmarks.bench import LIVE, SNAPSHOT, Bench
from benchmarks.measuring import Act, measure
from benchmarks.report import Result
from benchmarks.stand import Server

SAMPLE_S = 0.1
MEMORY_LIMIT_MB = 150


def pull_everything(bench: Bench, *, rounds: int) -> list[Result]:
    """All records of an athlete, page by page, beside all rows of their tables as JSON."""
    user_id = bench.athlete.user_id

    def ours() -> Act:
        return lambda: bench.pull_all(None)

    def plain() -> Act:
        return lambda: raw.rows_as_json(bench.raw, user_id)

    timings = measure({"pull": ours, "raw": plain}, rounds=rounds)
    pull, base = timings["pull"].median_ms, timings["raw"].median_ms
    pages = bench.pull_all(None)[1]
    figures = {"ms": pull, "raw ms": base, "worker MB": bench.server.resident_mb()}
    work = f"pull of 5,000 changes of all entities, {pages} pages / raw"
    return [Result("4", work, pull / base, 1.5, 1.0, figures=figures)]


def empty_pull(bench: Bench, *, rounds: int) -> list[Result]:
    cursor, _ = bench.pull_all(None)

    def ours() -> Act:
        return lambda: bench.pull(cursor).raise_for_status()

    def nothing() -> Act:
        return lambda: bench.http.get(LIVE).raise_for_status()

    timings = measure({"pull": ours, "live": nothing}, rounds=rounds)
    pull, base = timings["pull"].median_ms, timings["live"].median_ms
    figures = {"ms": pull, "p95": timings["pull"].p95_ms, "health/live ms": base}
    return [Result("5", "empty pull / GET health/live (no database, no log-in)", pull / base, 3, 2, figures=figures)]


def snapshot(bench: Bench, *, rounds: int) -> list[Result]:
    """Streamed to the end and thrown away, beside COPY of the same records."""
    user_id = bench.athlete.user_id
    peak = Peak(bench.server)

    def ours() -> Act:
        return lambda: read_to_the_end(bench)

    def plain() -> Act:
        return lambda: raw.copy_records(bench.raw, user_id)

    with peak:
        timings = measure({"snapshot": ours, "copy": plain}, rounds=rounds)
    whole, base = timings["snapshot"].median_ms, timings["copy"].median_ms
    figures = {"ms": whole, "COPY ms": base}
    work = "snapshot of 100,000 records, streamed"
    memory = Result("6", f"{work}: most resident MB of a worker", peak.mb, MEMORY_LIMIT_MB, MEMORY_LIMIT_MB)
    return [Result("6", f"{work} / COPY TO", whole / base, 2, 1.2, figures=figures), memory]


def read_to_the_end(bench: Bench) -> int:
    """Gives the number of bytes, compressed as they came."""
    with bench.http.stream("GET", SNAPSHOT) as response:
        response.raise_for_status()
        return sum(len(part) for part in response.iter_raw())


class Peak:
    """The most memory that a worker of the server held while the block lasted."""

    def __init__(self, server: Server) -> None:
        self._server, self._done = server, threading.Event()
        self._watch = threading.Thread(target=self._run, daemon=True)
        self.mb = 0.0

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._done.set()
        self._watch.join()

    def _run(self) -> None:
        while not self._done.wait(SAMPLE_S):
            self.mb = max(self.mb, self._server.resident_mb())
