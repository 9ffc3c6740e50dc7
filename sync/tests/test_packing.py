"""Payloads of mutations, as they are kept."""

import hypothesis.strategies as st
import orjson
import pytest
from django.db import connection
from hypothesis import example, given

from sync.domain.packing import PACKED_1, packed, plain, unpacked
from sync.models import Mutation
from sync.tests.devices import Phone


@given(st.text())
@example("")
@example("\x01\xff")
def test_text_comes_back_as_it_was(text: str) -> None:
    assert unpacked(packed(text)) == unpacked(plain(text)) == text


@given(st.text())
def test_no_text_is_taken_for_a_packed_one(text: str) -> None:
    assert not plain(text).startswith(PACKED_1)


@pytest.mark.django_db(transaction=True)
def test_mutation_is_kept_packed_and_read_as_it_came(phone: Phone) -> None:
    mutation = phone.mutation(
        "create", "set", "8d1f7c1e-0d5e-4b7e-9f53-3f0c3a1c7a11", {"exercise": phone.exercise(), "reps": 5}
    )
    phone.push(mutation)
    row = Mutation.objects.get(mutation_id=mutation["id"])
    assert orjson.loads(row.payload) == mutation
    assert row.result == ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(payload) FROM sync_mutation WHERE mutation_id = %s", [mutation["id"]])
        (size,) = cursor.fetchone()
    assert size < len(orjson.dumps(mutation)) / 2


@pytest.mark.django_db(transaction=True)
def test_payload_of_before_is_read_as_it_is(phone: Phone) -> None:
    mutation = phone.mutation("delete", "set", "8d1f7c1e-0d5e-4b7e-9f53-3f0c3a1c7a11")
    phone.push(mutation)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sync_mutation SET payload = convert_to('{\"é\": 1}', 'UTF8')")
    assert Mutation.objects.get().payload == '{"é": 1}'
