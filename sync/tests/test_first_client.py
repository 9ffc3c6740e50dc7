"""The client of docs/first-client.md, built and tried against a running server as its reader does it."""

import builtins
import doctest
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.tests.factories import token_for
from sync.tests.test_sync_page import printed_sync

PAGE = (settings.BASE_DIR / "docs" / "first-client.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(py|pycon)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MOST_LINES = 150  # as the page says, with those of the sync


def try_out(block: str, names: dict[str, Any], problems: list[str]) -> None:
    """The lines with `>>>`, under `names`; what they answer otherwise than printed is a problem."""
    example = doctest.DocTestParser().get_doctest(block, names, "first-client.md", None, 0)
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False).run(
        example, out=problems.append, clear_globs=False
    )
    names.update(example.globs)


def answer_from_the_mail(prompt: str) -> str:
    token = token_for("ann@example.org")
    print(prompt + token)  # noqa: T201 - as a terminal shows what is typed
    return token


@pytest.mark.django_db(transaction=True)
def test_first_client_works_as_its_page_says(live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(builtins, "input", answer_from_the_mail)
    names: dict[str, Any] = {"__name__": "first", "sync": printed_sync()}
    problems: list[str] = []
    for kind, block in BLOCKS:
        if kind == "py":
            exec(block, names)  # noqa: S102 - our own page
        else:
            try_out(block.replace("http://127.0.0.1:8000", live_server.url), names, problems)
    assert "".join(problems) == ""
    for store in ("phone", "tablet"):
        names[store].db.close()


def test_first_client_is_as_short_as_its_page_says() -> None:
    lines = [line for kind, block in BLOCKS if kind == "py" for line in block.splitlines() if line.strip()]
    assert "some 150 lines" in PAGE
    assert len(lines) + 30 <= MOST_LINES
