"""Large contents in the database, cut into rows of bounded size: backups and erasure take them along with the rest."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import Any

import zstandard
from django.db import models

from sync.models import ImportPiece, SnapshotPiece

PIECE_BYTES = 256 * 1024
COMPRESSION_LEVEL = 3
Piece = type[SnapshotPiece] | type[ImportPiece]


class PieceWriter:
    """Cuts what is written into rows. `close` writes the rest."""

    def __init__(self, piece: Piece, owner: models.Model) -> None:
        self.piece: Any = piece
        self.owner = owner
        self.size = self.number = 0
        self.waiting = bytearray()

    def write(self, data: bytes) -> None:
        self.waiting += data
        while len(self.waiting) >= PIECE_BYTES:
            self._store(bytes(self.waiting[:PIECE_BYTES]))
            del self.waiting[:PIECE_BYTES]

    def close(self) -> None:
        if self.waiting:
            self._store(bytes(self.waiting))
            self.waiting.clear()

    def _store(self, data: bytes) -> None:
        self.piece.objects.create(owner=self.owner, number=self.number, data=data)
        self.number += 1
        self.size += len(data)


class PieceReader(io.RawIOBase):
    """The content of an owner's pieces as a file; one piece at a time is in memory."""

    def __init__(self, piece: Piece, owner_id: Any) -> None:
        self.piece: Any = piece
        self.owner_id = owner_id
        self.number = 0
        self.standing = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.standing:
            found = self.piece.objects.filter(owner_id=self.owner_id, number=self.number)
            self.standing = bytes(found.values_list("data", flat=True).first() or b"")
            self.number += 1
        taken = self.standing[: len(buffer)]
        buffer[: len(taken)] = taken
        self.standing = self.standing[len(taken) :]
        return len(taken)


def store(*, piece: Piece, owner: models.Model, blocks: Iterable[bytes], compressed: bool) -> tuple[int, int, str]:
    """(size of the content, size as it is stored, SHA-256 of the content)"""
    writer = PieceWriter(piece, owner)
    compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compressobj() if compressed else None
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
        writer.write(block if compressor is None else compressor.compress(block))
    if compressor is not None:
        writer.write(compressor.flush())
    writer.close()
    return size, writer.size, digest.hexdigest()


def opened(*, piece: Piece, owner_id: Any, compressed: bool) -> io.BufferedIOBase | io.RawIOBase:
    """The content as a file that is read from its beginning."""
    reader: Any = PieceReader(piece, owner_id)
    if not compressed:
        return io.BufferedReader(reader, PIECE_BYTES)
    return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(reader), PIECE_BYTES)


def blocks(*, piece: Piece, owner_id: Any, compressed: bool) -> Iterator[bytes]:
    with opened(piece=piece, owner_id=owner_id, compressed=compressed) as file:
        while block := file.read(PIECE_BYTES):
            yield block
