"""Matching the names of one app with the exercise types of another."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

_WORDS = re.compile(r"\w+")


def normalised(name: str) -> str:
    """The words of a name, sorted: "Bench Press (Barbell)" and "Barbell Bench-Press" are the same exercise.

    Word order is how apps differ from each other; two exercises of the same words in another order are not known.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(sorted(_WORDS.findall(text)))


class NameIndex:
    """Ids by normalised name. The first id of a name stays: what the caller maps wins over what is found later."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._ids: dict[str, str] = {}
        for name, exercise_type_id in given.items():
            self.add([name], exercise_type_id)

    def add(self, names: Iterable[str], exercise_type_id: str) -> None:
        for name in names:
            if key := normalised(name):
                self._ids.setdefault(key, exercise_type_id)

    def find(self, name: str) -> str | None:
        return self._ids.get(normalised(name))


def names_of(exercise_type: Mapping[str, Any]) -> list[str]:
    """Every name of an exercise type: its own, those in other languages, its aliases."""
    names = [exercise_type.get("name"), *(exercise_type.get("names") or {}).values()]
    return [str(name) for name in (*names, *(exercise_type.get("aliases") or ())) if name]


def library_names(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The mapping name -> id that the importer wants, from the items of GET library/exercise-types/."""
    found: dict[str, str] = {}
    for item in items:
        for name in names_of(item):
            found.setdefault(name, str(item["id"]))
    return found
