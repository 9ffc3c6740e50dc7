"""Gyms and what is in them: the default, and what can be loaded."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from lib.tests.factories import as_id, make
from training.models import Gym, GymItem

URL = "/api/v1/gyms/"


@pytest.fixture
def gym(alice: User) -> Gym:
    return make(Gym, alice, is_default=False)


def item(gym: Gym, kind: str, weight: str, **values: Any) -> GymItem:
    found: GymItem = make(
        GymItem, gym.user, gym=as_id(gym), kind=kind, weight=weight, **{"unit": "kg", "count": 1, **values}
    )
    return found


def loadings(api: SchemaClient, gym: Gym, of: GymItem, load: str, unit: str = "kg") -> dict[str, Any]:
    response = api.get(f"{URL}{gym.pk}/loadings/", {"item": as_id(of), "load": load, "unit": unit})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def test_loading_names_the_plates_of_one_side(api: SchemaClient, gym: Gym) -> None:
    bar = item(gym, "bar", "20")
    twenty, five = item(gym, "plate", "20", count=4), item(gym, "plate", "5", count=3)
    found = loadings(api, gym, bar, "100")
    assert found["below"] == found["above"] == {
        "load": "100.000", "side": [{"item": as_id(twenty), "weight": "20.000", "unit": "kg", "count": 2}]
    }  # fmt: skip
    found = loadings(api, gym, bar, "68")
    assert [(side["load"], [one["item"] for one in side["side"]]) for side in found.values()] == [
        ("60.000", [as_id(twenty)]), ("70.000", [as_id(twenty), as_id(five)]),
    ]  # fmt: skip
    assert loadings(api, gym, bar, "10")["below"] is None


def test_load_of_a_handle_is_that_of_one_hand(api: SchemaClient, gym: Gym) -> None:
    handles = item(gym, "handle", "2", count=2)
    item(gym, "plate", "5", count=4)
    assert loadings(api, gym, handles, "12")["below"]["load"] == "12.000"
    GymItem.objects.filter(kind="plate").update(count=3)  # not enough for both ends of two
    assert loadings(api, gym, handles, "12")["below"]["load"] == "2.000"


def test_landmine_is_loaded_on_one_side(api: SchemaClient, gym: Gym) -> None:
    pin = item(gym, "bar", "10", sides=1)
    item(gym, "plate", "20", count=1)
    assert loadings(api, gym, pin, "30")["above"]["load"] == "30.000"


def test_rack_and_stack_give_their_neighbours_in_the_unit_that_was_asked_for(api: SchemaClient, gym: Gym) -> None:
    stack = item(gym, "stack", "5", highest="100", step="5")
    found = loadings(api, gym, stack, "25", "lb")
    assert found == {"below": {"load": "22.046", "side": []}, "above": {"load": "33.069", "side": []}}


def test_stack_of_a_thousand_rungs_a_gram_costs_nothing(api: SchemaClient, gym: Gym) -> None:
    stack = item(gym, "stack", "0", highest="25000", step="0.001")
    assert loadings(api, gym, stack, "12345.678")["below"]["load"] == "12345.678"


def test_what_cannot_be_loaded_is_refused(api: SchemaClient, bobs_api: SchemaClient, gym: Gym) -> None:
    bar, plate = item(gym, "bar", "20"), item(gym, "plate", "5")
    elsewhere = item(make(Gym, gym.user, is_default=False), "bar", "20")
    for wrong in (as_id(plate), as_id(elsewhere), str(uuid4())):
        answer = api.get(f"{URL}{gym.pk}/loadings/", {"item": wrong, "load": "50", "unit": "kg"})
        check_error(answer, 400, "does_not_exist", "item")
    asked = {"item": as_id(bar), "load": "50", "unit": "kg"}
    assert bobs_api.get(f"{URL}{gym.pk}/loadings/", asked).status_code == 404
    check_error(api.get(f"{URL}{gym.pk}/loadings/", asked | {"load": "-1"}), 400, "min_value", "load")
    check_error(api.get(f"{URL}{gym.pk}/loadings/", asked | {"load": "NaN"}), 400, "invalid", "load")
    check_error(api.get(f"{URL}{gym.pk}/loadings/", asked | {"load": "1.2345"}), 400, "max_decimal_places", "load")
    check_error(api.get(f"{URL}{gym.pk}/loadings/", asked | {"unit": "stone"}), 400, "invalid_choice", "unit")


def test_too_many_odd_plates_are_refused(api: SchemaClient, gym: Gym) -> None:
    bar = item(gym, "bar", "20")
    for number in range(8):
        item(gym, "plate", f"{1 + 3**number / 1000:.3f}", count=1000)
    answer = api.get(f"{URL}{gym.pk}/loadings/", {"item": as_id(bar), "load": "500", "unit": "kg"})
    check_error(answer, 400, "too_many_plates", "item")


def test_loadings_take_the_same_queries_however_much_there_is(
    api: SchemaClient, gym: Gym, django_assert_num_queries: Any
) -> None:
    bar = item(gym, "bar", "20")
    loadings(api, gym, bar, "50")
    for number in (1, 10):
        for _ in range(number):
            item(gym, "plate", "5", count=2)
        with django_assert_num_queries(3):  # session, gym, items
            loadings(api, gym, bar, "50")


def test_newest_default_gym_takes_the_flag_over(api: SchemaClient, alice: User) -> None:
    first, second = (api.post(URL, {"name": name, "is_default": True}).json()["id"] for name in ("Cellar", "Garage"))
    assert {as_id(gym): gym.is_default for gym in Gym.objects.filter(user=alice)} == {first: False, second: True}
