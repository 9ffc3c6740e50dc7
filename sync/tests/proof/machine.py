"""Devices, clocks and other hands write at random; in the end everything that docs/sync.md promises must hold."""

import sys
from collections import Counter
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import initialize, rule

from sync.tests.proof.accidents import Accidents
from sync.tests.proof.curators import Curators
from sync.tests.proof.diaries import Diarists
from sync.tests.proof.ending import check_end
from sync.tests.proof.hands import OtherHands
from sync.tests.proof.naive import Naive
from sync.tests.proof.schemas import NEWEST
from sync.tests.proof.stage import CHOICES, PICKS
from sync.tests.proof.steps import steps_of
from sync.tests.proof.timers import NaiveUsers
from sync.tests.proof.traffic import Traffic

WHATS = st.lists(CHOICES, min_size=3, max_size=3)
MOST_PHONES = 4


class Machine(Diarists, NaiveUsers, Traffic, OtherHands, Curators, Accidents):
    """All steps. One that finds nothing to do does nothing."""

    # --- the start ---

    @initialize(count=st.sampled_from([2, 3, 2, 1]), fresh=CHOICES, hot=PICKS, whats=WHATS, kinds=CHOICES)
    def begin(self, count: int, fresh: int, hot: int, whats: list[int], kinds: int) -> None:
        """The server has a tree. All devices hold it (but the fresh ones) and edit it offline."""
        self.hot = hot
        self.totals["started"] += 1
        for number in range(count):
            self.phones.append(self.world.phone(f"phone {number}"))
            self.phones[-1].store.schema = self.apps[(kinds + number) % len(self.apps)]
        for phone, what in zip(self.phones[self.fresh[fresh % len(self.fresh)] :], whats, strict=False):
            phone.pull(1000)
            if "edit" in self.weights:
                self.edit(self.phones.index(phone), 0, what, 1)
        for number in range(self.knowing_times[kinds % len(self.knowing_times)]):
            self.naives.append(Naive(f"naive {number}", self.world.alice, self.world.network, self.clock))
            self.naives[-1].pull(1000, 1)

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        """Any step that can do something now, by weight."""
        possible = [name for name, weight in self.weights.items() if self._is_possible(name) for _ in range(weight)]
        name = data.draw(st.sampled_from(possible))
        getattr(self, name)(**data.draw(STEPS[name].values))
        self.totals[name] += 1
        self.watch_restore()

    def _is_possible(self, name: str) -> bool:
        match name:
            case "duplicate":
                return bool(self.world.network.pushes)
            case "clone":
                return len(self.phones) < MOST_PHONES
            case "back_up":
                return self.backup is None and not self.ahead
            case "purge":
                return not self.ahead  # of versions whose log has gone the server knows the number alone: decision 0021
            case "restore_server":
                return self.backup is not None
            case "resolve":
                return any(phone.device.conflicts() for phone in self.phones)
            case "upgrade_server":
                return self.world.schema.version < NEWEST
            case "update_app":
                return any(phone.store.schema < NEWEST for phone in self.phones)
        return bool(self.naives) or "naive" not in name

    # --- the end ---

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None and self.phones:
                if any(phone.store.schema > self.world.schema.version for phone in self.phones):
                    self.world.upgrade()  # what waits for it would wait for ever
                self.come_back()
                self.watch_restore()
                lonely = self.lonely and len(self.writers) <= 1
                check_end(self.world, self.phones, self.naives, bad=self.wrong, lonely=lonely)
                if self.shelf.keys:
                    self.shelf.check()
                self._count()
        finally:
            for phone in self.phones:
                phone.close()
            self.stack.close()

    def _count(self) -> None:
        pushes = self.world.network.pushes
        results = [result for exchange in pushes for result in exchange.answer["results"]]
        self.totals["examples"] += 1
        self.totals["mutations"] += len({result["id"] for result in results})
        self.totals["whole records"] += sum(len(naive.words) for naive in self.naives)
        self.totals["too old"] += sum((result["error"] or {}).get("code") == "server_too_old" for result in results)
        self.totals["conflicts"] += len(self.world.evidence().conflicts)
        self.totals["purged"] += len(self.world.purged)


STEPS = steps_of(Machine)


def machine_of(application: Any, **changes: Any) -> type[Machine]:
    """One to run, with its own totals. `changes`: what makes a smaller world, where all meet."""
    known = {"weights": {name: found.weight for name, found in STEPS.items()}, **changes}
    return type("Proof", (Machine,), {**known, "application": application, "totals": Counter()})
