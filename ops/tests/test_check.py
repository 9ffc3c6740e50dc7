import os
from pathlib import Path

import pytest

from ops import check, lengths


def test_python_check_passes_on_exit_code_zero_only(tmp_path: Path) -> None:
    assert check.python("-c", "pass")(os.environ, tmp_path / "log")
    assert not check.python("-c", "raise SystemExit(1)")(os.environ, tmp_path / "log")


def test_what_a_check_says_is_told_with_its_verdict() -> None:
    one = check.Check("one", check.python("-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"))

    done = check.run_one(one, os.environ)

    assert (done.name, done.passed, sorted(done.said.split())) == ("one", False, ["err", "out"])


def test_checks_go_on_whatever_fails(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    bad, good = (
        check.Check("bad", check.python("-c", "1 / 0")),
        check.Check("good", check.python("-c", "print('fine')")),
    )
    monkeypatch.setattr(check, "CHECKS", (bad, good))

    results = check.run_all(os.environ)

    assert sorted((done.name, done.passed) for done in results) == [("bad", False), ("good", True)]
    printed = capfd.readouterr().out
    assert "ZeroDivisionError" in printed
    assert "fine\n-- good: ok" in printed


def test_checks_have_names_of_their_own() -> None:
    names = [each.name for each in check.CHECKS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("lib/models.py", 400),
        ("lib/tests/test_models.py", 600),
        ("conftest.py", 600),
        ("clients/python/tests/x.py", 600),
    ],
)
def test_limit_for_tests_is_higher(path: str, limit: int) -> None:
    assert lengths.limit_for(Path(path)) == limit


def test_complaints_name_long_modules_and_functions(tmp_path: Path) -> None:
    body = "    pass\n" * 50
    (tmp_path / "long.py").write_text(f"def fits():\n{body[9:]}\n\nasync def grows():\n{body}" + "\n" * 350)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_initial.py").write_text("\n" * 500)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "other.py").write_text("\n" * 500)

    assert list(lengths.complaints(tmp_path)) == [
        "long.py: 453 lines, at most 400",
        "long.py:53: grows has 51 lines, at most 50",
    ]
