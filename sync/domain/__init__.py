"""The merge and the planning of a push, as pure functions: no Django, no database, no clock.

`plan.py` is the way in. The words of the protocol (base, mutation, register, rival, tombstone) are in docs/glossary.md; those
that only this package has:

- stamp: effective time, device and seq of a write. Stamps are ordered, and no two are equal.
- touch: a write of what stood already. It made no version, so nobody can have seen it; it still says: the record is there.
- works: the unseen writes on a record that a deletion or a move would take out of sight.
- voice: what work on a record says for a parent that the record no longer hangs on. It is kept in the parent's log.
- heard, spoken for: the voices that a parent's log holds; the parents that work has voices for.
- buried: out of sight because something above the record is deleted.
- loss: a value that lost, with the one that was kept. A loss is told when a conflict names it.
- claim: what a record of "at most one" says: this is the one. Of two claims the later holds, the other record gives way.
- twin: another record for the same thing, made by a device that did not know of this one.
- turn: when a mutation of a push is planned. What waits for a record has its turn as soon as that is made.
- head: the user's row with epoch and version (`sync/services/heads.py`). The domain only knows its numbers.
"""
