"""Modules and functions stay short enough to be read at once: at most 400 lines (tests 600) and 50."""

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ops.checkout import ROOT

MODULE_LINES = 400
TEST_MODULE_LINES = 600
FUNCTION_LINES = 50
LEFT_OUT = {"migrations", "node_modules", "build"}


def modules(root: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(root):
        below[:] = sorted(name for name in below if name not in LEFT_OUT and not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))


def limit_for(path: Path) -> int:
    return TEST_MODULE_LINES if "tests" in path.parts or path.name == "conftest.py" else MODULE_LINES


def long_functions(source: str) -> Iterator[tuple[int, str, int]]:
    """(line, name, number of lines) of each function over the limit, its decorators not counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield node.lineno, node.name, lines


def complaints(root: Path) -> Iterator[str]:
    for path in modules(root):
        source = path.read_text()
        name, length, limit = path.relative_to(root), len(source.splitlines()), limit_for(path.relative_to(root))
        if length > limit:
            yield f"{name}: {length} lines, at most {limit}"
        for line, function, lines in long_functions(source):
            yield f"{name}:{line}: {function} has {lines} lines, at most {FUNCTION_LINES}"


def main() -> int:
    found = list(complaints(ROOT))
    print("\n".join(found) or "all modules and functions are short enough")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
