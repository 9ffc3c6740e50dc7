"""Kinto, a store with sync: as many records as a push brings, by the batches that its clients send."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import orjson

from benchmarks.athletes import WHOLE
from benchmarks.bench import Bench
from benchmarks.measuring import WARM_UP, Act
from benchmarks.peers.installed import KINTO, connection_variables, run, serving
from benchmarks.pushes import Way, without_push
from benchmarks.report import Result
from benchmarks.stand import Databases, free_port

BATCH = 25  # requests: the server's default for kinto.batch_max_requests, and so its clients' too
CONFIG = str(Path(__file__).with_name("kinto.ini"))
SETS = "/buckets/training/collections/sets"


@contextmanager
def collection(databases: Databases) -> Iterator[httpx.Client]:
    """A server on a database beside ours, with an empty collection for sets."""
    with databases.another(KINTO.name) as url:
        env = connection_variables(url) | {"KINTO_USERID_HMAC_SECRET": secrets.token_hex(32)}
        program, port = KINTO.program("kinto"), free_port()
        run(KINTO, [program, "migrate", "--ini", CONFIG], env)
        start = [program, "start", "--ini", CONFIG, "--port", str(port)]
        with (
            serving(KINTO, start, port, "/v1/__heartbeat__", env),
            httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", auth=("athlete", "secret"), timeout=120) as http,
        ):
            for path in ("/buckets/training", SETS):
                http.put(path, json={}).raise_for_status()
            yield http


def batches(bench: Bench) -> list[bytes]:
    """New sets under ids of the client. As kinto.js does it, each is asked to be new."""
    defaults = {"method": "PUT", "headers": {"If-None-Match": "*"}}
    requests = []
    for _ in range(WHOLE):
        document = bench.athlete.rest_set()
        requests.append({"path": f"{SETS}/records/{document.pop('id')}", "body": {"data": document}})
    pages = [requests[start : start + BATCH] for start in range(0, WHOLE, BATCH)]
    return [orjson.dumps({"defaults": defaults, "requests": page}) for page in pages]


def instead_of_push(databases: Databases, bench: Bench, *, rounds: int) -> list[Result]:
    way = Way("8-kinto", f"{WHOLE // BATCH} batches to Kinto {KINTO.version}", "all batches")
    with collection(databases) as http:

        def send() -> Act:
            bodies = batches(bench)
            return lambda: [http.post("/batch", content=body).raise_for_status() for body in bodies]

        result = without_push(bench, way, send, rounds=rounds)
        stored = int(http.head(f"{SETS}/records").raise_for_status().headers["Total-Objects"])
    # A batch is answered with 200 even where it wrote nothing.
    assert stored == WHOLE * (rounds + WARM_UP), f"Kinto holds {stored} records"
    return [result]
