"""What a sync tells: how far it is, and what came of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from dropset_client.digest import Verification
from dropset_client.mutations import Rejected
from dropset_client.wire import PushAnswer, Status


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is. The length of a pull is not known beforehand."""

    pushed: int
    to_push: int
    pulled: int


OnProgress = Callable[[Progress], None]


def no_progress(_progress: Progress) -> None:
    """For callers without a progress bar."""


@dataclass(slots=True)
class SyncReport:
    """What one `sync()` did. `statuses` counts final verdicts, `deferred` is what still waits for its parent.

    `rescued` counts the records that were given back to a restored server. `verification` is there where digests were
    compared, `repaired` is true where they differed and are equal now.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    conflict_ids: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    deferred: int = 0
    pulled: int = 0
    rounds: int = 0
    healed: list[str] = field(default_factory=list)
    clock_skew_ms: int = 0
    to_push: int = 0
    rescued: int = 0
    verification: Verification | None = None
    repaired: bool = False

    @property
    def is_quiet(self) -> bool:
        """Nothing went either way: this device and the server had nothing to tell each other."""
        return not self.statuses and not self.pulled and not self.healed

    def add(self, answer: PushAnswer) -> None:
        self.clock_skew_ms = answer.clock_skew_ms
        for result in answer.results.values():
            if result.status is not Status.DEFERRED:  # it was not settled, and may be sent in the next round
                self.statuses[str(result.status)] += 1
            self.replayed += result.replayed
            self.conflict_ids.extend(result.conflict_ids)
