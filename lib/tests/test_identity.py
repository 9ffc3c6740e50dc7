"""Ids that follow from what they are about: PostgreSQL and Python make the same."""

from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from lib.identity import derived_id

NAMESPACE = UUID("0190b2a4-8f00-7000-8000-000000000001")
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)


def made_by_postgresql(namespace: UUID, name: str) -> UUID:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lib_derived_id(%s, %s)", [namespace, name])
        found: UUID = cursor.fetchone()[0]
    return found


@pytest.mark.django_db
@given(namespace=st.uuids(), name=TEXTS)
def test_derived_id_is_the_same_in_the_database(namespace: UUID, name: str) -> None:
    assert made_by_postgresql(namespace, name) == derived_id(namespace, name)


def test_derived_id_stays_what_clients_have_written_down() -> None:
    assert str(derived_id(NAMESPACE, "completion", "2026-12-01")) == "7a8a20ee-f0a5-3bc3-8303-96da231c6585"
