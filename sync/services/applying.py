"""Applies mutations to a user's data, whoever sends them: each gets a result, and what is refused or loses is kept.

One transaction under the lock on the user's head. What the database refuses is found by halving: the guilty mutation is
rejected, or kept as a conflict where only the merge made it break a rule; the others go through.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import orjson
from django.db import DataError, IntegrityError, connection, transaction

from accounts.models import User
from lib.sqlfiles import load_sql
from lib.violations import violation_of
from sync.domain import conflicts as told
from sync.domain import plan
from sync.domain.records import Edit, Planned, Refusal
from sync.enums import MutationStatus
from sync.queries import Decided, decided
from sync.services import answers, resolving
from sync.services.answers import Result
from sync.services.envelope import Item
from sync.services.heads import Head
from sync.services.loading import load
from sync.services.rules import entity_rules
from sync.services.writing import Author, IdTakenError, write


class Application:
    """Some mutations of one author, under the head's lock. First `read`, then `apply`, within one transaction."""

    def __init__(self, *, user: User, head: Head, author: Author, at: dt.datetime) -> None:
        self.user, self.head, self.author, self.at = user, head, author, at
        self.conflict_ids: dict[str, list[str]] = {}

    def read(self, items: list[Item]) -> list[Item]:
        """Gives the items that were never decided."""
        self.items = items
        self.stored = decided(self.user, [item.stored_as for item in items])
        self.fresh = _fresh(items, self.stored)
        return self.fresh

    def apply(self) -> list[Result]:
        """One result for each item, in their order."""
        edits = [self._checked(item.edit) for item in self.fresh if item.edit is not None]
        planned = self._attempt(resolving.with_targets(user=self.user, edits=edits))
        results = self._results(planned)
        self._store(results)
        return answers.in_order(self.items, fresh=self.fresh, results=results, stored=self.stored)

    def is_new(self, item: Item) -> bool:
        """Whether nothing is known of it; one that was deferred is known."""
        return item.stored_as not in self.stored

    def _checked(self, edit: Edit) -> Edit:
        """A version that was never given out proves nothing: the device counts as one that has not seen the record."""
        return edit if edit.base_version <= self.head.version else dataclasses.replace(edit, base_version=0)

    # --- planning and writing ---

    def _attempt(self, edits: Sequence[Edit]) -> list[Planned]:
        """Plans and writes; where the database refuses, halves until the guilty ones stand alone."""
        if not edits:
            return []
        planner = self._planner(edits)
        planned = planner.run(edits)
        try:
            with transaction.atomic():
                self._write(planned, planner)
        except (IntegrityError, DataError) as error:
            units = plan.units_of(edits)
            if len(units) == 1:
                return self._refuse(planned, error)
            half = len(units) // 2
            return [
                p for part in (units[:half], units[half:]) for p in self._attempt([e for unit in part for e in unit])
            ]
        self.author.last_eff_ms = planner.last_eff_ms
        return planned

    def _write(self, planned: Sequence[Planned], planner: plan.Planner | None) -> None:
        states = {} if planner is None else planner.states
        self.conflict_ids |= write(user=self.user, author=self.author, planned=planned, states=states, at=self.at)

    def _planner(self, edits: Sequence[Edit]) -> plan.Planner:
        loaded = load(
            user=self.user,
            edits=edits,
            seen_version=self.author.seen_version,
            log_version=self.head.log_version,
            now_ms=self.head.now_ms,
        )
        return plan.Planner(
            rules=entity_rules(),
            states=loaded.states,
            taken=loaded.taken,
            shared=loaded.shared,
            awaited=loaded.awaited,
            purged=loaded.purged,
            device=str(self.author.device_id),
            now_ms=self.head.now_ms,
            skew_ms=self.author.skew_ms,
            last_eff_ms=self.author.last_eff_ms,
            version=self.head.next_version,
            seen_version=self.author.seen_version,
            in_order=self.author.in_order,
        )

    def _refuse(self, planned: list[Planned], error: Exception) -> list[Planned]:
        """What the database says of one unit. If the merge made it break a rule, its values are kept in a conflict; those
        of a decision are in one already, which stays open.
        """
        violation = violation_of(error)
        fields = {violation.attr: violation.detail} if violation.attr else {}
        refusal = Refusal(violation.code, violation.detail, fields)
        if len(planned) == 1 and planned[0].contested and planned[0].writes and planned[0].edit.closes is None:
            told_of = (told.breaks_rule(planned[0], at_ms=self.head.last_ms, reason=refusal),)
            kept = [dataclasses.replace(planned[0], status=plan.CONFLICT, conflicts=told_of, writes=())]
            self._write(kept, None)
            return kept
        if isinstance(error, IdTakenError):
            return [Planned(p.edit, plan.REJECTED, plan.ID_TAKEN) for p in planned]
        return [Planned(p.edit, plan.REJECTED, refusal) for p in planned]

    # --- the results ---

    def _results(self, planned: list[Planned]) -> dict[str, Result]:
        refused = {
            item.stored_as: answers.refused(item.refusal, item.status)
            for item in self.fresh
            if item.refusal is not None
        }
        return refused | {p.edit.id: answers.result_of(p, self.conflict_ids.get(p.edit.id, [])) for p in planned}

    def _store(self, results: dict[str, Result]) -> None:
        lines = [
            {
                "mutation_id": item.stored_as,
                "seq": item.seq,
                "sha256": item.sha256,
                "payload": item.raw.decode(),
                "status": results[item.stored_as]["status"],
                "result": orjson.dumps(results[item.stored_as]).decode(),
            }
            for item in self.fresh
        ]
        if lines:
            params: dict[str, Any] = {
                "user_id": self.user.pk,
                "device_id": self.author.device_id,
                "source": self.author.source,
                "at": self.at,
                "items": orjson.dumps(lines).decode(),
            }
            with connection.cursor() as cursor:
                cursor.execute(load_sql("sync", "insert_mutations"), params)


def _fresh(items: list[Item], stored: dict[str, Decided]) -> list[Item]:
    """What was never decided: unknown, or deferred before. Of the same id twice, the first."""
    fresh: dict[str, Item] = {}
    for item in items:
        known = stored.get(item.stored_as)
        if known is None or (known.status == MutationStatus.DEFERRED and known.payload_sha256 == item.sha256):
            fresh.setdefault(item.stored_as, item)
    return list(fresh.values())
