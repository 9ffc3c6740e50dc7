"""The first page of the console: what waits for whoever opens it, and how the library is used.

A panel is a function that gets the user and gives a Panel, or None where it is not for them. Others add theirs to PANELS.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.apps import apps
from django.core.cache import cache
from django.db import OperationalError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import TruncWeek
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from catalog.enums import ProposalState, Status, SuggestionState
from catalog.models import ExerciseType, ImportRun, Proposal, Suggestion
from catalog.services import quality
from catalog.services.quality import COUNTED_MAX, WITH_STATUS
from lib.statements import execute
from training.models import Exercise

CURATES = "catalog.change_exercisetype"
SHOWN = 8
LATELY = 50  # rows of each library that are looked at for what was published
USE_WEEKS = 12
PATIENCE_MS = 2000  # for counting use; on a server with very many logs it is not counted rather than waited for
KEPT_FOR_S = 600
COLOUR = "var(--color-primary-600)"


@dataclass(frozen=True)
class Line:
    """count: of what it says, None where it is no number. url: where it leads."""

    words: str
    count: int | None = None
    url: str = ""
    note: str = ""

    @property
    def shown(self) -> str:
        return f"{COUNTED_MAX:,}+" if self.count == COUNTED_MAX else f"{self.count:,}"


@dataclass(frozen=True)
class Panel:
    """chart: what Chart.js draws, as JSON."""

    title: str
    lines: list[Line] = field(default_factory=list)
    empty: str = ""
    chart: str = ""
    is_wide: bool = False


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold calls it before it draws the page."""
    panels = (make(request.user) for make in PANELS)
    return context | {"panels": [panel for panel in panels if panel is not None]}


def _curates(user: Any) -> bool:
    return bool(user.has_perm(CURATES))


def _list_url(model: Any, query: str = "") -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{query}" if query else address


def _bounded(rows: QuerySet[Any]) -> int:
    return rows.order_by()[:COUNTED_MAX].count()


# --- what waits ---


def waiting(user: Any) -> Panel | None:
    if not _curates(user):
        return None
    lines = [*_in_the_workflow(), *_from_others()]
    return Panel(
        "Waits for you", [line for line in lines if line.count], empty="Nothing. The library is yours to read."
    )


def _in_the_workflow() -> Iterator[Line]:
    for status, words in ((Status.IN_REVIEW, "in review"), (Status.SCHEDULED, "scheduled"), (Status.DRAFT, "drafts")):
        for model in WITH_STATUS:
            count = _bounded(model.objects.canonical().filter(status=status))
            name = str(model._meta.verbose_name_plural).capitalize()
            yield Line(f"{name}: {words}", count, _list_url(model, f"status__exact={status}"))


def _from_others() -> Iterator[Line]:
    pending = Suggestion.objects.filter(state=SuggestionState.PENDING)
    yield Line("Suggestions of athletes", _bounded(pending), _list_url(Suggestion, "state__exact=pending"))
    yield Line("Imports with rows that match nothing", _bounded(ImportRun.objects.waiting()), _list_url(ImportRun))


def proposed(user: Any) -> Panel | None:
    """Changes of what athletes can see, which wait for a second person: the oldest first, one's own too."""
    if not _curates(user):
        return None
    pending = Proposal.objects.filter(state=ProposalState.PENDING)
    found = list(pending.select_related("by").order_by("at", "id")[: SHOWN + 1])
    lines = [Line(str(one), url=_change_url(one), note=_proposed_by(one, user)) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(Line("All of them", url=_list_url(Proposal, "state__exact=pending")))
    return Panel("Proposed changes", lines) if lines else None


def _proposed_by(proposal: Proposal, user: Any) -> str:
    by = "yours, for somebody else to apply" if proposal.by_id == user.pk else f"by {proposal.by or 'nobody'}"
    return f"{by}, {proposal.at:%d %b %Y}"


# --- what is wrong ---


def faults(user: Any) -> Panel | None:
    """Looked for every ten minutes at most: a question about each row of the library, of which there may be a million."""
    if not _curates(user):
        return None
    found: Any = cache.get_or_set(
        "catalog-faults", lambda: [(f.fault.key, f.count) for f in quality.findings(shown=0)], KEPT_FOR_S
    )
    lines = [line for key, count in found for line in _fault_lines(key, count)]
    return Panel(
        "To mend", sorted(lines, key=lambda line: -(line.count or 0)), empty="The quality check finds no fault."
    )


def _fault_lines(key: str, count: int) -> Iterable[Line]:
    name, _, code = key.partition(".")
    model = apps.get_model("catalog", name)
    words = next(fault.words for fault in quality.faults() if fault.key == key)
    yield Line(
        f"{str(model._meta.verbose_name_plural).capitalize()}: {words}", count, _list_url(model, f"fault={code}")
    )


# --- what was published, and what is used ---


def published(user: Any) -> Panel | None:
    if not _curates(user):
        return None
    rows = [row for model in WITH_STATUS for row in _latest(model)]
    rows.sort(key=lambda row: row.published_at, reverse=True)
    lines = [
        Line(str(row), url=_change_url(row), note=f"{row._meta.verbose_name}, {row.published_at:%d %b %Y}")
        for row in rows[:SHOWN]
    ]
    return Panel("Published lately", lines, empty="Nothing yet.")


def _latest(model: Any) -> list[Any]:
    rows = model.objects.canonical().order_by("-catalog_version", "-id")[:LATELY]
    return [row for row in rows if row.published_at and row.status == Status.PUBLISHED]


def _change_url(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def most_used(user: Any) -> Panel | None:
    if not _curates(user):
        return None
    rows = _counted(
        lambda: list(
            _exercises_since(timezone.now() - dt.timedelta(days=28))
            .values("exercise_type", "exercise_type__name")
            .annotate(uses=Count("pk"), athletes=Count("user", distinct=True))
            .order_by("-uses", "exercise_type__name")[:SHOWN]
        ),
    )
    if rows is None:
        return Panel("Most used", empty="There are too many logs to count them here.")
    lines = [
        Line(
            row["exercise_type__name"],
            row["uses"],
            reverse("admin:catalog_exercisetype_change", args=[row["exercise_type"]]),
            note=f"{row['athletes']} athlete{'' if row['athletes'] == 1 else 's'}",
        )
        for row in rows
    ]
    return Panel("Most used in four weeks", lines, empty="Nobody has logged anything in four weeks.")


def never_used(user: Any) -> Panel | None:
    if not _curates(user):
        return None
    logged = Exercise.objects.live().filter(exercise_type=OuterRef("pk"))
    rows = ExerciseType.objects.published().filter(~Exists(logged)).order_by("name", "id")
    count = _bounded(rows)
    lines = [Line(row.name, url=_change_url(row)) for row in rows[:SHOWN]] if count else []
    title = f"Never used: {count:,} exercise types" if count else "Never used"
    return Panel(title, lines, empty="Each exercise type was used by somebody.")


def use_over_time(user: Any) -> Panel | None:
    if not _curates(user):
        return None
    now = timezone.now()
    monday = (now - dt.timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    since = monday - dt.timedelta(weeks=USE_WEEKS - 1)
    rows = _counted(
        lambda: list(
            _exercises_since(since)
            .annotate(week=TruncWeek("created_at"))
            .values("week")
            .annotate(uses=Count("pk"), athletes=Count("user", distinct=True))
        ),
    )
    if rows is None:
        return Panel("Use of the library", empty="There are too many logs to count them here.", is_wide=True)
    by_week = {row["week"].date(): row for row in rows}
    weeks = [(since + dt.timedelta(weeks=n)).date() for n in range(USE_WEEKS)]
    return Panel("Use of the library", chart=_chart(weeks, by_week), is_wide=True)


def _chart(weeks: list[dt.date], by_week: dict[dt.date, Any]) -> str:
    def drawn(name: str, label: str, **how: Any) -> dict[str, Any]:
        return {"label": label, "data": [by_week.get(week, {}).get(name, 0) for week in weeks], **how}

    datasets = [
        drawn("uses", "Exercises logged", backgroundColor=COLOUR, barThickness=18),
        drawn("athletes", "Athletes", type="line", borderColor="var(--color-primary-300)"),
    ]
    return orjson.dumps({"labels": [f"{week:%d %b}" for week in weeks], "datasets": datasets}).decode()


def _exercises_since(at: dt.datetime) -> QuerySet[Exercise]:
    """Of the library: what athletes made for themselves is theirs."""
    return Exercise.objects.live().filter(created_at__gte=at, exercise_type__user=None)


def _counted(question: Callable[[], list[Any]]) -> list[Any] | None:
    """None where the database takes too long."""
    try:
        with transaction.atomic():
            execute("config", "patience", timeout_ms=PATIENCE_MS)
            rows = question()
            transaction.set_rollback(True)  # nothing was written, and the patience ends with it
            return rows
    except OperationalError:
        return None


PANELS: list[Callable[[Any], Panel | None]] = [
    waiting,
    proposed,
    faults,
    published,
    use_over_time,
    most_used,
    never_used,
]
