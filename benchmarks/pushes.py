"""Bars 1, 2, 3, 8 and 22: what a push costs beside the same rows by plain SQL, by one REST request for each, without metadata."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from benchmarks import raw
from benchmarks.athletes import WHOLE, Push
from benchmarks.bench import SETS, Bench
from benchmarks.measuring import Act, Prepare, Timing, measure
from benchmarks.report import Result

SMALL = 50  # mutations of a push after a workout
TREADMILL = {
    "type": "object",
    "properties": {
        "incline": {"type": "number", "minimum": -10, "maximum": 40},
        "resistance": {"type": "integer", "minimum": 0, "maximum": 30},
        "calories": {"type": "integer", "minimum": 0},
        "machine": {"type": "string", "pattern": "^[A-Z][0-9]+$"},
    },
    "additionalProperties": False,
}


class Pusher:
    """Makes one push after the other, and remembers the versions that the server gives out."""

    def __init__(self, bench: Bench, make: Callable[[], Push]) -> None:
        self.bench, self.make = bench, make
        self.last: Push | None = None
        self.answer: httpx.Response | None = None

    def push(self) -> Act:
        self.learn()
        self.last = self.make()
        return self._send

    def replay(self) -> Act:
        if self.last is None:
            self.push()()
        return self._resend

    def learn(self) -> None:
        if self.last is not None and self.answer is not None:
            self.bench.athlete.learn(self.last, self.answer.raise_for_status().json())
            self.answer = None

    def _send(self) -> None:
        assert self.last is not None
        self.answer = self.bench.send(self.last)

    def _resend(self) -> None:
        assert self.last is not None
        self.bench.send(self.last).raise_for_status()


def push_and_replay(bench: Bench, *, rounds: int, size: int = WHOLE) -> list[Result]:
    pusher = Pusher(bench, lambda: bench.athlete.next_push(size))
    timings = measure({"push": pusher.push, "replay": pusher.replay} | raw_variants(bench, size), rounds=rounds)
    pusher.learn()
    way, base_ms = faster_raw(timings)
    push, replay = timings["push"], timings["replay"]
    figures = {"ms": push.median_ms, "p95": push.p95_ms, f"raw ({way}) ms": base_ms}
    figures["worker MB"] = bench.server.resident_mb()
    return [
        Result(
            "1", f"push of {size} mixed mutations, 5 entities / raw", push.median_ms / base_ms, 4, 3, figures=figures
        ),
        Result(
            "2", "replay of that push / raw", replay.median_ms / base_ms, 2.5, 1.5, figures={"ms": replay.median_ms}
        ),
    ]


def with_metadata(bench: Bench, *, rounds: int, size: int = WHOLE) -> list[Result]:
    """The same exercises, with and without metadata that are held to a schema."""
    exercise_type, made = bench.athlete.typed(TREADMILL)
    bench.athlete.learn(made, bench.post(made))

    def said() -> dict[str, Any]:
        incline, resistance = random.randint(0, 30) / 2, random.randint(1, 20)
        return {"incline": incline, "resistance": resistance, "calories": random.randint(20, 900), "machine": "B4"}

    plain = Pusher(bench, lambda: bench.athlete.exercises(size, exercise_type, dict))
    rich = Pusher(bench, lambda: bench.athlete.exercises(size, exercise_type, said))
    timings = measure({"with": rich.push, "without": plain.push}, rounds=rounds)
    for pusher in (plain, rich):
        pusher.learn()
    with_ms, without_ms = timings["with"].median_ms, timings["without"].median_ms
    figures = {"ms": with_ms, "without ms": without_ms}
    work = f"push of {size} exercises with metadata / without"
    return [Result("22", work, with_ms / without_ms, 1.3, 1.15, figures=figures)]


def raw_variants(bench: Bench, size: int) -> dict[str, Prepare]:
    def as_json() -> Act:
        texts = raw.as_json(bench.twin.next_push(size).rows)
        return lambda: raw.upsert(bench.raw, bench.twin.user_id, texts)

    def executemany() -> Act:
        rows = bench.twin.next_push(size).rows
        return lambda: raw.executemany(bench.raw, bench.twin.user_id, rows)

    return {"json_to_recordset": as_json, "executemany": executemany}


def faster_raw(timings: dict[str, Timing]) -> tuple[str, float]:
    found = {name: timings[name].median_ms for name in ("json_to_recordset", "executemany")}
    return min(found.items(), key=lambda pair: pair[1])


def clients(benches: Sequence[Bench], *, rounds: int, size: int = SMALL) -> list[Result]:
    """All at once, each for itself: how many mutations a second, beside as many connections with plain SQL."""
    pushers = [Pusher(bench, partial(bench.athlete.next_push, size)) for bench in benches]
    with ThreadPoolExecutor(len(benches)) as pool:

        def ours() -> Act:
            acts = [pusher.push() for pusher in pushers]
            return lambda: all_of(pool, acts)

        def plain() -> Act:
            acts = [raw_variants(bench, size)["json_to_recordset"]() for bench in benches]
            return lambda: all_of(pool, acts)

        timings = measure({"ours": ours, "raw": plain}, rounds=rounds)
    for pusher in pushers:
        pusher.learn()
    sent = len(benches) * size * 1000
    figures = {
        "mutations/s": sent / timings["ours"].median_ms,
        "raw rows/s": sent / timings["raw"].median_ms,
    }
    work = f"{len(benches)} clients, each pushes {size} mutations: throughput / raw"
    ratio = timings["raw"].median_ms / timings["ours"].median_ms
    return [Result("3", work, ratio, 0.65, 0.8, at_least=True, figures=figures)]


def all_of(pool: ThreadPoolExecutor, acts: Sequence[Callable[[], object]]) -> None:
    for done in [pool.submit(act) for act in acts]:
        done.result()


def one_request_each(bench: Bench, *, rounds: int) -> list[Result]:
    """What a client would do without sync: a POST for each of 500 rows. One is timed, and stands for each."""

    def post() -> Act:
        body = bench.athlete.rest_set()
        return lambda: bench.http.post(SETS, json=body).raise_for_status()

    return [without_push(bench, Way("8", "as many REST requests", "one POST", WHOLE), post, rounds=rounds)]


@dataclass(frozen=True)
class Way:
    """Another way than by one push to write the same number of rows."""

    number: str
    work: str
    timed: str  # what is measured of it,
    times: int = 1  # and how many of these it takes


def without_push(bench: Bench, way: Way, act: Prepare, *, rounds: int) -> Result:
    pusher = Pusher(bench, lambda: bench.athlete.creates(WHOLE))
    timings = measure({"push": pusher.push, "other": act}, rounds=rounds)
    pusher.learn()
    push_ms, other_ms = timings["push"].median_ms, timings["other"].median_ms
    figures = {"push ms": push_ms, f"{way.timed} ms": other_ms}
    work = f"{WHOLE} rows: {way.work} / one push"
    return Result(way.number, work, way.times * other_ms / push_ms, 50, 100, at_least=True, figures=figures)
