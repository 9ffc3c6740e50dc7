import os
import subprocess
import sys

from ops.checkout import ROOT

ASKED = "from django.conf import settings; print(settings.DATABASES['default']['NAME'], settings.DEBUG)"


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in ("DEBUG", "SECRET_KEY")} | environment
    command = [sys.executable, "-m", "ops.manage", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_manage_has_the_settings_of_run() -> None:
    result = manage(
        "shell", "--no-imports", "--command", ASKED, DATABASE_URL="postgresql://somebody@127.0.0.1:1/theirs"
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "theirs True\n", "")


def test_manage_ends_as_the_command_ends() -> None:
    result = manage("no_such", DATABASE_URL="postgresql://somebody@127.0.0.1:1/theirs")
    assert result.returncode == 1
    assert "Unknown command: 'no_such'" in result.stderr
