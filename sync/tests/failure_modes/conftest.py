"""What the failure modes share: alice's reference clients, in one process with the server, on a network that loses answers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import start_session
from config.wsgi import application
from dropset_client import Device, RetryPolicy


class Network(httpx.BaseTransport):
    def __init__(self) -> None:
        self._inner = httpx.WSGITransport(app=application)
        self.lose_answers = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        if self.lose_answers and request.url.path.endswith("/push"):
            self.lose_answers -= 1
            response.read()  # the server is done
            raise httpx.ReadError("the answer got lost", request=request)
        return response


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def open_device(alice: User, network: Network) -> Iterator[Callable[..., Device]]:
    """A new device of alice's, by its name; its store is in memory, or at a path."""
    with ExitStack() as stack:

        def opened(name: str, path: Path | str = ":memory:") -> Device:
            quick = RetryPolicy(waits_s=(0,))
            device = Device.open(path, "http://localhost", name=name, http=network, retry=quick)
            stack.callback(device.close)
            tokens = start_session(user=alice, at=timezone.now())
            device.store.sign_in(user_id=str(alice.pk), access=tokens.access, refresh=tokens.refresh)
            return device

        yield opened


@pytest.fixture
def beside(db: None) -> Iterator[Callable[[], psycopg.Connection]]:
    """Connections of others, whose transactions are under way."""
    with ExitStack() as stack:

        def connected() -> psycopg.Connection:
            known = connection.get_connection_params()
            parameters = {name: known[name] for name in ("dbname", "user", "host", "port") if known.get(name)}
            return stack.enter_context(psycopg.connect(**parameters))

        yield connected
