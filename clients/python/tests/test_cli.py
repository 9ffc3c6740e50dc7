"""The program, as a person and as a script use it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dropset_client import Device, RetryPolicy
from dropset_client.cli.main import main
from dropset_client.cli.problems import Exit
from tests.account import BENCH
from tests.conftest import Lab
from tests.keeping import EXPORT
from tests.server import PASSWORD, Fault

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Type = Callable[..., Said]


@pytest.fixture
def typed(lab: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types a command, on the device file of this test."""
    monkeypatch.setenv("DROPSET_DB", str(lab.folder / "cli.sqlite3"))
    monkeypatch.setenv("DROPSET_SERVER", lab.url)
    monkeypatch.setenv("DROPSET_PASSWORD", PASSWORD)
    patience = RetryPolicy(waits_s=(0.5, 1, 2), sleep=lab.slept.append)
    monkeypatch.setattr("dropset_client.cli.context._RETRY", patience)

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = main(words)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return run


@pytest.fixture
def logged_in(lab: Lab, typed: Type) -> Type:
    lab.world.live = True
    assert typed("login", lab.account.email).code == Exit.DONE
    return typed


def test_the_tour_of_the_help_works(logged_in: Type, lab: Lab) -> None:
    made = logged_in("create", "workout", "title=Push", "status=planned").out.strip()
    assert f"{made} v0* title=Push" in logged_in("list", "workout").out
    assert "create workout" in logged_in("queue").out
    said = logged_in("sync")

    assert (said.code, said.out) == (0, "pushed: 1 applied; pulled: 2 changes\n")
    assert f"{made} v2  title=Push status=planned" in logged_in("list", "workout").out
    assert logged_in("queue").out == "nothing waits\n"
    assert logged_in("verify").out.startswith("equal: ")
    assert lab.account.rows[("workout", made)].data["title"] == "Push"


def test_everything_local_works_without_a_server(typed: Type, lab: Lab) -> None:
    made = typed("--json", "create", "workout", "title=Push").json["id"]
    assert typed("update", "workout", made[-8:], "title=Pull", "notes=heavy").code == 0
    assert typed("update", "workout", made, "title=Pull").out == "it is like that already; nothing was queued\n"
    assert typed("show", made[:13]).out.startswith(f"workout {made} (not synced yet, has unsent changes)\n")
    assert typed("delete", "workout", made).code == 0
    gone = typed("show", made)
    assert (gone.code, gone.err) == (
        1,
        f"dropset: workout {made} is deleted. `python -m dropset_client restore workout {made}` brings it back\n",
    )
    assert typed("restore", "workout", made).code == 0
    assert [one["op"] for one in typed("queue", "--json").json] == ["create", "update", "delete", "restore"]
    assert typed("status", "--offline").out.splitlines()[-1] == "remote     not asked"
    assert typed("list", "workout", "title=nope").out == "no workout here\n"
    assert typed("digest").code == 0
    assert lab.world.seen == []


@pytest.mark.parametrize(
    ("words", "patch"),
    [
        (
            ["set", f"exercise={BENCH}", "reps=8", "load_kg=80", "rpe=8.5"],
            {"exercise": BENCH, "reps": 8, "load_kg": "80", "rpe": "8.5"},
        ),
        (["set", f"exercise={BENCH}", "position=2", "rir=null"], {"exercise": BENCH, "position": 2.0, "rir": None}),
        (["exercise_type", "name=5", 'equipment:=["rack"]'], {"name": "5", "equipment": ["rack"]}),
        (["workout", "notes=a=b", "title="], {"notes": "a=b", "title": ""}),
        (["workout", "title=null", "notes=true"], {"title": "null", "notes": "true"}),
    ],
)
def test_values_are_of_the_type_of_their_field(typed: Type, words: list[str], patch: dict[str, object]) -> None:
    typed("create", *words)

    assert typed("queue", "--json").json[0]["patch"] == patch


def test_now_and_today_are_times(typed: Type) -> None:
    typed("create", "workout", "started_at=now", "planned_on=today", "title=now", "--at", "2026-11-20T08:00:00+01:00")
    [mutation] = typed("queue", "--json").json

    assert mutation["at"] == "2026-11-20T07:00:00.000000Z"
    assert mutation["patch"]["title"] == "now"
    assert mutation["patch"]["started_at"].endswith("Z")
    assert len(mutation["patch"]["planned_on"]) == 10


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["create", "workout", "title"], Exit.USAGE, "'title' is not key=value"),
        (["create", "workout", "x:=nope"], Exit.USAGE, "is not JSON"),
        (["create", "workout", "titel=x"], Exit.USAGE, "workout.titel: There is no such field. Did you mean title?"),
        (["create", "set", "reps=many"], Exit.USAGE, "set.reps: Must be a whole number."),
        (["list", "workout", "titel=x"], Exit.USAGE, "workout.titel: There is no such field."),
        (["show", "abc"], Exit.NOT_SO, "too short"),
        (["show", "abcdef"], Exit.NOT_SO, "there is no record abcdef on this device"),
        (["discard", "abcdef"], Exit.NOT_SO, "names no change that is refused still"),
        (["sync"], Exit.LOGIN, "log in first: `python -m dropset_client login EMAIL`"),
        (["--server", "http://127.0.0.1:9", "login", "x@example.org"], Exit.UNREACHABLE, "cannot be reached"),
        (["login", "nobody@example.org"], Exit.LOGIN, "the password is wrong"),
        (["import", "/nowhere"], Exit.NOT_SO, "cannot be read"),
        (["--db", "/nowhere/x", "list", "set"], Exit.NOT_SO, "cannot be opened"),
    ],
)
def test_what_goes_wrong_is_one_line_that_says_what_to_do(typed: Type, words: list[str], code: int, said: str) -> None:
    found = typed(*words)

    assert (found.code, found.out, found.err.count("\n")) == (code, "", 1)
    assert said in found.err


@pytest.mark.parametrize(
    "words", [["nonsense"], ["list", "nothing"], ["resolve", "x"], ["create", "set", "--at", "now"]]
)
def test_words_that_are_none_are_explained(typed: Type, words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        typed(*words)
    assert caught.value.code == Exit.USAGE


def test_errors_are_json_where_that_was_asked_for(typed: Type) -> None:
    said = typed("--json", "sync")

    assert (said.code, said.out) == (Exit.LOGIN, "")
    assert json.loads(said.err)["error"] == "LoginRequired"


def test_a_server_that_is_away_costs_nothing(logged_in: Type, lab: Lab) -> None:
    logged_in("create", "workout", "title=Push")
    lab.world.faults += [Fault("sync/devices", 503) for _ in range(4)]
    said = logged_in("sync")

    assert said.code == Exit.UNREACHABLE
    assert "1 changes wait here, and nothing is lost. Try again later." in said.err
    assert logged_in("sync").code == Exit.DONE


def test_a_conflict_is_shown_and_decided(logged_in: Type, lab: Lab) -> None:
    made = logged_in("create", "workout", "title=Push").out.strip()
    logged_in("sync")
    other = lab.device("b")
    other.sync()
    earlier = lab.world.now - timedelta(minutes=5)
    logged_in("update", "workout", made, "title=of a", "--at", earlier.isoformat())
    other.update("workout", made, {"title": "of b"}, at=lab.world.now)
    other.sync()
    assert "1 conflicts: see `python -m dropset_client conflicts`" in logged_in("sync").out
    shown = logged_in("conflicts")
    assert "  title: kept of b, lost of a\n" in shown.out
    conflict = logged_in("conflicts", "--json").json[0]["id"]
    assert logged_in("resolve", conflict[-6:], "--set", "title=of both").code == 0
    again = logged_in("resolve", conflict, "--keep")

    assert (again.code, "is resolved already" in again.err) == (Exit.NOT_SO, True)
    assert logged_in("conflicts").out == "no open conflicts\n"
    assert "(resolved)" in logged_in("conflicts", "--all").out
    logged_in("sync")
    assert lab.account.rows[("workout", made)].data["title"] == "of both"
    assert logged_in("verify").code == 0


def test_a_refused_change_is_shown_repaired_and_discarded(logged_in: Type, lab: Lab) -> None:
    logged_in("create", "workout", "title=one", "notes=refuse")
    logged_in("create", "workout", "title=two", "notes=refuse")
    assert "2 refused: see" in logged_in("sync").out
    shown = logged_in("rejected")
    assert "  refused: invalid. refused: invalid\n  notes: no\n  you wrote title = one\n" in shown.out
    first, second = [one["mutation"]["id"] for one in logged_in("rejected", "--json").json]
    assert logged_in("repair", first, "notes=").code == 0
    assert logged_in("discard", second).out.startswith("discarded: 2 create workout")
    logged_in("sync")

    assert logged_in("rejected").out == "nothing was refused\n"
    assert lab.account.refused == {}
    assert [one["data"]["title"] for one in logged_in("list", "workout", "--json").json] == ["one"]


def test_a_difference_is_said_and_repaired(logged_in: Type, lab: Lab) -> None:
    made = logged_in("create", "workout", "title=Push").out.strip()
    logged_in("sync")
    with Device.open(lab.folder / "cli.sqlite3", lab.url) as broken:
        broken.store._records.drop("workout", made)
    found = logged_in("verify")
    assert (found.code, found.out.splitlines()[0]) == (1, "workout differs: 0 records here, 1 on the server")
    repaired = logged_in("sync", "--verify")

    assert (repaired.code, "differed in workout: everything was pulled again, and is equal now" in repaired.out) == (
        0,
        True,
    )
    assert logged_in("verify", "--repair").out.endswith("verified: this device holds what the server holds\n")
    assert logged_in("resync").code == 0


def test_devices_are_listed_registered_named_and_made_anew(logged_in: Type, lab: Lab) -> None:
    logged_in("register", "--name", "My box")
    [first] = lab.account.devices
    assert logged_in("devices").out == f"{first}* one, test\n"
    lab.account.devices[first].revoked = True
    logged_in("create", "workout", "title=kept")
    refused = logged_in("sync")
    assert (refused.code, "register --anew" in refused.err) == (Exit.REFUSED, True)
    logged_in("register", "--anew")

    assert "1 applied" in logged_in("sync").out
    assert "(revoked)" in logged_in("devices").out


def test_logging_out_keeps_everything(logged_in: Type) -> None:
    logged_in("create", "workout", "title=Push")
    assert "1 unsent changes stay in" in logged_in("logout").out
    assert logged_in("sync").code == Exit.LOGIN
    assert "title=Push" in logged_in("list", "workout").out
    assert "(logged out)" in logged_in("status").out


def test_the_server_of_the_login_is_remembered(logged_in: Type, monkeypatch: pytest.MonkeyPatch, lab: Lab) -> None:
    monkeypatch.setenv("DROPSET_SERVER", "http://127.0.0.1:9")

    assert logged_in("sync").code == 0
    assert f"account    {lab.account.email} on {lab.url}" in logged_in("status").out


STRONG = "Date,Workout Name,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE\n"


def strong_file(lab: Lab, *rows: str, header: str = STRONG) -> str:
    file = lab.folder / "strong.csv"
    file.write_text(
        header + "".join(f'2024-01-15 10:30:00,"Legs","Squat (Barbell)",{row},0,0,"","",\n' for row in rows)
    )
    return str(file)


def test_an_export_of_strong_is_queued(logged_in: Type, lab: Lab) -> None:
    said = logged_in("import-strong", strong_file(lab, "1,100,5"), "--zone", "Europe/Berlin")

    assert (said.code, "queued 1 workouts, 1 exercises, 1 sets, 1 new exercise types" in said.out) == (0, True)
    assert "in the zone Europe/Berlin, numbers without a unit as kg and km" in said.out
    assert logged_in("import-strong", str(lab.folder / "none.csv")).code == Exit.NOT_SO


def test_an_export_is_read_as_the_last_one_was(logged_in: Type, lab: Lab) -> None:
    logged_in("import-strong", strong_file(lab, "1,100,5"), "--zone", "Asia/Tokyo", "--weight-unit", "lb")
    said = logged_in("import-strong", strong_file(lab, "1,100,5", "2,105,5"))

    assert "in the zone Asia/Tokyo, numbers without a unit as lb and km" in said.out
    assert "there was nothing to do" in logged_in("import-strong", strong_file(lab, "1,100,5", "2,105,5")).out


def test_imports_are_listed_and_undone(logged_in: Type, lab: Lab) -> None:
    assert "nothing was imported" in logged_in("imports").out
    logged_in("import-strong", strong_file(lab, "1,100,5"))
    [one] = json.loads(logged_in("imports", "--json").out)
    assert f"{one['id']}" in logged_in("imports", "list").out
    said = logged_in("imports", "undo", one["id"][-6:])

    assert (said.code, "queued: 4 deleted" in said.out) == (0, True)
    assert "(undone)" in logged_in("imports").out
    again = logged_in("imports", "undo", one["id"])
    assert (again.code, "undone already" in again.err) == (Exit.NOT_SO, True)
    assert logged_in("imports", "undo", "nothing").code == Exit.NOT_SO


def test_an_import_in_the_wrong_unit_is_replaced(logged_in: Type, lab: Lab) -> None:
    file = strong_file(lab, "1,100,5")
    logged_in("import-strong", file, "--weight-unit", "kg")
    [one] = json.loads(logged_in("imports", "--json").out)
    said = logged_in("imports", "replace", one["id"], file, "--weight-unit", "lb")

    assert (said.code, "1 were changed" in said.out) == (0, True)
    assert "load_kg=45.36" in logged_in("list", "set").out
    assert f"(replaces {one['id'][-8:]})" in logged_in("imports").out
    first = logged_in("imports", "undo", one["id"])
    assert (first.code, "undo" in first.err) == (Exit.NOT_SO, True)


def test_a_file_in_an_unknown_language_is_read_with_the_names_of_its_columns(logged_in: Type, lab: Lab) -> None:
    file = strong_file(lab, "1,100,5", header=STRONG.replace("Weight", "Paino").replace("Reps", "Toistot"))
    refused = logged_in("import-strong", file)
    said = logged_in("import-strong", file, "--column", "weight=Paino", "--column", "reps=Toistot")

    assert (refused.code, "no column 'weight', 'reps'" in refused.err) == (Exit.NOT_SO, True)
    assert "1 sets" in said.out


HEVY = "title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,weight_kg,reps,rpe\n"


def hevy_file(lab: Lab, name: str = "Incline Bench Press") -> str:
    file = lab.folder / "odd name.txt"
    file.write_text(f'{HEVY}Push,"15 Jan 2024, 10:30",,,{name},,,0,normal,100,5,\n')
    return str(file)


def test_a_file_of_another_app_is_tried_and_then_queued(logged_in: Type, lab: Lab) -> None:
    lab.world.library = [{"id": BENCH, "name": "Barbell bench press"}]
    tried = logged_in("import", hevy_file(lab), "--zone", "Europe/Berlin", "--dry-run")
    queued = logged_in("queue").out
    done = logged_in("import", hevy_file(lab), "--zone", "Europe/Berlin")
    again = logged_in("import", hevy_file(lab))

    assert (tried.code, queued) == (0, "nothing waits\n")
    assert "an export of Hevy, in kg\nwould queue 1 workouts, 1 exercises, 1 sets, 1 new exercise types" in tried.out
    assert "0 of 1 names of exercises are known" in tried.out
    assert f"Incline Bench Press: new. If you mean Barbell bench press ({BENCH}): --match NAME=ID" in tried.out
    assert "nothing was queued" in tried.out
    assert "queued 1 workouts, 1 exercises, 1 sets, 1 new exercise types; 0 were there already" in done.out
    assert "there was nothing to do" in again.out


def test_a_match_is_corrected_and_remembered(logged_in: Type, lab: Lab) -> None:
    lab.world.library = [{"id": BENCH, "name": "Barbell bench press"}]
    said = logged_in("import", hevy_file(lab), "--match", f"incline bench press={BENCH.upper()}", "--json")
    stranger = logged_in("import", hevy_file(lab), "--match", "x=0b0c5b5e-0000-4000-8000-000000000001")

    assert [(one["sure"], one["exercise_type"]) for one in said.json["matches"]] == [("corrected", BENCH)]
    assert "name=incline bench press" in logged_in("list", "exercise_alias").out
    assert f"exercise_type={BENCH}" in logged_in("list", "exercise").out
    assert (stranger.code, "there is no exercise type" in stranger.err) == (Exit.NOT_SO, True)


def test_a_file_of_another_app_has_no_mode(logged_in: Type, lab: Lab) -> None:
    said = logged_in("import", hevy_file(lab), "--mode", "merge")
    (lab.folder / "empty").write_text(" ")
    empty = logged_in("import", str(lab.folder / "empty"))

    assert (said.code, "there is --dry-run" in said.err) == (Exit.NOT_SO, True)
    assert (empty.code, "the file is empty" in empty.err) == (Exit.NOT_SO, True)


@pytest.mark.parametrize("option", [("--match", "Bench"), ("--match", "Bench=1"), ("--match", f"={BENCH}")])
def test_a_match_needs_a_name_and_an_id(logged_in: Type, lab: Lab, option: tuple[str, str]) -> None:
    with pytest.raises(SystemExit):
        logged_in("import", hevy_file(lab), *option)


@pytest.mark.parametrize("option", [("--zone", "Mars/Base"), ("--column", "mood=Mieli"), ("--column", "weight")])
def test_an_option_of_an_import_that_means_nothing_is_told(logged_in: Type, lab: Lab, option: tuple[str, str]) -> None:
    with pytest.raises(SystemExit):
        logged_in("import-strong", strong_file(lab, "1,100,5"), *option)


def test_an_export_is_written_whole_or_not_at_all(logged_in: Type, lab: Lab) -> None:
    file = lab.folder / "all.zip"
    assert logged_in("export", str(file)).out == f"{file}: {len(EXPORT)} bytes\n"
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (EXPORT, 0o600)
    lab.world.faults.append(Fault("export"))
    said = logged_in("export", str(lab.folder / "broken.zip"))

    assert said.code == Exit.UNREACHABLE
    assert not [path for path in lab.folder.iterdir() if path.name.startswith("broken")]
    assert logged_in("export", "/nowhere/all.zip").code == Exit.NOT_SO


def test_an_import_is_followed_to_its_end(logged_in: Type, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropset_client.cli.transfer._POLL_S", 0)
    file = lab.folder / "all.zip"
    file.write_bytes(EXPORT)
    said = logged_in("import", str(file), "--mode", "merge")

    assert said.code == Exit.DONE
    assert "done, 2 of 2 records\n  1 created, 1 rejected\n  refused: set s: required. It lacks" in said.out
    [sent] = lab.world.keeping.uploads
    assert (sent["file"], sent["mode"], sent["dry_run_of"]) == (EXPORT, "merge", "merge")
    again = logged_in("import", str(file), "--mode", "merge", "--id", sent["import_id"], "--no-wait", "--json")
    assert (again.json["state"], len(lab.world.keeping.imports)) == ("done", 1)
    lab.world.keeping.error = {"code": "damaged", "detail": "Not a ZIP.", "next": "Export again."}
    failed = logged_in("import", str(file))
    assert (failed.code, "  damaged: Not a ZIP. Export again.\n" in failed.out) == (Exit.NOT_SO, True)
    assert lab.world.keeping.uploads[-1]["mode"] == "dry_run"


def test_states_are_kept_listed_restored_and_deleted(
    logged_in: Type, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dropset_client.cli.transfer._POLL_S", 0)
    assert "keeps no states yet" in logged_in("snapshots").out
    logged_in("snapshots", "make", "before the plan")
    assert "named    before the plan (version 7)" in logged_in("snapshots", "list").out
    [state] = [one["id"] for one in logged_in("snapshots", "--json").json]
    restored = logged_in("snapshots", "restore", state)
    assert "to go back: `python -m dropset_client snapshots restore" in restored.out
    [job] = lab.world.keeping.imports.values()
    assert job["mode"] == "replace"
    assert logged_in("snapshots", "download", state, str(lab.folder / "state.ndjson")).code == 0
    assert logged_in("snapshots", "delete", state).code == 0
    gone = logged_in("snapshots", "delete", state)

    assert (gone.code, "not_found" in gone.err) == (Exit.REFUSED, True)


def test_the_demo_runs_on_the_server_that_was_named(typed: Type, lab: Lab) -> None:
    said = typed("--server", lab.url, "demo", "--email", "nobody@example.org")

    assert (said.code, "refuses nobody@example.org" in said.err) == (2, True)
    assert typed("demo", "--base-url", "http://127.0.0.1:9").code == 2


def test_watching_ends_with_ctrl_c(lab: Lab) -> None:
    lab.world.streams = []
    environment = {**os.environ, "DROPSET_DB": str(lab.folder / "cli.sqlite3"), "PYTHONPATH": str(ROOT)}
    environment |= {"DROPSET_SERVER": lab.url, "DROPSET_PASSWORD": PASSWORD}
    program = [sys.executable, "-m", "dropset_client", "--json"]
    subprocess.run([*program, "login", lab.account.email], env=environment, check=True, capture_output=True, timeout=30)
    with subprocess.Popen([*program, "watch"], env=environment, text=True, stdout=subprocess.PIPE) as watching:
        assert watching.stdout is not None
        heard = [json.loads(watching.stdout.readline())["reason"] for _ in range(2)]
        other = lab.device("b")
        other.create("workout", {"title": "of b"})
        other.sync()
        beat = json.loads(watching.stdout.readline())
        watching.send_signal(signal.SIGINT)
        code = watching.wait(10)

    assert (heard, beat["reason"], beat["report"]["pulled"], code) == (["start", "open"], "poke", 1, 130)
