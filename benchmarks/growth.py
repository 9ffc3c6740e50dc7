"""Bar 15: the same work for athletes with few rows and with many. What it costs must follow the answer, not the table."""

from benchmarks import pulls
from benchmarks.athletes import WHOLE
from benchmarks.bench import LARGEST_PAGE, Bench
from benchmarks.measuring import Prepare, measure
from benchmarks.pushes import Pusher

SIZES = (1_000, 10_000, 100_000)
CHANGES = 2 * WHOLE


def lines(benches: dict[str, Bench], *, rounds: int) -> list[list[str]]:
    """A table: each work at each size, and how much more the largest costs than the smallest. Writes come last."""
    athletes = [benches[f"growth {size}"] for size in SIZES]
    works = [works_of(bench) for bench in athletes]
    table = [["work", *(f"{size:,} rows" for size in SIZES), "largest / smallest"]]
    for name in works[0]:
        acts = {str(size): work[name] for size, work in zip(SIZES, works, strict=True)}
        found = [timing.median_ms for timing in measure(acts, rounds=rounds).values()]
        table.append([name, *(f"{ms:.1f} ms" for ms in found), f"{found[-1] / found[0]:.2f}"])
    return table


def works_of(bench: Bench) -> dict[str, Prepare]:
    before, _ = bench.pull_all(None)
    for _ in range(CHANGES // WHOLE):
        push = bench.athlete.creates(WHOLE)
        bench.athlete.learn(push, bench.post(push))
    now, _ = bench.pull_all(before)
    whole, single = Pusher(bench, lambda: bench.athlete.updates(WHOLE)), Pusher(bench, lambda: bench.athlete.updates(1))
    return {
        "empty pull": lambda: lambda: bench.pull(now).raise_for_status(),
        f"pull of the last {CHANGES:,} changes": lambda: lambda: bench.pull_all(before),
        f"first page of {LARGEST_PAGE:,} or less": lambda: lambda: bench.pull(None).raise_for_status(),
        "status with digests": lambda: lambda: bench.status().raise_for_status(),
        "whole snapshot": lambda: lambda: pulls.read_to_the_end(bench),
        f"push of {WHOLE} updates": whole.push,
        "its replay": whole.replay,
        "push of 1 update": single.push,
    }
