"""Rules over more than one row that a CHECK cannot say: statement triggers that refuse, each with a code of its own."""

from typing import Any

import pgtrigger
from django.db import models

from lib.capture import NEW_ROWS
from lib.sqlfiles import load_sql


class Rule(pgtrigger.Trigger):
    """A statement trigger after INSERT or UPDATE whose body raises where the rule is broken.

    The body is `<app>/sql/<file>.sql` of the app that the rule is written in. `field`: the one that the error names.
    """

    level = pgtrigger.Statement
    when = pgtrigger.After
    referencing: Any = NEW_ROWS
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
        """Of places in the SQL file, by what they are written as there."""
        return {}

    def get_func(self, model: Any) -> str:
        app = type(self).__module__.partition(".")[0]
        text = load_sql(app, self.file).replace("/*constraint*/", self.constraint_name(model))
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


def on_write(rule: type[Rule], field: str) -> list[pgtrigger.Trigger]:
    """The rule for rows that come and rows that change: PostgreSQL wants a trigger for each."""
    return [rule(field=field, operation=operation) for operation in (pgtrigger.Insert, pgtrigger.Update)]


def own_or_shared(field: str) -> list[pgtrigger.Trigger]:
    return on_write(OwnOrShared, field)


class AppendOnly(pgtrigger.Trigger):
    """Rows are written once: to change, delete or truncate any is refused, whoever tries it."""

    name = "append_only"
    level = pgtrigger.Statement
    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate

    def get_func(self, model: Any) -> str:
        return load_sql("lib", self.name)
