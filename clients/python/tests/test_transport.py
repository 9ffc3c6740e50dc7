from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from dropset_client import RetryPolicy, ServerUnreachable, Transport
from dropset_client.errors import (
    ApiError,
    ClientTooOld,
    DeviceForked,
    EmailNotVerified,
    ErrorDetail,
    InvalidCredentials,
    ProtocolError,
    ResyncRequired,
    TooLarge,
    api_error,
)
from dropset_client.wire import utc_now
from tests.conftest import Lab
from tests.server import PASSWORD, Fault

LOGIN = {"email": "demo@example.org", "password": PASSWORD}


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def transport(lab: Lab, slept: list[float]) -> Iterator[Transport]:
    with Transport(lab.url, retry=RetryPolicy(sleep=slept.append)) as transport:
        yield transport


def login(transport: Transport) -> None:
    assert "access" in transport.request("POST", "auth/login", body=dict(LOGIN))


def test_a_server_error_is_tried_again_with_growing_waits(lab: Lab, transport: Transport, slept: list[float]) -> None:
    lab.world.faults += [Fault("auth/login", status) for status in (500, 502, 503, 504, 500)]
    login(transport)

    assert slept == [1, 2, 4, 8, 16]


def test_patience_ends_with_a_clear_error(lab: Lab, transport: Transport, slept: list[float]) -> None:
    lab.world.faults += [Fault("auth/login", 503) for _ in range(6)]

    with pytest.raises(ServerUnreachable, match="HTTP 503"):
        login(transport)
    assert slept == [1, 2, 4, 8, 16]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_wins_over_the_own_wait(lab: Lab, transport: Transport, slept: list[float], status: int) -> None:
    lab.world.faults.append(Fault("auth/login", status, retry_after="7"))
    login(transport)

    assert slept == [7]


def test_retry_after_may_be_a_date(lab: Lab, transport: Transport, slept: list[float]) -> None:
    moment = format_datetime(utc_now() + timedelta(seconds=30), usegmt=True)
    lab.world.faults.append(Fault("auth/login", 503, retry_after=moment))
    login(transport)

    assert len(slept) == 1
    assert 25 < slept[0] <= 30


def test_a_retry_after_that_cannot_be_read_is_passed_over(lab: Lab, transport: Transport, slept: list[float]) -> None:
    lab.world.faults.append(Fault("auth/login", 503, retry_after="soon"))
    login(transport)

    assert slept == [1]


def test_a_long_retry_after_is_left_to_the_app(lab: Lab, transport: Transport, slept: list[float]) -> None:
    lab.world.faults.append(Fault("auth/login", 429, retry_after="3600"))

    with pytest.raises(ServerUnreachable) as caught:
        login(transport)
    assert caught.value.retry_after_s == 3600
    assert slept == []


def test_jitter_changes_the_wait(lab: Lab, slept: list[float]) -> None:
    lab.world.faults.append(Fault("auth/login", 503))
    with Transport(lab.url, retry=RetryPolicy(sleep=slept.append, jitter=lambda wait: wait / 2)) as transport:
        login(transport)

    assert slept == [0.5]


def test_a_lost_answer_is_asked_for_again(lab: Lab, transport: Transport, slept: list[float]) -> None:
    lab.world.faults.append(Fault("auth/login"))
    login(transport)

    assert slept == [1]
    assert len(lab.world.requests_to("auth/login")) == 2


def test_a_closed_port_is_unreachable(slept: list[float]) -> None:
    retry = RetryPolicy(sleep=slept.append)
    with (
        Transport("http://127.0.0.1:9", retry=retry) as transport,
        pytest.raises(ServerUnreachable, match=r"127\.0\.0\.1:9"),
    ):
        login(transport)
    assert slept == [1, 2, 4, 8, 16]


@pytest.mark.parametrize("raw", [b"<html>Welcome to our hotel</html>", b"[1, 2]", b""])
def test_an_answer_of_something_else_is_said_so(lab: Lab, transport: Transport, raw: bytes) -> None:
    lab.world.faults.append(Fault("auth/login", raw=raw))

    with pytest.raises(ProtocolError, match="not an answer of a Dropset server"):
        login(transport)


def test_a_redirect_is_not_followed(lab: Lab, transport: Transport) -> None:
    lab.world.faults.append(Fault("auth/login", 302, raw=b""))

    with pytest.raises(ProtocolError, match="HTTP 302"):
        login(transport)


def test_a_wrong_password_is_not_tried_again(transport: Transport, slept: list[float]) -> None:
    with pytest.raises(InvalidCredentials) as caught:
        transport.request("POST", "auth/login", body={**LOGIN, "password": "wrong"})

    assert (caught.value.status, caught.value.code, caught.value.request_id) == (401, "invalid_credentials", "r-1")
    assert slept == []


def test_a_client_error_without_an_envelope_has_a_type_too(lab: Lab, transport: Transport) -> None:
    lab.world.faults.append(Fault("auth/login", 413, raw=b"<html>too large</html>"))

    with pytest.raises(TooLarge) as caught:
        login(transport)
    assert caught.value.code == "unknown"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "email_not_verified", EmailNotVerified),
        (409, "device_forked", DeviceForked),
        (410, "gone", ResyncRequired),
        (426, "upgrade", ClientTooOld),
        (400, "malformed", ApiError),
    ],
)
def test_an_error_is_typed_by_code_and_then_by_status(status: int, code: str, kind: type[ApiError]) -> None:
    assert type(api_error(status, [ErrorDetail(code, "")])) is kind
