"""The application as it is served, with one addition: it can be told to die between a push's commit and its answer."""

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from config.wsgi import application as served

ORDER = Path(os.environ["DIE_AFTER_THE_NEXT_PUSH"])  # while this file is there


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    answer = served(environ, start_response)
    if environ["PATH_INFO"].endswith("/sync/push") and ORDER.exists():
        ORDER.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
