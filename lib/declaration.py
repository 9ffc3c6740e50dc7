"""What a model says about itself on the wire, besides its fields. lib/wire.py reads both."""

import dataclasses

from lib.together import Copied, Together


@dataclasses.dataclass(frozen=True)
class Wire:
    """What a model's fields do not say: its number in the sync tables, from 1 to 32766, which is never changed or used
    again. It says nothing about the order: that follows from the references.
    """

    code: int
    read_only: bool = False  # made by the server alone: clients may not write it
    creatable: bool = True  # False for a singleton that comes with the account
    internal: frozenset[str] = frozenset()  # columns that stay on the server
    shown: tuple[str, ...] = ()  # internal columns that stand in the documents of canonical rows
    together: tuple[Together, ...] = ()  # fields that mean something only together: one register
    stays_readable: bool = False  # logs name it: deleting it retires it, and its document stays
    distinct: tuple[str, ...] = ()  # two devices that make records with the same values here most likely mean one thing
    copied: tuple[Copied, ...] = ()  # what clients may leave empty: a trigger copies it from what the row names
    canonical_captured: bool = True  # False for a library of which no device holds the whole
