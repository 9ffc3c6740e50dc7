"""What the domain refuses: a code, and the message. No HTTP in here."""

from lib.errors import Conflict, DomainError


class NotOfFoods(DomainError):
    """Some items are numbers alone, or have no weight. A meal is made of foods in grams."""

    code = "not_of_foods"


class TooManyServings(DomainError):
    """So many servings weigh more than an item of a log may, or have more portions."""

    code = "out_of_range"
    attr = "servings"


class NameMissing(DomainError):
    """The log has no title that the meal could be called by. Say a name."""

    code = "required"
    attr = "name"


class NothingToTakeOver(Conflict):
    """The item names no food whose values in 100 g it could take over."""

    code = "nothing_to_take_over"


class GoalNotOfWeight(DomainError):
    """This goal is not about body weight."""

    code = "goal_not_of_weight"
    attr = "goal"
