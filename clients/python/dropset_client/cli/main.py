"""The program: words in, one command, an exit code. No traceback for what can go wrong by itself."""

import os
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from dropset_client.cli import remote
from dropset_client.cli.context import Context
from dropset_client.cli.output import Output
from dropset_client.cli.parser import demo_words, parser
from dropset_client.cli.problems import Exit, UsageError, explained
from dropset_client.errors import DropsetError

_STOPPED = 130  # as a shell says it of a program that Ctrl-C ended


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    demo = demo_words(words)
    if demo is not None:
        return remote.demo(*demo)
    arguments = parser(program()).parse_args(words)
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _STOPPED
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE


def program() -> str:
    """As the user called it."""
    return "dropset" if Path(sys.argv[0]).name == "dropset" else "python -m dropset_client"


def _run(arguments: Namespace) -> int:
    out = Output(as_json=arguments.json)
    try:
        context = Context(arguments)
    except (OSError, ValueError, sqlite3.Error) as error:
        out.warn(f"{arguments.db} cannot be opened as a device: {error}", code="file")
        return Exit.NOT_SO
    with context:
        try:
            code: Exit = arguments.run(context, arguments)
        except UsageError as error:
            out.warn(str(error), code="usage")
            return Exit.USAGE
        except DropsetError as error:
            code, text = explained(error, pending=context.device.pending())
            out.warn(text, code=type(error).__name__)
        return code


def run() -> None:
    """The entry point of the installed command."""
    sys.exit(main())
