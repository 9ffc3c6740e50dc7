"""Users at their devices: what they write, and what the server must refuse."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import hypothesis.strategies as st

from dropset_client.wire import Op
from sync.tests.proof.devices import Phone
from sync.tests.proof.oracle import PARENTS, REFERENCES
from sync.tests.proof.people import Key
from sync.tests.proof.singles import SINGLES
from sync.tests.proof.stage import CHOICES, DEVICES, PAUSES, PICKS, Stage
from sync.tests.proof.steps import step
from sync.tests.proof.values import BAD, DAYS, DIARY, EDITS, GEAR_SETS

RESTORE_IN_TREES = True
DELETABLE = (
    *("workout", "exercise", "set", "measurement", "exercise_type", "plan", "plan_day", "plan_slot"),
    *("room", "rack", "day_note"),
    *DIARY,
)
GROUP = st.lists(st.tuples(PICKS, CHOICES), min_size=2, max_size=4)


class Users(Stage):
    @step(16, who=DEVICES, which=PICKS, what=CHOICES, pause=PAUSES)
    def edit(self, who: int, which: int, what: int, pause: float) -> None:
        phone = self.phone(who)
        key = self.pick(phone, which)
        if key is not None:
            self._edit(phone, key, what)
            self.wrote(phone, pause)

    def _edit(self, phone: Phone, key: Key, what: int) -> None:
        options = EDITS[key[0]]
        patch = options[what % len(options)]
        with phone.device.batch(group=key[0] in SINGLES and phone.device._group is None):
            self._take_down(phone, key, patch)
            phone.device.update(*key, patch)

    def _take_down(self, phone: Phone, key: Key, patch: Mapping[str, Any]) -> None:
        """Who sees that another record has what one alone may have, takes it from that."""
        name, empty = SINGLES.get(key[0], ("", None))
        if name in patch and not phone.store.position().synced:
            self.foreign()  # what it cannot see, it cannot take from there
        for other in self.shown(phone, key[0]) if patch.get(name, empty) != empty else ():
            record = phone.shows(other)
            if other != key and record is not None and record.get(name) == patch[name]:
                phone.device.update(*other, {name: empty})

    @step(3, who=DEVICES, which=PICKS, what=CHOICES, pause=PAUSES)
    def edit_set(self, who: int, which: int, what: int, pause: float) -> None:
        phone = self.phone(who)
        key = self.pick(phone, which, "settings", "exercise_type")
        if key is not None:
            phone.device.update(*key, {"equipment": GEAR_SETS[what % len(GEAR_SETS)]})
            self.wrote(phone, pause)

    @step(5, who=DEVICES, which=PICKS, what=CHOICES, pause=PAUSES)
    def create(self, who: int, which: int, what: int, pause: float) -> None:
        phone = self.phone(who)
        if self._create(phone, which, what) is not None:
            self.wrote(phone, pause)

    def _create(self, phone: Phone, which: int, what: int) -> Key | None:
        entity = ("set", "exercise", "set", "workout", "measurement")[what % 5]
        parent = self.pick(phone, which, {"set": "exercise", "exercise": "workout"}.get(entity, ""))
        if entity == "set" and parent is None:
            return None
        above = None if parent is None else parent[1]
        documents: dict[str, dict[str, Any]] = {
            "set": {"exercise": above, "reps": what},
            "exercise": {"workout": above, "exercise_type": self.world.canonical},
            "workout": {"title": f"new {what}"},
            "measurement": {"kind": "body_weight", "value": "90.000", "measured_at": phone.now()},
        }
        data = documents[entity]
        key = (entity, phone.device.create(entity, data, id=str(uuid4())))
        self.world.alice.ids[entity].append(key[1])
        return key

    @step(3, who=DEVICES, which=PICKS, what=CHOICES, pause=PAUSES)
    def plan(self, who: int, which: int, what: int, pause: float) -> None:
        """A new plan, or a part of one that is there."""
        phone = self.phone(who)
        entity = ("plan_slot", "plan_day", "plan")[what % 3]
        parent = self.pick(phone, which, PARENTS[entity][1]) if entity in PARENTS else None
        if parent is not None:
            data: dict[str, Any] = {PARENTS[entity][0]: parent[1]}
        elif entity == "plan":
            data = {"title": f"new {what}"}
        else:
            return
        self.world.alice.ids[entity].append(phone.device.create(entity, data, id=str(uuid4())))
        self.wrote(phone, pause)

    @step(3, who=DEVICES, which=PICKS, what=CHOICES, pause=PAUSES)
    def furnish(self, who: int, which: int, what: int, pause: float) -> None:
        """A new room, maybe the default one; a rack; a note of a day, which may name a room that comes after it."""
        phone = self.phone(who)
        new = {entity: str(uuid4()) for entity in ("room", "rack", "day_note")}
        place = self.pick(phone, which, "room")
        room = {"title": f"new {what}", "is_default": which % 2 == 0}
        note = {"day": [*DAYS, None][which % 3], "text": f"new {what}"}
        match what % 4:
            case 0:
                made = {"room": room}
            case 1 if place is not None:
                made = {"rack": {"room": place[1]}}
            case 2:
                made = {"day_note": {**note, "room": new["room"]}, "room": room}
            case _:
                made = {"day_note": {**note, "room": place[1] if place else None}}
        for entity, data in made.items():
            if entity not in self.entities:
                continue
            if which % 8 < 7:
                self._take_down(phone, (entity, new[entity]), data)
            else:
                self.foreign()
            phone.device.enqueue(entity, new[entity], Op.CREATE, data)
            self.world.alice.ids[entity].append(new[entity])
        self.wrote(phone, pause)

    @step(2, who=DEVICES, which=PICKS, where=PICKS, pause=PAUSES)
    def point(self, who: int, which: int, where: int, pause: float) -> None:
        """A note refers to a room or a rack, or no longer."""
        phone, field = self.phone(who), ("room", "rack")[where % 2]
        key = self.pick(phone, which, "day_note")
        if key is not None:
            places: list[Any] = [place[1] for place in self.shown(phone, REFERENCES["day_note"][field])]
            phone.device.update(*key, {field: [None, *places][where % (len(places) + 1)]})
            self.wrote(phone, pause)

    @step(4, who=DEVICES, which=PICKS, pause=PAUSES)
    def delete(self, who: int, which: int, pause: float) -> None:
        phone = self.phone(who)
        key = self.pick(phone, which, *DELETABLE)
        if key is not None:
            phone.device.delete(*key)
            self.wrote(phone, pause)

    @step(3, who=DEVICES, which=PICKS, pause=PAUSES)
    def restore(self, who: int, which: int, pause: float) -> None:
        phone = self.phone(who)
        entities = set(DELETABLE) - {"exercise_type"} if RESTORE_IN_TREES else {"measurement"}
        gone = [key for key in self.keys(*entities) if self._is_known_deleted(phone, key)]
        if gone:
            phone.device.restore(*gone[which % len(gone)])
            self.wrote(phone, pause)

    def _is_known_deleted(self, phone: Phone, key: Key) -> bool:
        return phone.shows(key) is None and (phone.store.base(*key) is not None or bool(phone.store.queued_for(*key)))

    @step(3, who=DEVICES, which=PICKS, where=PICKS, pause=PAUSES)
    def move(self, who: int, which: int, where: int, pause: float) -> None:
        phone = self.phone(who)
        key = self.pick(phone, which, *PARENTS)
        if key is None:
            return
        field, above = PARENTS[key[0]]
        parents: list[Any] = [parent[1] for parent in self.shown(phone, above)]
        parents += [None] if field == "workout" else []
        if parents:
            phone.device.update(*key, {field: parents[where % len(parents)]})
            self.wrote(phone, pause)

    @step(1, who=DEVICES, which=PICKS, where=PICKS, pause=PAUSES)
    def cross(self, who: int, which: int, where: int, pause: float) -> None:
        """One device works on a set and deletes a place, the next one moves the set there: neither knows of the other."""
        phone, other = self.phone(who), self.phone(who + 1)
        both = [key for key in self.shown(phone, "exercise", "set") if other.shows(key) is not None]
        key = self.one_of([key for key in both if key[0] == "set"], which)
        place = self.one_of([key for key in both if key[0] == "exercise"], where)
        if key is not None and place is not None and phone is not other:
            self._edit(phone, key, which)
            self.world.wait(pause)
            other.device.update(*key, {"exercise": place[1]})
            self.wrote(other, pause)
            phone.device.delete(*place)
            self.wrote(phone, pause)

    @step(3, who=DEVICES, parts=GROUP, create=st.booleans(), pause=PAUSES)
    def group(self, who: int, parts: list[tuple[int, int]], create: bool, pause: float) -> None:  # noqa: FBT001 - Hypothesis draws it
        phone = self.phone(who)
        with phone.device.batch(group=True):
            for which, what in parts:
                key = self._create(phone, which, what) if create else self.pick(phone, which)
                if key is not None:
                    self._edit(phone, key, what)
        self.wrote(phone, pause)

    @step(1, who=DEVICES, which=PICKS, group=st.booleans(), pause=PAUSES)
    def children_first(self, who: int, which: int, group: bool, pause: float) -> None:  # noqa: FBT001 - the same
        """What is made or moved comes before what it hangs on."""
        phone = self.phone(who)
        key, new = self.pick(phone, which, "set"), {entity: str(uuid4()) for entity in ("workout", "exercise", "set")}
        with phone.device.batch(group=group):
            if key is not None:
                phone.device.enqueue(*key, Op.UPDATE, {"exercise": new["exercise"]})
            phone.device.enqueue("set", new["set"], Op.CREATE, {"exercise": new["exercise"], "reps": which})
            above = {"workout": new["workout"], "exercise_type": self.world.canonical}
            phone.device.enqueue("exercise", new["exercise"], Op.CREATE, above)
            phone.device.enqueue("workout", new["workout"], Op.CREATE, {"title": "below it"})
        for entity, record_id in new.items():
            self.world.alice.ids[entity].append(record_id)
        self.wrote(phone, pause)

    @step(2, who=DEVICES, which=CHOICES, group=st.booleans(), pause=PAUSES)
    def bad(self, who: int, which: int, group: bool, pause: float) -> None:  # noqa: FBT001 - the same
        """P12: what the server must refuse, alone or in a group with something good."""
        phone = self.phone(who)
        entity, patch = BAD[which % len(BAD)]
        with phone.device.batch(group=group):
            if group and (key := self.pick(phone, which)) is not None:
                options = EDITS[key[0]]
                good = phone.device.update(*key, options[which % len(options)])
                self.wrong |= {good.id} if good is not None else set()
            new = which % len(BAD) >= len(BAD) - 2
            record_id = str(uuid4()) if new else self.world.alice.ids.get(entity, [str(uuid4())])[0]
            op = Op.CREATE if new else Op.UPDATE
            if not new and phone.shows((entity, record_id)) is None:
                self.foreign()  # it speaks of what it has not seen: others have written that
            self.wrong.add(phone.device.enqueue(entity, record_id, op, patch).id)
        self.wrote(phone, pause)

    @step(1, who=DEVICES, which=PICKS, op=st.sampled_from([Op.UPDATE, Op.CREATE, Op.DELETE]), pause=PAUSES)
    def trespass(self, who: int, which: int, op: Op, pause: float) -> None:
        """P13: writes to what belongs to somebody else."""
        phone = self.phone(who)
        entity, record_id = self.world.bob.keys[which % len(self.world.bob.keys)]
        patch = {} if op is Op.DELETE else self._whole(entity)
        self.wrong.add(phone.device.enqueue(entity, record_id, op, patch).id)
        self.wrote(phone, pause)

    def _whole(self, entity: str) -> dict[str, Any]:
        parents = self.world.alice.ids
        needed: dict[str, dict[str, Any]] = {
            "exercise": {"exercise_type": self.world.canonical},
            "set": {"exercise": parents["exercise"][0]},
            "exercise_type": {"name": "mine"},
            "plan_day": {"plan": (parents.get("plan") or [""])[0]},
            "plan_slot": {"day": (parents.get("plan_day") or [""])[0]},
            "rack": {"room": (parents.get("room") or [""])[0]},
            "room": {"title": "mine"},
            "meal_log": {"eaten_on": DAYS[0]},
            "meal_log_item": {"meal_log": (parents.get("meal_log") or [""])[0], "basis": "whole"},
            "measurement": {"kind": "body_weight", "value": "80.000", "measured_at": "2026-03-01T07:00:00.000000Z"},
        }
        return needed.get(entity, EDITS[entity][0])

    @step(6, who=DEVICES, which=PICKS, how=st.sampled_from(["keep", "use_lost", "custom"]), pause=PAUSES)
    def resolve(self, who: int, which: int, how: str, pause: float) -> None:
        phone = self.phone(who)
        conflicts = phone.device.conflicts()
        if conflicts:
            conflict = conflicts[which % len(conflicts)]
            patch = EDITS[conflict["entity"]][which % 4] if how == "custom" else None
            phone.device.resolve(conflict.id, how, patch)
            self.wrote(phone, pause)
