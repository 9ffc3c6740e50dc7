"""Steps of a random history. One rule draws them all by weight: Hypothesis leaves out whole rules in many examples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import hypothesis.strategies as st
from hypothesis.strategies import SearchStrategy

Act = TypeVar("Act", bound=Callable[..., None])


@dataclass(frozen=True)
class Step:
    """weight: how often it is drawn, beside the others."""

    weight: int
    values: SearchStrategy[dict[str, Any]]


def step(weight: int, **values: SearchStrategy[Any]) -> Callable[[Act], Act]:
    def mark(act: Act) -> Act:
        act.step = Step(weight, st.fixed_dictionaries(values))  # type: ignore[attr-defined]  # how it is found again
        return act

    return mark


def steps_of(machine: type) -> Mapping[str, Step]:
    found: dict[str, Step] = {}
    for part in machine.__mro__:
        found |= {name: value.step for name, value in vars(part).items() if hasattr(value, "step")}
    return found
