"""The condition of a rule as lines, and its outcome as the boxes of its kind. What lines cannot say is written as text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminSelectWidget

from catalog.domain.reading import SIGNS, reading
from catalog.domain.rule_conditions import KNOWN, OPERATORS, condition_faults
from catalog.domain.rule_facts import FACTS, Fact
from catalog.domain.rule_outcomes import KINDS, schema_of
from catalog.domain.rules_language import rule_faults
from catalog.forms.lists import BoxField
from catalog.forms.pages import PageWidget
from catalog.forms.rows import Column, Row, RowsField, Sent

Comparison = dict[str, Any]
YES, NO = ("true", "yes"), ("false", "no")
SUBJECTS = {"athlete": "The athlete", "exercise": "An exercise", "muscle": "A muscle"}


def lines_of(condition: Any) -> tuple[str, list[Comparison]] | None:
    """How its lines are joined, and each of them; None where it nests deeper than lines can say."""
    if condition == {}:
        return "all", []
    if not isinstance(condition, dict) or len(condition) not in (1, 2):
        return None
    join = next((name for name in ("all", "any") if name in condition), "")
    parts = condition[join] if join else [condition]
    is_flat = isinstance(parts, list) and all(_is_line(part) for part in parts)
    return (join or "all", parts) if is_flat else None


def _is_line(part: Any) -> bool:
    inner = part.get("not", part) if isinstance(part, dict) else {}
    return isinstance(inner, dict) and len(inner) == 2 and "fact" in inner  # noqa: PLR2004 - the fact, and how it compares


class LinesField(RowsField):
    """[comparison]"""

    one = "line"

    def __init__(self) -> None:
        facts = [("", "Fact"), *((words, self._choices(subject)) for subject, words in SUBJECTS.items())]
        signs = [("", "Comparison"), *((name, SIGNS[name]) for name in (*OPERATORS, KNOWN))]
        negations = [("", "that"), ("not", "not that")]
        columns = [
            Column("negation", "That or not", _choice(negations, required=False), width=2),
            Column("fact", "Fact", _choice(facts), width=4),
            Column("sign", "Comparison", _choice(signs), width=3),
            Column("value", "Value", BoxField(500), width=3),
        ]
        super().__init__(columns=columns)

    def _choices(self, subject: str) -> list[tuple[str, str]]:
        return [(name, name.replace("_", " ")) for name, fact in FACTS.items() if fact.subject == subject]

    def rows_of(self, value: list[Comparison]) -> Iterable[Mapping[str, Any]]:
        for comparison in value:
            inner = comparison.get("not", comparison)
            [(sign, compared)] = ((name, found) for name, found in inner.items() if name != "fact")
            said = compared if isinstance(compared, list) else [compared]
            yield {
                "negation": "not" if "not" in comparison else "",
                "fact": inner["fact"],
                "sign": sign,
                "value": ", ".join(one if isinstance(one, str) else orjson.dumps(one).decode() for one in said),
            }

    def value_of(self, rows: list[dict[str, Any]]) -> list[Comparison]:
        return [row["comparison"] for row in rows]

    def clean_row(self, row: Row, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        cleaned = super().clean_row(row, before)
        fact, sign = FACTS[cleaned["fact"]], cleaned["sign"]
        comparison: Comparison = {"fact": fact.name, sign: _value(fact, sign, cleaned["value"])}
        faults = condition_faults(comparison)
        if faults:
            raise ValidationError([fault.detail for fault in faults])
        return {"comparison": {"not": comparison} if cleaned["negation"] else comparison}


def _choice(choices: list[Any], *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=choices,
        required=required,
        error_messages={"required": "Choose one."},
        widget=UnfoldAdminSelectWidget(choices=choices),
    )


def _value(fact: Fact, sign: str, text: str) -> Any:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if sign == KNOWN:
        return _read(text, is_yes_or_no=True, is_number=False)
    values = [_read(word, is_yes_or_no=fact.type == "boolean", is_number=fact.is_numeric) for word in words]
    if OPERATORS[sign].takes_list:
        return values
    return values[0] if len(values) == 1 else text


def _read(word: str, *, is_yes_or_no: bool, is_number: bool) -> Any:
    """What cannot be read stays a text: the language says what is wrong with it."""
    if is_yes_or_no and word.lower() in (*YES, *NO):
        return word.lower() in YES
    if is_number:
        try:
            number = float(word)
        except ValueError:
            return word
        return int(number) if number.is_integer() else number
    return word


@dataclass(frozen=True)
class Condition:
    """As a page shows it: lines, or a text."""

    join: str
    rows: list[Row]
    text: str


class ConditionWidget(PageWidget):
    template_name = "admin/catalog/forms/condition.html"

    def __init__(self, lines: LinesField) -> None:
        super().__init__()
        self.lines = lines

    def context_of(self, name: str, value: Condition, attrs: dict[str, Any]) -> dict[str, Any]:
        return {
            "join": value.join,
            "lines": self.lines.widget.render(name, value.rows, attrs),
            "text": value.text,
            "read": _read_back(value.text),
            "facts": FACTS.values(),
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Condition:
        join = "any" if data.get(f"{name}-join") == "any" else "all"
        rows = self.lines.widget.value_from_datadict(data, files, name)
        return Condition(join, rows, str(data.get(f"{name}-text", "")).strip())


class ConditionField(forms.Field):
    """A text, if there is one, counts; the lines else."""

    def __init__(self, **kwargs: Any) -> None:
        self.lines = LinesField()
        super().__init__(required=False, widget=ConditionWidget(self.lines), **kwargs)

    def __deepcopy__(self, memo: Any) -> "ConditionField":
        """Each form has lines of its own, which know what is wrong with them."""
        copied: ConditionField = super().__deepcopy__(memo)
        copied.lines = LinesField()
        copied.widget = ConditionWidget(copied.lines)
        return copied

    def prepare_value(self, value: Any) -> Condition:
        if isinstance(value, Condition):
            sent: Sent = self.lines.bound_data(value.rows, None)
            return Condition(value.join, sent.rows, value.text)
        found = lines_of(value or {})
        if found is None:
            return Condition("all", [], _pretty(value))
        return Condition(found[0], self.lines.prepare_value(found[1]), "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial) != self.prepare_value(data)

    def clean(self, value: Condition) -> Any:
        if value.text:
            return _parsed(value.text)
        lines = self.lines.clean(value.rows)
        if len(lines) == 1:
            return lines[0]
        return {value.join: lines} if lines else {}


class OutcomeWidget(PageWidget):
    """A text that the script turns into the boxes of the kind."""

    template_name = "admin/catalog/forms/outcome.html"

    class Media:
        js = ["catalog/progressions.js"]

    def context_of(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        kinds = {kind: {"words": outcome.doc, "schema": schema_of(kind)} for kind, outcome in KINDS.items()}
        return {"text": value, "kinds": kinds}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        return str(data.get(name, "")).strip()


class OutcomeField(forms.Field):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=OutcomeWidget(), **kwargs)

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else _pretty(value or {})

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != (initial or {}))
        except ValidationError:
            return True

    def clean(self, value: str) -> Any:
        return _parsed(value) if value else {}


def fit_faults(condition: Any, outcome: Any) -> list[str]:
    """What is wrong with the two of them together."""
    if not condition or not outcome:
        return []  # a rule that is still to be written
    return [f"{fault.path}: {fault.detail}" for fault in rule_faults(condition, outcome)]


def _read_back(text: str) -> str:
    """What a condition says that is written as text; empty where it is none."""
    try:
        condition = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    return "" if condition_faults(condition) else reading("condition", condition)


def _pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text) or {}
    except orjson.JSONDecodeError as problem:
        raise ValidationError(f"This is not JSON: {problem}.", code="invalid") from problem
