"""The push: what a device wrote offline. Sending the same again changes nothing."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from accounts.exceptions import DeviceForked
from accounts.models import User
from accounts.services.devices import device_in_use
from lib.errors import CursorInvalid
from sync.domain.records import REJECTED
from sync.domain.shapes import PushEnvelope
from sync.domain.times import to_ms
from sync.exceptions import EpochChanged, VersionUnknown
from sync.models import DeviceState
from sync.queries import records_as_wire
from sync.services.heads import Head, in_transaction, locked_head, standing_view
from sync.services.pull.cursors import Cursor
from sync.services.push import answers, whole_records
from sync.services.push import envelope as envelopes
from sync.services.push.answers import Result
from sync.services.push.applying import Application
from sync.services.push.envelope import Item
from sync.services.push.writing import Author
from sync.services.upkeep.epochs import VersionsLostError, settle

SKEW_TOLERANCE_MS = 5000
FARTHEST_AHEAD = 1_000_000  # a refused mutation may hold any number, which must not shut out the good ones after it
# Of the column: a schema version that high is a mistake, but no reason to refuse what comes with it.
LARGEST_INTEGER = 2**31 - 1
Finish = Callable[[list[Result]], None]


def push(*, user: User, body: bytes, at: dt.datetime) -> dict[str, Any]:
    """Takes a push envelope (JSON), gives the answer of docs/sync.md. Raises envelope errors: nothing is written then."""
    envelope = envelopes.parse_envelope(body)
    if envelope.mutations is msgspec.UNSET:
        return push_records(user=user, envelope=envelope, at=at)
    items = envelopes.parse_items(envelope)
    return push_items(user=user, envelope=envelope, items=items, at=at)


def push_records(*, user: User, envelope: PushEnvelope, at: dt.datetime) -> dict[str, Any]:
    """The same for whole records, of a client that knows times only."""
    sent = whole_records.parse(envelope)

    def batch(head: Head, state: DeviceState) -> Batch:
        items, seen_version = whole_records.items_of(
            user=user, envelope=envelope, sent=sent, head=head, last_seq=state.last_seq, at=at
        )
        return Batch(items, seen_version)

    answer = _pushed(user, envelope, batch, at)
    return {**answer, "results": whole_records.in_answer(sent, answer["results"])}


def push_items(
    *,
    user: User,
    envelope: PushEnvelope,
    items: list[Item],
    at: dt.datetime,
    check: Callable[[], None] | None = None,
    finish: Finish = lambda results: None,
) -> dict[str, Any]:
    """The same for mutations that were made or checked elsewhere, in the name of the envelope's device. Both in the same
    transaction, under the head's lock: `check` sees what stands, and raises to have nothing done; `finish` sees the results.
    """

    def batch(head: Head, state: DeviceState) -> Batch:
        if check is not None:
            check()
        return Batch(items, envelope.ack_version, finish)

    return _pushed(user, envelope, batch, at)


@dataclass(frozen=True)
class Batch:
    """What a device sends: made under the head's lock, where it depends on what stands."""

    items: list[Item]
    seen_version: int  # up to which it has pulled everything
    finish: Finish = lambda results: None


def _pushed(
    user: User, envelope: PushEnvelope, batch: Callable[[Head, DeviceState], Batch], at: dt.datetime
) -> dict[str, Any]:
    device_in_use(user=user, device_id=envelope.device_id, instance_token=envelope.instance_token)
    try:
        return in_transaction(lambda: _Push(user, envelope, at).run(batch))
    except VersionsLostError as lost:
        raise settle(user=user, lost=lost, at=at) from lost


class _Push:
    def __init__(self, user: User, envelope: PushEnvelope, at: dt.datetime) -> None:
        self.user, self.envelope, self.at = user, envelope, at

    def run(self, batch_of: Callable[[Head, DeviceState], Batch]) -> dict[str, Any]:
        head = locked_head(self.user, source="push")
        if self.envelope.epoch is not None and str(self.envelope.epoch) != head.epoch:
            raise EpochChanged
        self._check_history()
        if self.envelope.epoch is not None and self.envelope.ack_version > head.version:
            raise VersionUnknown  # a restored server, or a device in error: only a cursor, which we sign, proves the first
        state = self._device_state()
        batch = batch_of(head, state)
        items = batch.items
        author = self._author(head, state, batch)
        application = Application(user=self.user, head=head, author=author, at=self.at)
        fresh = application.read(items)
        if any(item.edit is not None and application.is_new(item) and item.seq <= state.last_seq for item in fresh):
            raise DeviceForked  # a copy of this installation has sent under these numbers already
        results = application.apply()
        batch.finish(results)
        self._update_device(state, author, zip(items, results, strict=True))
        return self._answer(head, application, items, results)

    def _check_history(self) -> None:
        """A cursor that cannot be read, such as one that was signed with an older key, proves nothing: a pull says so."""
        if self.envelope.cursor is None:
            return
        try:
            cursor = Cursor.read(self.envelope.cursor, self.user)
        except CursorInvalid:
            return
        cursor.check_history(standing_view(self.user, versions=cursor.versions))

    # --- the device ---

    def _device_state(self) -> DeviceState:
        found = DeviceState.objects.filter(pk=self.envelope.device_id).first()
        return found or DeviceState(device_id=self.envelope.device_id)

    def _author(self, head: Head, state: DeviceState, batch: Batch) -> Author:
        skew = head.now_ms - to_ms(self.envelope.client_now)
        return Author(
            device_id=self.envelope.device_id,
            source="push",
            last_eff_ms=state.last_eff_ms,
            skew_ms=skew if abs(skew) > SKEW_TOLERANCE_MS else 0,
            seen_version=min(batch.seen_version, head.version),
        )

    def _update_device(self, state: DeviceState, author: Author, answered: Iterable[tuple[Item, Result]]) -> None:
        near = state.last_seq + FARTHEST_AHEAD
        used = (i.seq for i, r in answered if not answers.is_mismatch(r) and (r["status"] != REJECTED or i.seq <= near))
        state.last_seq = max([state.last_seq, *used])
        state.last_eff_ms = author.last_eff_ms
        state.acked_version = max(state.acked_version, author.seen_version)
        state.schema_version = min(self.envelope.schema_version, LARGEST_INTEGER)
        state.skew_ms, state.seen_at = author.skew_ms, self.at
        state.save()

    # --- the answer ---

    def _answer(self, head: Head, application: Application, items: list[Item], results: list[Result]) -> dict[str, Any]:
        shown = answers.shown_keys(items, results)
        records = records_as_wire(self.user, shown) if shown else {}
        return {
            "epoch": head.epoch,
            "version": application.version,
            "server_time": self.at,
            "clock_skew_ms": application.author.skew_ms,
            "results": answers.placed(
                [
                    answers.with_record(item, result, records, application.versions)
                    for item, result in zip(items, results, strict=True)
                ],
                named_by="id",
            ),
        }
