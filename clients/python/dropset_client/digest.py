"""Proof that two sides hold the same: a cheap checksum of versions, and a hash of the whole content."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dropset_client.wire import EntityDigest, Record

_MODULUS = 2**64
Digest = dict[str, EntityDigest]


def digest_of(records: Iterable[Record]) -> Digest:
    """Per entity: how many live records, and the sum mod 2^64 of the first 8 bytes of md5("id:version").

    A sum does not depend on the order, and a changed record can be taken out and added again without reading the
    others. md5 is a checksum here, not a signature.
    """
    totals: dict[str, tuple[int, int]] = {}
    for record in records:
        if record.deleted:
            continue
        count, total = totals.get(record.entity, (0, 0))
        mark = hashlib.md5(f"{record.id}:{record.version}".encode(), usedforsecurity=False).digest()
        totals[record.entity] = (count + 1, (total + int.from_bytes(mark[:8], "big")) % _MODULUS)
    return {entity: EntityDigest(count, total) for entity, (count, total) in totals.items()}


def short_hash(digest: Mapping[str, EntityDigest]) -> str:
    """A digest in 16 characters, to be read by people."""
    lines = [f"{entity}:{digest[entity].count}:{digest[entity].sum}" for entity in sorted(digest)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def content_hash(records: Iterable[Record]) -> str:
    """SHA-256 over the canonical JSON of all live records: equal only where every field of every record is.

    The records come by entity and id, as a store gives them, so that they need not be in memory together.
    """
    total = hashlib.sha256()
    for record in records:
        if not record.deleted:
            total.update(canonical_line(record).encode())
    return total.hexdigest()


def canonical_line(record: Record) -> str:
    content = [record.entity, record.id, record.version, record.data]
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


@dataclass(frozen=True, slots=True)
class Verification:
    """A device compared with the server: entities that differ, with the device's side and the server's."""

    differing: dict[str, tuple[EntityDigest | None, EntityDigest | None]]
    local_version: int
    server_version: int

    @property
    def is_equal(self) -> bool:
        return not self.differing


def compare(
    local: Mapping[str, EntityDigest], server: Mapping[str, EntityDigest]
) -> dict[str, tuple[EntityDigest | None, EntityDigest | None]]:
    return {
        entity: (local.get(entity), server.get(entity))
        for entity in sorted(local.keys() | server.keys())
        if local.get(entity) != server.get(entity)
    }
