"""FastAPI and asyncpg: what the common requests cost a team that starts anew, without sync."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.peers.installed import FASTAPI, serving
from benchmarks.stand import Databases, Server, free_port
from ops.checkout import ROOT
from ops.run import Address

PATIENT = ["--timeout-keep-alive", "75"]  # s: while others have their turn, its connections are idle


@contextmanager
def one_worker(databases: Databases, env: Mapping[str, str]) -> Iterator[Server]:
    """On the copy of our database that is without triggers."""
    address = Address("127.0.0.1", free_port())
    place = ["--host", address.host, "--port", str(address.port), "--app-dir", str(ROOT / "benchmarks" / "peers")]
    start = [
        FASTAPI.program("uvicorn"),
        "fastapi_app:app",
        *place,
        "--no-access-log",
        "--log-level",
        "warning",
        *PATIENT,
    ]
    ours = {"DATABASE_URL": databases.raw_url, "SECRET_KEY": env["SECRET_KEY"]}
    with serving(FASTAPI, start, address.port, "/live", ours) as child:
        yield Server(address, child)
