"""Schema versions: how an app of each speaks, what a server of each makes of it, and the upgrade from one to the next.

1: a workout has a `name`, a measurement a `comment`. 2: they are called title and notes, as in every document. 3: both are
written in capitals. The server begins with 2 and may become 3; an app is of any of them, and is updated now and then.
"""

import contextlib
import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from accounts.models import User
from dropset_client.mutations import Draft
from dropset_client.store import Store
from dropset_client.wire import JsonObject, Mutation, Op
from lib.operations import RenderAgain
from lib.upcasting import UPCASTERS
from sync.tests.proof.evidence import Conflict, Entry, Evidence, Key, Sent
from sync.tests.proof.singles import SINGLES

Json = dict[str, Any]
OLDEST, USUAL, NEWEST = 1, 2, 3
OLD_NAMES = {"workout": {"title": "name"}, "measurement": {"notes": "comment"}}  # of version 1
LOUD = {"workout": "title", "measurement": "notes"}  # in capitals since version 3
MODELS = {"workout": ("training", "Workout"), "measurement": ("training", "Measurement")}


def spoken(entity: str, patch: Json, version: int) -> Json:
    """A patch as an app of this version writes it."""
    if version == OLDEST:
        names = OLD_NAMES.get(entity, {})
        return {names.get(name, name): value for name, value in patch.items()}
    return _loud(entity, patch) if version == NEWEST else patch


def meant(entity: str, patch: Json, *, spoken_in: int, server: int) -> Json:
    """What the server had to take it for. The oracle's own words, not the server's."""
    if spoken_in == OLDEST:
        names = {old: new for new, old in OLD_NAMES.get(entity, {}).items()}
        patch = {names.get(name, name): value for name, value in patch.items()}
    return _loud(entity, patch) if spoken_in < NEWEST <= server else patch


def _loud(entity: str, patch: Json) -> Json:
    name = LOUD.get(entity)
    return {n: v.upper() if n == name and isinstance(v, str) else v for n, v in patch.items()}


def _renamed(entity: str) -> Any:
    def step(patch: Json) -> Json:
        names = {old: new for new, old in OLD_NAMES[entity].items()}
        return {names.get(name, name): value for name, value in patch.items()}

    return step


@dataclasses.dataclass(frozen=True, slots=True)
class AppDraft(Draft):
    """A change as an app of this schema version makes it."""

    schema_version: int = USUAL

    def numbered(self, seq: int, *, base_version: int) -> Mutation:
        made = Draft.numbered(self, seq, base_version=base_version)
        return dataclasses.replace(made, schema_version=self.schema_version)


@dataclasses.dataclass(frozen=True)
class Sight:
    """What a device held of what there is one at most, when its user made a change."""

    epoch: str | None
    held: Mapping[Key, int]


class AppStore(Store):
    """The store of an app that may be older or newer than the server."""

    schema = USUAL
    sights: dict[str, Sight]  # of all phones, by mutation

    def enqueue(self, draft: Draft, **values: Any) -> Mutation:
        patch: JsonObject = draft.patch if draft.op is Op.RESOLVE else spoken(draft.entity, draft.patch, self.schema)
        made = AppDraft(draft.id, draft.entity, draft.record_id, draft.op, draft.at, patch, draft.group, self.schema)
        held = {(r.entity, r.id): r.version for r in self._records.after(0) if r.entity in SINGLES}
        self.sights[draft.id] = Sight(self.position().base_epoch, held)
        return super().enqueue(made, **values)


class ServerSchema:
    """Of which version the server is."""

    def __init__(self) -> None:
        self.version = USUAL

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """The server has the steps of its version while this lasts."""
        with mock.patch.dict(UPCASTERS, {(entity, OLDEST): _renamed(entity) for entity in OLD_NAMES}):
            yield

    def upgrade(self) -> None:
        """The new release. Its migration is still to be run."""
        self.version = NEWEST
        UPCASTERS.update({(entity, USUAL): functools.partial(_loud, entity) for entity in LOUD})

    def told(self, evidence: Evidence) -> Evidence:
        """What was read before the last step, and may have been purged since, in today's words."""
        return dataclasses.replace(
            evidence,
            log={number: self._entry(entry) for number, entry in evidence.log.items()},
            conflicts={c.id: self._conflict(c) for c in evidence.conflicts.values()},
        )

    def in_todays_words(self, evidence: Evidence) -> Evidence:
        """With each mutation in today's words."""
        return dataclasses.replace(evidence, mutations={s.id: self._sent(s) for s in evidence.mutations.values()})

    def _sent(self, sent: Sent) -> Sent:
        if not sent.payload.get("patch") or sent.payload["op"] == "resolve":
            return sent
        version = sent.payload.get("schema_version") or OLDEST
        patch = self._meant(sent.payload["entity"], sent.payload["patch"], spoken_in=version)
        return dataclasses.replace(sent, payload={**sent.payload, "patch": patch})

    def _entry(self, entry: Entry) -> Entry:
        before, patch, after = (
            None if said is None else self._meant(entry.key[0], said)
            for said in (entry.before, entry.patch, entry.after)
        )
        return dataclasses.replace(entry, before=before, patch=patch, after=after)

    def _conflict(self, conflict: Conflict) -> Conflict:
        fields = [{**f, "lost": {**f["lost"], "value": self._value(conflict, f)}} for f in conflict.fields]
        return dataclasses.replace(conflict, fields=fields)

    def _value(self, conflict: Conflict, field: Json) -> Any:
        name = field["name"]
        return self._meant(conflict.key[0], {name: field["lost"]["value"]})[name]

    def _meant(self, entity: str, patch: Json, *, spoken_in: int = USUAL) -> Json:
        return meant(entity, patch, spoken_in=spoken_in, server=self.version)

    @property
    def changed(self) -> set[str]:
        """Fields whose values the last step has changed."""
        return set(LOUD.values()) if self.version == NEWEST else set()


def migrate(entity: str, users: list[User]) -> None:
    """The rows of these users in the new form, past the triggers as a change of a column is; then documents and history."""
    app, model = MODELS[entity]
    table = f"{app}_{model.lower()}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            f"UPDATE {table} SET {LOUD[entity]} = upper({LOUD[entity]}) WHERE user_id = ANY(%s)",
            [[u.pk for u in users]],
        )
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    state = _state()
    with connection.schema_editor() as editor:
        RenderAgain(model, from_schema=USUAL).database_forwards(app, editor, state, state)


@functools.cache
def _state() -> ProjectState:
    return MigrationLoader(connection).project_state()
