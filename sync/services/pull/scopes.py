"""What a request is about: whose changes, and of which entities."""

from collections.abc import Sequence

from accounts.models import User
from lib import wire
from lib.writes import Catalogue
from sync.domain.shapes import Scope
from sync.exceptions import UnknownEntity
from sync.services.pull.cursors import Owner

Codes = tuple[int, ...]  # of entities; none stands for all


def owner_of(user: User, scope: Scope) -> Owner:
    return Catalogue() if scope == "catalog" else user


def codes_of(scope: Scope, names: Sequence[str] | None) -> Codes:
    """In ascending order; none where all are meant. Raises UnknownEntity."""
    known = {entity.name: entity.code for entity in (wire.catalogue() if scope == "catalog" else wire.entities())}
    unknown = sorted(set(names or ()) - known.keys())
    if unknown:
        raise UnknownEntity(f"There is no entity {', '.join(unknown)} in this scope. There are {', '.join(known)}.")
    return tuple(sorted({known[name] for name in names or ()}))
