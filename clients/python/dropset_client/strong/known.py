"""What is known of earlier imports, and what stands on this device: the other side of what a file says."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from dropset_client.device import Device
from dropset_client.imports import Imported, Key
from dropset_client.wire import JsonObject, parse_rfc3339

SOURCE = "strong"
PARENTS = {"exercise": "workout", "set": "exercise"}
_ENTITIES = ("workout", "exercise", "set")


@dataclass(slots=True, eq=False)
class Known:
    """A record that a row of the file may be about.

    `imported` is what an earlier import on this device read of it; `stands` is how the user sees it, None where they
    deleted it. One of the two is there.
    """

    entity: str
    id: str
    imported: Imported | None
    stands: JsonObject | None
    below: "list[Known]" = field(default_factory=list)

    @property
    def said(self) -> JsonObject | None:
        return self.imported.said if self.imported else None

    @property
    def content(self) -> JsonObject:
        """What the file is compared with: what it said before, else what stands."""
        return self.said or self.stands or {}

    @property
    def label(self) -> str:
        if self.imported:
            return self.imported.label
        if self.entity == "workout":
            return f"{begins(self.content)}|{self.content.get('title') or ''}"
        return str(self.content.get("typed_name") or "")

    @property
    def place(self) -> float:
        """Where it stood among its siblings when the file was read; else where it stands."""
        return float(self.content.get("position") or 0)

    @property
    def is_deleted(self) -> bool:
        return self.stands is None

    def walk(self) -> "Iterator[Known]":
        """With all below it, children first."""
        for child in self.below:
            yield from child.walk()
        yield self


def begins(workout: JsonObject) -> str:
    """When a workout starts by the clock on the wall, "" where it has no start."""
    started_at = workout.get("started_at")
    if not started_at:
        return ""
    try:
        zone = ZoneInfo(str(workout.get("time_zone") or "UTC"))
    except (KeyError, ValueError):
        zone = ZoneInfo("UTC")
    return parse_rfc3339(str(started_at)).astimezone(zone).replace(tzinfo=None).isoformat()


def length_s(workout: JsonObject) -> float:
    ends: list[datetime] = [
        parse_rfc3339(str(workout[name])) for name in ("started_at", "ended_at") if workout.get(name)
    ]
    return (ends[-1] - ends[0]).total_seconds() if ends else 0.0


def known_workouts(device: Device, imported: dict[Key, Imported]) -> list[Known]:
    """All workouts that stand, or that an import made, with what is below them."""
    found: dict[Key, Known] = {}
    children: dict[Key, list[Known]] = defaultdict(list)
    for entity in _ENTITIES:
        standing = {record.id: record for record in device.store.view_all(entity)}
        ours = [row.record_id for row in imported.values() if row.entity == entity]
        for record_id in dict.fromkeys([*ours, *standing]):
            record = standing.get(record_id)
            known = Known(entity, record_id, imported.get((entity, record_id)), record.data if record else None)
            found[known.entity, known.id] = known
            if entity in PARENTS:
                children[PARENTS[entity], _parent_of(known)].append(known)
    workouts = [known for known in found.values() if known.entity == "workout"]
    _hang(workouts, children)
    return workouts


def _parent_of(known: Known) -> str:
    """Where the file has it, also if the user moved it since; else where it stands."""
    if known.imported:
        return str(known.imported.parent_id)
    return _standing_parent(known)


def _standing_parent(known: Known) -> str:
    return str((known.stands or {}).get(PARENTS[known.entity]))


def _hang(above: Iterable[Known], children: dict[Key, list[Known]]) -> None:
    """What hangs on something deleted is deleted too, though the device does not say so until the next sync."""
    for parent in above:
        parent.below = sorted(children[parent.entity, parent.id], key=lambda child: (child.place, child.id))
        for child in parent.below:
            if parent.is_deleted and _standing_parent(child) == parent.id:
                child.stands = None
        _hang(parent.below, children)
