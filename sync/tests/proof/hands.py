"""Everybody who writes by other ways than sync: REST, the admin, plain SQL."""

import hypothesis.strategies as st

from sync.tests.proof.stage import CHOICES, PAUSES, PICKS, Stage
from sync.tests.proof.steps import step
from sync.tests.proof.values import EDITS, LEAVES
from sync.tests.proof.world import REST

HARD_DELETE_OF_PARENTS = True


class OtherHands(Stage):
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
