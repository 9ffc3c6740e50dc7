"""The push: every mutation gets a result, and what is refused or loses is kept.

One transaction under the lock on the user's head. What the database refuses is found by halving: the guilty mutation is
rejected, or kept as a conflict where only the merge made it break a rule; the others go through.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from accounts.exceptions import DeviceForked
from accounts.models import User
from accounts.services.devices import device_in_use
from lib.sqlfiles import load_sql
from lib.violations import violation_of
from sync.domain import conflicts as told
from sync.domain import plan
from sync.domain.records import Edit, Planned, Refusal
from sync.domain.shapes import PushEnvelope
from sync.enums import MutationStatus
from sync.exceptions import EpochChanged
from sync.models import DeviceState, Mutation
from sync.queries import records_as_wire
from sync.services import answers
from sync.services import envelope as envelopes
from sync.services.answers import Result
from sync.services.envelope import Item, to_ms
from sync.services.loading import load
from sync.services.rules import entity_rules
from sync.services.writing import IdTakenError, write

SKEW_TOLERANCE_MS = 5000
ATTEMPTS = 4
RETRIED_STATES = {"40P01", "40001"}  # deadlock, serialization


@dataclasses.dataclass(frozen=True)
class Head:
    epoch: str
    version: int
    last_ms: int
    min_version: int
    now_ms: int
    next_version: int


def push(*, user: User, body: bytes, at: dt.datetime) -> dict[str, Any]:
    """Takes a push envelope (JSON), gives the answer of docs/sync.md. Raises envelope errors: nothing is written then."""
    envelope = envelopes.parse_envelope(body)
    items = envelopes.parse_items(envelope)
    device_in_use(user=user, device_id=envelope.device_id, instance_token=envelope.instance_token)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _Push(user, envelope, at).run(items)
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in RETRIED_STATES or attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def locked_head(user: User, *, source: str) -> Head:
    """The user's head, locked until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql("lib", "begin_write"), {"user_id": user.pk, "source": source})
        cursor.execute(load_sql("sync", "head"), {"user_id": user.pk})
        row = cursor.fetchone()
    assert row is not None
    return Head(*row)


class _Push:
    def __init__(self, user: User, envelope: PushEnvelope, at: dt.datetime) -> None:
        self.user, self.envelope, self.at = user, envelope, at
        self.conflict_ids: dict[str, list[str]] = {}

    def run(self, items: list[Item]) -> dict[str, Any]:
        self.head = locked_head(self.user, source="push")
        if self.envelope.epoch is not None and str(self.envelope.epoch) != self.head.epoch:
            raise EpochChanged
        self.device = self._device_state()
        self.skew_ms = self._skew_ms()
        stored = self._stored(items)
        fresh = _fresh(items, stored)
        if any(
            item.edit is not None and item.stored_as not in stored and 0 < item.seq <= self.device.last_seq
            for item in fresh
        ):
            raise DeviceForked  # a copy of this installation has sent under these numbers already
        planned = self._attempt([self._checked(item.edit) for item in fresh if item.edit is not None])
        results = self._results(planned, fresh)
        self._store(fresh, results)
        self._update_device(items)
        return self._answer(items, answers.in_order(items, fresh=fresh, results=results, stored=stored))

    # --- the device ---

    def _device_state(self) -> DeviceState:
        found = DeviceState.objects.filter(pk=self.envelope.device_id).first()
        return found or DeviceState(device_id=self.envelope.device_id)

    def _skew_ms(self) -> int:
        skew = self.head.now_ms - to_ms(self.envelope.client_now)
        return skew if abs(skew) > SKEW_TOLERANCE_MS else 0

    def _update_device(self, items: list[Item]) -> None:
        device = self.device
        device.last_seq = max([device.last_seq, *(item.seq for item in items)])
        device.acked_version = max(device.acked_version, min(self.envelope.ack_version, self.head.version))
        device.schema_version = self.envelope.schema_version
        device.skew_ms, device.seen_at = self.skew_ms, self.at
        device.save()

    # --- planning and writing ---

    def _checked(self, edit: Edit) -> Edit:
        """A version that was never given out proves nothing: the device counts as one that has not seen the record."""
        return edit if edit.base_version <= self.head.version else dataclasses.replace(edit, base_version=0)

    def _stored(self, items: list[Item]) -> dict[str, Mutation]:
        ids = [UUID(item.stored_as) for item in items]
        return {str(m.mutation_id): m for m in Mutation.objects.filter(user=self.user, mutation_id__in=ids)}

    def _attempt(self, edits: Sequence[Edit]) -> list[Planned]:
        """Plans and writes; where the database refuses, halves until the guilty ones stand alone."""
        if not edits:
            return []
        last_eff_ms = self.device.last_eff_ms
        planner = self._planner(edits)
        planned = planner.run(edits)
        try:
            with transaction.atomic():
                conflict_ids = write(
                    user=self.user,
                    device_id=self.envelope.device_id,
                    planned=planned,
                    states=planner.states,
                    at=self.at,
                )
        except (IntegrityError, DataError) as error:
            self.device.last_eff_ms = last_eff_ms
            units = plan.units_of(edits)
            if len(units) == 1:
                return self._refuse(planned, error)
            half = len(units) // 2
            return [
                p for part in (units[:half], units[half:]) for p in self._attempt([e for unit in part for e in unit])
            ]
        self.device.last_eff_ms = planner.last_eff_ms
        self.conflict_ids |= conflict_ids
        return planned

    def _planner(self, edits: Sequence[Edit]) -> plan.Planner:
        loaded = load(user=self.user, edits=edits)
        return plan.Planner(
            rules=entity_rules(),
            states=loaded.states,
            taken=loaded.taken,
            shared=loaded.shared,
            awaited=loaded.awaited,
            device=str(self.envelope.device_id),
            now_ms=self.head.now_ms,
            skew_ms=self.skew_ms,
            last_eff_ms=self.device.last_eff_ms,
            version=self.head.next_version,
            seen_version=min(self.envelope.ack_version, self.head.version),
        )

    def _refuse(self, planned: list[Planned], error: Exception) -> list[Planned]:
        """What the database says of one unit. If the merge made it break a rule, its values are kept in a conflict."""
        if len(planned) == 1 and planned[0].contested and planned[0].writes:
            kept = dataclasses.replace(
                planned[0],
                status=plan.CONFLICT,
                conflicts=(told.breaks_rule(planned[0], at_ms=self.head.last_ms),),
                writes=(),
            )
            self.conflict_ids |= write(
                user=self.user, device_id=self.envelope.device_id, planned=[kept], states={}, at=self.at
            )
            return [kept]
        if isinstance(error, IdTakenError):
            return [Planned(p.edit, plan.REJECTED, plan.ID_TAKEN) for p in planned]
        violation = violation_of(error)
        fields = {violation.attr: violation.detail} if violation.attr else {}
        refusal = Refusal(violation.code, violation.detail, fields)
        return [Planned(p.edit, plan.REJECTED, refusal) for p in planned]

    # --- the results ---

    def _results(self, planned: list[Planned], fresh: list[Item]) -> dict[str, Result]:
        refused = {item.stored_as: answers.refused(item.refusal) for item in fresh if item.refusal is not None}
        return refused | {p.edit.id: answers.result_of(p, self.conflict_ids.get(p.edit.id, [])) for p in planned}

    def _store(self, fresh: list[Item], results: dict[str, Result]) -> None:
        lines = [
            {
                "mutation_id": item.stored_as,
                "seq": item.seq,
                "sha256": item.sha256,
                "payload": item.raw.decode(),
                "status": results[item.stored_as]["status"],
                "result": orjson.dumps(results[item.stored_as]).decode(),
            }
            for item in fresh
        ]
        if lines:
            params: dict[str, Any] = {"user_id": self.user.pk, "device_id": self.envelope.device_id, "at": self.at}
            with connection.cursor() as cursor:
                cursor.execute(load_sql("sync", "insert_mutations"), params | {"items": orjson.dumps(lines).decode()})

    def _answer(self, items: list[Item], answered: list[Result]) -> dict[str, Any]:
        records = records_as_wire(self.user, {item.key for item in items if item.key is not None})
        return {
            "epoch": self.head.epoch,
            "version": locked_head(self.user, source="push").version,
            "server_time": self.at,
            "clock_skew_ms": self.skew_ms,
            "results": [
                answers.with_record(item, result, records) for item, result in zip(items, answered, strict=True)
            ],
        }


def _fresh(items: list[Item], stored: dict[str, Mutation]) -> list[Item]:
    """What was never decided: unknown, or deferred before. Of the same id twice, the first."""
    fresh: dict[str, Item] = {}
    for item in items:
        known = stored.get(item.stored_as)
        if known is None or (known.status == MutationStatus.DEFERRED and known.payload_sha256 == item.sha256):
            fresh.setdefault(item.stored_as, item)
    return list(fresh.values())
