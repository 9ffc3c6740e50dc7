"""What a plan is made for: who imports, what stands there, and what is known of earlier imports."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from dropset_files.planning.limits import Limits
from dropset_files.planning.memory import Imported, Key
from dropset_files.planning.merging import Reading
from dropset_files.shared.values import JsonObject

Documents = Mapping[str, JsonObject]  # by id
IsUntouched = Callable[[Imported, JsonObject], bool]


@dataclass(frozen=True, slots=True)
class Account:
    """`standing` has by entity the documents that the user sees: workouts, exercises, sets, their own types, corrected names;
    `deleted` those of which it is still known what they were. `ids` are all that were ever used.

    `imported` is what earlier imports of this app read, `made` the ids of all that imports made, and `earlier` how each was
    read; where nobody remembers them, they are empty. `is_untouched`: whether nobody has worked on what an import read.
    """

    user_id: str
    limits: Limits
    standing: Mapping[str, Documents]
    ids: AbstractSet[str]
    deleted: Mapping[str, Documents] = field(default_factory=dict)
    imported: Mapping[Key, Imported] = field(default_factory=dict)
    made: AbstractSet[str] = frozenset()
    earlier: Mapping[int, Reading] = field(default_factory=dict)
    is_untouched: IsUntouched = lambda _imported, _stands: False
