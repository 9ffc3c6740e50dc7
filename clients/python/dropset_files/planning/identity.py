"""The ids of what an import makes: they follow from the account and from what the file says."""

import uuid
from collections.abc import Iterator
from itertools import count

from dropset_files.planning.account import Account

_NAMESPACES = {"strong": "strong-csv"}  # as it was called when it was the only one


class Ids:
    """Two phones that import the same file make the same records.

    An id that was used is never used again. What is to be made anew, because it was deleted, gets the next one.
    """

    def __init__(self, account: Account, app: str) -> None:
        user_id = uuid.UUID(account.user_id)
        self._namespace = uuid.uuid5(user_id, _NAMESPACES.get(app, app))
        self._of_names = uuid.uuid5(user_id, "exercise-alias")  # the same in the files of all apps
        self._others = account.ids - account.made
        self._taken = set(account.ids | account.made)

    def first(self, entity: str, key: tuple[object, ...]) -> str:
        return self._made(entity, "|".join(map(str, (entity, *key))))

    def is_gone(self, record_id: str) -> bool:
        """Here before, and not by an import that is remembered. Asked of what does not stand: the user deleted it."""
        return record_id in self._others

    def fresh(self, entity: str, key: tuple[object, ...]) -> str:
        found = next(one for one in self.possible(entity, key) if one not in self._taken)
        self._taken.add(found)
        return found

    def possible(self, entity: str, key: tuple[object, ...]) -> Iterator[str]:
        """The first one, and those that it gets when it is made anew. There is no end to them."""
        text = "|".join(map(str, (entity, *key)))
        for n in count():
            yield self._made(entity, f"{text}~{n}" if n else text)

    def _made(self, entity: str, text: str) -> str:
        return str(uuid.uuid5(self._of_names if entity == "exercise_alias" else self._namespace, text))
