"""What happens to devices and servers: wrong clocks, copies, purges, restores, updates."""

import hypothesis.strategies as st

from sync.tests.proof.devices import Phone
from sync.tests.proof.schemas import NEWEST
from sync.tests.proof.stage import DEVICES, Stage
from sync.tests.proof.steps import step

SKEWS = st.sampled_from([0, 0, 3, -3, -500, 10**6])


class Accidents(Stage):
    restored_epoch = ""

    @step(2, who=DEVICES, skew=SKEWS)
    def turn_clock(self, who: int, skew: float) -> None:
        self.phone(who).skew_s = skew

    @step(1, seconds=st.sampled_from([1, 60, 86_400]))
    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    @step(1, who=DEVICES)
    def clone(self, who: int) -> None:
        phone = self.phone(who)
        self.phones.append(
            phone.copy(f"{phone.name}, copy {len(self.phones)}")
        )  # what is known of one goes by its name
        self.foreign()

    @step(3, days=st.sampled_from([31, 366, 401]))
    def purge(self, days: int) -> None:
        self.world.wait(days * 86_400)
        self.world.purge()
        self.foreign()  # of who wrote what, too little is known afterwards

    @step(3)
    def back_up(self) -> None:
        self.backup = self.world.backup()

    @step(16, silently=st.sampled_from([True, False, True]))
    def restore_server(self, silently: bool) -> None:  # noqa: FBT001 - Hypothesis draws it
        """P15: queues survive it. Where nobody tells the server, it finds out by itself."""
        assert self.backup is not None
        version = self.backup.evidence.head.version
        for phone in self.phones:
            if silently and (phone is self.phones[0] or not self._can_tell(phone, version)):
                phone.sync()
        ahead = {phone.name: phone.store.position().version for phone in self.phones if self._is_ahead(phone, version)}
        silently = silently and bool(ahead) and all(self._can_tell(phone, version) for phone in self.phones)
        self.world.restore(self.backup, told=not silently)
        self.ahead = ahead if silently else {}
        self.restored_epoch = self.world.head.epoch
        self.backup = None
        self.foreign()

    def _is_ahead(self, phone: Phone, version: int) -> bool:
        return phone.store.position().epoch == self.world.head.epoch and phone.names_more_than(version)

    def _can_tell(self, phone: Phone, version: int) -> bool:
        """Who holds what the server lost must say so, or the server cannot know it."""
        return self._is_ahead(phone, version) or not phone.holds_more_than(version)

    def watch_restore(self) -> None:
        """It is noticed however late, also when the server has given out those versions again that a device knows otherwise."""
        if self.ahead and self.world.head.epoch != self.restored_epoch:
            again = any(version <= self.world.head.version for version in self.ahead.values())
            self.totals["noticed late" if again else "noticed"] += 1
            self.ahead = {}

    @step(2, who=DEVICES)
    def update_app(self, who: int) -> None:
        """What waits in its queue stays as it was written."""
        store = self.phone(who).store
        store.schema = min(store.schema + 1, NEWEST)

    @step(2)
    def upgrade_server(self) -> None:
        self.world.upgrade()
