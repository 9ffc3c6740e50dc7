"""The conditions of recommendation rules: what they may say, and whether one holds.

A condition is all of some conditions, any of some, not one, or a comparison of a fact with values that stand in the rule:
{"fact": "age_y", "lt": 18}. It holds, does not hold, or is unknown because a fact is missing (Kleene's strong logic of three
values). Nothing in it can loop, call or look anything up, and how deep and how large it may be is bounded.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.domain.rule_facts import FACTS, Fact, Library, Subject, Type, value_fault

MAX_DEPTH = 6  # of conditions in one another
MAX_CONDITIONS = 64  # in a rule, at all depths
MAX_PARTS = 16  # of one `all` or `any`
MAX_VALUES = 50  # of one list

Condition = Mapping[str, Any]
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Operator:
    """With which types of facts it goes, what it says of a fact and the value beside it, and whether that is a list."""

    types: tuple[Type, ...]
    test: Callable[[Any, Any], bool]
    takes_list: bool = False


NUMBERS: tuple[Type, ...] = ("number", "integer")
OPERATORS: Mapping[str, Operator] = {
    "eq": Operator(("integer", "boolean", "choice"), operator.eq),
    "ne": Operator(("integer", "choice"), operator.ne),
    "lt": Operator(NUMBERS, operator.lt),
    "lte": Operator(NUMBERS, operator.le),
    "gt": Operator(NUMBERS, operator.gt),
    "gte": Operator(NUMBERS, operator.ge),
    "in": Operator(("choice",), lambda fact, values: fact in values, takes_list=True),
    "has": Operator(("set",), operator.contains),
    "has_any": Operator(("set",), lambda fact, values: not set(fact).isdisjoint(values), takes_list=True),
    "has_all": Operator(("set",), lambda fact, values: set(fact).issuperset(values), takes_list=True),
    "within": Operator(("set",), lambda fact, values: set(fact).issubset(values), takes_list=True),
}
KNOWN = "known"  # whether the fact is there: goes with every fact, and is never unknown itself


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: `path` is such as `condition.all[1].gte`."""

    path: str
    detail: str


def condition_faults(condition: Any) -> list[Fault]:
    """What of it is not of the language."""
    faults = list(_Checked().faults(condition, "condition", 1))
    if not faults and len(_subjects(condition)) > 1:
        return [Fault("condition", "It asks about an exercise and about a muscle. A rule is about one of them.")]
    return faults


class _Checked:
    """One check of a condition: counts what it has come by, and goes no further when that is too much."""

    def __init__(self) -> None:
        self.count = 0

    def faults(self, condition: Any, path: str, depth: int) -> Iterator[Fault]:
        self.count += 1
        if self.count > MAX_CONDITIONS:
            if self.count == MAX_CONDITIONS + 1:
                yield Fault(path, f"The rule has more than {MAX_CONDITIONS} conditions.")
        elif not isinstance(condition, dict):
            yield Fault(path, "Must be an object.")
        elif depth > MAX_DEPTH:
            yield Fault(path, f"Conditions may stand in one another {MAX_DEPTH} deep.")
        elif "fact" in condition:
            yield from _comparison_faults(condition, path)
        else:
            yield from self._composed_faults(condition, path, depth)

    def _composed_faults(self, condition: dict[str, Any], path: str, depth: int) -> Iterator[Fault]:
        if len(condition) != 1 or not condition.keys() <= {"all", "any", "not"}:
            yield Fault(path, "Must have `fact` and one comparison, or `all`, `any` or `not` and nothing else.")
            return
        [(name, parts)] = condition.items()
        if name == "not":
            yield from self.faults(parts, f"{path}.not", depth + 1)
        elif not isinstance(parts, list) or not 1 <= len(parts) <= MAX_PARTS:
            yield Fault(f"{path}.{name}", f"Must be a list of 1 to {MAX_PARTS} conditions.")
        else:
            for place, part in enumerate(parts):
                yield from self.faults(part, f"{path}.{name}[{place}]", depth + 1)


def _comparison_faults(condition: dict[str, Any], path: str) -> Iterator[Fault]:
    name = condition["fact"]
    fact = FACTS.get(name) if isinstance(name, str) else None
    if fact is None:
        yield Fault(f"{path}.fact", "There is no such fact.")
        return
    allowed = operators_of(fact)
    names = [key for key in condition if key != "fact"]
    if len(names) != 1 or names[0] not in (*OPERATORS, KNOWN):
        yield Fault(path, f"Must have `fact` and one comparison of {', '.join(allowed)}.")
    elif names[0] not in allowed:
        yield Fault(f"{path}.{names[0]}", f"{fact.name} can be compared by {', '.join(allowed)}.")
    else:
        yield from _value_faults(fact, names[0], condition[names[0]], f"{path}.{names[0]}")


def operators_of(fact: Fact) -> list[str]:
    """The names of the comparisons that go with it."""
    return [name for name, found in OPERATORS.items() if fact.type in found.types] + [KNOWN]


def _value_faults(fact: Fact, name: str, value: Any, path: str) -> Iterator[Fault]:
    if name == KNOWN:
        if not isinstance(value, bool):
            yield Fault(path, "Must be true or false.")
    elif not OPERATORS[name].takes_list:
        if detail := value_fault(fact, value) or _idle(fact, name, value):
            yield Fault(path, detail)
    elif not isinstance(value, list) or not 1 <= len(value) <= MAX_VALUES:
        yield Fault(path, f"Must be a list of 1 to {MAX_VALUES} values.")
    else:
        details = [value_fault(fact, member) for member in value]
        yield from (Fault(f"{path}[{place}]", detail) for place, detail in enumerate(details) if detail)
        if not any(details) and len(set(value)) < len(value):
            yield Fault(path, "Names a value twice.")


def _idle(fact: Fact, name: str, value: float) -> str:
    """Why a comparison at the edge of a range says nothing. Empty: it says something."""
    if (name, value) in (("lt", fact.low), ("gt", fact.high)):
        return f"It can never hold: {fact.name} is from {fact.low:g} to {fact.high:g}."
    if (name, value) in (("gte", fact.low), ("lte", fact.high)):
        return f"It always holds: {fact.name} is from {fact.low:g} to {fact.high:g}."
    return ""


# --- what a condition is about; all of these take one that was checked ---


def comparisons_of(condition: Condition) -> Iterator[tuple[Fact, str, Any]]:
    """Each comparison in it: the fact, the name of the operator, and the value."""
    if "fact" in condition:
        [(name, value)] = ((key, value) for key, value in condition.items() if key != "fact")
        yield FACTS[condition["fact"]], name, value
        return
    [parts] = condition.values()
    for part in [parts] if isinstance(parts, Mapping) else parts:
        yield from comparisons_of(part)


def facts_of(condition: Condition) -> frozenset[str]:
    """The names of the facts that it asks for."""
    return frozenset(fact.name for fact, _, _ in comparisons_of(condition))


def subject_of(condition: Condition) -> Subject:
    """What the rule is about. About an exercise or a muscle, it is looked at once for each."""
    return next(iter(_subjects(condition)), "athlete")


def _subjects(condition: Condition) -> frozenset[Subject]:
    return frozenset(fact.subject for fact, _, _ in comparisons_of(condition) if fact.subject != "athlete")


def condition_references(condition: Condition) -> Iterator[tuple[Library, str]]:
    """The rows of the library that it names: of which library, and their slugs."""
    for fact, name, value in comparisons_of(condition):
        if fact.library and name != KNOWN:
            yield from ((fact.library, slug) for slug in (value if isinstance(value, list) else [value]))


# --- whether it holds ---


def holds(condition: Condition, facts: Facts) -> bool | None:
    """None: unknown, because a fact that it turns on is missing, which is to say absent or None."""
    match condition:
        case {"all": parts}:
            return all_hold(holds(part, facts) for part in parts)
        case {"any": parts}:
            return negated(all_hold(negated(holds(part, facts)) for part in parts))
        case {"not": part}:
            return negated(holds(part, facts))
    [(fact, name, value)] = comparisons_of(condition)
    known = facts.get(fact.name)
    if name == KNOWN:
        return (known is not None) is value
    return None if known is None else OPERATORS[name].test(known, value)


def all_hold(values: Iterable[bool | None]) -> bool | None:
    """False if one is; else unknown if one is."""
    found = set(values)
    if False in found:
        return False
    return None if None in found else True


def negated(value: bool | None) -> bool | None:  # noqa: FBT001 - what is negated
    return None if value is None else not value
