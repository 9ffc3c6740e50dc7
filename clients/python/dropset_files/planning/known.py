"""What is known of earlier imports, and what stands: the other side of what a file says."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from dropset_files.planning.memory import Imported, Key
from dropset_files.shared.values import JsonObject, parse_rfc3339

PARENTS = {"exercise": "workout", "set": "exercise"}
_ENTITIES = ("workout", "exercise", "set")


@dataclass(slots=True, eq=False)
class Known:
    """A record that a row of the file may be about.

    `imported` is what an earlier import read of it; `stands` is how the user sees it, None where they deleted it, and `was`
    what they deleted, where that is known. One of the three is there.
    """

    entity: str
    id: str
    imported: Imported | None
    stands: JsonObject | None
    was: JsonObject | None = None
    below: "list[Known]" = field(default_factory=list)

    @property
    def said(self) -> JsonObject | None:
        return self.imported.said if self.imported else None

    @property
    def content(self) -> JsonObject:
        """What the file is compared with: what it said before, else what stands."""
        return self.said or self.stands or self.was or {}

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


def known_workouts(
    standing: Mapping[str, Mapping[str, JsonObject]],
    deleted: Mapping[str, Mapping[str, JsonObject]],
    imported: Mapping[Key, Imported],
) -> list[Known]:
    """All workouts that stand, or that an import made, or that were deleted, with what is below them."""
    found: dict[Key, Known] = {}
    children: dict[Key, list[Known]] = defaultdict(list)
    for entity in _ENTITIES:
        stand, were = standing.get(entity, {}), deleted.get(entity, {})
        ours = [row.record_id for row in imported.values() if row.entity == entity]
        for record_id in dict.fromkeys([*ours, *stand, *were]):
            known = Known(
                entity, record_id, imported.get((entity, record_id)), stand.get(record_id), were.get(record_id)
            )
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
    return str((known.stands or known.was or {}).get(PARENTS[known.entity]))


def _hang(above: Iterable[Known], children: dict[Key, list[Known]]) -> None:
    """What hangs on something deleted is deleted too, though a device does not say so until the next sync."""
    for parent in above:
        parent.below = sorted(children[parent.entity, parent.id], key=lambda child: (child.place, child.id))
        for child in parent.below:
            if parent.is_deleted and _standing_parent(child) == parent.id:
                child.stands = None
        _hang(parent.below, children)
