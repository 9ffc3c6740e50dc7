import shutil
from pathlib import Path

import pytest

from ops import timescale
from ops.checkout import ROOT, PlainError


def test_mirror_is_the_first_that_debootstrap_can_use() -> None:
    assert timescale.first_mirror(["cdrom:[Debian]/", "https://a.example/debian/"]) == "https://a.example/debian/"


def test_mirror_may_stand_in_a_file(tmp_path: Path) -> None:
    mirrors = tmp_path / "mirrors.list"
    mirrors.write_text("https://b.example/debian\nhttps://c.example/debian\n")
    assert timescale.first_mirror([f"mirror+file:{mirrors}"]) == "https://b.example/debian"


def test_mirror_missing_is_said() -> None:
    with pytest.raises(PlainError, match="no Debian mirror"):
        timescale.first_mirror(["cdrom:[Debian]/"])


@pytest.mark.skipif(not shutil.which("apt-config"), reason="apt's own settings are read with apt-config")
def test_wget_settings_are_those_of_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "apt.conf"
    configuration.write_text(
        'Acquire::http::Proxy "http://proxy.example:3128/";\n'
        'Acquire::http::Proxy::direct.example "DIRECT";\n'
        'Acquire::https::Proxy "DIRECT";\n'
        'Acquire::https::CaInfo "/etc/ssl/own.pem";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(configuration))

    assert timescale.wget_settings() == "http_proxy = http://proxy.example:3128/\nca_certificate = /etc/ssl/own.pem\n"


def test_has_timescaledb_wants_server_and_extension(tmp_path: Path) -> None:
    server, extension = tmp_path / timescale.PROGRAMS / "postgres", tmp_path / timescale.EXTENSION
    server.parent.mkdir(parents=True)
    server.touch()
    assert not timescale.has_timescaledb(tmp_path)

    extension.parent.mkdir(parents=True)
    extension.touch()
    assert timescale.has_timescaledb(tmp_path)


def test_chosen_tests_are_there() -> None:
    assert [path for path in (*timescale.TESTS, *timescale.SMOKE) if not (ROOT / path).exists()] == []


def test_every_app_with_data_is_tried_on_timescaledb() -> None:
    with_models = {path.parent.name for pattern in ("*/models.py", "*/models") for path in ROOT.glob(pattern)}
    tried = {path.partition("/")[0] for path in (*timescale.TESTS, *timescale.SMOKE)}
    assert with_models <= tried


@pytest.mark.parametrize("arguments", [[], ["-k", "push"], ["--durations=20", "-x"]])
def test_options_leave_the_choice_as_it_is(arguments: list[str]) -> None:
    assert timescale.chosen(arguments) == [*arguments, *timescale.TESTS, *timescale.SMOKE]


@pytest.mark.parametrize("arguments", [["."], ["-x", "sync"], ["lib/tests/test_jobs.py::test_job_runs_once"]])
def test_path_takes_the_place_of_the_choice(arguments: list[str]) -> None:
    assert timescale.chosen(arguments) == arguments
