"""Times acts against each other: interleaved and shuffled, so that what else the machine does hits all of them alike."""

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WARM_UP = 3

Act = Callable[[], object]
Prepare = Callable[[], Act]  # makes the next act; what it needs is made outside of the measured time


@dataclass(frozen=True)
class Timing:
    seconds: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        return statistics.median(self.seconds) * 1000

    @property
    def p95_ms(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1] * 1000


def measure(
    variants: Mapping[str, Prepare], *, rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, Timing]:
    """Each variant once a round, in an order that changes. The first rounds warm up, and do not count."""
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    order = list(variants)
    for number in range(-WARM_UP, rounds):
        random.shuffle(order)
        for name in order:
            took = _timed(variants[name](), clock)
            if number >= 0:
                seconds[name].append(took)
    return {name: Timing(tuple(taken)) for name, taken in seconds.items()}


def _timed(act: Act, clock: Callable[[], float]) -> float:
    gc.collect()
    gc.disable()
    try:
        since = clock()
        act()
        return clock() - since
    finally:
        gc.enable()
