"""The exercise types that the names of a file mean, and how sure that is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dropset_files.planning.account import Account
from dropset_files.planning.fitting import Said, shortened
from dropset_files.planning.identity import Ids
from dropset_files.planning.writing import Writer
from dropset_files.shared.names import NameIndex, Suggestion, names_of, normalised
from dropset_files.shared.values import JsonObject

_MOST_SUGGESTED = 500  # names of a file that get suggestions: more than anybody looks through


class Sure(StrEnum):
    """How sure it is that a name means a type."""

    CORRECTED = "corrected"  # the user said so, now or before
    SAME = "same"  # a name or an alias of the type, letter for letter but for capitals
    SPELLED = "spelled"  # the same once word order, signs and spelling are out
    NEW = "new"  # nothing is known by this name: it becomes a type of the user's own


@dataclass(frozen=True, slots=True)
class Match:
    """A name of the file, and the type that it means; `exercises` counts how often it occurs.

    Of what is new, `suggestions` are the types with the most words in common: to choose from, never taken by themselves.
    """

    name: str
    exercise_type: str
    sure: Sure
    exercises: int
    suggestions: tuple[Suggestion, ...] = field(default=())


class Types:
    """What the user said goes first, then their own types, for their history stands under them; then the library."""

    def __init__(
        self, account: Account, library: Mapping[str, str], chosen: Mapping[str, str], ids: Ids, writer: Writer
    ) -> None:
        self._limits = account.limits
        self._ids = ids
        self._writer = writer
        self._index = NameIndex()
        own = account.standing.get("exercise_type", {})
        self._own = set(own)
        for type_id, document in own.items():
            self._index.add(names_of(document), type_id)
        for name, type_id in library.items():
            self._index.add([name], type_id)
        self._aliases = account.standing.get("exercise_alias", {})
        self._corrected = self._remembered(self._own | set(library.values()))
        self._chosen = {normalised(name): type_id for name, type_id in chosen.items()}
        self._suggested = 0
        self._remember(chosen)

    def _remembered(self, usable: set[str]) -> dict[str, str]:
        """Of the corrections of one name the last one made counts. A type that is gone is meant no more."""
        ordered = sorted(self._aliases.values(), key=lambda one: str(one.get("updated_at") or ""))
        return {normalised(str(one["name"])): one["exercise_type"] for one in ordered if one["exercise_type"] in usable}

    def _remember(self, chosen: Mapping[str, str]) -> None:
        by_name = {normalised(str(one["name"])): (alias_id, one) for alias_id, one in self._aliases.items()}
        for name, type_id in chosen.items():
            alias_id, standing = by_name.get(normalised(name), (None, None))
            if alias_id is None:
                new_id = self._ids.fresh("exercise_alias", (normalised(name),))
                short = shortened(name, self._limits.longest("exercise_alias", "name"))
                self._writer.name_type(new_id, {"name": short, "exercise_type": type_id}, is_new=True)
                by_name[normalised(name)] = (new_id, {"exercise_type": type_id})
            elif standing and standing["exercise_type"] != type_id:
                self._writer.name_type(alias_id, {"exercise_type": type_id}, is_new=False)

    def matches(self, workouts: Iterable[Said]) -> list[Match]:
        """Of every name in the file, by its first occurrence. To be asked before anything is made."""
        names: dict[str, int] = {}
        for exercise in (one for workout in workouts for one in workout.below):
            names[exercise.label] = names.get(exercise.label, 0) + 1
        return [self._match(name, count) for name, count in names.items()]

    def _match(self, name: str, count: int) -> Match:
        found = self.find(name)
        if found is None:
            new_id = self._ids.first("exercise_type", (normalised(name),))
            self._suggested += 1
            suggestions = self._index.suggestions(name) if self._suggested <= _MOST_SUGGESTED else ()
            return Match(name, new_id, Sure.NEW, count, suggestions)
        if self._said(name) is not None:
            return Match(name, found, Sure.CORRECTED, count)
        return Match(name, found, Sure.SAME if self._index.has_exactly(name) else Sure.SPELLED, count)

    def find(self, name: str) -> str | None:
        """The one that an import made of this name is meant too, whatever the user calls it now."""
        said = self._said(name)
        if said is not None:
            return said
        made = self._ids.first("exercise_type", (normalised(name),))
        return made if made in self._own else self._index.find(name)

    def _said(self, name: str) -> str | None:
        key = normalised(name)
        return self._chosen.get(key) or self._corrected.get(key)

    def chosen_instead_of(self, name: str, standing: str) -> str | None:
        """The type that the user has named now, where an import had made the standing one by itself."""
        chosen = self._chosen.get(normalised(name))
        made = self._ids.first("exercise_type", (normalised(name),))
        return chosen if chosen not in (None, standing) and standing == made else None

    def of(self, name: str, *, line: int) -> str:
        """An unknown name is made a type, private to the user and usable at once."""
        known = self.find(name)
        if known is not None:
            return known
        type_id = self._ids.fresh("exercise_type", (normalised(name),))
        self._writer.make_type(type_id, self._type_called(name), line=line, label=name)
        self._index.add([name], type_id)
        return type_id

    def _type_called(self, name: str) -> JsonObject:
        """A name that is too long is shortened, and is an alias as a whole: by it the type is found again."""
        most = self._limits.longest("exercise_type", "name")
        return {"name": name} if len(name) <= most else {"name": shortened(name, most), "aliases": [name]}
