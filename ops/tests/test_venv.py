import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ops import venv
from ops.checkout import ROOT

SOURCE = ROOT / "ops" / "venv.py"


def test_venv_can_be_read_by_python_3_6() -> None:
    ast.parse(SOURCE.read_text(), feature_version=(3, 6))


def test_venv_refuses_an_old_python_before_anything_else() -> None:
    """The program as Python 3.6 runs it: up to the version check only old names may be used."""
    code = (
        "import sys, runpy; sys.version_info = (3, 6, 15, 'final', 0); sys.version = '3.6.15 (default)'\n"
        f"runpy.run_path({str(SOURCE)!r}, run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert result.stderr == f"dropset: Python 3.11 or newer is needed, and {sys.executable} is Python 3.6.15.\n"


def test_fingerprint_changes_with_content_and_python(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("a==1\n")
    first = venv.fingerprint(requirements, "3.11")

    assert venv.fingerprint(requirements, "3.11") == first
    assert venv.fingerprint(requirements, "3.13") != first
    requirements.write_text("a==2\n")
    assert venv.fingerprint(requirements, "3.11") != first


def test_requirements_are_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if re.match(r"[a-z]", line)]
        assert lines
        assert [line for line in lines if "==" not in line] == []
    assert re.fullmatch(r"uv==[\d.]+", venv.uv_requirement())


def test_missing_venv_package_is_named_where_we_cannot_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)  # no apt-get
    with pytest.raises(venv.PlainError, match=rf"Install it: apt-get install python3\.{sys.version_info.minor}-venv"):
        venv.install_venv_package()
