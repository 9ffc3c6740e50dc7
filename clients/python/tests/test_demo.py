import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dropset_client.demo.__main__ import main
from tests.account import Account
from tests.server import Fault, World, serving

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def world() -> World:
    return World(live=True)


@pytest.fixture
def account(world: World) -> Account:
    account = world.add_account("demo@dropset.local")
    account.password = "dropset-demo"
    return account


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with serving(world) as url:
        yield url


@pytest.mark.usefixtures("account")
def test_the_demo_ends_in_equality_again_and_again(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for run in (1, 2):
        assert main(["--base-url", url, "--workouts", "3"]) == 0, run
        out, err = capsys.readouterr()
        [digests] = re.findall(r"^digest .*$", out, re.MULTILINE)
        [contents] = re.findall(r"^content .*$", out, re.MULTILINE)
        assert len(set(re.findall(r"[0-9a-f]{16}", digests))) == 1
        assert len(re.findall(r"[0-9a-f]{16}", digests)) == 4
        assert len(set(re.findall(r"[0-9a-f]{16}", contents))) == 1
        assert len(re.findall(r"[0-9a-f]{16}", contents)) == 3
        assert "field   set.reps: kept 102 (phone B), lost 101 (phone A)" in out
        assert "delete  workout." in out
        assert re.findall(r"^(energy, kcal|walks done) +(\d+) +(\d+) +(\d+)$", out, re.MULTILINE) == [
            ("energy, kcal", "620", "620", "620"),
            ("walks done", "1", "1", "1"),
        ]
        assert out.endswith("OK: both phones, a fresh one and the server hold the same\n")
        assert err == ""


def test_the_demo_is_a_program_whose_output_can_be_piped(url: str, account: Account) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dropset_client.demo", "--base-url", url, "--workouts", "2", "--seed", "5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert ("%" in done.stdout, done.stderr) == (False, "")
    assert [row.revoked for row in account.devices.values()] == [True] * 3


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("account")
def test_a_terminal_is_shown_how_far_the_demo_is(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    assert main(["--base-url", url, "--workouts", "2"]) == 0
    assert "phone A: import: 100%" in terminal.getvalue()


def test_without_a_server_the_demo_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--base-url", "http://127.0.0.1:9"]) == 2
    out, err = capsys.readouterr()

    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("demo: no server at http://127.0.0.1:9 ")
    assert err.endswith("start it with `make run`\n")


def test_without_the_account_the_demo_says_so(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--base-url", url]) == 2
    assert "refuses demo@dropset.local: HTTP 401 invalid_credentials" in capsys.readouterr().err


@pytest.mark.usefixtures("account")
def test_a_server_that_asks_to_wait_is_said_so(url: str, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.faults.append(Fault("auth/login", 429, retry_after="540"))

    assert main(["--base-url", url]) == 2
    assert capsys.readouterr().err == f"demo: {url} asks to wait 540 s before the next try\n"


def test_a_server_that_is_something_else_is_said_so(url: str, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.faults.append(Fault("sync/status", raw=b"<html>"))

    assert main(["--base-url", url]) == 2
    assert "not an answer of a Dropset server" in capsys.readouterr().err


def test_a_server_that_tells_phones_different_things_fails_the_demo(
    url: str, account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = account.wire
    monkeypatch.setattr(account, "wire", lambda key: _without_notes(whole(key), len(account.devices)))

    assert main(["--base-url", url, "--workouts", "2"]) == 1
    assert "FAILED: content differs: phone A and phone C: " in capsys.readouterr().out


def test_a_server_with_another_digest_fails_the_demo(
    url: str, account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = account.digest
    monkeypatch.setattr(account, "digest", lambda: {**honest(), "set": {"count": 1, "sum": "1"}})

    assert main(["--base-url", url, "--workouts", "2"]) == 1
    assert "FAILED: digest of set differs: phone A " in capsys.readouterr().out


def _without_notes(row: dict[str, object] | None, devices: int) -> dict[str, object] | None:
    """From the third device on, the server forgets the notes."""
    data = row and row["data"]
    if row is None or not isinstance(data, dict) or devices < 3:
        return row
    return {**row, "data": {**data, "notes": "lost"}}
