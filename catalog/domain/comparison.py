"""Two states of something, side by side: which words went, and which came."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s+|[^\s]+")
COMPARED_MAX = 4000  # words; longer texts are shown whole, for the comparison takes the square of it


@dataclass(frozen=True)
class Piece:
    """A stretch of text. changed: it is not in the other state."""

    text: str
    changed: bool = False


Pieces = tuple[Piece, ...]


@dataclass(frozen=True)
class Line:
    """A field in both states."""

    label: str
    left: Pieces
    right: Pieces

    @property
    def changed(self) -> bool:
        return any(piece.changed for piece in (*self.left, *self.right))


def compared(label: str, left: str, right: str) -> Line:
    return Line(label, *pieces_of(left, right))


def pieces_of(left: str, right: str) -> tuple[Pieces, Pieces]:
    """Both texts in stretches, word by word. Joined, they are the texts again."""
    if left == right:
        same = (Piece(left),) if left else ()
        return same, same
    ours, theirs = WORDS.findall(left), WORDS.findall(right)
    if max(len(ours), len(theirs)) > COMPARED_MAX:
        return (Piece(left, changed=True),), (Piece(right, changed=True),)
    gone: list[Piece] = []
    come: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        changed = tag != "equal"
        for pieces, words in ((gone, ours[i:j]), (come, theirs[k:m])):
            if words:
                pieces.append(Piece("".join(words), changed))
    return tuple(gone), tuple(come)
