"""What a search finds first, and what it takes for a slip."""

from typing import Any

import pytest

from catalog.enums import Status
from catalog.models import ExerciseType, Food, SearchWord, Supplement
from catalog.tests.factories import make_canonical, make_food, make_program, make_shared
from config.tests.contract import SchemaClient, check_error

LIBRARY = "/api/v1/library"
FOODS = f"{LIBRARY}/foods/"


def found(client: SchemaClient, text: str, url: str = FOODS, **query: Any) -> list[str]:
    response = client.get(url, {"search": text, **query})
    assert response.status_code == 200, response.content
    return [row["slug"] for row in response.json()["results"]]


def test_whole_name_comes_before_its_beginning_a_word_an_alias_and_a_slip(db: None, anonymous: SchemaClient) -> None:
    make_food("typo", name="Oatz")
    make_food("alias", name="Granola", aliases=["Oats with sugar"])
    make_food("long", name="Milk with a great deal of oats")
    make_food("word", name="Rolled oats")
    make_food("begins", name="Oats, dry")
    make_food("begins-abroad", name="Haferflocken", names={"en": "Oats of old"})
    make_food("exact-abroad", name="Hafer", names={"en": "Oats"})
    make_food("exact", name="OATS")
    ranked = ["exact-abroad", "exact", "begins-abroad", "begins", "word", "long", "alias"]
    assert found(anonymous, "oats") == [*ranked, "typo"]


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("brocoli", "broccoli"),
        ("broccolli", "broccoli"),
        ("borccoli", "broccoli"),
        ("rosted chiken", "chicken"),
        ("hähnchn", "chicken"),
        ("yogurth", "yoghurt"),
        ("YOGHRT", "yoghurt"),
        ("samlon", "salmon"),
        ("slamon", "salmon"),
    ],
)
def test_slips_are_forgiven(db: None, anonymous: SchemaClient, typed: str, slug: str) -> None:
    make_food("broccoli", name="Broccoli, raw")
    make_food("chicken", name="Roasted chicken breast", names={"de": "Hähnchenbrust, Hähnchen"})
    make_food("yoghurt", name="Plain yoghurt", aliases=["yogurt"])
    make_food("salmon", name="Salmon, wild")
    assert found(anonymous, typed) == [slug]


@pytest.mark.parametrize("typed", ["qqqq", "bro xyzxyz", "ice", "chick pull"])
def test_what_is_nothing_like_a_word_of_the_library_finds_nothing(
    db: None, anonymous: SchemaClient, typed: str
) -> None:
    make_food("broccoli", name="Broccoli")
    make_food("chicken", name="Chicken breast")
    make_canonical("pull", name="Chick pull ice")  # of another library
    assert found(anonymous, typed) == []


def test_slips_are_not_asked_for_where_the_words_find_enough(db: None, anonymous: SchemaClient) -> None:
    for n in range(20):
        make_food(f"bread-{n}", name=f"White bread {n}")
    make_food("breaad", name="White breaad")
    assert "breaad" not in found(anonymous, "bread")
    Food.objects.filter(slug="bread-0").update(status=Status.RETIRED)
    assert found(anonymous, "bread")[-1] == "breaad"


def test_hits_are_turned_over_page_by_page(db: None, anonymous: SchemaClient) -> None:
    for n in range(5):
        make_food(f"soup-{n}", name=f"Soup {n}")
        make_food(f"tin-{n}", name=f"Tin of soup {n}")
    make_food("souup", name="Souup")
    seen: list[str] = []
    url: str | None = f"{FOODS}?search=soup&page_size=3"
    last = ""
    while url:
        last, body = url, anonymous.get(url).json()
        seen += [row["slug"] for row in body["results"]]
        url = body["next"]
    assert seen == [*(f"soup-{n}" for n in range(5)), *(f"tin-{n}" for n in range(5)), "souup"]
    back: list[str] = []
    while last:
        body = anonymous.get(last).json()
        back = [row["slug"] for row in body["results"]] + back
        last = body["previous"]
    assert back == seen


@pytest.mark.parametrize("name", ["Soup {n:03}", "Tin of soup {n:03}"])
def test_two_hundred_hits_are_the_most(db: None, anonymous: SchemaClient, name: str) -> None:
    Food.objects.bulk_create([Food(slug=f"soup-{n}", name=name.format(n=n)) for n in range(230)])
    first = anonymous.get(f"{FOODS}?search=soup&page_size=150").json()
    second = anonymous.get(first["next"]).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (150, 50, None)
    names = [row["name"] for row in first["results"] + second["results"]]
    assert names == [name.format(n=n) for n in range(200)]


def test_what_is_not_published_is_not_found(db: None, anonymous: SchemaClient) -> None:
    for status in Status.values:
        values = {"publish_at": "2099-01-01T00:00Z"} if status == Status.SCHEDULED else {}
        make_food(f"oats-{status.replace('_', '-')}", name="Oats", status=status, **values)
    assert found(anonymous, "oats") == found(anonymous, "oatz") == ["oats-published"]


def test_programs_and_supplements_are_searched_alike(db: None, anonymous: SchemaClient) -> None:
    make_program(slug="stronger", title="Stronger in ten weeks", summary="Barbell and patience", status="published")
    make_shared(Supplement, "creatine", name="Creatine", names={"de": "Kreatin"})
    for text in ("ten weeks", "strnoger", "patience"):
        assert found(anonymous, text, f"{LIBRARY}/programs/") == ["stronger"]
    for text in ("kreat", "kreatn", "creatine"):
        assert found(anonymous, text, f"{LIBRARY}/supplements/") == ["creatine"]


def test_cursor_of_another_search_is_refused(db: None, anonymous: SchemaClient) -> None:
    for n in range(3):
        make_food(f"soup-{n}")
    cursor = anonymous.get(f"{FOODS}?search=soup&page_size=1").json()["next"].split("cursor=")[1].split("&")[0]
    check_error(anonymous.get(f"{FOODS}?search=soups&cursor={cursor}"), 400, "cursor_invalid", "cursor")


def test_words_are_kept_of_what_is_canonical_alone(db: None, alice: Any) -> None:
    make_food("oats", name="Rolled Oats 100")
    Food.objects.create(user=alice, name="Grandmothers secret")
    Food.objects.filter(slug="oats").update(aliases=["Haferflocken"], name="Oats")
    words = SearchWord.objects.filter(library="catalog_food").values_list("word", flat=True)
    assert sorted(words) == ["haferflocken", "oats", "rolled"]


@pytest.mark.parametrize("names", [{"de": None}, {"de": 7}, {"de": ["x"]}, {"de": ""}, {"de": "x" * 5000}])
def test_odd_names_can_be_searched(db: None, anonymous: SchemaClient, names: Any) -> None:
    ExerciseType.objects.create(slug="odd", name="!", names=names, aliases=[7, None, {}, "Strange"])
    assert found(anonymous, "strange", f"{LIBRARY}/exercise-types/") == ["odd"]
