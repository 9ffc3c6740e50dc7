"""Bugs planted in the real code, one at a time: what the proof is worth shows in whether it finds them."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import orjson
from django.db import connection
from msgspec.structs import replace

from dropset_client.records import BaseRecords
from lib import statements, upcasting
from lib.sqlfiles import load_sql
from sync.domain import conflicts, lines, merge, moves, plan, registers, singles
from sync.domain.groups import failed
from sync.domain.records import DEFERRED, RecordState
from sync.domain.tree import Tree, parents_of
from sync.exceptions import EpochChanged, ResyncRequired
from sync.services.pull import pages
from sync.services.pull.cursors import Cursor
from sync.services.push import applying, envelope, loading, whole_records, writing
from sync.services.upkeep import epochs

Bug = Callable[[], contextlib.AbstractContextManager[list[str]]]
BUGS: dict[str, Bug] = {}


def bug(plant: Callable[[list[str]], Iterator[None]]) -> Bug:
    """A planted bug gives the list into which it writes whenever its code runs."""

    @contextlib.contextmanager
    def planted() -> Iterator[list[str]]:
        hits: list[str] = []
        with contextlib.contextmanager(plant)(hits):
            yield hits

    BUGS[plant.__name__] = planted
    return planted


@bug
def no_dedupe(hits: list[str]) -> Iterator[None]:
    """A mutation that comes again is decided again."""

    def all_of(items: Any, _stored: Any) -> Any:
        hits.append("read")
        return {item.stored_as: item for item in items}

    with mock.patch.object(applying, "_fresh", all_of):
        yield


@bug
def no_clamp(hits: list[str]) -> Iterator[None]:
    """A device's clock is believed, however far it is in the future."""

    def believed(*, at_ms: int, skew_ms: int, now_ms: int, floor_ms: int) -> int:
        hits.append("stamp")
        return max(floor_ms, at_ms + skew_ms)

    with mock.patch.object(lines, "effective_ms", believed):
        yield


@bug
def server_loses(hits: list[str]) -> Iterator[None]:
    """Whoever arrives last wins, however old their write is."""
    real = merge._contest

    def arrival(name: str, ours: Any, stamp: Any, history: Any, base: Any) -> Any:
        wins, loss = real(name, ours, stamp, history, base)
        if wins or loss is None:
            return wins, loss
        hits.append(name)
        return True, replace(loss, kept=loss.lost, lost=loss.kept)

    with mock.patch.object(merge, "_contest", arrival):
        yield


@bug
def silent(hits: list[str]) -> Iterator[None]:
    """What loses is dropped without a word."""
    real = merge._contest

    def quiet(name: str, ours: Any, stamp: Any, history: Any, base: Any) -> Any:
        wins, loss = real(name, ours, stamp, history, base)
        if not wins and loss is not None:
            hits.append(name)
            return wins, None
        return wins, loss

    with mock.patch.object(merge, "_contest", quiet):
        yield


@bug
def upsert_missing(hits: list[str]) -> Iterator[None]:
    """A write to a record that was deleted for good makes it anew, and the ids of such records are not remembered."""
    real = plan.Planner._missing

    def creating(self: Any, edit: Any, state: Any) -> Any:
        if edit.op == "delete" or edit.key in self.taken:
            return real(self, edit, state)
        hits.append(edit.op)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sync_purged WHERE id = %s", [edit.key[1]])
        patch = {**WHOLE.get(edit.key[0], {}), **edit.patch}
        made = replace(edit, op="create", patch=patch)
        return self._create(made, self.rules[edit.key[0]], RecordState(edit.key))

    with mock.patch.object(plan.Planner, "_missing", creating):
        yield


WHOLE = {"measurement": {"kind": "body_weight", "value": "80.000", "measured_at": "2026-03-01T07:00:00.000000Z"}}


@bug
def fixed_upto(hits: list[str]) -> Iterator[None]:
    """The pages of a snapshot end at the version at which it began: what moves up meanwhile is passed over."""
    real = pages._changes

    def bounded(*args: Any) -> Any:
        cursor, page = real(*args)
        changes = orjson.loads(page.changes)
        within = [change for change in changes if change["version"] <= cursor.snapshot_head]
        if not cursor.snapshot_head or len(within) == len(changes):
            return cursor, page
        hits.append(cursor.epoch)
        return cursor, replace(page, changes=orjson.dumps(within).decode(), has_more=False)

    with mock.patch.object(pages, "_changes", bounded):
        yield


@bug
def gc_no_horizon(hits: list[str]) -> Iterator[None]:
    """Tombstones are purged, and nothing remembers up to where: devices that were away go on from old cursors."""

    def without_horizon(app: str, name: str) -> str:
        if name != "set_min_version":
            return load_sql(app, name)
        hits.append(name)
        return "SELECT %(user_id)s::uuid, %(version)s::bigint"

    with mock.patch.object(statements, "load_sql", without_horizon):
        yield


@bug
def naive_horizon(hits: list[str]) -> Iterator[None]:
    """A cursor is judged by its position alone: a snapshot under way is reset by the purge that came before it."""

    def check(self: Any, view: Any) -> None:
        if self.epoch != view.head.epoch:
            raise EpochChanged
        if 0 < self.position.version < view.head.min_version:
            hits.append("reset")
            raise ResyncRequired

    with mock.patch.object(Cursor, "check", check):
        yield


@bug
def snapshot_merges(hits: list[str]) -> Iterator[None]:
    """The client lays a snapshot over what it has, instead of replacing it."""

    def merged(self: Any, other: Any) -> None:
        for row in other._db.execute(f"SELECT entity, id FROM {other._table}").fetchall():
            record = other.get(row["entity"], row["id"])
            hits.append(record.id)
            self.put(record)
        other.clear()

    with mock.patch.object(BaseRecords, "become", merged):
        yield


@bug
def self_conflict(hits: list[str]) -> Iterator[None]:
    """A device's own earlier write counts as somebody else's."""

    def never(write: Any, stamp: Any) -> bool:
        if write.stamp.device == stamp.device:
            hits.append(stamp.device)
        return False

    with mock.patch.object(merge, "is_earlier_own", never):
        yield


@bug
def orphans(hits: list[str]) -> Iterator[None]:
    """An edit brings back a child, and leaves what it hangs on deleted."""

    def nothing(_self: Any, state: Any, _states: Any) -> list[Any]:
        hits.append(state.key[0])
        return []

    with mock.patch.object(Tree, "above", nothing):
        yield


@bug
def left_behind(hits: list[str]) -> Iterator[None]:
    """What SQL deleted for good, together with a parent, does not come back with it."""

    def none(_self: Any, parents: Any) -> Any:
        hits.extend(name for name, _ in parents)
        return set()

    with mock.patch.object(loading._Loader, "_deleted_below", none):
        yield


@bug
def own_to_lose(hits: list[str]) -> Iterator[None]:
    """What a device wrote goes unnamed with what the same device deletes, also where another one had moved it there."""

    def foreign(write: Any, deletion: Any) -> bool:
        if write.stamp.device == deletion.device:
            hits.append(deletion.device)
        return bool(write.stamp.device != deletion.device)

    def unseen(_rules: Any, below: Any, unseen: Any) -> list[moves.Gone]:
        known = [state for state in below if state.key in unseen]
        return [moves.Gone(state, unseen[state.key], unseen[state.key][-1]) for state in known]

    with mock.patch.object(conflicts, "_goes_unseen", foreign), mock.patch.object(plan, "gone_unseen", unseen):
        yield


@bug
def field_by_field(hits: list[str]) -> Iterator[None]:
    """Fields that mean something only together are merged each on its own."""

    def none(patch: Any, _rules: Any) -> list[Any]:
        hits.append(str(sorted(patch)))
        return []

    with mock.patch.object(registers, "_groups_of", none):
        yield


@bug
def half_a_place(hits: list[str]) -> Iterator[None]:
    """A latitude is merged without its longitude."""
    real = registers._groups_of

    def one_by_one(patch: Any, rules: Any) -> list[Any]:
        groups = real(patch, rules)
        hits.extend("place" for group in groups if rules.name == "day_note")
        return [] if rules.name == "day_note" else groups

    with mock.patch.object(registers, "_groups_of", one_by_one):
        yield


@bug
def both_keep_it(hits: list[str]) -> Iterator[None]:
    """Nobody looks for others that claim what one alone may have: the database refuses the second."""
    real = singles.Singles.rivals

    def none(self: Any, single: Any, state: Any, states: Any) -> Iterator[Any]:
        hits.extend(rival.key[1] for rival in real(self, single, state, states))
        yield from ()

    with mock.patch.object(singles.Singles, "rivals", none):
        yield


@bug
def gives_way_silently(hits: list[str]) -> Iterator[None]:
    """What gives way to another record is not told."""
    real = singles.loser

    def quiet(*args: Any) -> Any:
        gives_way, conflict = real(*args)
        hits.extend([] if conflict is None else [conflict.kind])
        return gives_way, None

    with mock.patch.object(plan, "loser", quiet):
        yield


@bug
def pulled_is_seen(hits: list[str]) -> Iterator[None]:
    """What a device has pulled by now, it is believed to have seen when its user claimed the same."""

    def in_sight(claim: Any, edit: Any, _stamp: Any) -> bool:
        hits.append(edit.id)
        return bool(claim.version < edit.at_ms)

    with mock.patch.object(singles, "_is_in_sight", in_sight):
        yield


@bug
def first_come_holds(hits: list[str]) -> Iterator[None]:
    """Of two claims the one holds that arrived first."""

    def stands(claim: Any, ours: Any, *, is_known: bool) -> bool:
        if claim.stamp < ours.stamp and not is_known:
            hits.append(claim.mutation_id)
        return not is_known

    with mock.patch.object(singles, "_holds", stands):
        yield


@bug
def half_in_the_log(hits: list[str]) -> Iterator[None]:
    """A record that gives way at once keeps its version, while the log has a new one."""

    def twice_written(found: Any, states: Any) -> Any:
        hits.extend(key[1] for key, registers in found.items() if registers == states[key].registers)
        return set()

    with mock.patch.object(writing, "_unchanged_in_the_end", twice_written):
        yield


@bug
def dangling(hits: list[str]) -> Iterator[None]:
    """What SQL deleted for good comes back for its children, and not for what refers to it."""

    def parents_alone(rules: Any, state: Any) -> Any:
        hits.extend([] if rules.references.keys() == rules.parents.keys() else [state.key[0]])
        return parents_of(rules, state)

    with mock.patch.object(writing, "targets_of", parents_alone):
        yield


@bug
def dropped_with_target(hits: list[str]) -> Iterator[None]:
    """A reference to what was deleted meanwhile is emptied without a word."""
    real = plan.Planner._plan_edit

    def emptied(self: Any, edit: Any) -> Any:
        references = self.rules[edit.key[0]].references.keys() - self.rules[edit.key[0]].parents.keys()
        gone = {key[1] for key, state in self.states.items() if state.deleted}
        lost = {name for name in references if edit.patch.get(name) in gone}
        hits.extend(lost)
        return real(self, replace(edit, patch={**edit.patch, **dict.fromkeys(lost)}))

    with mock.patch.object(plan.Planner, "_plan_edit", emptied):
        yield


@bug
def upside_down(hits: list[str]) -> Iterator[None]:
    """Within a group, what comes before what it refers to waits for ever."""
    real = plan.Planner._plan_unit

    def in_one_pass(self: Any, unit: Any, blocked: Any) -> Any:
        planned = real(self, unit[:1], blocked) if len(unit) > 1 else []
        if planned and planned[0].status == DEFERRED:
            hits.append(unit[0].id)
            return failed(unit, planned[0])
        return real(self, unit, blocked)

    with mock.patch.object(plan.Planner, "_plan_unit", in_one_pass):
        yield


@bug
def half_groups(hits: list[str]) -> Iterator[None]:
    """The members of a group are decided one by one."""

    def one_by_one(self: Any, unit: Any, blocked: Any) -> Any:
        hits.extend(edit.group for edit in unit if edit.group)
        return [self._plan(edit) for edit in unit]

    with mock.patch.object(plan.Planner, "_plan_unit", one_by_one):
        yield


@bug
def blind_trigger(hits: list[str]) -> Iterator[None]:
    """Updates of one table are not captured."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'training_measurement'::regclass")
        (name,) = (row[0] for row in cursor.fetchall() if "capture_update" in row[0])
        cursor.execute(f'ALTER TABLE training_measurement DISABLE TRIGGER "{name}"')
        hits.append(name)
        try:
            yield
        finally:
            cursor.execute(f'ALTER TABLE training_measurement ENABLE TRIGGER "{name}"')


@bug
def withdrawn_alone(hits: list[str]) -> Iterator[None]:
    """What hangs on a canonical row is not taken along when that comes into sight or goes out of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(tgfoid) FROM pg_trigger"
            " WHERE tgrelid = 'specimens_plan'::regclass AND tgname LIKE 'with_specimens_planday%'"
        )
        (real,) = cursor.fetchone()
        wrong = real.replace("n.visible IS DISTINCT FROM o.visible", "FALSE")
        cursor.execute(wrong)
        hits += ["with_specimens_planday"] if wrong != real else []
        try:
            yield
        finally:
            cursor.execute(real)


@bug
def whole_is_written(hits: list[str]) -> Iterator[None]:
    """All fields of a whole record count as written, also those that its user did not touch."""
    real = whole_records._edit

    def as_sent(edit: Any, standing: Any, seen_version: int) -> Any:
        made = real(edit, standing, seen_version)
        if made.op != "update":
            return made
        hits.append(edit.key[0])
        return replace(made, patch=edit.patch)

    with mock.patch.object(whole_records, "_edit", as_sent):
        yield


@bug
def taken_as_sent(hits: list[str]) -> Iterator[None]:
    """What was queued before the server was updated is taken as if it had been written afterwards."""
    real = upcasting.upcast

    def unchanged(entity: str, patch: Any, *, from_version: int) -> Any:
        if from_version < upcasting.schema_version() - 1:
            return real(entity, patch, from_version=from_version)
        hits.append(entity)
        return patch

    with mock.patch.object(envelope, "upcast", unchanged):
        yield


@bug
def nothing_is_lost(hits: list[str]) -> Iterator[None]:
    """A restored server does not wonder at a cursor that is ahead of it."""
    real = Cursor.check_history

    def trusting(self: Any, view: Any) -> None:
        try:
            real(self, view)
        except epochs.VersionsLostError:
            hits.append(self.epoch)

    with mock.patch.object(Cursor, "check_history", trusting):
        yield


@bug
def numbers_are_enough(hits: list[str]) -> Iterator[None]:
    """A restored server that has come as far again does not wonder at the versions that it has given out twice."""
    real = Cursor.check_history

    def counting(self: Any, view: Any) -> None:
        try:
            real(self, view)
        except epochs.VersionsLostError as lost:
            if not lost.given_again:
                raise
            hits.append(self.epoch)

    with mock.patch.object(Cursor, "check_history", counting):
        yield
