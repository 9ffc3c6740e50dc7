"""The table of a run, and the machine it was made on."""

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg

from ops.checkout import ROOT


@dataclass(frozen=True)
class Result:
    """One line of docs: what was compared with what, and whether the bar is met."""

    number: str
    work: str
    ratio: float
    bar: float
    stretch: float
    at_least: bool = False  # the bar is a least value, not a greatest one
    figures: Mapping[str, float] = field(default_factory=dict)  # for orientation: of this machine, in this run

    @property
    def verdict(self) -> str:
        if self._reaches(self.stretch):
            return "stretch"
        return "pass" if self._reaches(self.bar) else "FAIL"

    def _reaches(self, limit: float) -> bool:
        return self.ratio >= limit if self.at_least else self.ratio <= limit


def machine(url: str) -> dict[str, Any]:
    with psycopg.connect(url) as connection:
        version = connection.info.server_version
        settings = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'jit') ORDER BY name"
        ).fetchall()
    load = os.getloadavg()[0]
    return {
        "cores": os.cpu_count(),
        "load": round(load, 1),
        "python": platform.python_version(),
        "postgresql": f"{version // 10000}.{version % 10000}",
        "commit": _git("rev-parse", "--short", "HEAD") + (" with changes" if _git("status", "--porcelain") else ""),
        **dict(settings),
    }


def table(results: Iterable[Result]) -> str:
    head = ["#", "work", "ratio", "bar", "stretch", "", "in this run"]
    lines = [
        [r.number, r.work, f"{r.ratio:.2f}", _limit(r, r.bar), _limit(r, r.stretch), r.verdict, _figures(r.figures)]
        for r in results
    ]
    return as_table([head, *lines])


def as_table(lines: Sequence[Sequence[str]]) -> str:
    """Markdown, with its columns in line."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    shown = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    rule = ["-" * width for width in widths]
    return "\n".join(f"| {' | '.join(line)} |" for line in [shown[0], rule, *shown[1:]])


def as_json(result: Result) -> dict[str, Any]:
    return {**asdict(result), "verdict": result.verdict}


def _limit(result: Result, limit: float) -> str:
    return f"{'>=' if result.at_least else '<='} {limit:g}"


def _figures(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in figures.items())


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
