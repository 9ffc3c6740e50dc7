"""What came of a file."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from catalog.domain.food_records import Problem

NAMED_MAX = 200  # rows of each kind that are named; all are counted


class Outcome(StrEnum):
    """Of one row of the file."""

    NEW = "new"
    MATCHED = "matched"  # it stands here, and there is nothing to do
    CHANGED = "changed"  # it came by an earlier import, and the file has something else now
    LEFT = "left"  # the same, but somebody has changed it here since
    REFUSED = "refused"


@dataclass
class Report:
    counts: Counter[str] = field(default_factory=Counter)
    unmatched: list[dict[str, Any]] = field(default_factory=list)
    unmatched_count: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        self.counts[outcome] += 1

    def needs_a_person(self, line: int, name: str, why: str) -> None:
        self.unmatched_count += 1
        self._name(self.unmatched, line, name, why)

    def refuse(self, problem: Problem) -> None:
        self.count(Outcome.REFUSED)
        self._name(self.problems, problem.line, problem.name, problem.detail)

    def _name(self, rows: list[dict[str, Any]], line: int, name: str, why: str) -> None:
        if len(rows) < NAMED_MAX:
            rows.append({"line": line, "name": name, "why": why})
