"""Access tokens, as anybody may send them: what is none of ours is 401, whatever it is made of."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import Session, User
from accounts.services.tokens import start_session
from config.tests.contract import SchemaClient, check_error

ME_URL = "/api/v1/auth/me"
REFRESH_URL = "/api/v1/auth/refresh"
LOGOUT_URL = "/api/v1/auth/logout"
CLAIMS = ["sid", "user_id", "jti", "exp", "iat", "nbf", "token_type", "sub", "aud", "iss", "device"]

ODD_VALUES: list[Any] = [
    *(None, True, 7, 1e300, 10**400, -(10**12), float("nan"), float("inf")),
    *("", "x", "\0", "\ud800", "9" * 5000, [], [[]], {}, {"a": 1}),
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def signed(payload: Any) -> str:
    """As only the server can sign, or who has its key. Not by the library, which refuses to write some of these."""
    head = _part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = _part(json.dumps(payload).encode())
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = mac.sign(f"{head}.{body}".encode(), settings.SECRET_KEY.encode())
    return f"{head}.{body}.{_part(signature)}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def good_claims(kind: str) -> dict[str, Any]:
    tokens = start_session(user=User.objects.get(), at=timezone.now())
    claims: dict[str, Any] = jwt.decode(getattr(tokens, kind), settings.SECRET_KEY, ["HS256"])
    return claims


def uses(token: str) -> list[Any]:
    """Every way in that reads an access token, but the stream."""
    return [
        SchemaClient().get(url, headers={"Authorization": f"Bearer {token}"}) for url in (ME_URL, "/api/v1/sync/status")
    ]


def test_what_this_test_signs_is_a_token(alice: User) -> None:
    assert [answer.status_code for answer in uses(signed(good_claims("access")))] == [200, 200]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_scheme_is_taken_in_any_case(alice: User, scheme: str) -> None:
    access = start_session(user=alice, at=timezone.now()).access
    assert SchemaClient().get(ME_URL, headers={"Authorization": f"{scheme} {access}"}).status_code == 200


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "bearer a b"])
def test_garbled_header_is_refused(anonymous: SchemaClient, header: str) -> None:
    check_error(anonymous.get(ME_URL, headers={"Authorization": header}), 401, "bad_authorization_header")


@pytest.mark.parametrize("header", ["", " ", "Basic YWRhOnh4", "Token x", "Bearerx y"])
def test_another_scheme_is_no_log_in(anonymous: SchemaClient, header: str) -> None:
    check_error(anonymous.get(ME_URL, headers={"Authorization": header}), 401, "not_authenticated")


@pytest.mark.parametrize("claim", ["sid", "user_id", "jti", "exp", "token_type"])
def test_token_without_a_claim_is_refused(alice: User, claim: str) -> None:
    claims = good_claims("access")
    del claims[claim]
    for answer in uses(signed(claims)):
        check_error(answer, 401, "token_not_valid")


@pytest.mark.parametrize("claim", ["sid", "user_id", "jti", "exp", "iat", "nbf", "token_type"])
@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: repr(value)[:12])
def test_claim_of_another_type_is_no_server_error(alice: User, claim: str, value: Any) -> None:
    for kind, url in (("access", None), ("refresh", REFRESH_URL), ("refresh", LOGOUT_URL)):
        token = signed(good_claims(kind) | {claim: value})
        answers = uses(token) if url is None else [SchemaClient().post(url, {"refresh": token[:2048]})]
        for answer in answers:
            assert answer.status_code in (200, 204, 401), answer.content
            if claim in ("sid", "user_id", "jti", "token_type"):
                check_error(answer, 401, "token_not_valid")


@pytest.mark.parametrize("payload", [None, [], "text", 7, {}, [{"sid": 1}]])
def test_payload_that_is_no_object_of_claims_is_refused(alice: User, payload: Any) -> None:
    for answer in uses(signed(payload)):
        check_error(answer, 401, "token_not_valid")


@pytest.mark.parametrize("part", [0, 1])
def test_token_nested_too_deep_is_refused(alice: User, part: int) -> None:
    """Its head is read before anybody knows who signed it."""
    parts = [_part(b'{"alg": "HS256"}'), _part(b"{}"), _part(b"x" * 32)]
    parts[part] = _part(b'{"alg": ' + b"[" * 1500)
    token = ".".join(parts)
    for answer in uses(token):
        check_error(answer, 401, "token_not_valid")
    check_error(SchemaClient().post(REFRESH_URL, {"refresh": token[:2048]}), 401, "token_not_valid")


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from(CLAIMS), json_values, min_size=1, max_size=4))
def test_signed_garbage_is_never_a_server_error(alice: User, changes: dict[str, Any]) -> None:
    for kind in ("access", "refresh"):
        token = signed(good_claims(kind) | changes)
        for answer in (*uses(token), SchemaClient().post(REFRESH_URL, {"refresh": token})):
            assert answer.status_code in (200, 400, 401), answer.content
    Session.objects.all().delete()


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "ü", "\x7f"])
def test_garbage_is_no_token(anonymous: SchemaClient, token: str) -> None:
    check_error(anonymous.get(ME_URL, headers={"Authorization": f"Bearer {token}"}), 401, "token_not_valid")


def test_token_of_another_key_is_refused(alice: User) -> None:
    claims = good_claims("access")
    for token in (
        jwt.encode(claims, "x" * 50, "HS256"),
        jwt.encode(claims, settings.SECRET_KEY, "HS512"),
        jwt.encode(claims, None, "none"),
    ):
        for answer in uses(token):
            check_error(answer, 401, "token_not_valid")


def test_expired_token_is_refused(alice: User) -> None:
    claims = good_claims("access") | {"exp": int((timezone.now() - timedelta(seconds=1)).timestamp())}
    check_error(uses(signed(claims))[0], 401, "token_not_valid")


def test_token_that_was_good_is_refused_once_it_ends(alice: User) -> None:
    """Its signature is remembered; its end is looked at each time."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        access = start_session(user=alice, at=timezone.now()).access
        assert [answer.status_code for answer in uses(access)] == [200, 200]
        clock.shift(timedelta(minutes=10) - timedelta(seconds=1))
        assert [answer.status_code for answer in uses(access)] == [200, 200]
        clock.shift(timedelta(seconds=1))
        for answer in uses(access):
            check_error(answer, 401, "token_not_valid")


def test_token_that_was_altered_after_it_was_used_is_refused(alice: User) -> None:
    access = start_session(user=alice, at=timezone.now()).access
    assert uses(access)[0].status_code == 200
    claims, signature = access.rsplit(".", 1)
    other = signed({**jwt.decode(access, settings.SECRET_KEY, ["HS256"]), "exp": 2**40}).rsplit(".", 1)[0]
    for token in (f"{claims}.{signature[:-2]}", f"{other}.{signature}", access + "AAAA"):
        check_error(uses(token)[0], 401, "token_not_valid")
