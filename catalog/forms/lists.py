"""The lists that rows of the library hold: names, aliases, portions, citations, media, texts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.forms.rows import Column, Row, RowsField
from catalog.models.library import NAME_MAX_LENGTH

COMMON_LANGUAGES = ("de", "es", "fr")  # first in the list, as the seed has them
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
MEDIA_KINDS = (("image", "Image"), ("video", "Video"), ("animation", "Animation"), ("page", "Page"))


def languages() -> list[tuple[str, str]]:
    known = {code: str(info["name"]) for code, info in LANG_INFO.items() if "name" in info and code != "en"}
    others = sorted((name, code) for code, name in known.items() if code not in COMMON_LANGUAGES)
    ordered = [*((known[code], code) for code in COMMON_LANGUAGES), *others]
    return [("", "Language"), *((code, f"{name} ({code})") for name, code in ordered)]


class OpenSelect(UnfoldAdminSelectWidget):  # type: ignore[misc]  # unfold has no stubs
    """Offers what stands, too, whatever it is."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        known = {str(choice) for choice, _ in self.choices}
        unknown = [(one, one) for one in value if one not in known]
        return [
            *super().optgroups(name, value, attrs),
            *((None, [self.create_option(name, one, label, selected=True, index=0)], 0) for one, label in unknown),
        ]


class AddressWidget(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # unfold has no stubs
    """Unfold's own says the address again below the box."""

    input_type = "url"


class BoxField(forms.CharField):
    def __init__(self, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, widget=kwargs.pop("widget", UnfoldAdminTextInputWidget()), **kwargs)


class NumberField(forms.FloatField):
    """A whole number is an integer, as people write it in JSON."""

    def __init__(self, *, suffix: str = "", **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "any", "type": "number"}), **kwargs)

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        return int(number) if number is not None and number.is_integer() else number


class NamesField(RowsField):
    """{language: name}"""

    one = "name"

    def __init__(self, **kwargs: Any) -> None:
        language = forms.RegexField(
            LANGUAGE_PATTERN,
            error_messages={"invalid": "A code such as de or pt-BR.", "required": "Choose one."},
            widget=OpenSelect(choices=languages()),
        )
        columns = [
            Column("language", "Language", language, width=4),
            Column("name", "Name", BoxField(NAME_MAX_LENGTH), width=8),
        ]
        super().__init__(columns=columns, **{"help_text": "In other languages than English.", **kwargs})

    def rows_of(self, value: dict[str, Any]) -> Iterable[Mapping[str, Any]]:
        return ({"language": language, "name": name} for language, name in value.items())

    def value_of(self, rows: list[dict[str, Any]]) -> dict[str, str]:
        return {row["language"]: row["name"] for row in rows}

    def clean_row(self, row: Row, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        cleaned = super().clean_row(row, before)
        if any(other["language"] == cleaned["language"] for other in before):
            raise ValidationError("There is a name in this language already. Other ones are aliases.")
        return cleaned


class TextsField(RowsField):
    """[text]"""

    def __init__(self, *, one: str, max_length: int = 1000, **kwargs: Any) -> None:
        self.one = one
        super().__init__(columns=[Column("text", one.capitalize(), BoxField(max_length))], **kwargs)

    def rows_of(self, value: list[Any]) -> Iterable[Mapping[str, Any]]:
        return ({"text": text} for text in value)

    def value_of(self, rows: list[dict[str, Any]]) -> list[str]:
        return [row["text"] for row in rows]


class AliasesField(TextsField):
    """Other names, each once."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = "Other names to be found by, in any language."
        super().__init__(one="alias", max_length=NAME_MAX_LENGTH, **{"help_text": help_text, **kwargs})

    def clean_row(self, row: Row, before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        cleaned = super().clean_row(row, before)
        if any(other["text"] == cleaned["text"] for other in before):
            raise ValidationError("This alias is there already.")
        return cleaned


class ObjectsField(RowsField):
    """[{column: value}]; what is empty is left out."""

    def rows_of(self, value: list[Any]) -> Iterable[Mapping[str, Any]]:
        return iter(value)

    def value_of(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{name: value for name, value in row.items() if value not in (None, "")} for row in rows]


class PortionsField(ObjectsField):
    one = "portion"

    def __init__(self, **kwargs: Any) -> None:
        grams = NumberField(min_value=0.01, max_value=100_000)
        columns = [
            Column("name", "Portion, such as 1 slice", BoxField(100), width=8),
            Column("grams", "Grams", grams, width=4),
        ]
        super().__init__(columns=columns, **{"help_text": "What it is measured in, and what that weighs.", **kwargs})


class CitationsField(ObjectsField):
    one = "citation"
    preview = True

    def __init__(self, **kwargs: Any) -> None:
        year = forms.IntegerField(
            required=False,
            min_value=1800,
            max_value=2200,
            widget=UnfoldAdminIntegerFieldWidget(attrs={"type": "number"}),
        )
        columns = [
            Column("title", "Title", BoxField(500), width=6),
            Column("url", "Address", _url_field(required=False), width=4),
            Column("year", "Year", year, width=2),
        ]
        super().__init__(columns=columns, **{"help_text": "What says so.", **kwargs})


class MediaField(ObjectsField):
    one = "link"
    preview = True

    def __init__(self, **kwargs: Any) -> None:
        kind = forms.CharField(
            max_length=30,
            error_messages={"required": "Choose one."},
            widget=OpenSelect(choices=[("", "Kind"), *MEDIA_KINDS]),
        )
        columns = [
            Column("kind", "Kind", kind, width=3),
            Column("url", "Address", _url_field(required=True), width=9),
        ]
        super().__init__(columns=columns, **{"help_text": "Links to images and videos.", **kwargs})


def _url_field(*, required: bool) -> forms.URLField:
    return forms.URLField(
        required=required,
        max_length=500,
        assume_scheme="https",
        widget=AddressWidget(),
    )
