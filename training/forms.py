"""Forms of the admin's own pages."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django import forms
from django.utils.crypto import constant_time_compare, salted_hmac
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.domain.addresses import form_to_look_up
from accounts.enums import DistanceUnit, WeightUnit
from accounts.models import User
from lib.fields import validate_time_zone
from training.services.files.importing import MAX_FILE_BYTES, HowToRead, HowToTake, as_asked

AS_SET = ("", "As in their settings")


def _switch(label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanSwitchWidget)


class ImportFileForm(forms.Form):
    """A file for a user. What was tried carries a seal: only the same file, for the same user and in the same way, is taken."""

    user = forms.CharField(label="E-mail address of the user", widget=UnfoldAdminEmailInputWidget)
    file = forms.FileField(
        help_text="Of Strong, Hevy, FitNotes, Liftosaur, openweight, MyFitnessPal or Cronometer.",
        widget=UnfoldAdminFileFieldWidget,
    )
    time_zone = forms.CharField(
        required=False,
        validators=[validate_time_zone],
        help_text="Of times that name none; as in their settings if empty.",
        widget=UnfoldAdminTextInputWidget,
    )
    weight_unit = forms.ChoiceField(
        choices=[AS_SET, *WeightUnit.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    distance_unit = forms.ChoiceField(
        choices=[AS_SET, *DistanceUnit.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    dates = forms.ChoiceField(
        label="03/04/2026 is",
        choices=[("", "Shown by the file"), ("dmy", "3 April"), ("mdy", "4 March")],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    matches = forms.CharField(
        label="Corrected names",
        required=False,
        help_text="One a line: the name in the file = the id of the exercise type. They are remembered.",
        widget=UnfoldAdminTextareaWidget,
    )
    take_file = _switch("Take the file's value where the user has another one")
    bring_back = _switch("Bring back what the user deleted")
    moved = _switch("A workout that holds the same as one the file lacks has another start")
    tried = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_user(self) -> User:
        found = User.objects.filter(email=form_to_look_up(self.cleaned_data["user"])).first()
        if found is None:
            raise forms.ValidationError("Nobody has this address.")
        return found

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            raise forms.ValidationError(f"A file holds at most {MAX_FILE_BYTES} bytes.")
        content: bytes = file.read()
        return content

    def clean_matches(self) -> dict[str, UUID]:
        found = {}
        for line in filter(str.strip, self.cleaned_data["matches"].splitlines()):
            name, _, type_id = line.rpartition("=")
            try:
                found[name.strip()] = UUID(type_id.strip())
            except ValueError:
                raise forms.ValidationError(f"{line.strip()!r} is not a name = an id.") from None
            if not name.strip():
                raise forms.ValidationError(f"{line.strip()!r} names nothing.")
        return found

    def how(self) -> HowToRead:
        names = ("user", "time_zone", "weight_unit", "distance_unit", "dates")
        return as_asked(**{name: self.cleaned_data[name] for name in names})

    def take(self) -> HowToTake:
        return HowToTake(**{name: self.cleaned_data[name] for name in ("take_file", "bring_back", "moved", "matches")})

    @property
    def seal(self) -> str:
        values: dict[str, Any] = {**self.cleaned_data, "user": self.cleaned_data["user"].pk, "tried": ""}
        values["file"] = sha256(self.cleaned_data["file"]).hexdigest()
        return salted_hmac("training.import_file", repr(sorted(values.items())), algorithm="sha256").hexdigest()

    def was_tried(self) -> bool:
        return constant_time_compare(self.cleaned_data["tried"], self.seal)

    def to_be_sent_again(self) -> "ImportFileForm":
        """With all but the file, which a browser does not keep, and with the seal."""
        again = ImportFileForm(initial={**{name: self.data.get(name) for name in self.fields}, "tried": self.seal})
        again.fields["file"].help_text = "Choose the same file again to import it."
        return again
