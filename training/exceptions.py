from collections.abc import Sequence

from lib.errors import Conflict, DomainError


class TooManyPlates(DomainError):
    """These are too many different plates to try them all. Leave out some kinds."""

    code = "too_many_plates"
    attr = "item"


class CannotSchedule(DomainError):
    """It cannot be scheduled like this."""

    code = "cannot_schedule"


class EmptyProgram(CannotSchedule):
    """The program has no days."""

    code = "empty_program"
    attr = "program"


class WeekdaysMissing(CannotSchedule):
    """Choose the weekdays on which to train."""

    code = "weekdays_missing"
    attr = "weekdays"


class EndMissing(CannotSchedule):
    """The program has no end: say until when, or for how many weeks."""

    code = "end_missing"
    attr = "until"


class EndsBeforeStart(CannotSchedule):
    """A schedule cannot end before it starts."""

    code = "ends_before_start"
    attr = "until"


class ScheduleTooLong(CannotSchedule):
    """At most two years are scheduled at once. Choose an earlier end, or more weekdays."""

    code = "schedule_too_long"
    attr = "until"


class NothingToSchedule(CannotSchedule):
    """None of the weekdays is in this time."""

    code = "nothing_to_schedule"
    attr = "weekdays"


class EnrolledAlready(Conflict):
    """You are doing this program already. Finish, pause or abandon that enrolment first."""

    code = "enrolled_already"
    attr = "program"


class EnrolmentEnded(Conflict):
    """This enrolment has ended. Begin a new one."""

    code = "enrolment_ended"


class NotOpen(Conflict):
    """This day is done, under way or skipped. Only open ones can be moved, swapped or skipped."""

    code = "not_open"


class FulfilsAnother(Conflict):
    """This workout fulfils another scheduled workout already."""

    code = "fulfils_another"
    attr = "workout"


class MesocycleEnded(Conflict):
    """This mesocycle has ended."""

    code = "mesocycle_ended"


class MesocycleNotStarted(Conflict):
    """This mesocycle has not been started yet."""

    code = "mesocycle_not_started"


class MesocycleWithoutWeeks(DomainError):
    """This mesocycle has no weeks. Add some first."""

    code = "mesocycle_without_weeks"


class TooManyWeeks(DomainError):
    """A mesocycle has at most 52 weeks."""

    code = "too_many_weeks"


class FileUnreadable(DomainError):
    """This is no file of an app that is known here."""

    code = "file_unreadable"
    attr = "file"


class UnknownMatch(DomainError):
    """`matches` names an exercise type that is neither in the library nor your own."""

    code = "does_not_exist"
    attr = "matches"

    def __init__(self, names: Sequence[str] = ()) -> None:
        shown = ", ".join(repr(name[:40]) for name in names[:5])
        super().__init__(shown and f"There is no such exercise type for {shown}: neither in the library nor your own.")
