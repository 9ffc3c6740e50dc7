from lib.errors import DomainError


class TooManyPlates(DomainError):
    """These are too many different plates to try them all. Leave out some kinds."""

    code = "too_many_plates"
    attr = "item"
