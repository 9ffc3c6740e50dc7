"""Giving back what a restored server lost: the conversation; what is sent stands in restoration.py."""

from dropset_client.answers import parsed
from dropset_client.credentials import Identity
from dropset_client.errors import ApiError
from dropset_client.mutations import next_chunk
from dropset_client.session import Session
from dropset_client.store import Store
from dropset_client.wire import PROTOCOL, SCHEMA_VERSION, JsonObject, Limits, Mutation, PushAnswer

_NOT_FOUND = 404


class Rescue:
    """Runs after the snapshot of the new epoch and before the queue, and again when a missing parent has come; may be ended
    anywhere and goes on from there.
    """

    def __init__(self, store: Store, session: Session) -> None:
        self._store = store
        self._session = session

    @property
    def is_due(self) -> bool:
        return self._store.restoration.identity() is not None

    def send(self, limits: Limits) -> int:
        """Send everything that has no answer, parents that come later included; returns how much was given back."""
        restoration = self._store.restoration
        identity = restoration.identity()
        all_waiting = before = restoration.count_waiting()
        if identity is None or (restoration.shared_version() is None and not before):
            return 0
        while before:
            self._register(identity)
            self._send_once(identity, limits)
            after = restoration.count_waiting()
            if after in (0, before):
                break
            before = after
        self._store.end_rescue()
        self._store.step("rescue.ended")
        return all_waiting

    def retire(self) -> None:
        """Take the device that gave back off the account. The session must belong to another one by now."""
        identity = self._store.restoration.identity()
        if identity is None:
            return
        if identity.registered:
            try:
                self._session.request("DELETE", f"sync/devices/{identity.device_id}")
            except ApiError as error:
                if error.status != _NOT_FOUND:
                    raise
            self._store.step("rescue.retired")
        self._store.restoration.forget_device()

    def _register(self, identity: Identity) -> None:
        """Each time: registering twice is fine, and the server may have been restored again meanwhile."""
        body: JsonObject = {"id": identity.device_id, "instance_token": identity.instance_token}
        body |= {"name": "Gives back what the server lost", "platform": "rescue"}
        self._session.request("POST", "sync/devices", body=body)
        self._store.restoration.set_registered()

    def _send_once(self, identity: Identity, limits: Limits) -> None:
        sent = 0
        while chunk := next_chunk(self._store.restoration.waiting(after=sent), limits=limits):
            raw = self._session.request("POST", "sync/push", body=self._envelope(identity, chunk))
            self._store.step("rescue.answered")
            self._store.store_rescue(chunk, parsed(PushAnswer.from_wire, raw))
            self._store.step("rescue.stored")
            sent = chunk[-1].seq

    def _envelope(self, identity: Identity, chunk: list[Mutation]) -> JsonObject:
        return {
            "protocol": PROTOCOL,
            "schema_version": SCHEMA_VERSION,
            "device_id": identity.device_id,
            "instance_token": identity.instance_token,
            "epoch": self._store.position().epoch,
            # The times in it are the server's own, so that nothing is to be corrected.
            "client_now": self._store.server_time(),
            "ack_version": self._store.restoration.shared_version() or 0,
            "mutations": [mutation.to_wire() for mutation in chunk],
        }
