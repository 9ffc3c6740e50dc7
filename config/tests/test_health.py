"""What load balancers ask."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

LIVE, READY = "/health/live", "/health/ready"


@pytest.fixture
def broken_database(transactional_db: None) -> Iterator[None]:
    """A server that nobody answers at: new connections fail."""
    right = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    yield
    connection.close()
    connection.settings_dict.update(right)


def test_live_process_says_so(client: Client, db: None) -> None:
    response = client.get(LIVE)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_process_names_each_part(client: Client, db: None) -> None:
    response = client.get(READY)
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "migrations": "ok", "jobs": "ok"}


@pytest.mark.usefixtures("broken_database")
def test_process_without_its_database_lives_and_is_not_ready(client: Client) -> None:
    assert client.get(LIVE).status_code == 200
    response = client.get(READY)
    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable", "database": "unreachable", "migrations": "unreachable", "jobs": "unreachable",
    }  # fmt: skip


def test_process_whose_database_lags_behind_is_not_ready(client: Client, db: None) -> None:
    _, newest = max(key for key in MigrationRecorder(connection).applied_migrations() if key[0] == "sync")
    MigrationRecorder(connection).record_unapplied("sync", newest)
    response = client.get(READY)
    assert response.status_code == 503
    assert response.json() | {"migrations": ""} == {
        "status": "unavailable",
        "database": "ok",
        "migrations": "",
        "jobs": "ok",
    }
    assert response.json()["migrations"] == "1 to apply: run manage.py migrate"


def test_process_without_its_job_queue_is_not_ready(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE procrastinate_jobs RENAME TO procrastinate_jobs_gone")
    response = client.get(READY)
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "ok", "migrations": "ok", "jobs": "unreachable"}


@pytest.mark.parametrize("url", [LIVE, READY])
def test_answer_is_not_kept_by_anybody(client: Client, db: None, url: str) -> None:
    assert "no-store" in client.get(url).headers.get("Cache-Control", "")


def test_answer_needs_no_tls(client: Client, db: None, settings: object) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]  # pytest-django's wrapper
    assert client.get(LIVE).status_code == 200
    assert client.get("/api/v1/workouts/").status_code == 301
