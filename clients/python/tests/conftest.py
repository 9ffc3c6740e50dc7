"""Fixtures: a server with one account, and devices of it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dropset_client import Device, RetryPolicy
from tests.account import Account
from tests.server import PASSWORD, World, serving


@dataclass
class Lab:
    """A server, an account on it, and what the devices' backoff slept."""

    world: World
    account: Account
    url: str
    folder: Path
    stack: ExitStack
    slept: list[float] = field(default_factory=list)

    def device(self, name: str, *, login: bool = True) -> Device:
        """A device with its store in `name`.db; the clock is the server's unless a test sets another."""
        device = Device.open(
            self.folder / f"{name}.db",
            self.url,
            name=name,
            clock=lambda: self.world.now,
            retry=RetryPolicy(sleep=self.slept.append),
        )
        self.stack.callback(device.close)
        if login:
            device.login(self.account.email, PASSWORD)
        return device


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    world = World()
    with serving(world) as url, ExitStack() as stack:
        yield Lab(world, world.add_account("demo@example.org"), url, tmp_path, stack)


def sample(name: str) -> Path:
    """A real export. They lie beside the checkout and are never part of it; without them the test is skipped."""
    path = Path(__file__).resolve().parents[3].parent / "shared" / "samples" / name
    if not path.exists():
        pytest.skip("the sample exports of real people are not beside this checkout")
    return path


def contents(device: Device, entity: str = "workout") -> list[str]:
    return sorted(record["title"] for record in device.list(entity))


def converged(*devices: Device) -> bool:
    for _ in range(2):
        for device in devices:
            device.sync()
    return len({device.content_hash() for device in devices}) == 1 and all(d.verify().is_equal for d in devices)
