"""Where a history happens: the world, who takes part, and what the steps ask of them."""

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from sync.tests.proof.clock import Clock
from sync.tests.proof.devices import Phone
from sync.tests.proof.ending import check_closure
from sync.tests.proof.naive import Naive
from sync.tests.proof.people import Key
from sync.tests.proof.values import DIARY, EDITS
from sync.tests.proof.world import Backup, World

DEVICES = st.integers(0, 2)
PICKS = st.integers(0, 31)
CHOICES = st.integers(0, 11)
PAUSES = st.sampled_from([0, 0.4, 1, 1, 7, 300])
SIZES = st.integers(0, 2)


class Stage(RuleBasedStateMachine):
    application: ClassVar[Any]
    totals: ClassVar[Counter[str]]  # what happened in all examples
    weights: ClassVar[Mapping[str, int]]
    entities: ClassVar[tuple[str, ...]] = tuple(entity for entity in EDITS if entity not in DIARY)
    sizes: ClassVar[tuple[int, ...]] = (1, 2, 3)  # of pages
    fresh: ClassVar[tuple[int, ...]] = (0, 0, 0, 1)  # how many devices have never pulled, at the start
    knowing_times: ClassVar[tuple[int, ...]] = (1, 0, 2, 1)  # how many know times only
    apps: ClassVar[tuple[int, ...]] = (2, 1, 2, 3)  # of which schema version the apps are, at the start
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.clock = Clock()
        self.stack.enter_context(self.clock.injected())
        self.world = World(
            type(self).application,
            self.clock,
            plans="plan" in self.entities,
            rooms=not {"room", "rack", "day_note"}.isdisjoint(self.entities),
            diary=not DIARY.keys().isdisjoint(self.entities),
        )
        self.stack.enter_context(self.world.schema.installed())
        self.phones: list[Phone] = []
        self.naives: list[Naive] = []
        self.wrong: set[str] = set()
        self.lonely = True
        self.hot = 0
        self.backup: Backup | None = None
        self.ahead: dict[str, int] = {}  # devices that know versions which an unnoticed restore has taken away
        self.writers: set[str] = set()

    def phone(self, number: int) -> Phone:
        return self.phones[number % len(self.phones)]

    def keys(self, *entities: str) -> list[Key]:
        return [key for key in self.world.alice.keys if key[0] in entities]

    def shown(self, phone: Phone, *entities: str) -> list[Key]:
        keys = [key for key in self.keys(*(entities or self.entities)) if key[0] in self.entities]
        return [key for key in keys if phone.shows(key) is not None]

    def pick(self, phone: Phone, number: int, *entities: str) -> Key | None:
        """Every other time the record that all work on in this example."""
        return self.one_of(self.shown(phone, *entities), number)

    def one_of(self, shown: list[Key], number: int) -> Key | None:
        return shown[(self.hot if number % 2 == 0 else number // 2) % len(shown)] if shown else None

    def wrote(self, phone: Phone | Naive, pause: float) -> None:
        self.writers.add(phone.name)
        self.world.wait(pause)

    def foreign(self) -> None:
        self.lonely = False

    def check_closure(self, phone: Phone) -> None:
        """Not while nobody has noticed that the server was restored: there are two histories of the same numbers then."""
        if not self.ahead:
            check_closure(self.world, phone)
