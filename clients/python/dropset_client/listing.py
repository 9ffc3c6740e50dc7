"""A list that is not in memory: what a query finds, read in pages each time that somebody goes through it."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar, overload

Item_co = TypeVar("Item_co", covariant=True)


class Listing(Sequence[Item_co]):
    """Says what is true when it is read, so that it may be longer the next time. `len`, `in` and an index read it too.

    `list(...)` keeps what stands now. It equals any sequence of the same items, and `[]` where nothing was found.
    """

    __hash__ = None  # type: ignore[assignment]  # like a list

    def __init__(self, read: Callable[[], Iterator[Item_co]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Item_co]:
        return self._read()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)

    @overload
    def __getitem__(self, index: int) -> Item_co: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item_co]: ...
    def __getitem__(self, index: int | slice) -> Item_co | list[Item_co]:
        if isinstance(index, slice):
            try:
                return list(islice(self, index.start, index.stop, index.step))
            except ValueError:  # counted from the end: then all of it is needed
                return list(self)[index]
        place = index + len(self) if index < 0 else index
        if place >= 0:
            for item in islice(self, place, None):
                return item
        raise IndexError(index)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"
