from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from catalog import enums
from catalog.models.editorial import NOTE_MAX_LENGTH, entity_field, person_field
from lib.fields import EnumField

PENDING = enums.ProposalState.PENDING
CALLED_MAX_LENGTH = 200


class Proposal(models.Model):
    """A change of a row that athletes can see, by somebody who may not make it alone. A second person applies or declines it;
    until then the row is as it was.
    """

    entity = entity_field()
    row_id = models.UUIDField()
    name = models.CharField(max_length=CALLED_MAX_LENGTH, help_text="What the row was called.")
    changes = models.JSONField(
        encoder=DjangoJSONEncoder, help_text='By field: {"instructions": {"before": ..., "after": ...}}.'
    )
    by = person_field()
    at = models.DateTimeField()
    note = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True, default="")
    state = EnumField(choices=enums.ProposalState, default=PENDING)
    applied = ArrayField(models.CharField(max_length=64), default=list, help_text="The fields of it that were applied.")
    answer = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True, default="")
    answered_by = person_field()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=PENDING, answered_at=None)
                | (~models.Q(state=PENDING) & models.Q(answered_at__isnull=False)),
                name="catalog_proposal_answered",
                violation_error_code="invalid",
                violation_error_message="What is answered says when.",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "at"], name="catalog_proposal_queue"),  # what waits for a second person
            models.Index(fields=["row_id", "state"], name="catalog_proposal_of_row"),  # what is proposed for a row
        ]

    def __str__(self) -> str:
        return self.name
