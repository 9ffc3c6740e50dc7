"""Amounts are of nutrients that the library knows, whoever writes them."""

from uuid import uuid4

import pytest

from accounts.models import User
from catalog.models import Food
from catalog.tests.factories import make_nutrient
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import make
from sync.tests.devices import Phone


@pytest.fixture(autouse=True)
def protein(db: None) -> None:
    make_nutrient("protein")


@pytest.mark.parametrize(("path", "field"), [("foods", "nutrients"), ("supplements", "contents")])
def test_rest_refuses_a_nutrient_that_is_none(api: SchemaClient, path: str, field: str) -> None:
    known = api.post(f"/api/v1/{path}/", {"name": "Bread", field: {"protein": 8.5}})
    assert known.status_code == 201
    answer = api.post(f"/api/v1/{path}/", {"name": "Bread", field: {"protein": 8.5, "protien": 1}})
    check_error(answer, 400, "does_not_exist", f"{field}.protien")
    answer = api.patch(f"/api/v1/{path}/{known.json()['id']}/", {field: {"zinc": 1}})
    check_error(answer, 400, "does_not_exist", f"{field}.zinc")


def test_push_refuses_it_and_names_it(phone: Phone) -> None:
    refused = phone.one("create", "food", str(uuid4()), {"name": "Bread", "nutrients": {"protien": 1}})
    assert (refused["status"], list(refused["error"]["fields"])) == ("rejected", ["nutrients.protien"])


def test_what_stands_may_stay(api: SchemaClient, alice: User) -> None:
    row = make(Food, alice, nutrients={"of-another-server": 1})
    changed = {"nutrients": {"of-another-server": 2, "protein": 8.5}}
    assert api.patch(f"/api/v1/foods/{row.pk}/", changed).status_code == 200
