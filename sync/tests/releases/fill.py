"""Fills a database under the code of a release: an athlete with rows in every entity, and two devices. See ops/release_dump.py.

Prints as JSON what an app of that release keeps. Speaks HTTP where it can, so that it fits any release.
"""

import json
import sys
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the set-up
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services.tokens import start_session  # noqa: E402
from catalog.tests.factories import make_canonical, make_equipment  # noqa: E402

EMAIL = "demo@dropset.local"
AT = "2026-11-27T18:00:00.000Z"


def uuid(number: int) -> str:
    return str(UUID(int=0x0190B2A4_8F00_7000_8000_000000000000 + number))


class Device:
    def __init__(self, number: int, access: str) -> None:
        self.client = Client(HTTP_HOST="localhost", HTTP_AUTHORIZATION=f"Bearer {access}")
        self.id, self.token = uuid(number), f"token-of-device-{number}-{'x' * 16}"
        self.number, self.seq = number, 0
        body = {"id": self.id, "instance_token": self.token, "name": f"device {number}", "platform": "python"}
        self.post("/api/v1/sync/devices", body)

    def post(self, url: str, body: dict[str, Any]) -> Any:
        response = self.client.post(url, json.dumps(body), "application/json")
        assert response.status_code < 300, response.content
        return response.json()

    def mutation(self, op: str, entity: str, record: int | str, patch: dict[str, Any], base: int = 0) -> dict[str, Any]:
        self.seq += 1
        record_id = uuid(record) if isinstance(record, int) else record
        mutation_id = uuid(self.number * 1000 + self.seq)
        found = {"id": mutation_id, "seq": self.seq, "entity": entity, "record_id": record_id, "op": op, "at": AT}
        return {**found, "base_version": base, "patch": patch}

    def push(self, *mutations: dict[str, Any]) -> list[dict[str, Any]]:
        envelope = {
            "protocol": 1,
            "schema_version": 1,
            "device_id": self.id,
            "instance_token": self.token,
            "client_now": timezone.now().isoformat(),
            "mutations": mutations,
        }
        results: list[dict[str, Any]] = self.post("/api/v1/sync/push", envelope)["results"]
        return results

    def pull(self) -> dict[str, Any]:
        page: dict[str, Any] = self.client.get("/api/v1/sync/pull", {"limit": "1000", "device_id": self.id}).json()
        assert not page["has_more"]
        return page


def main() -> None:
    call_command("create_demo", verbosity=0, stdout=sys.stderr)
    make_equipment("barbell")
    canonical = str(make_canonical().pk)
    user = User.objects.get(email=EMAIL)
    access = start_session(user=user, at=timezone.now()).access
    phone, tablet = Device(1, access), Device(2, access)
    times = {"started_at": "2026-11-27T17:00:00Z", "ended_at": "2026-11-27T18:00:00Z", "time_zone": "Europe/Berlin"}
    statuses = phone.push(
        phone.mutation("create", "exercise_type", 10, {"name": "Mine", "equipment": ["barbell"]}),
        phone.mutation("create", "workout", 11, {"title": "Legs", "status": "completed", "notes": "Käse 🧀", **times}),
        phone.mutation("create", "exercise", 12, {"workout": uuid(11), "exercise_type": uuid(10)}),
        phone.mutation("create", "exercise", 13, {"exercise_type": canonical, "performed_at": AT}),
        phone.mutation(
            "create", "set", 14, {"exercise": uuid(12), "reps": 5, "load_kg": "102.06", **typed("225", "lb")}
        ),
        phone.mutation("create", "set", 15, {"exercise": uuid(12), "reps": 3, "load_kg": "105", **typed("105", "lb")}),
        phone.mutation("create", "measurement", 16, {"kind": "body_weight", "value": "80.5", "measured_at": AT}),
        phone.mutation("create", "measurement", 17, {"kind": "waist", "value": "0.9", "measured_at": AT}),
        phone.mutation("create", "workout", 18, {"title": "Arms", "planned_on": "2026-11-30"}),
    )
    assert {result["status"] for result in statuses} == {"applied"}, statuses
    seen = phone.pull()
    base = seen["version"]
    settings_id = next(change["id"] for change in seen["changes"] if change["entity"] == "settings")
    tablet.push(
        tablet.mutation("update", "settings", settings_id, {"weight_unit": "lb"}, base),
        tablet.mutation("update", "workout", 11, {"title": "Squats"}, base),
        tablet.mutation("delete", "measurement", 17, {}, base),
    )
    results = phone.push(
        phone.mutation("update", "workout", 11, {"title": "Leg day"}, base),
        phone.mutation("create", "set", 19, {"exercise": uuid(12), "reps": -1}),
        waiting := phone.mutation("create", "set", 20, {"exercise": uuid(99), "reps": 8}),
    )
    assert [result["status"] for result in results] == ["conflict", "rejected", "deferred"], results
    seen = phone.pull()
    tablet.push(tablet.mutation("update", "workout", 18, {"notes": "not seen yet"}, base))
    held = {change["id"]: change for change in seen["changes"] if not change["deleted"]}
    facts = {
        "email": EMAIL,
        "secret_key": settings.SECRET_KEY,
        "phone": {"id": phone.id, "instance_token": phone.token, "seq": phone.seq, "cursor": seen["cursor"]},
        "epoch": seen["epoch"],
        "version": seen["version"],
        "held": held,
        "waiting": waiting,
    }
    sys.stdout.write(json.dumps(facts, indent=1))


def typed(load: str, unit: str) -> dict[str, str]:
    return {"typed_load": load, "typed_load_unit": unit}


if __name__ == "__main__":
    main()
