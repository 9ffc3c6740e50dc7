import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest

from dropset_client import Device, LoginRequired, ServerUnreachable, SyncReport
from dropset_client.credentials import SessionTokens
from dropset_client.errors import AccountMismatch, InvalidCredentials, NotSignedIn, ProtocolError
from tests.conftest import Lab
from tests.server import PASSWORD, Fault


def test_an_old_access_token_is_renewed_once_and_the_request_repeated(lab: Lab) -> None:
    device = lab.device("a")
    lab.world.expire_access_tokens()
    device.sync()

    assert len(lab.world.requests_to("auth/refresh")) == 1
    assert device.verify().is_equal


def test_a_lost_refresh_answer_does_not_end_the_session(lab: Lab) -> None:
    device = lab.device("a")
    lab.world.expire_access_tokens()
    lab.world.faults.append(Fault("auth/refresh"))
    device.sync()

    first, second = lab.world.requests_to("auth/refresh")
    assert first == second
    assert device.verify().is_equal


def test_a_lost_refresh_answer_is_retried_by_the_next_sync_too(lab: Lab) -> None:
    """The key is on disk: also a process that starts anew says that it is the same request."""
    device = lab.device("a")
    lab.world.expire_access_tokens()
    lab.world.faults += [Fault("auth/refresh") for _ in range(6)]
    with pytest.raises(ServerUnreachable):
        device.sync()
    device.close()
    lab.device("a", login=False).sync()

    assert len({body["refresh"] for body in lab.world.requests_to("auth/refresh")}) == 1


def test_two_processes_do_not_both_use_the_token_that_is_good_once(lab: Lab) -> None:
    """The second one comes while the first has asked and not been answered yet."""
    device = lab.device("a")
    lab.world.expire_access_tokens()
    outcome: list[SyncReport] = []

    def sync_too() -> None:
        with Device.open(lab.folder / "a.db", lab.url, clock=lambda: lab.world.now) as twin:
            outcome.append(twin.sync())

    other = Thread(target=sync_too)

    def step(name: str) -> None:
        if name == "refresh.answered" and not other.is_alive():
            other.start()
            other.join(timeout=0.3)

    device.store.step = step
    device.sync()
    other.join()

    assert len(outcome) == len(lab.world.requests_to("auth/refresh")) == 1


def test_many_at_once_stay_signed_in(lab: Lab) -> None:
    lab.device("a").sync()

    def sync(_number: int) -> bool:
        with Device.open(lab.folder / "a.db", lab.url, clock=lambda: lab.world.now) as twin:
            twin.sync()
            return twin.verify().is_equal

    with ThreadPoolExecutor(4) as pool:
        for number in range(1, 4):
            lab.world.expire_access_tokens()
            assert all(pool.map(sync, range(4)))
            assert len(lab.world.requests_to("auth/refresh")) == number


def test_who_waits_too_long_for_the_others_refresh_tries_later(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropset_client.credentials._LONGEST_REFRESH_S", 0.05)
    device, twin = lab.device("a"), lab.device("a", login=False)
    lab.world.expire_access_tokens()

    with device.store.refreshing(), pytest.raises(ServerUnreachable, match="another process"):
        twin.sync()
    assert not twin.sync().is_quiet


def test_an_answer_that_comes_after_a_log_in_or_log_out_changes_nothing(lab: Lab) -> None:
    store = lab.device("a").store
    late = store.begin_refresh()
    assert late is not None
    store.sign_in(user_id=lab.account.id, access="new", refresh="newer")
    store.end_refresh(late, access="late", refresh="late")
    store.clear_tokens(of=late)
    assert store.tokens() == SessionTokens(lab.account.id, "new", "newer")
    assert store.begin_refresh() == store.begin_refresh() != late

    store.clear_tokens()
    store.end_refresh(late, access="late", refresh="late")
    assert (store.tokens(), store.begin_refresh()) == (SessionTokens(lab.account.id, None, None), None)


def test_the_log_in_page_of_a_network_does_not_end_the_session(lab: Lab) -> None:
    device = lab.device("a")
    lab.world.expire_access_tokens()
    lab.world.faults.append(Fault("auth/refresh", 401, raw=b"<html>Welcome to our hotel</html>"))

    with pytest.raises(ProtocolError):
        device.sync()
    device.sync()


def test_a_stolen_refresh_token_ends_the_session_and_keeps_the_queue(lab: Lab) -> None:
    device = lab.device("a")
    device.create("workout", {"title": "kept"})
    stolen = device.store.tokens().refresh
    assert stolen is not None
    lab.world.renew({"refresh": stolen}, "the key of a thief")
    lab.world.expire_access_tokens()

    with pytest.raises(LoginRequired) as caught:
        device.sync()
    assert caught.value.code == "token_reused"
    assert device.store.tokens().refresh is None
    assert device.pending() == 1
    device.login(lab.account.email, PASSWORD)
    assert device.sync().statuses == {"applied": 1}


def test_a_sync_without_a_login_asks_for_one(lab: Lab) -> None:
    device = lab.device("a", login=False)
    device.create("workout", {"title": "before the first login"})

    with pytest.raises(LoginRequired):
        device.sync()
    assert device.pending() == 1


def test_a_wrong_password_is_not_taken_for_an_old_session(lab: Lab) -> None:
    device = lab.device("a")

    with pytest.raises(InvalidCredentials):
        device.login(lab.account.email, "wrong")
    device.sync()


def test_another_account_cannot_take_over_a_store(lab: Lab) -> None:
    lab.world.add_account("other@example.org")
    device = lab.device("a")
    device.create("workout", {"title": "private"})

    with pytest.raises(AccountMismatch):
        device.login("other@example.org", PASSWORD)
    device.sync()
    assert device.user_id == lab.account.id


def test_logout_keeps_records_and_queue(lab: Lab) -> None:
    device = lab.device("a")
    first = device.create("workout", {"title": "synced"})
    device.sync()
    second = device.create("workout", {"title": "waiting"})
    device.logout()

    assert [record.id for record in device.list("workout")] == sorted([first, second])
    with pytest.raises(LoginRequired):
        device.sync()
    assert device.pending() == 1


def test_logout_without_a_network_ends_the_session_here(lab: Lab) -> None:
    device = lab.device("a")
    lab.world.faults += [Fault("auth/logout", drop_before=True) for _ in range(6)]

    with pytest.raises(ServerUnreachable):
        device.logout()
    assert device.store.tokens().refresh is None


def test_the_account_is_unknown_before_the_first_login(lab: Lab) -> None:
    with pytest.raises(NotSignedIn):
        _ = lab.device("a", login=False).user_id


def test_the_lock_belongs_to_the_owner_alone(lab: Lab) -> None:
    with lab.device("a", login=False).store.refreshing():
        assert stat.S_IMODE((lab.folder / "a.db-refresh").stat().st_mode) == 0o600
