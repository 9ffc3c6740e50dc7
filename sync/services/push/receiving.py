"""The push: what a device wrote offline. Sending the same again changes nothing."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import DataError, IntegrityError

from accounts.exceptions import DeviceForked
from accounts.models import User
from accounts.services.devices import check_in_use
from lib.errors import CursorInvalid
from lib.statements import execute
from sync.domain.records import REJECTED
from sync.domain.shapes import PushEnvelope
from sync.domain.times import to_ms
from sync.exceptions import EpochChanged, VersionUnknown
from sync.queries import records_as_wire
from sync.services.heads import Head, in_transaction
from sync.services.pull.cursors import Cursor
from sync.services.push import answers, whole_records
from sync.services.push import envelope as envelopes
from sync.services.push.answers import Result
from sync.services.push.applying import Application
from sync.services.push.envelope import Item
from sync.services.push.opening import DeviceRow, Opening, opened
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

    def batch(head: Head, device: DeviceRow) -> Batch:
        items, seen_version = whole_records.items_of(
            user=user, envelope=envelope, sent=sent, head=head, last_seq=device.last_seq, at=at
        )
        return Batch(items, seen_version)

    answer = _pushed(user, envelope, batch, at, items=None)
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

    def batch(head: Head, device: DeviceRow) -> Batch:
        if check is not None:
            check()
        return Batch(items, envelope.ack_version, finish)

    return _pushed(user, envelope, batch, at, items)


@dataclass(frozen=True)
class Batch:
    """What a device sends: made under the head's lock, where it depends on what stands."""

    items: list[Item]
    seen_version: int  # up to which it has pulled everything
    finish: Finish = lambda results: None


MakeBatch = Callable[[Head, DeviceRow], Batch]


def _pushed(
    user: User, envelope: PushEnvelope, batch: MakeBatch, at: dt.datetime, items: list[Item] | None
) -> dict[str, Any]:
    """items: of the batch, where they are known before the lock is held."""

    def attempt(*, careful: bool) -> dict[str, Any]:
        return in_transaction(lambda: _Push(user, envelope, at, careful=careful).run(batch, items))

    try:
        try:
            return attempt(careful=False)
        except (IntegrityError, DataError):  # which mutation was it? Most pushes need no savepoints to find out
            return attempt(careful=True)
    except VersionsLostError as lost:
        raise settle(user=user, lost=lost, at=at) from lost


class _Push:
    def __init__(self, user: User, envelope: PushEnvelope, at: dt.datetime, *, careful: bool) -> None:
        self.user, self.envelope, self.at, self.careful = user, envelope, at, careful

    def run(self, batch_of: MakeBatch, items: list[Item] | None) -> dict[str, Any]:
        """Most often in three round trips: the opening, the writes, the commit."""
        cursor = self._cursor()
        versions = None if cursor is None else cursor.versions
        opening = opened(user=self.user, device_id=self.envelope.device_id, versions=versions, items=items)
        head, device = opening.head, opening.device
        check_in_use(device, self.envelope.instance_token)
        assert device is not None
        self._check_history(opening, cursor)
        batch = batch_of(head, device)
        author = self._author(head, device, batch)
        application = Application(user=self.user, head=head, author=author, at=self.at, careful=self.careful)
        fresh = application.read(batch.items, stored=opening.stored, found=opening.found)
        if any(item.edit is not None and application.is_new(item) and item.seq <= device.last_seq for item in fresh):
            raise DeviceForked  # a copy of this installation has sent under these numbers already
        results = application.apply(lambda results: self._update_device(device, author, batch.items, results))
        batch.finish(results)
        return self._answer(head, application, batch.items, results)

    def _cursor(self) -> Cursor | None:
        """One that cannot be read, such as one that was signed with an older key, proves nothing: a pull says so."""
        try:
            return None if self.envelope.cursor is None else Cursor.read(self.envelope.cursor, self.user)
        except CursorInvalid:
            return None

    def _check_history(self, opening: Opening, cursor: Cursor | None) -> None:
        if self.envelope.epoch is not None and str(self.envelope.epoch) != opening.head.epoch:
            raise EpochChanged
        if cursor is not None and opening.view is not None:
            cursor.check_history(opening.view)
        if self.envelope.epoch is not None and self.envelope.ack_version > opening.head.version:
            raise VersionUnknown  # a restored server, or a device in error: only a cursor, which we sign, proves the first

    # --- the device ---

    def _author(self, head: Head, device: DeviceRow, batch: Batch) -> Author:
        skew = head.now_ms - to_ms(self.envelope.client_now)
        return Author(
            device_id=self.envelope.device_id,
            source="push",
            last_eff_ms=device.last_eff_ms,
            skew_ms=skew if abs(skew) > SKEW_TOLERANCE_MS else 0,
            seen_version=min(batch.seen_version, head.version),
        )

    def _update_device(self, device: DeviceRow, author: Author, items: list[Item], results: list[Result]) -> None:
        near = device.last_seq + FARTHEST_AHEAD
        answered = zip(items, results, strict=True)
        used = (i.seq for i, r in answered if not answers.is_mismatch(r) and (r["status"] != REJECTED or i.seq <= near))
        execute(
            "sync",
            "update_device",
            device_id=self.envelope.device_id,
            last_seq=max([device.last_seq, *used]),
            last_eff_ms=author.last_eff_ms,
            acked_version=max(device.acked_version, author.seen_version),
            schema_version=min(self.envelope.schema_version, LARGEST_INTEGER),
            skew_ms=author.skew_ms,
            seen_at=self.at,
        )

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
