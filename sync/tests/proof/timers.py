"""Users at devices that know times only."""

from typing import Any
from uuid import uuid4

import hypothesis.strategies as st

from dropset_client.wire import rfc3339
from sync.tests.proof.accidents import SKEWS
from sync.tests.proof.naive import Naive
from sync.tests.proof.people import Key
from sync.tests.proof.stage import CHOICES, DEVICES, PAUSES, PICKS, SIZES, Stage
from sync.tests.proof.steps import step
from sync.tests.proof.values import DIARY, EDITS

DELETABLE = (
    *("workout", "exercise", "set", "measurement", "plan", "plan_day", "plan_slot"),
    *("room", "rack", "day_note"),
    *DIARY,
)


class NaiveUsers(Stage):
    def naive(self, number: int) -> Naive:
        return self.naives[number % len(self.naives)]

    def held(self, naive: Naive, number: int, *entities: str) -> Key | None:
        keys = [key for key in self.keys(*entities) if key[0] in self.entities and key in naive.base]
        return self.one_of(keys, number)

    @step(12, who=DEVICES, which=PICKS, what=CHOICES, pause=PAUSES)
    def naive_edit(self, who: int, which: int, what: int, pause: float) -> None:
        naive = self.naive(who)
        key = self.held(naive, which, *EDITS)
        if key is not None:
            options = EDITS[key[0]]
            naive.edit(key, options[what % len(options)])
            self.wrote(naive, pause)

    @step(2, who=DEVICES, which=PICKS, what=CHOICES, pause=PAUSES)
    def naive_create(self, who: int, which: int, what: int, pause: float) -> None:
        naive = self.naive(who)
        parent = self.held(naive, which, "exercise")
        data: dict[str, Any] = {"kind": "body_weight", "value": "91.000", "measured_at": rfc3339(naive.now())}
        if parent is not None and what % 2 == 0:
            data = {"exercise": parent[1], "reps": what}
        entity = "measurement" if "kind" in data else "set"
        if "room" in self.entities and which % 2 == 0:
            entity, data = "room", {"title": f"naive {what}", "is_default": what % 3 == 0}
        key = (entity, str(uuid4()))
        naive.create(key, data)
        self.world.alice.ids[key[0]].append(key[1])
        self.wrote(naive, pause)

    @step(1, who=DEVICES, which=PICKS, pause=PAUSES)
    def naive_delete(self, who: int, which: int, pause: float) -> None:
        naive = self.naive(who)
        key = self.held(naive, which, *DELETABLE)
        if key is not None:
            naive.delete(key)
            self.wrote(naive, pause)

    @step(6, who=DEVICES, count=st.integers(1, 4), lost=st.booleans())
    def naive_push(self, who: int, count: int, lost: bool) -> None:  # noqa: FBT001 - Hypothesis draws it
        self.naive(who).push(count, lost=lost)

    @step(6, who=DEVICES, size=SIZES, pages=st.integers(1, 9), by_cursor=st.booleans(), lost=st.integers(0, 7))
    def naive_pull(self, who: int, size: int, pages: int, by_cursor: bool, lost: int) -> None:  # noqa: FBT001 - the same
        """Push first, then pull."""
        naive = self.naive(who)
        if naive.has_news:
            naive.push(len(naive.unsent))
        if not naive.has_news:
            naive.pull(self.sizes[size % len(self.sizes)], pages, by_cursor=by_cursor, lost=lost == 0)

    @step(1, who=DEVICES, skew=SKEWS)
    def turn_naive_clock(self, who: int, skew: float) -> None:
        self.naive(who).skew_s = skew
