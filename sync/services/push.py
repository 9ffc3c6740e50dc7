"""The push: what a device wrote offline. Sending the same again changes nothing."""

import datetime as dt
from typing import Any

from accounts.exceptions import DeviceForked
from accounts.models import User
from accounts.services.devices import device_in_use
from sync.domain.shapes import PushEnvelope
from sync.exceptions import EpochChanged
from sync.models import DeviceState
from sync.queries import records_as_wire
from sync.services import answers
from sync.services import envelope as envelopes
from sync.services.answers import Result
from sync.services.applying import Application
from sync.services.envelope import Item, to_ms
from sync.services.heads import Head, in_transaction, locked_head
from sync.services.writing import Author

SKEW_TOLERANCE_MS = 5000


def push(*, user: User, body: bytes, at: dt.datetime) -> dict[str, Any]:
    """Takes a push envelope (JSON), gives the answer of docs/sync.md. Raises envelope errors: nothing is written then."""
    envelope = envelopes.parse_envelope(body)
    items = envelopes.parse_items(envelope)
    return push_items(user=user, envelope=envelope, items=items, at=at)


def push_items(*, user: User, envelope: PushEnvelope, items: list[Item], at: dt.datetime) -> dict[str, Any]:
    """The same for mutations that were made or checked elsewhere, in the name of the envelope's device."""
    device_in_use(user=user, device_id=envelope.device_id, instance_token=envelope.instance_token)
    return in_transaction(lambda: _Push(user, envelope, at).run(items))


class _Push:
    def __init__(self, user: User, envelope: PushEnvelope, at: dt.datetime) -> None:
        self.user, self.envelope, self.at = user, envelope, at

    def run(self, items: list[Item]) -> dict[str, Any]:
        head = locked_head(self.user, source="push")
        if self.envelope.epoch is not None and str(self.envelope.epoch) != head.epoch:
            raise EpochChanged
        state = self._device_state()
        author = self._author(head, state)
        application = Application(user=self.user, head=head, author=author, at=self.at)
        fresh = application.read(items)
        if any(item.edit is not None and application.is_new(item) and 0 < item.seq <= state.last_seq for item in fresh):
            raise DeviceForked  # a copy of this installation has sent under these numbers already
        results = application.apply()
        self._update_device(state, author, items)
        return self._answer(head, author, items, results)

    # --- the device ---

    def _device_state(self) -> DeviceState:
        found = DeviceState.objects.filter(pk=self.envelope.device_id).first()
        return found or DeviceState(device_id=self.envelope.device_id)

    def _author(self, head: Head, state: DeviceState) -> Author:
        skew = head.now_ms - to_ms(self.envelope.client_now)
        return Author(
            device_id=self.envelope.device_id,
            source="push",
            last_eff_ms=state.last_eff_ms,
            skew_ms=skew if abs(skew) > SKEW_TOLERANCE_MS else 0,
            seen_version=min(self.envelope.ack_version, head.version),
        )

    def _update_device(self, state: DeviceState, author: Author, items: list[Item]) -> None:
        state.last_seq = max([state.last_seq, *(item.seq for item in items)])
        state.last_eff_ms = author.last_eff_ms
        state.acked_version = max(state.acked_version, author.seen_version)
        state.schema_version = self.envelope.schema_version
        state.skew_ms, state.seen_at = author.skew_ms, self.at
        state.save()

    # --- the answer ---

    def _answer(self, head: Head, author: Author, items: list[Item], results: list[Result]) -> dict[str, Any]:
        records = records_as_wire(self.user, {item.key for item in items if item.key is not None})
        return {
            "epoch": head.epoch,
            "version": locked_head(self.user, source="push").version,
            "server_time": self.at,
            "clock_skew_ms": author.skew_ms,
            "results": [
                answers.with_record(item, result, records) for item, result in zip(items, results, strict=True)
            ],
        }
