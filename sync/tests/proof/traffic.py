"""The steps of a sync, each alone, over a network that loses and repeats."""

import contextlib
from collections.abc import Iterator
from http import HTTPStatus

import hypothesis.strategies as st

from sync.tests.proof.devices import Phone
from sync.tests.proof.stage import DEVICES, SIZES, Stage
from sync.tests.proof.steps import step


class Traffic(Stage):
    @step(12, who=DEVICES, count=st.integers(1, 4), lost=st.booleans())
    def push(self, who: int, count: int, lost: bool) -> None:  # noqa: FBT001 - the same
        phone = self.phone(who)
        speaks = phone.store.queue_length() > 0 and phone.store.restoration.identity() is None
        with self.noticing(phone, says_so=speaks and self.world.knows(phone)):
            phone.push(count, lost=lost)

    @step(10, who=DEVICES, size=SIZES, lost=st.integers(0, 7))
    def pull(self, who: int, size: int, lost: int) -> None:
        phone = self.phone(who)
        with self.noticing(phone):
            phone.pull(self.sizes[size % len(self.sizes)], lost=lost == 0)
        if phone.store.position().synced and lost:
            self.check_closure(phone)

    @step(4, who=DEVICES)
    def sync(self, who: int) -> None:
        phone = self.phone(who)
        with self.noticing(phone):
            phone.sync()
        self.check_closure(phone)

    @step(3, which=st.integers(0, 50))
    def duplicate(self, which: int) -> None:
        """P3: a late copy of any earlier push gives what it gave, and changes nothing."""
        place = which % len(self.world.network.pushes)
        exchange = self.world.network.pushes[place]
        before = self.world.head
        status, again = self.world.network.repeat(exchange)
        deferred = any(result["status"] == "deferred" for result in exchange.answer["results"])
        if status != HTTPStatus.OK or deferred or place in self.world.unknown_pushes:
            return
        pairs = zip(exchange.answer["results"], again["results"], strict=True)
        for first, second in pairs:
            assert second["replayed"], ("P3 decided anew", first, second)
            for name in ("id", "status", "conflict_ids", "error"):
                assert first[name] == second[name], ("P3 another result", first, second)
        assert self.world.head == before, ("P3 written again", exchange.envelope)

    def come_back(self) -> None:
        """All devices are there again."""
        for phone in self.phones:
            with self.noticing(phone):
                phone.pull(max(self.sizes))

    @contextlib.contextmanager
    def noticing(self, phone: Phone, *, says_so: bool = True) -> Iterator[None]:
        """P15: a restored server that was not told learns it from the first who names a version that it never gave out."""
        head = self.world.head
        position = phone.store.position()
        known = position.epoch == head.epoch and not position.resyncing and phone.name in self.ahead
        yield
        noticed = self.world.head.epoch != head.epoch
        assert noticed or not (known and says_so), ("P15 a lost version was not noticed", phone.name, head)
