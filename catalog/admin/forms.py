"""Forms of the workflow's pages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.enums import Status
from catalog.exceptions import PublishAtInvalid
from catalog.models.editorial import NOTE_MAX_LENGTH
from lib.fields import SLUG_PATTERN

WORDS = {
    Status.DRAFT: "Send back to draft",
    Status.IN_REVIEW: "Submit for review",
    Status.SCHEDULED: "Schedule",
    Status.PUBLISHED: "Publish",
    Status.RETIRED: "Retire",
}


def row_of(model: Any, *, required: bool, label: str, help_text: str = "") -> forms.ModelChoiceField[Any]:
    """A row of the library, searched by typing."""
    return forms.ModelChoiceField(
        queryset=model.objects.canonical(),
        required=required,
        label=label,
        help_text=help_text,
        widget=AutocompleteSelect(model._meta.get_field("replaced_by"), admin.site),
    )


def note_field(label: str = "Note", *, required: bool = False, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=NOTE_MAX_LENGTH,
        help_text=help_text,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


class StepForm(forms.Form):
    """The next step of a row, and what goes with it."""

    to = forms.ChoiceField(label="Next step", widget=UnfoldAdminSelectWidget)
    note = note_field(help_text="For those who look at it next. It is kept with the step.")
    publish_at = forms.SplitDateTimeField(
        required=False, label="Publish at", help_text="To schedule it.", widget=UnfoldAdminSplitDateTimeWidget
    )

    def __init__(self, *args: Any, model: Any, steps: list[Status], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(step, WORDS[step]) for step in steps]  # type: ignore[attr-defined]  # it is a ChoiceField
        if Status.RETIRED in steps:
            self.fields["replaced_by"] = row_of(
                model, required=False, label="Replaced by", help_text="To retire it: what to use from now on."
            )
        if Status.SCHEDULED not in steps:
            del self.fields["publish_at"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("to") == Status.SCHEDULED and not cleaned.get("publish_at") and "publish_at" not in self.errors:
            self.add_error("publish_at", PublishAtInvalid().detail)
        return cleaned


class RollBackForm(forms.Form):
    version = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"], widget=forms.HiddenInput
    )
    note = note_field("Why", help_text="It is kept with the version.")


class MergeForm(forms.Form):
    """keep: which of the two stays."""

    other = forms.UUIDField(widget=forms.HiddenInput)
    keep = forms.ChoiceField(widget=UnfoldAdminSelectWidget, label="Which one stays")
    note = note_field()


class AnswerForm(forms.Form):
    """What a curator says to a suggestion."""

    decision = forms.ChoiceField(widget=UnfoldAdminSelectWidget, label="Answer with")
    slug = forms.RegexField(
        SLUG_PATTERN,
        required=False,
        max_length=64,
        label="Slug",
        help_text="Of the new row of the library. It never changes.",
        widget=UnfoldAdminTextInputWidget,
    )
    answer = forms.CharField(
        required=False,
        max_length=2000,
        label="Words to the athlete",
        help_text="They read this. Needed to decline.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, model: Any, may_publish: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        publish = [("publish", "Take it into the library, published")] if may_publish else []
        self.fields["decision"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            *publish,
            ("draft", "Take it into the library, as a draft"),
            ("merge", "The library has it: merge it into that"),
            ("decline", "Decline it"),
        ]
        self.fields["row"] = row_of(
            model, required=False, label="Row of the library", help_text="To merge it: what the library has already."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        needed = {"publish": "slug", "draft": "slug", "merge": "row", "decline": "answer"}
        name = needed.get(cleaned.get("decision", ""))
        if name and not cleaned.get(name) and name not in self.errors:
            self.add_error(name, "This is needed for this answer.")
        return cleaned


class ProposeForm(forms.Form):
    """What goes with a change that somebody else applies. It stands below the fields of the row."""

    proposal_note = note_field("Why", help_text="For whoever looks at it. It is kept with the change.")


class AnswerProposalForm(forms.Form):
    """fields: what of it is applied. seen: what stood when the page was drawn."""

    decision = forms.ChoiceField(
        widget=UnfoldAdminSelectWidget,
        label="Answer with",
        choices=[("apply", "Apply it"), ("decline", "Decline it")],
    )
    fields_applied = forms.MultipleChoiceField(
        required=False, label="To apply", widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    answer = note_field("Words to whoever proposed it", help_text="Needed to decline.")
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fields_applied"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == "decline" and not cleaned.get("answer"):
            self.add_error("answer", "Say why.")
        if cleaned.get("decision") == "apply" and not cleaned.get("fields_applied"):
            self.add_error("fields_applied", "Choose what of it is applied, or decline it.")
        return cleaned
