from django.apps import AppConfig


class SpecimensConfig(AppConfig):
    """Entities of the test suite: one for each thing that the pattern carries and the product does not use yet.

    specimens/settings.py installs it. The product, its migrations and its documents know nothing of it.
    """

    name = "specimens"
