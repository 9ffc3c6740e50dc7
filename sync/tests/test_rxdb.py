"""RxDB itself, connected by clients/rxdb/adapter.js, against a running server: docs/sync-engines.md."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import start_session
from lib import wire
from sync.models import Mutation, Record
from sync.tests.devices import Json, exercise_type

ADAPTER = settings.BASE_DIR / "clients" / "rxdb"
MOST_LINES = 80
NODE = Path(sys.executable).with_name("node")
IS_INSTALLED = NODE.exists() and (ADAPTER / "node_modules" / "rxdb").is_dir()


def lived(server: str, user: User) -> Json:
    """What two devices hold after the life that try.js gives them."""
    access = start_session(user=user, at=timezone.now()).access
    command = [str(NODE), "try.js", f"{server}/api/v1/", access, exercise_type()]
    ran = subprocess.run(command, cwd=ADAPTER, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found: Json = json.loads(ran.stdout.splitlines()[-1])
    return found


def versions(documents: list[Json]) -> dict[str, int]:
    return {document["id"]: document["version"] for document in documents}


@pytest.mark.skipif(not IS_INSTALLED and not os.environ.get("CI"), reason="RxDB is not installed: `make rxdb`")
@pytest.mark.django_db(transaction=True)
def test_two_devices_with_rxdb_and_the_server_agree(live_server: Any, alice: User) -> None:
    told = lived(live_server.url, alice)
    one, two = told["devices"]
    assert one["outbox"] == two["outbox"] == {}
    for entity in wire.entities():
        live = Record.objects.filter(user=alice, entity=entity.code, deleted=False)
        stands = {str(row.id): row.version for row in live}
        for device in (one, two):
            assert versions(device.get(entity.name, [])) == stands, entity.name
    (workout,) = one["workout"]
    assert (workout["id"], workout["title"], workout["notes"]) == (told["workout"], "Leg day", "left knee hurts")
    (conflict,) = two["conflict"]
    (field,) = conflict["fields"]
    assert (conflict["record_id"], field["kept"]["value"], field["lost"]["value"]) == (told["set"], 10, 9)
    assert (one["refused"], two["refused"]) == ([[told["bad"], "invalid"]], [])
    sent_once = Mutation.objects.filter(user=alice).values_list("status", flat=True)
    assert Counter(sent_once) == {"applied": 8, "merged": 1, "conflict": 1, "rejected": 1}


def test_adapter_is_as_short_as_its_page_says() -> None:
    text = (ADAPTER / "adapter.js").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES


def test_lock_of_the_packages_names_no_registry() -> None:
    """Each installs from the registry, or the mirror, that their npm knows."""
    lock = json.loads((ADAPTER / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
