"""Signed-in requests: the access token on each, and its renewal.

An access token lives for minutes. A refresh token is good once, and using it twice ends the session, since that is
what a thief would do. A client whose answer got lost must therefore be able to say "this is the same request again":
the Idempotency-Key is on disk before the request leaves, and it stays there until the new tokens are.
"""

from collections.abc import Mapping

from dropset_client.errors import ErrorDetail, LoginRequired, ProtocolError, Unauthorized
from dropset_client.store import Store
from dropset_client.transport import Transport
from dropset_client.wire import JsonObject


class Session:
    def __init__(self, store: Store, transport: Transport) -> None:
        self._store = store
        self._transport = transport

    def login(self, email: str, password: str) -> None:
        answer = self._transport.request("POST", "auth/login", body={"email": email, "password": password})
        try:
            user_id, access, refresh = answer["user"]["id"], answer["access"], answer["refresh"]
        except (KeyError, TypeError) as error:
            raise ProtocolError("the login answer has no tokens") from error
        self._store.sign_in(user_id=str(user_id), access=str(access), refresh=str(refresh))

    def logout(self) -> None:
        """End the session here even where the server cannot be told; its side ends when the token expires."""
        refresh = self._store.tokens().refresh
        try:
            if refresh is not None:
                self.request("POST", "auth/logout", body={"refresh": refresh})
        finally:
            self._store.clear_tokens()

    def request(
        self,
        method: str,
        path: str,
        *,
        body: JsonObject | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> JsonObject:
        """A request as the signed-in user. An old access token is renewed once, and the request repeated."""
        access = self._store.tokens().access or self._renew()
        try:
            return self._send(access, method, path, body, query)
        except Unauthorized:
            return self._send(self._renew(), method, path, body, query)

    def _send(
        self, access: str, method: str, path: str, body: JsonObject | None, query: Mapping[str, str | int] | None
    ) -> JsonObject:
        headers = {"Authorization": f"Bearer {access}"}
        return self._transport.request(method, path, body=body, query=query, headers=headers)

    def _renew(self) -> str:
        refresh = self._store.tokens().refresh
        if refresh is None:
            raise LoginRequired(401, [ErrorDetail("login_required", "nobody is signed in on this device")])
        key = self._store.refresh_key()
        self._store.step("refresh.key_stored")
        try:
            answer = self._transport.request(
                "POST", "auth/refresh", body={"refresh": refresh}, headers={"Idempotency-Key": key}
            )
        except Unauthorized as error:
            self._store.clear_tokens()
            raise LoginRequired(error.status, error.errors, error.request_id) from error
        self._store.step("refresh.answered")
        try:
            access = str(answer["access"])
            self._store.set_tokens(access=access, refresh=str(answer["refresh"]))
        except KeyError as error:
            raise ProtocolError("the refresh answer has no tokens") from error
        self._store.step("refresh.stored")
        return access
