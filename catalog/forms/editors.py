"""A form for each kind of row, by which a curator never writes JSON."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from catalog.forms.choices import (
    AllergensField,
    DietsField,
    EquipmentField,
    NutrientSlugsField,
    PrimaryMusclesField,
    SecondaryMusclesField,
    SlugsField,
    TimingField,
    read_vocabularies,
)
from catalog.forms.lists import (
    AliasesField,
    CitationsField,
    MediaField,
    NamesField,
    PortionsField,
    TextsField,
)
from catalog.forms.nutrients import NutrientsField
from catalog.forms.rules import ConditionField, OutcomeField, fit_faults
from catalog.forms.schemas import MetadataSchemaField
from catalog.forms.texts import markdown_in
from lib.admin import OwnedForm
from lib.fields import SLUG_PATTERN

MARKDOWN = ("instructions", "description", "rationale")


def hold_slug(form: forms.BaseForm) -> None:
    """A slug is what clients write into their sets: lower case, digits and hyphens, as the wire requires."""
    if "slug" in form.fields:  # not there once it is written
        form.fields["slug"].required = True
        form.fields["slug"].validators.append(RegexValidator(SLUG_PATTERN, "Lower case letters, digits and hyphens."))


class SluggedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hold_slug(self)


class NamedForm(SluggedForm):
    """Of a vocabulary whose words have names in other languages."""

    names = NamesField()


class EditorForm(OwnedForm):
    """Of a canonical row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hold_slug(self)
        read_vocabularies(self)
        markdown_in(self, *MARKDOWN)
        replaced_by: Any = self.fields.get("replaced_by")
        if replaced_by is not None:
            replaced_by.queryset = self._meta.model.objects.canonical().exclude(pk=self.instance.pk)


class LibraryForm(EditorForm):
    names = NamesField()
    aliases = AliasesField()


class ExerciseTypeForm(LibraryForm):
    primary_muscles = PrimaryMusclesField()
    secondary_muscles = SecondaryMusclesField()
    equipment = EquipmentField()
    media = MediaField()  # type: ignore[assignment]  # it is a field here, and Django moves it away
    metadata_schema = MetadataSchemaField(label="Records")


class FoodForm(LibraryForm):
    diets = DietsField()
    allergens = AllergensField()
    portions = PortionsField()
    nutrients = NutrientsField(has_label=True, help_text="In 100 g. Leave empty what was not measured: it is not zero.")


class SupplementForm(LibraryForm):
    nutrients = NutrientSlugsField(label="Supplies", help_text="Its doses count towards the limits of these.")
    contents = NutrientsField(label="In one serving", help_text="Of a product: what one serving holds.")
    forms = TextsField(one="form", help_text="What it is sold as: capsule, powder, citrate...")
    timing = TimingField()
    benefits = TextsField(one="benefit")
    warnings = TextsField(one="warning")
    contraindications = SlugsField()
    citations = CitationsField()


class SupplementInteractionForm(EditorForm):
    with_nutrients = NutrientSlugsField()
    citations = CitationsField()


class NutritionTemplateForm(LibraryForm):
    exclusions = AllergensField(help_text="What it holds nothing of.")
    tags = SlugsField()


class RecommendationRuleForm(LibraryForm):
    condition = ConditionField()
    outcome = OutcomeField()
    citations = CitationsField()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for words in fit_faults(cleaned.get("condition"), cleaned.get("outcome")):
            self.add_error("outcome", words)
        return cleaned


class ProgramForm(EditorForm):
    equipment = EquipmentField()
    tags = SlugsField()
