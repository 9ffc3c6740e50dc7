from accounts.models import Settings, User
from lib.tests.factories import Example, register

register(Example(Settings, document=lambda user: {}, patch={"weight_unit": "lb", "theme": "dark"}))


def settings_of(user: User) -> Settings:
    """The one that came with the account."""
    found: Settings = Settings.objects.get(user=user)
    return found
