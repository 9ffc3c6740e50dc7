"""P17: of what a user has one, one record holds it. What gives way, to whom, and what is told of it: docs/sync.md, "The merge".

Knows nothing of how the server finds the other claims, nor of how it compares them.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sync.tests.proof.evidence import Entry, Key

if TYPE_CHECKING:
    from sync.tests.proof.oracle import Oracle

SINGLES: dict[str, tuple[str, Any]] = {
    "room": ("is_default", False),
    "day_note": ("day", None),
    "nutrition_target": ("starts_on", None),  # all are of one kind of day here
}  # and what claims nothing


def claims(entity: str, value: Any) -> bool:
    return value not in (SINGLES[entity][1], None)


def check_singles(oracle: "Oracle") -> None:
    _check_holders(oracle)
    refused = [c for c in oracle.evidence.conflicts.values() if c.kind == "rule" and c.key[0] in SINGLES]
    assert not refused, ("P12 breaks a rule that nobody has broken", refused)
    for key, entries in oracle.history.items():
        if key[0] in SINGLES:
            for earlier, entry in _given_up(key, entries):
                _check_giving_way(oracle, earlier, entry)
            for entry in entries:
                _check_not_given_to_nobody(oracle, entry)


def _check_holders(oracle: "Oracle") -> None:
    holders: dict[tuple[str, Any], list[Key]] = defaultdict(list)
    for key, row in oracle.evidence.records.items():
        if key[0] in SINGLES and not row.deleted:
            value = row.data.get(SINGLES[key[0]][0])
            if claims(key[0], value):
                holders[key[0], value].append(key)
    several = {thing: keys for thing, keys in holders.items() if len(keys) > 1}
    assert not several, ("P17 claimed by several", several)


def _given_up(key: Key, entries: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Each claim, and the line by which the record lost it to a mutation of another record."""
    name, empty = SINGLES[key[0]]
    claim: Entry | None = None
    for entry in entries:
        if name in entry.values and entry.values[name] == empty and claim is not None:
            yield claim, entry
        if name in entry.values:
            claim = entry if claims(key[0], entry.values[name]) else None


def _check_giving_way(oracle: "Oracle", claim: Entry, entry: Entry) -> None:
    sent = oracle.evidence.mutations.get(entry.mutation or "")
    winner = None if sent is None or not sent.payload else oracle.target(sent)
    if winner in (None, claim.key) or oracle.knew(entry, claim):
        return
    name, value = SINGLES[claim.key[0]][0], claim.values[SINGLES[claim.key[0]][0]]
    told = any(c.kind == "unique" and c.names(name, value) for c in oracle.conflicts[claim.key])
    assert told, ("P17 gave way silently", claim, entry)
    assert winner is not None
    is_rival = winner[0] == claim.key[0]  # else what it edited brought one back
    theirs = _claim_of(oracle, winner, value, before=entry) if is_rival else None
    assert theirs is None or theirs.stamp > claim.stamp, ("P17 the older claim won", claim, theirs, entry)


def _claim_of(oracle: "Oracle", key: Key, value: Any, *, before: Entry) -> Entry | None:
    name = SINGLES[key[0]][0]
    found = [e for e in oracle.history[key] if e.values.get(name) == value and e.version <= before.version]
    return found[-1] if found else None


def _check_not_given_to_nobody(oracle: "Oracle", entry: Entry) -> None:
    """A mutation that claims something, and whose own line says that it did not get it."""
    sent = oracle.evidence.mutations.get(entry.mutation or "")
    if sent is None or sent.key != entry.key:
        return
    name, empty = SINGLES[entry.key[0]]
    value = (sent.payload.get("patch") or {}).get(name)
    if not claims(entry.key[0], value) or entry.values.get(name, value) != empty:
        return
    rivals = [
        theirs
        for key in oracle.history
        if key[0] == entry.key[0] and key != entry.key
        if (theirs := _claim_of(oracle, key, value, before=entry)) is not None
    ]
    forgotten = oracle.evidence.head.log_version  # what is older than the log loses, and is told of it
    later = [e for e in rivals if e.stamp > entry.stamp or e.version <= forgotten]
    assert later, ("P17 gave way to nobody", entry, rivals)
