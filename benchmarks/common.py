"""Bars 7, 14, 16 and 17: the requests that people make all day, one at a time. How many a second, beside FastAPI and asyncpg.

Both servers have one worker. Bar 14 has as many as `make run` starts, and compares us with ourselves.
"""

import itertools
import random
import statistics
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx
import orjson

from benchmarks.athletes import Athlete
from benchmarks.bench import PULL, PUSH, SETS, Bench
from benchmarks.load import Clients, Requests, request
from benchmarks.measuring import Act, Timing, measure
from benchmarks.peers import fastapi_run
from benchmarks.report import Result
from benchmarks.stand import CLIENT_HEADER, Databases, Server, serving
from ops.run import Address

FEW, MANY = 8, 32  # clients
BURST = 256  # requests that are timed together
MOST_ROUNDS = 15
LOOPS = 4  # of log-ins
SETTLE_S = 0.5
REFUSED, TOO_MANY = httpx.codes.UNAUTHORIZED, httpx.codes.TOO_MANY_REQUESTS
LIST, THEIR_LIST = f"{SETS}?page_size=20", "/sets?page_size=20"
LOGIN = "/api/v1/auth/login"


@dataclass(frozen=True)
class Common:
    """What one server did: how fast, and with how much of a processor, which other work on the machine changes less."""

    per_second: float
    cpu_ms: float  # of a request


@dataclass(frozen=True)
class Pair:
    """Our server and theirs, with a worker each."""

    ours: Server
    theirs: Server

    def compare(self, ours: Sequence[Requests], theirs: Sequence[Requests], rounds: int) -> tuple[Common, Common]:
        """By the requests of each client. The servers take turns."""
        with Clients(self.ours.address, len(ours)) as to_us, Clients(self.theirs.address, len(theirs)) as to_them:
            us, them = Side(self.ours, to_us, ours), Side(self.theirs, to_them, theirs)
            timings = measure({"ours": us.prepare, "theirs": them.prepare}, rounds=min(rounds, MOST_ROUNDS))
        return us.common(timings["ours"]), them.common(timings["theirs"])


class Side:
    def __init__(self, server: Server, clients: Clients, requests: Sequence[Requests]) -> None:
        self._server, self._clients, self._requests = server, clients, requests
        self._cpu_ms: list[float] = []

    def prepare(self) -> Act:
        return self._send

    def common(self, timing: Timing) -> Common:
        return Common(rate(timing), statistics.median(self._cpu_ms))

    def _send(self) -> None:
        since = self._server.cpu_s()
        self._clients.send(self._requests, BURST)
        self._cpu_ms.append((self._server.cpu_s() - since) * 1000 / BURST)


def rate(timing: Timing) -> float:
    """Requests a second."""
    return BURST * 1000 / timing.median_ms


@contextmanager
def beside_fastapi(databases: Databases, env: Mapping[str, str]) -> Iterator[Pair]:
    with ExitStack() as stack:
        server = stack.enter_context(serving(dict(env), workers=1))
        yield Pair(server, stack.enter_context(fastapi_run.one_worker(databases, env)))


def log_in_of(athlete: Athlete) -> dict[str, str]:
    return {"Authorization": f"Bearer {athlete.token}"}


def compared(number: str, work: str, sides: tuple[Common, Common], bar: float, stretch: float) -> list[Result]:
    ours, theirs = sides
    figures = {"requests/s": ours.per_second, "FastAPI": theirs.per_second}
    figures |= {"CPU ms": ours.cpu_ms, "FastAPI CPU ms": theirs.cpu_ms}
    return [Result(number, work, ours.per_second / theirs.per_second, bar, stretch, at_least=True, figures=figures)]


# --- the bars ---


def lists(pair: Pair, bench: Bench, *, rounds: int) -> list[Result]:
    headers = log_in_of(bench.athlete)
    check_same_fields(pair, headers)
    ours = [itertools.repeat(request("GET", LIST, headers))] * MANY
    theirs = [itertools.repeat(request("GET", THEIR_LIST, headers))] * MANY
    sides = pair.compare(ours, theirs, rounds)
    return compared("7", f"list of 20, {MANY} clients / FastAPI with a response model", sides, 1.0, 1.5)


def check_same_fields(pair: Pair, headers: Mapping[str, str]) -> None:
    """Raises where one of the servers shows less of a set than the other one, and so has less to do."""
    urls = (pair.ours.address.url(LIST), pair.theirs.address.url(THEIR_LIST))
    ours, theirs = ([list(s) for s in httpx.get(url, headers=headers).json()["results"]] for url in urls)
    assert ours == theirs, f"ours have {ours[0]}, theirs {theirs[0]}"


def empty_pulls(pair: Pair, bench: Bench, *, rounds: int) -> list[Result]:
    headers, (cursor, _) = log_in_of(bench.athlete), bench.pull_all(None)
    path = f"{PULL}?device_id={bench.athlete.device_id}&cursor={cursor}"
    ours = [itertools.repeat(request("GET", path, headers))] * FEW
    theirs = [itertools.repeat(request("GET", "/head", headers))] * FEW
    sides = pair.compare(ours, theirs, rounds)
    return compared("17", f"empty pull, {FEW} clients / FastAPI that reads one row", sides, 0.5, 0.8)


def small_pushes(pair: Pair, benches: Sequence[Bench], *, rounds: int) -> list[Result]:
    ours = [pushes_of(bench.athlete) for bench in benches]
    theirs = [inserts_of(bench.twin) for bench in benches]
    sides = pair.compare(ours, theirs, rounds)
    return compared(
        "16", f"push of one set, {len(benches)} clients / FastAPI: a row and a line of a log", sides, 0.3, 0.5
    )


def pushes_of(athlete: Athlete) -> Requests:
    headers = log_in_of(athlete)
    while True:
        yield request("POST", PUSH, headers, athlete.creates(1).body)


def inserts_of(athlete: Athlete) -> Requests:
    headers = log_in_of(athlete)
    while True:
        yield request("POST", "/sets", headers, orjson.dumps(athlete.rest_set()))


def beside_log_ins(bench: Bench, *, rounds: int) -> list[Result]:
    """The lists of one athlete, while others log in without a pause: with wrong addresses, which cost the same hash."""
    lists_of_one = [itertools.repeat(request("GET", LIST, log_in_of(bench.athlete)))] * FEW
    loops = LogIns(bench.server.address)
    with Clients(bench.server.address, FEW) as clients:

        def alone() -> Act:
            loops.stop()
            return lambda: clients.send(lists_of_one, BURST)

        def beside() -> Act:
            loops.start()
            return lambda: clients.send(lists_of_one, BURST)

        try:
            timings = measure({"alone": alone, "beside": beside}, rounds=min(rounds, MOST_ROUNDS))
        finally:
            loops.stop()
    figures = {"requests/s": rate(timings["beside"]), "alone": rate(timings["alone"]), "log-ins/s": loops.per_second()}
    ratio = timings["alone"].median_ms / timings["beside"].median_ms
    work = f"lists under {LOOPS} log-in loops / without them"
    return [Result("14", work, ratio, 0.3, 0.5, at_least=True, figures=figures)]


class LogIns:
    """Loops that can be started and stopped."""

    def __init__(self, address: Address) -> None:
        self._address, self._threads = address, list[threading.Thread]()
        self._stop = threading.Event()
        self._seconds, self._since, self.answered = 0.0, 0.0, 0

    def start(self) -> None:
        if self._threads:
            return
        self._stop.clear()
        self._since = time.monotonic()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(LOOPS)]
        for thread in self._threads:
            thread.start()
        time.sleep(SETTLE_S)

    def stop(self) -> None:
        if not self._threads:
            return
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._seconds += time.monotonic() - self._since
        self._threads = []

    def per_second(self) -> float:
        return self.answered / self._seconds

    def _run(self) -> None:
        """Each time another address, from another network: what is counted is not what is measured."""
        with httpx.Client(base_url=self._address.url(), timeout=60) as http:
            while not self._stop.is_set():
                network = ".".join(str(random.randint(1, 250)) for _ in range(4))
                body = {"email": f"{uuid4().hex}@benchmark.example", "password": "correct horse battery"}
                response = http.post(LOGIN, json=body, headers={CLIENT_HEADER: network})
                assert response.status_code in (REFUSED, TOO_MANY), response.text
                if response.status_code == TOO_MANY:
                    time.sleep(int(response.headers["Retry-After"]))
                self.answered += response.status_code == REFUSED
