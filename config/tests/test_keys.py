"""A server that others can reach does not start with a secret that everybody knows."""

import os
import secrets
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from accounts.models import User
from config.checks import DEMO_PASSWORD

DEVELOPMENT_KEY = "only-for-development-" + "x" * 40
GOOD_KEY = secrets.token_hex(32)


def load_settings(**environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in ("DEBUG", "SECRET_KEY")} | environment
    command = [sys.executable, "-c", "import config.settings"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "SECRET_KEY is not set. "),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set. "),
        ({"SECRET_KEY": "", "DEBUG": "true"}, "SECRET_KEY is not set. "),
        ({"SECRET_KEY": "abc"}, "SECRET_KEY has 3 characters"),
        ({"SECRET_KEY": DEVELOPMENT_KEY}, "SECRET_KEY looks like one that was written for everybody"),
        ({"SECRET_KEY": "x" * 80}, "SECRET_KEY follows a pattern. "),
    ],
)
def test_server_does_not_start_with_a_weak_key(environment: dict[str, str], said: str) -> None:
    last = load_settings(**environment).stderr.splitlines()[-1]
    assert said in last
    assert "50 or more random characters (`openssl rand -hex 32`)" in last


@pytest.mark.parametrize(
    "environment", [{"SECRET_KEY": GOOD_KEY}, {"DEBUG": "true"}, {"DEBUG": "true", "SECRET_KEY": "abc"}]
)
def test_server_starts_with_a_good_key_and_a_developers_with_any(environment: dict[str, str]) -> None:
    assert load_settings(**environment).returncode == 0


@pytest.fixture
def demo(db: None) -> None:
    call_command("create_demo", verbosity=0)


def test_demo_accounts_keep_a_public_server_from_starting(demo: None, settings: Any) -> None:
    settings.DEBUG = True
    call_command("check", databases=["default"])
    settings.DEBUG = False
    with pytest.raises(SystemCheckError) as caught:
        call_command("check", databases=["default"])
    for email in ("curator@dropset.local", "demo@dropset.local"):
        assert f"{email} can log in with a password that everybody knows." in str(caught.value)
        assert f"manage.py changepassword {email}" in str(caught.value)


def test_demo_accounts_that_nobody_can_log_in_to_do_no_harm(demo: None, settings: Any) -> None:
    settings.DEBUG = False
    User.objects.filter(email="demo@dropset.local").update(is_active=False)
    curator = User.objects.get(email="curator@dropset.local")
    assert curator.check_password(DEMO_PASSWORD)
    curator.set_password(secrets.token_urlsafe())
    curator.save()
    call_command("check", databases=["default"])
