"""Sets of slugs: muscles chosen on the body, equipment and others in groups, and words. All but the words are plain check
boxes; the picture ticks them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.enums import BodyRegion, Diet, EquipmentKind
from catalog.forms.pages import PageWidget
from catalog.models import Equipment, Muscle, Nutrient

Group = tuple[str, list[tuple[str, str]]]  # its name, and slugs with names


class GroupsWidget(PageWidget):
    """body: "primary" or "secondary" where the boxes are muscles. The picture stands above the primary ones."""

    template_name = "admin/catalog/forms/groups.html"

    def __init__(self, *, body: str = "") -> None:
        super().__init__()
        self.body = body
        self.groups: Sequence[Group] = ()

    def context_of(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        chosen = set(value or [])
        listed = {slug for _, choices in self.groups for slug, _ in choices}
        unknown = [(slug, slug) for slug in sorted(chosen - listed)]
        groups = [*self.groups, *([("In no list", unknown)] if unknown else [])]
        return {"groups": groups, "chosen": chosen, "body": self.body}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(data.getlist(name)) if hasattr(data, "getlist") else list(data.get(name, []))


class GroupsField(forms.Field):
    """A set of slugs, sorted. A subclass says of which vocabulary."""

    body = ""
    is_open = False  # what stands in no list stays, if it stands already

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=GroupsWidget(body=self.body), **kwargs)
        self.standing: set[str] = set()

    def groups(self) -> Iterable[Group]:
        raise NotImplementedError

    def read(self, standing: Iterable[str]) -> None:
        """Reads the vocabulary, once for each form."""
        self.standing = set(standing) if self.is_open else set()
        self.widget.groups = list(self.groups())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(initial or []) != sorted(data or [])

    def clean(self, value: list[str]) -> list[str]:
        known = {slug for _, choices in self.widget.groups for slug, _ in choices}
        strange = sorted(set(value) - known - self.standing)
        if strange:
            raise ValidationError(f"There is no {', '.join(strange)}.", code="invalid_choice")
        return sorted(set(value))


class MusclesField(GroupsField):
    def groups(self) -> Iterable[Group]:
        muscles = list(Muscle.objects.order_by("name"))
        for region in BodyRegion:
            yield region.label, [(row.slug, row.name) for row in muscles if row.body_region == region]


class PrimaryMusclesField(MusclesField):
    body = "primary"


class SecondaryMusclesField(MusclesField):
    body = "secondary"


class EquipmentField(GroupsField):
    def groups(self) -> Iterable[Group]:
        things = list(Equipment.objects.order_by("name"))
        for kind in EquipmentKind:
            yield kind.label, [(row.slug, row.name) for row in things if row.kind == kind]


class NutrientSlugsField(GroupsField):
    def groups(self) -> Iterable[Group]:
        yield "", [(row.slug, row.name) for row in Nutrient.objects.order_by("position", "name")]


class DietsField(GroupsField):
    is_open = True

    def groups(self) -> Iterable[Group]:
        yield "", [(diet.value, diet.label) for diet in Diet if diet != Diet.OMNIVORE]


class AllergensField(GroupsField):
    """Those that labels in the EU name (Regulation 1169/2011, annex II)."""

    is_open = True
    slugs = (
        "celery", "crustaceans", "eggs", "fish", "gluten", "lupin", "milk", "molluscs", "mustard", "nuts", "peanuts",
        "sesame", "soy", "sulphites",
    )  # fmt: skip

    def groups(self) -> Iterable[Group]:
        yield "", [(slug, slug.capitalize()) for slug in self.slugs]


class TimingField(GroupsField):
    is_open = True
    slugs = (
        "any-time", "morning", "evening", "before-bed", "with-meal", "between-meals", "before-training", "during-training",
        "around-training", "after-training",
    )  # fmt: skip

    def groups(self) -> Iterable[Group]:
        yield "", [(slug, slug.replace("-", " ").capitalize()) for slug in self.slugs]


class SlugsField(forms.CharField):
    """Words, with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Words, with commas between them.")
        super().__init__(required=False, widget=UnfoldAdminTextInputWidget(), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return sorted({slug for word in super().clean(value).split(",") if (slug := slugify(word))})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(initial or []) != self.clean(data)


def read_vocabularies(form: Any) -> None:
    for name, field in form.fields.items():
        if isinstance(field, GroupsField):
            field.read(getattr(form.instance, name, None) or [])
