import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ops.checkout import ROOT, PlainError, environment, only_one, secret_key


def test_only_one_refuses_a_second_holder_and_names_the_first(tmp_path: Path) -> None:
    with (
        only_one("run", tmp_path),
        pytest.raises(PlainError, match=r"another make uses 'run' .* stop process \d+ first"),
        only_one("run", tmp_path),
    ):
        pytest.fail("two hold what one may hold")


def test_only_one_is_free_again_after_its_block(tmp_path: Path) -> None:
    with only_one("run", tmp_path):
        pass
    with only_one("run", tmp_path):
        pass


def test_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    key = secret_key(tmp_path)

    assert secret_key(tmp_path) == key
    assert len(key) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_secret_keys_of_two_checkouts_differ(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")


def test_environment_lets_outer_values_win_over_defaults_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_URL", "http://outer")
    monkeypatch.setenv("DATABASE_URL", "outer")

    env = environment({"BASE_URL": "http://default"}, DATABASE_URL="ours")

    assert (env["BASE_URL"], env["DATABASE_URL"]) == ("http://outer", "ours")


def test_environment_lets_python_keep_its_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert "PYTHONDONTWRITEBYTECODE" not in environment()


def run_program(body: str) -> subprocess.CompletedProcess[str]:
    """`body` as the main function of a program of ours."""
    lines = ["from ops.checkout import *", "def main():", f"    {body}", "program(main)"]
    return subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_program_tells_an_error_in_one_line() -> None:
    result = run_program("raise PlainError('no way')")

    assert (result.returncode, result.stdout, result.stderr) == (1, "", "dropset: no way\n")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_program_stops_on_signal_with_one_line(name: str) -> None:
    result = run_program(f"import os; os.kill(os.getpid(), signal.{name}); pause(0); print('went on')")

    assert (result.returncode, result.stdout, result.stderr) == (130, "", "dropset: stopped.\n")
