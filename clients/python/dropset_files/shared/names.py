"""Matching the names of one app with the exercise types of another.

A match is a fact or it is none: names are equal once case, order, signs and spelling are taken out, or a curated alias
says so. Nothing is guessed from a part of a name, and what stands in brackets is part of it: a barbell is not a cable.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_APOSTROPHES = str.maketrans(dict.fromkeys("'`\u00b4\u02bc\u2018\u2019", ""))
_NO_LOOKS = str.maketrans(dict.fromkeys(("\ufe0e", "\ufe0f"), ""))  # whether an emoji is drawn in colour
_COUNTED = (
    "barbell bridge climber crusher curl dip dumbbell extension fly hop hyperextension jack jump kettlebell lift lunge"
    " plank pull push raise row shrug slam squat swing thrust twist up walk"
)
# One spelling for words that people write in several ways: plurals, one word or two. None changes what is meant.
_SPELLINGS = {
    **{f"{word}s": word for word in _COUNTED.split()},
    "bicep": "biceps",
    "carries": "carry",
    "chinup": "chin up",
    "chinups": "chin up",
    "crossover": "cross over",
    "crossovers": "cross over",
    "crunches": "crunch",
    "deadlift": "dead lift",
    "deadlifts": "dead lift",
    "dumbell": "dumbbell",
    "dumbells": "dumbbell",
    "facepull": "face pull",
    "facepulls": "face pull",
    "flies": "fly",
    "flye": "fly",
    "flyes": "fly",
    "kickback": "kick back",
    "kickbacks": "kick back",
    "landmine": "land mine",
    "presses": "press",
    "pressdown": "press down",
    "pressdowns": "press down",
    "pulldown": "pull down",
    "pulldowns": "pull down",
    "pullover": "pull over",
    "pullovers": "pull over",
    "pullup": "pull up",
    "pullups": "pull up",
    "pushdown": "push down",
    "pushdowns": "push down",
    "pushup": "push up",
    "pushups": "push up",
    "situp": "sit up",
    "situps": "sit up",
    "skullcrusher": "skull crusher",
    "skullcrushers": "skull crusher",
    "stepup": "step up",
    "stepups": "step up",
    "tricep": "triceps",
}  # fmt: skip
_DIRECTIONS = frozenset(("a", "arriba", "hasta", "into", "nach", "then", "to", "vers", "von", "à"))


@lru_cache(maxsize=4096)
def normalised(name: str) -> str:
    """The words of a name, sorted: "Bench Press (Barbell)" and "Barbell Bench-Presses" are the same exercise.

    Word order is how apps differ from each other. It stays where it is the difference: low to high is not high to low.
    Signs that mean something by themselves, such as emoji, are words; a name of nothing but punctuation is its own.
    """
    text = unicodedata.normalize("NFKC", name.translate(_NO_LOOKS)).casefold()
    words = [part for word in _words(text.translate(_APOSTROPHES)) for part in _SPELLINGS.get(word, word).split()]
    ordered = words if _DIRECTIONS.intersection(words) else sorted(words)
    return " ".join(ordered) or text.strip()


def _words(text: str) -> Iterator[str]:
    word = ""
    for character in text:
        kind = unicodedata.category(character)[0]
        if kind in "LMN":
            word += character
            continue
        if word:
            yield word
        word = ""
        if kind == "S":
            yield character
    if word:
        yield word


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A type that may be meant: the name by which it came up, and how much that has in common with what was asked, 0 to 1."""

    exercise_type: str
    name: str
    likeness: float


_MOST_SUGGESTIONS = 3
_LEAST_LIKENESS = 0.5


class NameIndex:
    """Ids by normalised name. The first id of a name stays: what is added first wins over what is found later."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._ids: dict[str, str] = {}
        self._given: dict[str, str] = {}  # one writing of each
        self._exact: set[str] = set()
        self._by_word: dict[str, set[str]] | None = None
        for name, exercise_type_id in (given or {}).items():
            self.add([name], exercise_type_id)

    def add(self, names: Iterable[str], exercise_type_id: str) -> None:
        for name in names:
            if (key := normalised(name)) and self._ids.setdefault(key, exercise_type_id) == exercise_type_id:
                self._given.setdefault(key, name)
                self._exact.add(name.casefold())
        self._by_word = None

    def find(self, name: str) -> str | None:
        return self._ids.get(normalised(name))

    def has_exactly(self, name: str) -> bool:
        """Whether a name that was added is this one, letter for letter but for capitals."""
        return name.casefold() in self._exact

    def suggestions(self, name: str) -> tuple[Suggestion, ...]:
        """The types whose names share the most words with this one, the likest first."""
        words = set(normalised(name).split())
        shared = Counter(key for word in words for key in self._words().get(word, ()))
        scored = ((2 * count / (len(words) + len(set(key.split()))), key) for key, count in shared.items())
        found: dict[str, Suggestion] = {}
        for likeness, key in sorted(scored, key=lambda one: (-one[0], one[1])):
            if likeness < _LEAST_LIKENESS or len(found) == _MOST_SUGGESTIONS:
                break
            found.setdefault(self._ids[key], Suggestion(self._ids[key], self._given[key], round(likeness, 2)))
        return tuple(found.values())

    def _words(self) -> Mapping[str, set[str]]:
        if self._by_word is None:
            by_word: dict[str, set[str]] = defaultdict(set)
            for key in self._ids:
                for word in key.split():
                    by_word[word].add(key)
            self._by_word = by_word
        return self._by_word


def names_of(exercise_type: Mapping[str, Any]) -> list[str]:
    """Every name of an exercise type: its own, those in other languages, its aliases."""
    return [*_called(exercise_type), *_also(exercise_type)]


def library_names(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The mapping name -> id that the importer wants, from the items of GET library/exercise-types/.

    What a type is called goes before what others are also called; an alias that two types share says nothing.
    """
    types = list(items)
    found: dict[str, tuple[str, str]] = {}
    for item in types:
        for name in _called(item):
            found.setdefault(normalised(name), (name, str(item["id"])))
    aliases: dict[str, dict[str, str]] = {}
    for item in types:
        for name in _also(item):
            aliases.setdefault(normalised(name), {}).setdefault(str(item["id"]), name)
    shared_by_one = {key: named for key, named in aliases.items() if len(named) == 1 and key not in found}
    return dict(found.values()) | {name: one for named in shared_by_one.values() for one, name in named.items()}


def _called(exercise_type: Mapping[str, Any]) -> list[str]:
    names = [exercise_type.get("name"), *(exercise_type.get("names") or {}).values()]
    return [str(name) for name in names if name]


def _also(exercise_type: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in exercise_type.get("aliases") or () if name]
