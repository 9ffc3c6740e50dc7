"""Devices, clocks and other hands write at random; in the end everything that docs/sync.md promises must hold."""

import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import uuid4

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from dropset_client.wire import Op
from sync.tests.proof.clock import Clock
from sync.tests.proof.devices import Phone
from sync.tests.proof.ending import check_closure, check_end
from sync.tests.proof.people import Key
from sync.tests.proof.steps import step, steps_of
from sync.tests.proof.values import BAD, EDITS, GEAR_SETS, LEAVES
from sync.tests.proof.world import REST, Backup, World

RESTORE_IN_TREES = True
HARD_DELETE_OF_PARENTS = True
DEVICES = st.integers(0, 2)
PICKS = st.integers(0, 31)
CHOICES = st.integers(0, 11)
PAUSES = st.sampled_from([0, 0.4, 1, 1, 7, 300])
SIZES = st.integers(0, 2)
WHATS = st.lists(CHOICES, min_size=3, max_size=3)
MOST_PHONES = 4
SKEWS = st.sampled_from([0, 0, 3, -3, -500, 10**6])
GROUP = st.lists(st.tuples(PICKS, CHOICES), min_size=2, max_size=4)


class Machine(RuleBasedStateMachine):
    """The steps. One that finds nothing to do does nothing."""

    application: ClassVar[Any]
    totals: ClassVar[Counter[str]]  # what happened in all examples
    weights: ClassVar[Mapping[str, int]]
    entities: ClassVar[tuple[str, ...]] = tuple(EDITS)
    sizes: ClassVar[tuple[int, ...]] = (1, 2, 3)  # of pages
    fresh: ClassVar[tuple[int, ...]] = (0, 0, 0, 1)  # how many devices have never pulled, at the start
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.clock = Clock()
        self.stack.enter_context(self.clock.injected())
        self.world = World(type(self).application, self.clock)
        self.phones: list[Phone] = []
        self.wrong: set[str] = set()
        self.lonely = True
        self.hot = 0
        self.backup: Backup | None = None
        self.writers: set[str] = set()

    # --- the start ---

    @initialize(count=st.sampled_from([2, 3, 2, 1]), fresh=CHOICES, hot=PICKS, whats=WHATS)
    def begin(self, count: int, fresh: int, hot: int, whats: list[int]) -> None:
        """The server has a tree. All devices hold it (but the fresh ones) and edit it offline."""
        self.hot = hot
        self.totals["started"] += 1
        for number in range(count):
            self.phones.append(self.world.phone(f"phone {number}"))
        for phone, what in zip(self.phones[self.fresh[fresh % len(self.fresh)] :], whats, strict=False):
            phone.pull(1000)
            if "edit" in self.weights:
                self.edit(self.phones.index(phone), 0, what, 1)

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        """Any step that can do something now, by weight."""
        possible = [name for name, weight in self.weights.items() if self._is_possible(name) for _ in range(weight)]
        name = data.draw(st.sampled_from(possible))
        getattr(self, name)(**data.draw(STEPS[name].values))
        self.totals[name] += 1

    def _is_possible(self, name: str) -> bool:
        match name:
            case "duplicate":
                return bool(self.world.network.pushes)
            case "clone":
                return len(self.phones) < MOST_PHONES
            case "back_up":
                return self.backup is None
            case "restore_server":
                return self.backup is not None
            case "resolve":
                return any(phone.device.conflicts() for phone in self.phones)
        return True

    def phone(self, number: int) -> Phone:
        return self.phones[number % len(self.phones)]

    def keys(self, *entities: str) -> list[Key]:
        return [key for key in self.world.alice.keys if key[0] in entities]

    # --- a user at a device ---

    def shown(self, phone: Phone, *entities: str) -> list[Key]:
        keys = [key for key in self.keys(*(entities or self.entities)) if key[0] in self.entities]
        return [key for key in keys if phone.shows(key) is not None]

    def pick(self, phone: Phone, number: int, *entities: str) -> Key | None:
        """Every other time the record that all work on in this example."""
        shown = self.shown(phone, *entities)
        return shown[(self.hot if number % 2 == 0 else number // 2) % len(shown)] if shown else None

    def wrote(self, phone: Phone, pause: float) -> None:
        self.writers.add(phone.name)
        self.world.wait(pause)

    @step(16, who=DEVICES, which=PICKS, what=CHOICES, pause=PAUSES)
    def edit(self, who: int, which: int, what: int, pause: float) -> None:
        phone = self.phone(who)
        key = self.pick(phone, which)
        if key is not None:
            self._edit(phone, key, what)
            self.wrote(phone, pause)

    def _edit(self, phone: Phone, key: Key, what: int) -> None:
        options = EDITS[key[0]]
        phone.device.update(*key, options[what % len(options)])

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
            "measurement": {"kind": "waist", "value": "90.000", "measured_at": phone.now()},
        }
        data = documents[entity]
        key = (entity, phone.device.create(entity, data, id=str(uuid4())))
        self.world.alice.ids[entity].append(key[1])
        return key

    @step(4, who=DEVICES, which=PICKS, pause=PAUSES)
    def delete(self, who: int, which: int, pause: float) -> None:
        phone = self.phone(who)
        key = self.pick(phone, which, "workout", "exercise", "set", "measurement", "exercise_type")
        if key is not None:
            phone.device.delete(*key)
            self.wrote(phone, pause)

    @step(3, who=DEVICES, which=PICKS, pause=PAUSES)
    def restore(self, who: int, which: int, pause: float) -> None:
        phone = self.phone(who)
        entities = {"workout", "exercise", "set", "measurement"} if RESTORE_IN_TREES else {"measurement"}
        gone = [key for key in self.keys(*entities) if self._is_known_deleted(phone, key)]
        if gone:
            phone.device.restore(*gone[which % len(gone)])
            self.wrote(phone, pause)

    def _is_known_deleted(self, phone: Phone, key: Key) -> bool:
        return phone.shows(key) is None and (phone.store.base(*key) is not None or bool(phone.store.queued_for(*key)))

    @step(3, who=DEVICES, which=PICKS, where=PICKS, pause=PAUSES)
    def move(self, who: int, which: int, where: int, pause: float) -> None:
        phone = self.phone(who)
        key = self.pick(phone, which, "exercise", "set")
        if key is None:
            return
        field = {"exercise": "workout", "set": "exercise"}[key[0]]
        parents: list[Any] = [parent[1] for parent in self.shown(phone, field)]
        parents += [None] if field == "workout" else []
        if parents:
            phone.device.update(*key, {field: parents[where % len(parents)]})
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
            "measurement": {"kind": "waist", "value": "1.000", "measured_at": "2026-03-01T07:00:00.000000Z"},
        }
        return needed.get(entity, EDITS[entity][0])

    # --- the network ---

    @step(12, who=DEVICES, count=st.integers(1, 4), lost=st.booleans())
    def push(self, who: int, count: int, lost: bool) -> None:  # noqa: FBT001 - the same
        self.phone(who).push(count, lost=lost)

    @step(10, who=DEVICES, size=SIZES, lost=st.integers(0, 7))
    def pull(self, who: int, size: int, lost: int) -> None:
        phone = self.phone(who)
        phone.pull(self.sizes[size % len(self.sizes)], lost=lost == 0)
        if phone.store.position().synced and lost:
            check_closure(self.world, phone)

    @step(4, who=DEVICES)
    def sync(self, who: int) -> None:
        phone = self.phone(who)
        phone.sync()
        check_closure(self.world, phone)

    @step(3, which=st.integers(0, 50))
    def duplicate(self, which: int) -> None:
        """P3: a late copy of any earlier push gives what it gave, and changes nothing."""
        exchange = self.world.network.pushes[which % len(self.world.network.pushes)]
        before = self.world.head
        status, again = self.world.network.repeat(exchange)
        deferred = any(result["status"] == "deferred" for result in exchange.answer["results"])
        if status != HTTPStatus.OK or deferred:
            return
        pairs = zip(exchange.answer["results"], again["results"], strict=True)
        for first, second in pairs:
            assert second["replayed"], ("P3 decided anew", first, second)
            for name in ("id", "status", "conflict_ids", "error"):
                assert first[name] == second[name], ("P3 another result", first, second)
        assert self.world.head == before, ("P3 written again", exchange.envelope)

    # --- other hands ---

    def foreign(self) -> None:
        self.lonely = False

    @step(4, which=PICKS, what=CHOICES, way=st.integers(0, 2), pause=PAUSES)
    def other_write(self, which: int, what: int, way: int, pause: float) -> None:
        keys = [key for key in self.keys(*REST) if key[0] in self.entities]
        key = keys[which % len(keys)]
        values = EDITS[key[0]][what % 4]
        match way:
            case 0:
                self.world.admin(key, values)
            case 1:
                self.world.rest("PATCH", key, values)
            case _:
                self.world.bulk_update(key[0], values)
        self.foreign()
        self.world.wait(pause)

    @step(2, which=PICKS, way=st.integers(0, 2), pause=PAUSES)
    def other_delete(self, which: int, way: int, pause: float) -> None:
        leaves = way == 2 and not HARD_DELETE_OF_PARENTS
        keys = [key for key in self.keys(*(LEAVES if leaves else REST)) if key[0] in self.entities]
        key = keys[which % len(keys)]
        match way:
            case 0:
                self.world.admin_delete(key)
            case 1:
                self.world.rest("DELETE", key)
            case _:
                self.world.bulk_delete(key)
        self.foreign()
        self.world.wait(pause)

    # --- time ---

    @step(2, who=DEVICES, skew=SKEWS)
    def turn_clock(self, who: int, skew: float) -> None:
        self.phone(who).skew_s = skew

    @step(1, seconds=st.sampled_from([1, 60, 86_400]))
    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    # --- accidents ---

    @step(1, who=DEVICES)
    def clone(self, who: int) -> None:
        phone = self.phone(who)
        self.phones.append(phone.copy(f"{phone.name}'"))
        self.foreign()

    @step(3, days=st.sampled_from([31, 366, 401]))
    def purge(self, days: int) -> None:
        self.world.wait(days * 86_400)
        self.world.purge()
        self.foreign()  # of who wrote what, too little is known afterwards

    @step(2)
    def back_up(self) -> None:
        self.backup = self.world.backup()

    @step(4)
    def restore_server(self) -> None:
        """P15: queues survive it."""
        assert self.backup is not None
        self.world.restore(self.backup)
        self.backup = None
        self.foreign()

    # --- decisions ---

    @step(6, who=DEVICES, which=PICKS, how=st.sampled_from(["keep", "use_lost", "custom"]), pause=PAUSES)
    def resolve(self, who: int, which: int, how: str, pause: float) -> None:
        phone = self.phone(who)
        conflicts = phone.device.conflicts()
        if conflicts:
            conflict = conflicts[which % len(conflicts)]
            patch = EDITS[conflict["entity"]][which % 4] if how == "custom" else None
            phone.device.resolve(conflict.id, how, patch)
            self.wrote(phone, pause)

    # --- the end ---

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None and self.phones:
                check_end(self.world, self.phones, bad=self.wrong, lonely=self.lonely and len(self.writers) <= 1)
                self._count()
        finally:
            for phone in self.phones:
                phone.close()
            self.stack.close()

    def _count(self) -> None:
        sent = [m for exchange in self.world.network.pushes for m in exchange.envelope["mutations"]]
        self.totals["examples"] += 1
        self.totals["mutations"] += len({mutation["id"] for mutation in sent})
        self.totals["conflicts"] += len(self.world.evidence().conflicts)
        self.totals["purged"] += len(self.world.purged)


STEPS = steps_of(Machine)


def machine_of(application: Any, **changes: Any) -> type[Machine]:
    """One to run, with its own totals. `changes`: what makes a smaller world, where all meet."""
    known = {"weights": {name: found.weight for name, found in STEPS.items()}, **changes}
    return type("Proof", (Machine,), {**known, "application": application, "totals": Counter()})
