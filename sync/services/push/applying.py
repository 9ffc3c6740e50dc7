"""Applies mutations to a user's data, whoever sends them: each gets a result, and what is refused or loses is kept.

One transaction under the lock on the user's head. What the database refuses is found by halving: the guilty mutation is
rejected, or kept as a conflict where only the merge made it break a rule; the others go through.
"""

import datetime as dt
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import DataError, IntegrityError
from msgspec.structs import replace

from accounts.models import User
from lib.row_rules import RowChange, RowsRefused, hold_to_rules, is_ruled
from lib.statements import attempted, execute, pipelined
from lib.violations import constraint_of, violation_of
from sync.domain import conflicts as told
from sync.domain import plan
from sync.domain.groups import units_of
from sync.domain.merge import DELETED
from sync.domain.packing import packed, plain
from sync.domain.records import CONFLICT, REJECTED, Edit, Key, Planned, RecordState, Refusal
from sync.domain.unreadable import as_text
from sync.enums import MutationStatus
from sync.queries import Decided, decided, keys_as_json, payloads
from sync.services.heads import Head
from sync.services.push import answers, resolving
from sync.services.push.answers import Result
from sync.services.push.envelope import Item, says_the_same
from sync.services.push.loading import Found, load
from sync.services.push.rules import entity_rules
from sync.services.push.writing import ID_TAKEN, Author, conflict_row, write

Closing = Callable[[list[Result]], None]


class Application:
    """Some mutations of one author, under the head's lock. First `read`, then `apply`, within one transaction.

    careful: whether each attempt has a savepoint, so that what the database refuses can be found. Without it, IntegrityError or
    DataError ends the transaction: for who does it again with care then.
    """

    def __init__(self, *, user: User, head: Head, author: Author, at: dt.datetime, careful: bool = True) -> None:
        self.user, self.head, self.author, self.at, self.careful = user, head, author, at, careful
        self.version = head.version  # that stands
        self.results: dict[str, Result] = {}  # of what is decided now, by the mutation's id
        self.versions: dict[Key, int] = {}  # of the records that were written
        self._unsaved: dict[str, Result] = {}  # of what is decided, and goes to the database with the next write
        self._found = Found()

    def read(
        self, items: list[Item], *, stored: Mapping[str, Decided] | None = None, found: Found | None = None
    ) -> list[Item]:
        """Gives the items that were never decided. stored, found: what was read of them already, under the same lock."""
        self.stored = decided(self.user, [item.stored_as for item in items]) if stored is None else stored
        self._found = found or Found()
        self.items = self._as_first_written(items)
        self.fresh = _fresh(self.items, self.stored)
        return list(self.fresh.values())

    def _as_first_written(self, items: list[Item]) -> list[Item]:
        """What says the same as what came before under its id, in another writing, counts as the very same. One query, if
        there is any.
        """
        first = {item.stored_as: item.sha256 for item in reversed(items)}
        first |= {mutation_id: known.payload_sha256 for mutation_id, known in self.stored.items()}
        others = {item.stored_as for item in items if item.sha256 != first[item.stored_as]}
        if not others:
            return items
        written = {item.stored_as: item.raw for item in reversed(items)} | payloads(self.user, others)
        return [
            replace(item, sha256=first[item.stored_as])
            if item.stored_as in others and says_the_same(item, written[item.stored_as])
            else item
            for item in items
        ]

    def apply(self, closing: Closing = lambda results: None) -> list[Result]:
        """One result for each item, in their order. closing: what else is written, when all is decided."""
        self._closing: Closing | None = closing
        refused = [item for item in self.fresh.values() if item.refusal is not None]
        self._decide({item.stored_as: answers.refused(item.refusal, item.status) for item in refused if item.refusal})
        edits = [self._checked(item.edit) for item in self.fresh.values() if item.edit is not None]
        self._attempt(resolving.with_targets(user=self.user, edits=edits))
        if self._closing is not None:
            with pipelined():
                self._save({})
            self._saved({})
        return answers.in_order(self.items, fresh=self.fresh, results=self.results, stored=self.stored)

    def is_new(self, item: Item) -> bool:
        """Whether nothing is known of it; one that was deferred is known."""
        return item.stored_as not in self.stored

    def _checked(self, edit: Edit) -> Edit:
        """A version that was never given out proves nothing: the device counts as one that has not seen the record."""
        return edit if edit.base_version <= self.head.version else replace(edit, base_version=0)

    # --- planning and writing ---

    def _attempt(self, edits: Sequence[Edit]) -> None:
        """Plans and writes; where a rule or the database refuses, halves until the guilty ones stand alone."""
        if not edits:
            return
        planner = self._planner(edits)
        planned = planner.run(edits)
        before_ms, self.author.last_eff_ms = self.author.last_eff_ms, planner.last_eff_ms
        try:
            hold_to_rules(_changes(planned, planner.states, self.user.pk))
            self._write(planned, planner.states)
        except (IntegrityError, DataError, RowsRefused) as error:
            if not self.careful and not isinstance(error, RowsRefused):  # that was found before anything was written
                raise
            self.author.last_eff_ms = before_ms
            units = units_of(edits, entity_rules())
            if len(units) == 1:
                self._refuse(planned, error)
                return
            for part in _parted(units, error):
                self._attempt([edit for unit in part for edit in unit])

    def _write(self, planned: Sequence[Planned], states: Mapping[Key, RecordState]) -> None:
        """All of it, or nothing: raises IntegrityError or DataError where the database refuses a row."""
        conflicts = [[conflict_row(self.user, c, self.head.next_version) for c in p.conflicts] for p in planned]
        results = {
            p.edit.id: answers.result_of(p, [str(row.pk) for row in found])
            for p, found in zip(planned, conflicts, strict=True)
        }
        writes = sorted((w for p in planned for w in p.writes), key=lambda write: write.number)
        rows = [row for found in conflicts for row in found]
        version = self.head.next_version if rows or any(not w.touch for w in writes) else None
        missing = {
            p.edit.key for p in planned if p.edit.op == "create" and any(c.kind == "missing" for c in p.conflicts)
        }
        dead = missing - states.keys()
        with attempted() if self.careful else pipelined():
            if dead:
                execute("sync", "insert_purged", user_id=self.user.pk, version=version, keys=keys_as_json(dead))
            write(
                user=self.user,
                author=self.author,
                writes=writes,
                conflicts=rows,
                states=states,
                version=version,
                again=self.version == self.head.next_version,
                at=self.at,
            )
            self._save(results)
        self._saved(results)
        self.versions |= {w.key: states[w.key].version for w in writes}
        self.version = self.version if version is None else version

    def _planner(self, edits: Sequence[Edit]) -> plan.Planner:
        loaded = load(
            user=self.user,
            edits=edits,
            seen_version=self.author.seen_version,
            seen_all=self._knew_all(edits),
            log_version=self.head.log_version,
            now_ms=self.head.now_ms,
            found=self._found,
        )
        self._found = Found()  # what is planned next stands on what was written meanwhile
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

    def _knew_all(self, edits: Sequence[Edit]) -> bool:
        """Whether the author had seen what stands, at the time of the oldest of these."""
        made_ms = min(edit.at_ms for edit in edits) + self.author.skew_ms
        return self.author.seen_version >= self.head.version and made_ms >= self.head.last_ms

    def _refuse(self, planned: list[Planned], error: Exception) -> None:
        """What a rule or the database says of one unit. If the merge made it break a rule, its values are kept in a
        conflict; those of a decision are in one already, which stays open.
        """
        refusal = _refusal_of(error)
        if len(planned) == 1 and planned[0].contested and planned[0].writes and planned[0].edit.closes is None:
            told_of = (told.breaks_rule(planned[0], at_ms=self.head.last_ms, reason=refusal),)
            self._write([replace(planned[0], status=CONFLICT, conflicts=told_of, writes=())], {})
            return
        if constraint_of(error) == ID_TAKEN:
            refusal = plan.ID_TAKEN
        self._decide({p.edit.id: answers.result_of(Planned(p.edit, REJECTED, refusal), []) for p in planned})

    # --- the results ---

    def _decide(self, results: dict[str, Result]) -> None:
        """What writes nothing but the decision."""
        self._unsaved |= results
        self.results |= results

    def _save(self, results: dict[str, Result]) -> None:
        """Within a pipeline: these and what was decided before; and with the last of all, what closes them."""
        unsaved, known = self._unsaved | results, self.results | results
        if unsaved:
            lines = [_line(self.fresh[mutation_id], result) for mutation_id, result in unsaved.items()]
            execute(
                "sync",
                "insert_mutations",
                user_id=self.user.pk,
                device_id=self.author.device_id,
                source=self.author.source,
                at=self.at,
                items=orjson.dumps(lines).decode(),
            )
        if self._closing is not None and self._is_last(known):
            self._closing(answers.in_order(self.items, fresh=self.fresh, results=known, stored=self.stored))

    def _saved(self, results: dict[str, Result]) -> None:
        self.results |= results
        self._unsaved = {}
        if self._is_last(self.results):
            self._closing = None

    def _is_last(self, results: Mapping[str, Result]) -> bool:
        return self.fresh.keys() <= results.keys()


def _parted(units: Sequence[list[Edit]], error: Exception) -> tuple[list[list[Edit]], list[list[Edit]]]:
    """In halves; where it is known which are guilty, the others first."""
    faults = error.faults if isinstance(error, RowsRefused) else {}
    parts: tuple[list[list[Edit]], list[list[Edit]]] = ([], [])
    for unit in units:
        parts[any(edit.key in faults for edit in unit)].append(unit)
    half = len(units) // 2
    return parts if all(parts) else (list(units[:half]), list(units[half:]))


def _refusal_of(error: Exception) -> Refusal:
    if isinstance(error, RowsRefused):
        return Refusal(error.code, error.detail, error.fields)
    violation = violation_of(error)
    return Refusal(violation.code, violation.detail, {violation.attr: violation.detail} if violation.attr else {})


def _changes(planned: Sequence[Planned], states: Mapping[Key, RecordState], user_id: UUID) -> list[RowChange]:
    """What is written of rows for which Python holds rules, as they were found and as they shall be in the end."""
    writes = [w for p in planned for w in p.writes if is_ruled(w.key[0]) and not w.touch]
    found: dict[Key, Mapping[str, Any]] = {}
    for line in sorted(writes, key=lambda line: line.number):
        found.setdefault(line.key, line.write.before)
    return [
        RowChange(
            *key,
            states[key].document or {},
            None if not before or before[DELETED] else before,
            states[key].deleted,
            user_id,
        )
        for key, before in found.items()
    ]


def _line(item: Item, result: Result) -> dict[str, Any]:
    """Of sync_mutation."""
    return {
        "mutation_id": item.stored_as,
        "record_id": None if item.key is None else item.key[1],
        "seq": item.seq,
        "sha256": item.sha256,
        "payload": b64encode(_payload(item, result["status"])).decode(),
        "status": result["status"],
        "result": answers.kept(result),
    }


def _payload(item: Item, status: str) -> bytes:
    """What waits is not packed: SQL looks for what it waits to create."""
    text = as_text(item.raw)
    return plain(text) if status == MutationStatus.DEFERRED else packed(text)


def _fresh(items: list[Item], stored: Mapping[str, Decided]) -> dict[str, Item]:
    """What was never decided: unknown, or deferred before. Of the same id twice, the first."""
    fresh: dict[str, Item] = {}
    for item in items:
        known = stored.get(item.stored_as)
        if known is None or (known.status == MutationStatus.DEFERRED and known.payload_sha256 == item.sha256):
            fresh.setdefault(item.stored_as, item)
    return fresh
