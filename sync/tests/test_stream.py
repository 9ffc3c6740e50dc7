"""The stream of pokes: a real server process beside the test, on the same database."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from accounts.exceptions import TokenReused
from accounts.models import Device, Session, User
from accounts.services.credentials import change_password
from accounts.services.tokens import end_session, revoke_device, rotate, session_of, start_session
from accounts.tests.factories import give_reason
from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error
from lib.tests import announced
from lib.tests.factories import make
from lib.wire import CATALOGUE
from lib.writes import Catalogue, writing
from ops.run import KILL_TIMEOUT_S
from sync.models import Head
from sync.stream.hub import LOOK_AT_ALL_S, MAX_STREAMS_OF_A_USER, SPREAD_S
from sync.stream.listener import LISTENER_NAME
from sync.tests.devices import STATUS, Phone
from sync.tests.streaming import SOON_S, Ear, Server, listening, server
from training.models import Workout

pytestmark = pytest.mark.django_db(transaction=True)

BY_ITSELF_S = LOOK_AT_ALL_S + SOON_S  # where nobody announces: the server looks for all every few seconds


@pytest.fixture(scope="module")
def streams(django_db_setup: None) -> Iterator[Server]:
    with server() as found:
        yield found


@pytest.fixture
def ear(streams: Server, alice: User) -> Iterator[Ear]:
    """Alice listens, and has heard where her data stand."""
    with listening(streams, alice) as found:
        assert found.version() == version_of(alice)
        yield found


def version_of(user: User) -> int:
    return Head.objects.get(user=user).version


def write(user: User, **values: Any) -> Workout:
    with writing(user=user, source="job"):
        return make(Workout, user, **values)


# --- opening ---


def test_stream_begins_with_where_the_data_stand(streams: Server, alice: User) -> None:
    head = Head.objects.get(user=alice)
    with listening(streams, alice) as ear:
        assert ear.next() == ("poke", {"epoch": str(head.epoch), "version": head.version})
        headers = ear.response.headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")


def test_stream_says_when_to_come_back(streams: Server, alice: User) -> None:
    ear = Ear(streams.url(), start_session(user=alice, at=timezone.now()).access)
    found = ear.next()
    ear.close()
    assert found is not None
    assert found[0] == "retry"
    assert 2000 <= int(found[1]) <= 5000


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "not_authenticated"),
        ({"authorization": "Basic YTpi"}, "not_authenticated"),
        ({"authorization": "Bearer"}, "bad_authorization_header"),
        ({"authorization": "Bearer a.b.c"}, "token_not_valid"),
    ],
)
def test_stream_wants_a_log_in(streams: Server, headers: dict[str, str], code: str) -> None:
    response = streams.get(**headers)
    check_error(response, 401, code)
    assert response.headers["www-authenticate"] == 'Bearer realm="api"'


def test_stream_refuses_as_the_api_does(streams: Server, anonymous: SchemaClient, alice: User) -> None:
    """What a token of a log-in that is over, and one that has run out, are answered by both."""
    tokens = start_session(user=alice, at=timezone.now())
    end_session(refresh=tokens.refresh, at=timezone.now())
    late = AccessToken(start_session(user=alice, at=timezone.now()).access)  # type: ignore[arg-type]  # it takes the text
    late.set_exp(from_time=timezone.now() - dt.timedelta(hours=1))
    for access in (tokens.access, str(late)):
        headers = {"authorization": f"Bearer {access}"}
        response = streams.get(**headers)
        check_error(response, 401, "token_not_valid")
        assert response.json()["errors"] == anonymous.get(STATUS, headers=headers).json()["errors"]


def test_stream_wants_a_verified_address(streams: Server, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email_verified_at=None)
    response = streams.get(authorization=f"Bearer {start_session(user=alice, at=timezone.now()).access}")
    check_error(response, 403, "email_not_verified")


def test_stream_answers_other_requests_in_the_one_shape(streams: Server) -> None:
    response = streams.get(method="POST")
    check_error(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET"
    check_error(streams.get(accept="application/json"), 406, "not_acceptable")
    check_error(streams.get("/api/v1/sync/push"), 404, "not_found")


def test_stream_takes_the_request_id_of_the_client(streams: Server) -> None:
    response = streams.get(**{"x-request-id": "report-4711"})
    assert (response.headers["x-request-id"], response.json()["request_id"]) == ("report-4711", "report-4711")


def test_stream_is_found_by_status_and_not_served_by_the_api(api: SchemaClient, settings: Any) -> None:
    assert api.get(STATUS).json()["stream_url"] == settings.STREAM_URL
    response = api.get("/api/v1/sync/stream", headers={"accept": "text/event-stream"})
    check_error(response, 404, "stream_elsewhere")


# --- pokes ---


def test_every_way_to_write_is_announced(api: SchemaClient, phone: Phone, alice: User) -> None:
    """So that the poke comes at once, and not only when the server looks by itself."""
    with announced.listening() as ear:
        assert api.post("/api/v1/workouts/", {"title": "x", "status": "planned"}).status_code == 201
        assert announced.heard(ear) == [str(alice.pk)]
        phone.create("workout")
        assert announced.heard(ear) == [str(alice.pk)]
        write(alice)
        assert announced.heard(ear) == [str(alice.pk)]


def test_write_through_the_api_pokes(ear: Ear, api: SchemaClient, alice: User) -> None:
    assert api.post("/api/v1/workouts/", {"title": "x", "status": "planned"}).status_code == 201
    assert ear.version() == version_of(alice)


def test_push_pokes(ear: Ear, phone: Phone, alice: User) -> None:
    phone.create("workout")
    assert ear.version() == version_of(alice)


def test_write_in_the_admin_pokes(ear: Ear, alice: User, charlie: User) -> None:
    workout = write(alice)
    assert ear.version() == version_of(alice)
    give_reason(charlie, alice)
    client = Client()
    client.force_login(charlie)
    path = f"/admin/training/workout/{workout.pk}/change/"
    form = client.get(path).context["adminform"].form
    values = {name: "" if value is None else value for name, value in form.initial.items()}
    response = client.post(path, values | {"title": "by charlie"})
    assert response.status_code == 302, response.content
    assert ear.version() == version_of(alice)


def test_change_of_the_library_is_told_to_everybody_under_a_name_of_its_own(
    streams: Server, alice: User, bob: User
) -> None:
    with listening(streams, alice) as first, listening(streams, bob) as second:
        for ear, user in ((first, alice), (second, bob)):
            assert ear.version() == version_of(user)
        with writing(user=Catalogue(), source="admin"):
            make_canonical()
        head = Head.objects.get(user_id=CATALOGUE)
        for ear in (first, second):
            ear.library_at_last({"epoch": str(head.epoch), "version": head.version}, 2 * SPREAD_S + BY_ITSELF_S)
            assert ear.is_quiet()


def test_write_by_plain_sql_pokes_within_seconds(ear: Ear, alice: User) -> None:
    make(Workout, alice)
    assert ear.version(BY_ITSELF_S) == version_of(alice)


def test_new_epoch_pokes(ear: Ear, alice: User) -> None:
    epoch = uuid4()
    Head.objects.filter(user=alice).update(epoch=epoch)
    assert ear.next(BY_ITSELF_S) == ("poke", {"epoch": str(epoch), "version": version_of(alice)})


def test_pokes_go_to_all_devices_of_the_user_and_to_nobody_else(streams: Server, alice: User, bob: User) -> None:
    with listening(streams, alice) as phone, listening(streams, alice) as tablet, listening(streams, bob) as bobs:
        standing = [each.version() for each in (phone, tablet, bobs)]
        assert standing == [version_of(alice), version_of(alice), version_of(bob)]
        write(alice)
        assert phone.version() == tablet.version() == version_of(alice)
        assert bobs.is_quiet()
        write(bob)
        assert bobs.version() == version_of(bob)
        assert phone.is_quiet(0)
        assert tablet.is_quiet(0)


def test_nothing_is_told_before_the_commit(ear: Ear, alice: User) -> None:
    with transaction.atomic():
        write(alice)
        assert ear.is_quiet()
    assert ear.version() == version_of(alice)


def test_nothing_is_told_of_a_rollback(ear: Ear, alice: User) -> None:
    standing = version_of(alice)
    with transaction.atomic():
        write(alice)
        transaction.set_rollback(True)
    assert ear.is_quiet()
    assert version_of(alice) == standing


def test_what_changes_nothing_is_not_told(ear: Ear, phone: Phone, alice: User) -> None:
    mutation = phone.mutation("create", "workout", str(uuid4()))
    assert phone.push(mutation)[0]["status"] == "applied"
    assert ear.version() == version_of(alice)
    assert phone.push(mutation)[0]["replayed"]
    assert ear.is_quiet()


def test_many_writes_are_few_pokes_and_the_last_is_the_newest(ear: Ear, alice: User) -> None:
    since = time.monotonic()
    for _ in range(100):
        write(alice)
    took_s = time.monotonic() - since
    told = ear.version_at_last(version_of(alice))
    assert told == sorted(set(told))
    assert len(told) <= took_s / 0.1 + 2
    assert ear.is_quiet()


def test_pokes_outlive_a_lost_connection_for_announcements(ear: Ear, streams: Server, alice: User) -> None:
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
                " AND datname = current_database()",
                [LISTENER_NAME],
            )
            assert cursor.fetchall() == [(True,)]
        write(alice)
        assert ear.version() == version_of(alice)  # after reconnecting it looks for all
        streams.wait_until_ready()
        write(alice)
        assert ear.version() == version_of(alice)


def test_stream_outlives_lost_connections_for_looking(ear: Ear, alice: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = current_user AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
    write(alice)
    assert ear.version(BY_ITSELF_S) == version_of(alice)


# --- the end ---


def assert_ends(ear: Ear, code: str = "token_not_valid", limit_s: float = SOON_S) -> None:
    found = ear.next(limit_s)
    assert found is not None
    assert (found[0], found[1]["code"]) == ("end", code)
    assert ear.next(limit_s) is None


def test_logging_out_ends_the_stream_of_that_log_in_only(ear: Ear, streams: Server, alice: User) -> None:
    tokens = start_session(user=alice, at=timezone.now())
    with listening(streams, alice, tokens.access) as other:
        other.version()
        end_session(refresh=tokens.refresh, at=timezone.now())
        assert_ends(other)
    write(alice)
    assert ear.version() == version_of(alice)


def test_revoking_a_device_ends_its_streams(streams: Server, alice: User) -> None:
    tokens = start_session(user=alice, at=timezone.now())
    device = Device.objects.create(id=uuid4(), user=alice, name="lost", instance_token_hash="x")
    Session.objects.filter(user=alice).update(device=device)
    with listening(streams, alice, tokens.access) as ear:
        ear.version()
        revoke_device(device=device, at=timezone.now())
        assert_ends(ear)


def test_reusing_a_refresh_token_ends_the_stream(streams: Server, alice: User) -> None:
    tokens = start_session(user=alice, at=timezone.now())
    with listening(streams, alice, tokens.access) as ear:
        ear.version()
        rotate(refresh=tokens.refresh, retry_key=None, at=timezone.now())
        assert ear.is_quiet()
        with pytest.raises(TokenReused):
            rotate(refresh=tokens.refresh, retry_key=None, at=timezone.now())
        assert_ends(ear)


def test_new_password_ends_the_streams_of_all_other_log_ins(ear: Ear, streams: Server, alice: User) -> None:
    own = start_session(user=alice, at=timezone.now())
    with listening(streams, alice, own.access) as kept:
        kept.version()
        change_password(session=session_of(access=own.access), password="another horse battery")
        assert_ends(ear)
        write(alice)
        assert kept.version() == version_of(alice)


def test_password_that_is_set_anywhere_ends_the_streams_within_seconds(ear: Ear, alice: User) -> None:
    alice.set_password("another horse battery")
    alice.save()
    assert_ends(ear, limit_s=BY_ITSELF_S)


def test_switching_an_account_off_ends_its_streams(ear: Ear, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert_ends(ear, limit_s=BY_ITSELF_S)


def test_deleting_an_account_ends_its_streams(ear: Ear, alice: User) -> None:
    Session.objects.filter(user=alice).delete()
    assert_ends(ear, limit_s=BY_ITSELF_S)


def test_stream_outlives_its_access_token(streams: Server, alice: User) -> None:
    access = AccessToken(start_session(user=alice, at=timezone.now()).access)  # type: ignore[arg-type]  # it takes the text
    access.set_exp(lifetime=dt.timedelta(seconds=2))
    with listening(streams, alice, str(access)) as ear:
        ear.version()
        time.sleep(2.5)
        check_error(streams.get(authorization=f"Bearer {access}"), 401, "token_not_valid")
        write(alice)
        assert ear.version() == version_of(alice)


def test_newest_stream_of_too_many_wins(streams: Server, alice: User) -> None:
    with ExitStack() as stack:
        ears = [stack.enter_context(listening(streams, alice)) for _ in range(MAX_STREAMS_OF_A_USER + 1)]
        standing = version_of(alice)
        told = [ear.next() for ear in ears]
        assert told[0] is not None
        if told[0][0] == "poke":
            told[0] = ears[0].next()
        assert told[0] is not None
        assert (told[0][0], told[0][1]["code"]) == ("end", "too_many_streams")
        assert [found[1]["version"] for found in told[1:] if found] == [standing] * MAX_STREAMS_OF_A_USER
        write(alice)
        assert [ear.version() for ear in ears[1:]] == [standing + 1] * MAX_STREAMS_OF_A_USER


def test_full_server_refuses_until_somebody_goes_and_stopping_ends_all_streams(alice: User) -> None:
    with server(STREAM_LIMIT="50") as own, ExitStack() as stack:
        people = [
            alice,
            *(User.objects.create_user(f"u{n}@example.org", email_verified_at=timezone.now()) for n in range(2)),
        ]
        ears = [stack.enter_context(listening(own, people[n % 3])) for n in range(50)]
        for ear in ears:
            ear.version()
        response = own.get(authorization=f"Bearer {start_session(user=alice, at=timezone.now()).access}")
        check_error(response, 503, "unavailable")
        assert int(response.headers["retry-after"]) > 0
        ears.pop().close()
        access = start_session(user=alice, at=timezone.now()).access
        ears.append(stack.enter_context(listening(own, alice, own.let_in(access))))
        ears[-1].version()
        assert own.stop() < KILL_TIMEOUT_S
        for ear in ears:
            assert_ends(ear, "unavailable")
        assert own.process.returncode == 0
