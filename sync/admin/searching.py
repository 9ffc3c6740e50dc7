"""What a search in the tables of sync can name, and how their rows are shown."""

import contextlib
import json
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.domain.quantities import Units, in_words, label
from accounts.models import Device, User
from lib import wire
from lib.wire import CATALOGUE
from sync.domain import telling
from sync.models import Mutation

NOTHING = Q(pk__in=[])
NO_DEVICE = "the server"  # REST, the admin, SQL: nobody's device


def entity_name(code: int) -> str:
    return str(wire.names().get(code, code)).replace("_", " ")


def codes() -> list[int]:
    """Of the entities and the vocabularies."""
    return list(wire.names())


def pretty(text: str | None) -> SafeString | str:
    """JSON with its indents; as it came, where it is none."""
    if not text:
        return "-"
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return format_html('<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>', text)


def as_uuid(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None


def owners(word: str) -> list[UUID]:
    """Whose address, id, or device's id it is."""
    if "@" in word:
        return list(User.objects.filter(email=word.lower()).values_list("pk", flat=True))
    named = as_uuid(word)
    if named is None:
        return []
    if named == CATALOGUE:
        return [CATALOGUE]
    devices = Device.objects.filter(pk=named).values_list("user_id", flat=True)
    return [*User.objects.filter(pk=named).values_list("pk", flat=True), *devices]


def senders(mutation_id: UUID) -> list[UUID]:
    return list(Mutation.objects.filter(mutation_id=mutation_id).values_list("user_id", flat=True))


def with_device_name(rows: Any) -> Any:
    name = Device.objects.filter(pk=OuterRef("device_id")).values("name")
    return rows.annotate(device_name=Subquery(name[:1]))


def device_name(row: Any) -> str:
    """Of a row that came with it."""
    if row.device_id is None:
        return NO_DEVICE
    return row.device_name or "a device that is gone"


def short(text: str | None, units: Units) -> str:
    """The document of a record, in a few words."""
    document = loaded(text)
    return telling.in_short(document, says=lambda name, value: in_words(name, value, units), labels=label)


def loaded(text: str | None) -> dict[str, Any]:
    """What is no JSON object says nothing that can be shown in short."""
    with contextlib.suppress(ValueError):
        found = json.loads(text or "{}")
        return found if isinstance(found, dict) else {}
    return {}
