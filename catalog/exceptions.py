"""What the library refuses."""

from lib.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable


class StepNotAllowed(Conflict):
    """From where it stands, this step is not possible."""

    code = "step_not_allowed"


class PublishingNotAllowed(Forbidden):
    """You may not publish or retire rows of the library. Ask somebody who may."""

    code = "publishing_not_allowed"


class ChangingNotAllowed(Forbidden):
    """This is published: somebody who may publish alone changes it."""

    code = "changing_not_allowed"


class SecondPersonNeeded(Forbidden):
    """You wrote this, so somebody else publishes it."""

    code = "second_person_needed"


class PublishAtInvalid(DomainError):
    """Say when it is to be published: a time that is still to come."""

    code = "publish_at_invalid"
    attr = "publish_at"


class ReplacementInvalid(DomainError):
    """A replacement is another row of the same library, and published."""

    code = "replacement_invalid"
    attr = "replaced_by"


class NotMergeable(Conflict):
    """These two cannot be merged."""

    code = "not_mergeable"


class MergeUndone(Conflict):
    """This merge was undone already, or what it made has changed since: there is nothing to undo."""

    code = "merge_undone"


class VersionUnknown(DomainError):
    """There is no such version."""

    code = "version_unknown"


class SuggestedAlready(Conflict):
    """This was suggested before, and was taken into the library."""

    code = "suggested_already"


class SuggestionAnswered(Conflict):
    """This suggestion was answered already."""

    code = "suggestion_answered"


class NothingProposed(DomainError):
    """Nothing of it differs from what stands."""

    code = "nothing_proposed"


class ProposalAnswered(Conflict):
    """This proposal was answered already."""

    code = "proposal_answered"


class ProposalOutdated(Conflict):
    """The row has changed since you looked at this proposal. Look at it again."""

    code = "proposal_outdated"


class SlugTaken(DomainError):
    """There is one with this slug in the library."""

    code = "unique"
    attr = "slug"


class BarcodeInvalid(DomainError):
    """This is no GTIN: 8, 12, 13 or 14 digits, of which the last one checks the others."""

    code = "barcode_invalid"
    attr = "gtin"


class BarcodeNotHere(NotFound):
    """No food here has this barcode, and this server asks nobody else."""

    code = "barcode_not_here"


class BarcodeUnknown(NotFound):
    """No food has this barcode, neither here nor in Open Food Facts."""

    code = "barcode_unknown"


class MirrorUnavailable(Unavailable):
    """No food here has this barcode, and Open Food Facts does not answer right now. Try again later."""

    code = "mirror_unavailable"

    def __init__(self, *, retry_after_s: int = 1) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s
