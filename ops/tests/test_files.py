"""The files beside the code that name its parts: Makefile, compose.yaml, the operators' page."""

import json
import re
import subprocess
from typing import Any

import pytest
import yaml

from lib import jobs
from ops.checkout import ROOT
from ops.run import QUEUES, RESPAWN, Address, server_command, stream_command, worker_command

OPERATING = (ROOT / "docs" / "operating.md").read_text()


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*  ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.fixture
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text()))


def test_make_without_target_lists_every_target() -> None:
    printed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+) +\S", printed, re.MULTILINE)) == make_targets()


def test_operating_page_names_every_target() -> None:
    assert {target for target in make_targets() if f"`make {target}`" not in OPERATING} == set()


def test_operating_page_names_every_variable_of_the_settings() -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    variables = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    assert "DATABASE_URL" in variables
    assert {variable for variable in variables if f"`{variable}`" not in OPERATING} == set()


def test_compose_has_every_service_and_checks_the_lasting_ones(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"db", "migrate", "web", "stream", "worker", "worker-long"}
    assert "healthcheck" in services["db"]
    assert "healthcheck" in services["worker"]
    assert "healthcheck" in services["worker-long"]
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()  # of web and stream, which listen on the same port inside
    for name in ("web", "stream", "worker", "worker-long"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_compose_asks_for_what_nobody_else_can_know(compose: dict[str, Any]) -> None:
    environment = compose["services"]["web"]["environment"]
    for name in ("DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "CLIENT_IP_HEADER"):
        assert re.search(r"\$\{\w+:\?set \w+", environment[name]), name


def test_operating_page_names_every_value_that_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{(\w+):", (ROOT / "compose.yaml").read_text()))
    assert "CLIENT_IP_HEADER" in asked
    steps = OPERATING.partition("## Production with Docker Compose")[2].partition("\n## ")[0]
    assert {name for name in asked if not re.search(rf"\b{name}\b", steps)} == set()


def test_compose_brings_back_what_dies(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {name for name, service in services.items() if service["restart"] != "unless-stopped"} == {"migrate"}
    assert RESPAWN in services["stream"]["command"]
    assert RESPAWN in (ROOT / "Dockerfile").read_text()  # of web


def test_compose_serves_streams_as_make_run_does(compose: dict[str, Any]) -> None:
    """The flags that decide whether more than a few hundred streams fit, and whether they end when the server stops."""
    given = [str(word) for word in compose["services"]["stream"]["command"]]
    ours = stream_command(Address("127.0.0.1", 8001))
    assert given[-1] == ours[-1]
    for flag in ("--interface", "--log-config", "--http", "--blocking-threads", "--backpressure"):
        assert given[given.index(flag) + 1] == ours[ours.index(flag) + 1]


def test_image_serves_the_api_as_make_run_does() -> None:
    """The flags that decide how much of it somebody may tie up."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    given = json.loads(re.findall(r"^CMD (\[.*?\])$", dockerfile.replace("\\\n", ""), re.MULTILINE)[-1])
    ours = server_command(Address("127.0.0.1", 8000))
    assert given[-1] == ours[-1]
    for flag in ("--interface", "--log-config", "--backpressure", "--http1-header-read-timeout"):
        assert given[given.index(flag) + 1] == ours[ours.index(flag) + 1]
    assert f"GRANIAN_BLOCKING_THREADS={ours[ours.index('--blocking-threads') + 1]}\n" in dockerfile


def test_compose_works_off_every_queue_as_make_run_does(compose: dict[str, Any]) -> None:
    """A queue without a worker would keep its jobs for ever."""
    assert set(QUEUES) == {jobs.QUICK, jobs.LONG}
    commands = [compose["services"][name]["command"][1:] for name in ("worker", "worker-long")]
    assert commands == [worker_command(queue)[1:] for queue in QUEUES]


def test_compose_lets_services_open_fewer_connections_than_postgresql_takes(compose: dict[str, Any]) -> None:
    """As docs/operating.md counts them."""
    services = compose["services"]
    defaults = {name: int(number) for name, number in re.findall(r"\$\{(\w+):-(\d+)\}", json.dumps(compose))}
    listening, looking = 1, 4
    api = defaults["WEB_WORKERS"] * defaults["DATABASE_CONNECTIONS"]
    workers = sum(5 + int(services[name]["command"][-1]) + 1 for name in ("worker", "worker-long"))
    total = api + listening + looking + workers
    assert f"= {total}. PostgreSQL takes" in OPERATING
    assert total < defaults["MAX_CONNECTIONS"] - 3


def test_compose_volumes_are_declared(compose: dict[str, Any]) -> None:
    used = {volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])}
    assert used == set(compose["volumes"])
