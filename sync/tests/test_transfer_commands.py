"""manage.py export_user and import_user: the same as over HTTP, for operators."""

import stat
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from sync.models import Import
from sync.tests.devices import Phone
from sync.tests.transfers import contents, live, record_line, snapshot_lines

pytestmark = pytest.mark.django_db(transaction=True)


def test_commands_carry_an_account_over(
    phone: Phone, alice: User, bob: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live(phone, alice)
    file = tmp_path / "alice.zip"
    call_command("export_user", alice.email, str(file))
    call_command("import_user", bob.email, str(file), mode="merge")
    assert contents(bob) == contents(alice)
    assert "7 created, 1 updated, 0 deleted, 0 noop, 0 conflicts, 0 rejected." in capsys.readouterr().out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match=r"alice\.zip cannot be made: File exists\."):
        call_command("export_user", alice.email, str(file))


def test_command_tries_without_writing(alice: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lines.ndjson"
    file.write_bytes(snapshot_lines(record_line("workout", {"title": "new"}), record_line("workout", {"title": 7})))
    before = contents(alice)
    call_command("import_user", alice.email, str(file), mode="dry_run")
    assert contents(alice) == before
    told = capsys.readouterr().out
    assert told.startswith("1 created, ")
    assert "rejected: workout " in told
    assert "Nothing was written: this was only a trial." in told


def test_commands_say_what_is_wrong(alice: User, tmp_path: Path) -> None:
    file = tmp_path / "broken.ndjson"
    file.write_bytes(snapshot_lines(record_line("no_such", {})))
    with pytest.raises(CommandError, match=r"line 2: There is no entity 'no_such'\. Nothing was written\."):
        call_command("import_user", alice.email, str(file), mode="merge")
    assert Import.objects.get(user=alice).state == "failed"
    for arguments in (
        ["export_user", "nobody@example.org", "x"],
        ["import_user", "nobody@example.org", "x", "--mode=merge"],
    ):
        with pytest.raises(CommandError, match="There is no account"):
            call_command(*arguments)
    with pytest.raises(CommandError, match=r"none\.zip cannot be read: No such file or directory\."):
        call_command("import_user", alice.email, str(tmp_path / "none.zip"), mode="merge")
