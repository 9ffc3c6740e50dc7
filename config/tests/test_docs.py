"""The documentation against the code: what it names exists, and what exists is named."""

import ast
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts.models import User
from accounts.services.limits import LIMITS
from lib import violations, wire
from lib.errors import DomainError
from lib.tests.factories import make, make_many
from sync.domain import shapes
from sync.enums import ConflictKind, MutationStatus
from sync.models import Conflict, Record
from sync.queries import digests
from training.models import Workout

ROOT: Path = settings.BASE_DIR
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*"))
OF_THE_PROJECT = [ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
CLIENT = ROOT / "clients" / "python" / "README.md"
PAGES = [ROOT / "README.md", *OF_THE_PROJECT, CLIENT, *sorted(DOCS.rglob("*.md"))]
APPS = ["accounts", "analytics", "catalog", "config", "lib", "nutrition", "planner", "sensors", "sync", "training"]

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXCERPT = re.compile(r"^`([\w/.]+)`\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COUNTED = re.compile(r"^\| `([\w/.]+)` \| [^|]+ \| (\d+) \|$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
PERIODS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pages(found: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", found, ids=lambda page: str(page.relative_to(ROOT)))


def everything() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def without_blocks(text: str) -> str:
    return BLOCK.sub("", text)


def squeezed(text: str) -> str:
    return " ".join(text.split())


# --- pages ---


def anchors_of(page: Path) -> set[str]:
    """As the usual Markdown renderers make them from the headings."""
    headings = re.findall(r"^#+ (.+)$", without_blocks(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(without_blocks(page.read_text(encoding="utf-8"))):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if re.match(r"[a-z]+:", target):
            continue
        if not file.exists() or (anchor and anchor not in anchors_of(file)):
            yield target


@pages(PAGES)
def test_links_lead_somewhere(page: Path) -> None:
    assert list(broken_links(page)) == []


@pages(PAGES)
def test_page_names_no_place_outside_of_the_repository(page: Path) -> None:
    found = [line for line in page.read_text(encoding="utf-8").splitlines() if "../shared" in line or "/work/" in line]
    assert found == []


@pages(PAGES)
def test_json_of_the_page_is_json(page: Path) -> None:
    for language, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "json":
            json.loads(block)


@pages([page for page in PAGES if page.parent == DOCS] + [*OF_THE_PROJECT, ROOT / "LICENSE"])
def test_readme_leads_to_the_page(page: Path) -> None:
    assert f"({page.relative_to(ROOT)})" in read("README.md")


def test_decisions_are_numbered_without_gaps() -> None:
    assert [page.name[:5] for page in DECISIONS] == [f"{n:04}-" for n in range(1, len(DECISIONS) + 1)]


@pages(DECISIONS)
def test_decision_has_the_three_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.name[:4]}: ")
    parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [part for part in parts if part != "Tried and left"] == ["Context", "Decision", "Consequences"]


def test_index_of_the_decisions_names_each_once() -> None:
    lines = [line for line in read("docs/decisions/README.md").splitlines() if line.startswith("- ")]
    titles = {page: page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for page in DECISIONS}
    assert sorted(lines) == [f"- [{title}]({page.name})" for page, title in titles.items()]


def test_glossary_is_in_alphabetical_order() -> None:
    for section in read("docs/glossary.md").split("\n## ")[1:]:
        words = re.findall(r"^\| (.+?) \| ", section, re.MULTILINE)[1:]
        assert words == sorted(words)


def test_newest_release_of_the_changelog_is_the_version() -> None:
    version = re.findall(r"^## \[(\d.*?)\]", read("CHANGELOG.md"), re.MULTILINE)[0]
    for name in ("pyproject.toml", "clients/python/pyproject.toml"):
        assert f'version = "{version}"' in read(name)


# --- commands and settings ---


def test_every_make_target_is_named() -> None:
    targets = re.findall(r"^([a-z-]+):.*?## ", read("Makefile"), re.MULTILINE)
    assert "run" in targets
    text = everything()
    assert [target for target in targets if not re.search(rf"make {target}(?![\w-])", text)] == []


def test_every_command_of_ours_is_named() -> None:
    commands = [path.stem for path in ROOT.glob("*/management/commands/*.py") if path.stem != "__init__"]
    assert "seed" in commands
    text = everything()
    assert [name for name in commands if f"`{name}`" not in text and f"manage.py {name}" not in text] == []


def test_every_setting_is_on_the_operating_page() -> None:
    variables = re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', read("config/settings.py"))
    assert "DATABASE_URL" in variables
    assert [name for name in variables if f"`{name}`" not in read("docs/operating.md")] == []


# --- errors ---


def subclasses_of(kind: type[DomainError]) -> set[type[DomainError]]:
    return {kind}.union(*(subclasses_of(each) for each in kind.__subclasses__()))


def missing_in(page: str, codes: set[str]) -> set[str]:
    text = read(page)
    return {code for code in codes if f"`{code}`" not in text}


def test_every_domain_error_is_in_the_table() -> None:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):  # an error that nobody has imported yet would be overlooked
            if "DomainError" in path.read_text(encoding="utf-8") and "tests" not in path.parts:
                __import__(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert missing_in("docs/errors.md", {kind.code for kind in subclasses_of(DomainError)}) == set()


def test_every_broken_rule_of_the_database_is_in_the_table() -> None:
    known = violations._named_violations().items()
    codes = {violation.code for name, violation in known if not name.startswith("specimens_")}
    assert missing_in("docs/errors.md", codes) & missing_in("docs/entities.md", codes) == set()


def codes_said_by(path: Path) -> Iterator[str]:
    """The codes in `Refusal("...", ...)`, `ErrorDetail(..., "...")`, `self.fail("...")`, `ValidationError(..., code="...")`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        position = {"Refusal": 0, "fail": 0, "ErrorDetail": 1}.get(name, len(node.args))
        given = [*node.args[position : position + 1], *(k.value for k in node.keywords if k.arg == "code")]
        if name in ("Refusal", "fail", "ErrorDetail", "ValidationError"):
            yield from (str(each.value) for each in given if isinstance(each, ast.Constant))


def test_every_code_said_in_passing_is_in_the_table() -> None:
    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]
    codes = {code for path in paths for code in codes_said_by(path)}
    assert {"unknown_field", "group_failed", "idempotency_mismatch"} <= codes
    assert missing_in("docs/errors.md", codes) == set()


def test_every_limit_on_attempts_is_on_the_auth_page() -> None:
    rows = {
        cells[1].strip(): cells[2:5] for line in read("docs/auth.md").splitlines() if len(cells := line.split("|")) == 6
    }
    for what, rates in LIMITS.items():
        told = [in_words(rate) for rate in (rates.network, rates.account_and_network, rates.account)]
        assert [cell.strip() for cell in rows[what]] == told, what


def in_words(rate: str | None) -> str:
    found = re.fullmatch(r"(\d+)/(\d*)([smhd])", rate or "")
    if found is None:
        return ""
    count, width, unit = found.groups()
    period = PERIODS[unit]
    return f"{count} in {width} {period}s" if width else f"{count} a{'n' if unit == 'h' else ''} {period}"


# --- sync ---


def test_sync_page_names_all_that_travels() -> None:
    structs = (shapes.PushEnvelope, shapes.MutationIn, shapes.PullRequest)
    names = {name for struct in structs for name in struct.__struct_fields__}
    names |= {*shapes.limits(), *MutationStatus.values, *ConflictKind.values}
    names |= set(wire.entity_of(Conflict).field_names)
    assert missing_in("docs/sync.md", names) == set()


def test_sync_page_names_the_limits() -> None:
    text = without_blocks(read("docs/sync.md"))
    for number in (shapes.MAX_MUTATIONS, shapes.MAX_PULL_PAGE, shapes.DEFAULT_PULL_PAGE):
        assert re.search(rf"\b{number}\b", text), number


def test_digest_of_the_sync_page_is_the_servers(alice: User) -> None:
    make_many(Workout, alice, 3)
    make(Workout, alice).delete()
    example = next(block for language, block in BLOCK.findall(read("docs/sync.md")) if language == "python")
    told: dict[str, Any] = {}
    exec(example, told)  # noqa: S102 - our own page
    names = {entity.code: entity.name for entity in wire.entities()}
    live = [(names[row.entity], row.id, row.version) for row in Record.objects.filter(user=alice, deleted=False)]
    assert told["digest_of"](live) == digests(alice)


# --- adding an entity ---


ADDING = [
    "docs/adding-an-entity.md",
    "docs/adding-an-entity-with-at-most-one.md",
    "docs/adding-a-shared-entity.md",
]


def excerpts() -> dict[str, str]:
    return dict(EXCERPT.findall(read("docs/adding-an-entity.md")))


def test_excerpts_stand_in_the_code() -> None:
    found = [excerpt for page in ADDING for excerpt in EXCERPT.findall(read(page))]
    assert {"training/models/measurement.py", "specimens/models.py"} <= {name for name, _ in found}
    assert [name for name, text in found if squeezed(text) not in squeezed(read(name))] == []


def test_lines_of_the_excerpts_are_counted_right() -> None:
    counted = {name: int(count) for name, count in COUNTED.findall(read("docs/adding-an-entity.md"))}
    lines = {name: sum(1 for line in text.splitlines() if line.strip()) for name, text in excerpts().items()}
    assert counted == lines
    assert f"| | **total** | **{sum(lines.values())}** |" in read("docs/adding-an-entity.md")


def test_checks_quote_what_the_code_says() -> None:
    quoted = [number for page in ADDING for number in re.findall(r"dropset\.(E\d+)", read(page))]
    assert {f'"dropset.{number}"' for number in quoted} <= set(re.findall(r'"dropset\.E\d+"', read("lib/checks.py")))


# --- the tour ---


def tour() -> str:
    """Every shell block of the README's tour, in order."""
    section = re.split(r"^## ", read("README.md").partition("## A tour\n")[2], flags=re.MULTILINE)[0]
    return "\n".join(block for language, block in BLOCK.findall(section) if language == "sh")


def test_pick_of_the_tour_shows_an_answer_that_is_an_error() -> None:
    helpers = tour().partition("ACCESS=\n")[0]
    body = '{"errors": [{"code": "throttled"}]}'
    script = f"{helpers}\nprintf '%s' '{body}' | pick access"
    ran = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr.strip()) == (1, "", body)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is made with curl")
@pytest.mark.django_db(transaction=True)
def test_tour_of_the_readme_works(live_server: Any) -> None:
    call_command("seed", verbosity=0)
    call_command("create_demo", verbosity=0)
    script = tour().replace("http://127.0.0.1:8000", live_server.url)
    ran = subprocess.run(["/bin/sh", "-eu", "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert '"code"' not in ran.stdout, ran.stdout
    assert [word for word in ("applied", "conflict", "open_conflicts") if word not in ran.stdout] == []
