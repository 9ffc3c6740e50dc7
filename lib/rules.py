"""Rules over more than one row that a CHECK cannot say: statement triggers that refuse, each with a code of its own."""

from typing import Any

import pgtrigger
from django.db import models

from lib.capture import NEW_ROWS, OLD_ROWS
from lib.sqlfiles import load_sql


class Rule(pgtrigger.Trigger):
    """A statement trigger after INSERT or UPDATE whose body, a file in lib/sql, raises where the rule is broken."""

    level = pgtrigger.Statement
    when = pgtrigger.After
    referencing = NEW_ROWS
    file = ""
    violation_code = "does_not_exist"
    violation_message = "There is no such row of yours."

    def __init__(self, *, field: str, operation: Any) -> None:
        self.field = field
        event = str(operation).lower()
        super().__init__(name=f"{field}_{self.file}_{event}", operation=operation)

    def constraint_name(self, model: type[models.Model]) -> str:
        """What the database calls the broken rule."""
        return f"{model._meta.app_label}_{model._meta.model_name}_{self.field}_{self.file}"

    def replacements(self, model: type[models.Model]) -> dict[str, str]:
        raise NotImplementedError

    def get_func(self, model: Any) -> str:
        text = load_sql("lib", self.file).replace("/*constraint*/", self.constraint_name(model))
        for name, value in self.replacements(model).items():
            text = text.replace(name, value)
        return text


class OwnOrShared(Rule):
    """The reference is to a row shared by all (it has no owner), or to one of the same user."""

    file = "own_or_shared"

    def replacements(self, model: type[models.Model]) -> dict[str, str]:
        field = model._meta.get_field(self.field)
        assert isinstance(field, models.ForeignKey)
        target = field.related_model
        assert isinstance(target, type)
        return {"/*target*/": target._meta.db_table, "/*column*/": field.column}


class KnownSlugs(Rule):
    """Every slug of the set is one of a vocabulary table, whose key is `slug`."""

    file = "known_slugs"
    violation_message = "There is no such slug in the library."

    def __init__(self, *, field: str, vocabulary: str, operation: Any) -> None:
        self.vocabulary = vocabulary
        super().__init__(field=field, operation=operation)

    def replacements(self, model: type[models.Model]) -> dict[str, str]:
        return {"/*vocabulary*/": self.vocabulary, "/*column*/": self.field}


class NotNamed(Rule):
    """On a vocabulary: a slug that some set still names cannot be deleted."""

    file = "not_named"
    referencing = OLD_ROWS
    violation_code = "in_use"
    violation_message = "Something still names this slug."

    def __init__(self, *, table: str, column: str) -> None:
        self.table, self.column = table, column
        super().__init__(field=column, operation=pgtrigger.Delete)

    def replacements(self, model: type[models.Model]) -> dict[str, str]:
        return {"/*table*/": self.table, "/*column*/": self.column}


def own_or_shared(field: str) -> list[pgtrigger.Trigger]:
    return [OwnOrShared(field=field, operation=operation) for operation in (pgtrigger.Insert, pgtrigger.Update)]


def known_slugs(field: str, vocabulary: str) -> list[pgtrigger.Trigger]:
    return [
        KnownSlugs(field=field, vocabulary=vocabulary, operation=operation)
        for operation in (pgtrigger.Insert, pgtrigger.Update)
    ]
