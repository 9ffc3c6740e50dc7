"""`make clean`: remove .venv and .dropset, the data with it. Runs on any Python 3.11: .venv may be gone already."""

import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ops.checkout import ROOT, STATE, only_one, program, say  # run as a file: .venv may be gone


def main() -> int:
    with ExitStack() as stack:
        for lock in STATE.glob("*.lock"):
            stack.enter_context(only_one(lock.stem))
        for folder in (ROOT / ".venv", STATE):
            if folder.exists():
                shutil.rmtree(folder)
    say("removed .venv and .dropset")
    return 0


if __name__ == "__main__":
    program(main)
