"""The ids of what an import makes, and the exercise types that its names mean."""

import uuid
from collections.abc import Mapping

from dropset_client.device import Device
from dropset_client.shapes import shape
from dropset_client.strong.fitting import shortened
from dropset_client.strong.names import NameIndex, names_of, normalised
from dropset_client.strong.writing import Writer
from dropset_client.wire import JsonObject


class Ids:
    """Made from the account and from what the file says: two phones that import the same file make the same records.

    An id that was used is never used again. What is to be made anew, because it was deleted, gets the next one.
    """

    def __init__(self, device: Device) -> None:
        self._namespace = uuid.uuid5(uuid.UUID(device.user_id), "strong-csv")
        imported = device.store.imports.known_ids()
        self._others = device.store.ids() - imported
        self._taken = self._others | imported

    def first(self, entity: str, key: tuple[object, ...]) -> str:
        return self._made("|".join(map(str, (entity, *key))))

    def is_gone(self, record_id: str) -> bool:
        """Here before, and not by an import of this device. Asked of what does not stand: the user deleted it."""
        return record_id in self._others

    def fresh(self, entity: str, key: tuple[object, ...]) -> str:
        text, n = "|".join(map(str, (entity, *key))), 0
        while (found := self._made(f"{text}~{n}" if n else text)) in self._taken:
            n += 1
        self._taken.add(found)
        return found

    def _made(self, text: str) -> str:
        return str(uuid.uuid5(self._namespace, text))


class Types:
    """The athlete's own types go before the library's: their history stands under them."""

    def __init__(self, device: Device, library: Mapping[str, str], ids: Ids, writer: Writer) -> None:
        self._ids = ids
        self._writer = writer
        self._index = NameIndex()
        self._own: set[str] = set()
        for own in device.store.view_all("exercise_type"):
            self._own.add(own.id)
            self._index.add(names_of(own.data or {}), own.id)
        for name, type_id in library.items():
            self._index.add([name], type_id)

    def find(self, name: str) -> str | None:
        """The one that an import made of this name is meant too, whatever the user calls it now."""
        made = self._ids.first("exercise_type", (normalised(name),))
        return made if made in self._own else self._index.find(name)

    def of(self, name: str, *, line: int) -> str:
        """An unknown name is made a type, private to the user and usable at once."""
        known = self.find(name)
        if known is not None:
            return known
        type_id = self._ids.fresh("exercise_type", (normalised(name),))
        self._writer.make_type(type_id, _type_called(name), line=line, label=name)
        self._index.add([name], type_id)
        return type_id


def _type_called(name: str) -> JsonObject:
    """A name that is too long is shortened, and is an alias as a whole: by it the type is found again."""
    most = shape("exercise_type").fields["name"].max_length or len(name)
    return {"name": name} if len(name) <= most else {"name": shortened(name, most), "aliases": [name]}
