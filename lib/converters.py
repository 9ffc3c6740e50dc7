"""Parts of addresses."""

from django.urls.converters import UUIDConverter


class IdConverter(UUIDConverter):
    """`<id:...>`: a UUID, in whichever case its client writes it."""

    regex = UUIDConverter.regex.replace("a-f", "a-fA-F")
