import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from ops import postgres
from ops.checkout import PlainError
from ops.postgres import Cluster, Server, embedded, serve

LONGEST_SOCKET_PATH = 107


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster in a folder that is too long for a socket, and has a space."""
    folder = tmp_path_factory.mktemp("a folder") / ("long" * 30)
    folder.mkdir()
    yield Cluster(embedded(), folder / "postgres", {"fsync": "off"})  # only a power cut could lose what is written
    shutil.rmtree(folder)


def test_serve_makes_a_database_whose_owner_is_no_superuser(cluster: Cluster) -> None:
    assert len(str(cluster.data)) > LONGEST_SOCKET_PATH
    with serve(cluster) as server, psycopg.connect(server.url()) as connection:
        row = connection.execute(
            "SELECT current_user, current_database(), rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == ("dropset", "dropset", False, True)
    assert server.child.process.returncode == 0
    assert not server.sockets.exists()


def test_serve_listens_on_no_network(cluster: Cluster) -> None:
    with serve(cluster) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert server.sockets.stat().st_mode & 0o077 == 0


def test_serve_keeps_the_data_over_a_kill(cluster: Cluster) -> None:
    with serve(cluster) as server:
        with psycopg.connect(server.url()) as connection:
            connection.execute("DROP TABLE IF EXISTS kept")
            connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
        server.child.process.kill()
        server.child.process.wait()
        assert (cluster.data / "postmaster.pid").exists()

    with serve(cluster) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (7,)


def answers(server: Server) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(server.url()) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)
    return False


def test_killed_server_comes_back_at_the_same_address(cluster: Cluster) -> None:
    """With a session that is still at work: the next server may not start beside it."""
    with serve(cluster) as server:
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS value")
        with psycopg.connect(server.url()) as busy:
            first = server.child.process.pid
            server.child.process.kill()
            deadline = time.monotonic() + postgres.START_LIMIT_S
            while server.child.process.pid == first or not answers(server):
                assert time.monotonic() < deadline
                server.child.look_after()
                time.sleep(0.02)
            assert busy.pgconn.socket >= 0
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT value FROM kept").fetchone() == (7,)
    assert "was not properly shut down" in cluster.beside("log").read_text()


def test_serve_starts_over_a_stale_pid_that_another_process_has_now(cluster: Cluster) -> None:
    with serve(cluster):
        pass
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n1\n5432\n\n\n0 0\nready\n")

    with serve(cluster) as server:
        assert server.child.process.poll() is None


def test_serve_stops_a_server_left_over_from_a_killed_make(cluster: Cluster) -> None:
    with serve(cluster) as first:
        pid = first.child.process.pid
        postgres.stop_leftover(cluster.data)
        assert first.child.process.wait() == 0
    assert not psutil.pid_exists(pid)


def test_serve_refuses_a_second_server_on_the_same_data(cluster: Cluster) -> None:
    with serve(cluster), pytest.raises(PlainError, match="another make uses 'postgres'"), serve(cluster):
        pytest.fail("two servers on one folder")


def test_serve_begins_again_where_making_was_interrupted(cluster: Cluster) -> None:
    half_made = cluster.data.with_name("postgres.new")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    whole = cluster.data.with_name("whole")
    if cluster.data.exists():
        cluster.data.rename(whole)

    with serve(cluster) as server:
        assert server.child.process.poll() is None
    assert not half_made.exists()


def test_serve_tells_in_one_line_why_the_server_does_not_start(tmp_path: Path) -> None:
    cluster = Cluster(
        embedded(), tmp_path / "postgres", {"fsync": "off", "shared_preload_libraries": "no_such_library"}
    )
    since = time.monotonic()
    with (
        pytest.raises(PlainError, match=r'PostgreSQL did not start: could not access file "no_such_library"') as caught,
        serve(cluster),
    ):
        pytest.fail("it started")
    assert "\n" not in str(caught.value)
    assert time.monotonic() - since < postgres.START_LIMIT_S / 10


def test_serve_ignores_the_settings_of_other_servers(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSERVICE", "elsewhere")
    monkeypatch.setenv("PGHOST", "192.0.2.1")
    with serve(cluster) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
