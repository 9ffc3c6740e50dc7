from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from dropset_client.digest import compare, content_hash, digest_of, short_hash
from dropset_client.wire import EntityDigest, Mutation, Op, PushAnswer, Record, patch_to_wire, rfc3339, uuid7


def test_values_become_what_the_wire_wants() -> None:
    berlin = timezone(timedelta(hours=1))

    assert patch_to_wire(
        {
            "load_kg": Decimal("82.50"),
            "started_at": datetime(2026, 11, 20, 8, 12, 44, 31_000, tzinfo=berlin),
            "planned_on": date(2026, 11, 20),
            "workout": UUID("0C1F0000-0000-7000-8000-000000000000"),
            "equipment": {"rack", "barbell"},
            "names": {"de": "Kniebeuge"},
            "reps": 8,
            "notes": None,
        }
    ) == {
        "load_kg": "82.50",
        "started_at": "2026-11-20T07:12:44.031000Z",
        "planned_on": "2026-11-20",
        "workout": "0c1f0000-0000-7000-8000-000000000000",
        "equipment": ["barbell", "rack"],
        "names": {"de": "Kniebeuge"},
        "reps": 8,
        "notes": None,
    }


def test_a_small_decimal_is_not_written_with_an_exponent() -> None:
    assert patch_to_wire({"value": Decimal("0.0000001")}) == {"value": "0.0000001"}


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        rfc3339(datetime(2026, 11, 20, 8, 12))


def test_ids_are_version_7_and_sort_by_time() -> None:
    start = datetime(2026, 11, 20, tzinfo=UTC)
    ids = [uuid7(start + timedelta(milliseconds=n)) for n in range(50)]

    assert ids == sorted(ids)
    assert {UUID(one).version for one in ids} == {7}
    assert {UUID(one).variant for one in ids} == {"specified in RFC 4122"}


def record(record_id: str, version: int, *, deleted: bool = False, **data: object) -> Record:
    return Record("set", record_id, version, deleted, None if deleted else data)


def test_the_digest_is_the_one_of_the_contract() -> None:
    """Checked with md5sum: "a:1" begins 9ef12b2e76052ea0, "b:2" begins af56ce11384fe57b; their sum is over 2^64."""
    digest = digest_of([record("a", 1), record("b", 2), record("c", 3, deleted=True)])

    assert digest == {"set": EntityDigest(2, 0x9EF12B2E76052EA0 + 0xAF56CE11384FE57B - 2**64)}


def test_the_digest_does_not_depend_on_the_order() -> None:
    rows = [record(f"r{n}", n) for n in range(20)]

    assert digest_of(rows) == digest_of(reversed(rows))
    assert short_hash(digest_of(rows)) != short_hash(digest_of(rows[1:]))


def test_differences_name_both_sides() -> None:
    one, two = EntityDigest(1, 10), EntityDigest(2, 30)

    assert compare({"set": one, "workout": one}, {"set": two, "workout": one, "conflict": two}) == {
        "conflict": (None, two),
        "set": (one, two),
    }


def test_the_content_hash_sees_every_field_and_no_tombstone() -> None:
    rows = [record("a", 1, reps=8), record("b", 1, deleted=True)]

    assert content_hash(rows) == content_hash([record("a", 1, reps=8)])
    assert content_hash(rows) != content_hash([record("a", 1, reps=9)])


def test_an_answer_names_mutations_whatever_the_case_of_their_ids() -> None:
    """Some servers give an id back as it was sent, others in small letters."""
    raw = {"epoch": "e", "version": 1, "results": [{"id": "ab-1", "status": "noop"}, {"id": "AB-2", "status": "noop"}]}
    answer = PushAnswer.from_wire(raw)

    for known in ("AB-1", "ab-2"):
        found = answer.result_of(Mutation(known, 1, "set", "r", Op.UPDATE, 0, "", {}))
        assert found is not None
        assert found.status == "noop"
