"""What was logged keeps its values: they are copied into the log when it is written, whoever writes it."""

from typing import Any

import pgtrigger

from lib.sqlfiles import load_sql


class Copies(pgtrigger.Trigger):
    """A row trigger before the write. What the athlete says stands; what they leave empty is copied from what they name."""

    level = pgtrigger.Row
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update
    file = ""

    def get_func(self, model: Any) -> str:
        return load_sql("nutrition", self.file)


class CopiesFood(Copies):
    file = "copies_food"


class CopiesDose(Copies):
    file = "copies_dose"

    def get_declare(self, model: Any) -> list[tuple[str, str]]:
        return [("change", "numeric")]
