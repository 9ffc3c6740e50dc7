"""Random lives of two phones with a bad network: in the end all sides are equal, and every change has a verdict."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dropset_client import Device, ServerUnreachable
from tests.account import REFUSED
from tests.conftest import Lab
from tests.server import Fault, World, serving

TITLES = st.sampled_from(["x", "y", "z"])
PHONES = st.integers(0, 1)
ACTIONS = st.one_of(
    st.tuples(st.just("create"), PHONES, TITLES),
    st.tuples(st.just("edit"), PHONES, TITLES),
    st.tuples(st.just("edit"), PHONES, TITLES),
    st.tuples(st.just("delete"), PHONES, TITLES),
    st.tuples(st.just("refused"), PHONES, TITLES),
    st.tuples(st.just("sync"), PHONES, st.sampled_from(["well", "lost answer", "lost request", "no answer at all"])),
    st.tuples(st.just("server"), PHONES, st.sampled_from(["purge", "restore"])),
)


@contextmanager
def laboratory() -> Iterator[Lab]:
    world = World()
    world.limits |= {"mutations": 3, "pull_page": 2}
    with tempfile.TemporaryDirectory() as folder, serving(world) as url, ExitStack() as stack:
        yield Lab(world, world.add_account("demo@example.org"), url, Path(folder), stack)


def act(lab: Lab, phone: Device, action: str, detail: str) -> None:
    lab.world.tick()
    shown = phone.list("workout")
    match action:
        case "create":
            phone.create("workout", {"title": detail})
        case "refused":
            phone.create("workout", {"title": detail, "notes": REFUSED})
        case "edit" if shown:
            phone.update("workout", shown[0].id, {"title": detail})
        case "delete" if shown:
            phone.delete("workout", shown[0].id)
        case "sync":
            sync(lab, phone, detail)
        case "server":
            lab.account.purge() if detail == "purge" else lab.account.restore_backup()


def sync(lab: Lab, phone: Device, network: str) -> None:
    if network == "lost answer":
        lab.world.faults.append(Fault("sync/push"))
    elif network == "lost request":
        lab.world.faults.append(Fault("sync/pull", drop_before=True))
    elif network == "no answer at all":
        lab.world.faults += [Fault("sync/push") for _ in range(6)]
    try:
        phone.sync()
    except ServerUnreachable:
        assert network == "no answer at all"
    lab.world.faults.clear()


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTIONS, max_size=25))
def test_phones_converge_and_nothing_is_lost(actions: list[tuple[str, int, str]]) -> None:
    with laboratory() as lab:
        phones = [lab.device("a"), lab.device("b")]
        for action, index, detail in actions:
            act(lab, phones[index], action, detail)
        for _ in range(2):
            for phone in phones:
                phone.sync()

        assert phones[0].content_hash() == phones[1].content_hash()
        assert all(phone.verify().is_equal for phone in phones)
        for phone in phones:
            made = int(phone.store._db.meta("next_seq") or 1) - 1
            assert [one.seq for one in phone.store.outcomes()] == list(range(1, made + 1))
        written = [entry.mutation for log in lab.account.log.values() for entry in log]
        assert len(written) == len(set(written))
