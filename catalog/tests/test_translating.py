"""Names in other languages, for many rows on one page."""

from typing import Any

from django.test import Client

from catalog.models import ExerciseType, Nutrient, Proposal
from catalog.tests.factories import make_canonical, make_food, make_nutrient
from catalog.tests.test_admin_workflow import TYPES, carla, curator, text_of  # noqa: F401 - fixtures


def translated(client: Client, url: str, rows: list[Any], **values: str) -> Any:
    chosen = {"action": "translate_missing", "_selected_action": [str(row.pk) for row in rows]}
    return client.post(url, {**chosen, **values}, follow=True)


def test_missing_names_are_saved_in_one_go(curator: Client) -> None:  # noqa: F811 - a fixture
    draft = make_canonical("curl", status="draft", names={"de": "Beugen"})
    new = make_canonical("press", status="draft")
    published = make_canonical("squat")
    rows = [draft, new, published]
    page = translated(curator, TYPES, rows)
    assert [line["row"] for line in page.context["lines"]] == [new, published]
    german = {f"name:de:{new.pk}": "Drücken", f"name:de:{published.pk}": " Kniebeuge "}
    page = translated(curator, TYPES, rows, language="es", **german)
    assert [line["row"] for line in page.context["lines"]] == rows
    page = translated(curator, TYPES, rows, language="es", save="yes", **german, **{f"name:es:{draft.pk}": "Flexión"})
    assert "2 rows have new names." in text_of(page)
    assert "The names of 1 more wait for somebody else" in text_of(page)
    names = dict(ExerciseType.objects.values_list("slug", "names"))
    assert names == {"curl": {"de": "Beugen", "es": "Flexión"}, "press": {"de": "Drücken"}, "squat": {}}
    assert Proposal.objects.get().changes == {"names": {"before": {}, "after": {"de": "Kniebeuge"}}}


def test_one_wrong_name_holds_back_all(curator: Client) -> None:  # noqa: F811 - a fixture
    rows = [make_canonical(slug, status="draft") for slug in ("curl", "press")]
    typed = {f"name:de:{rows[0].pk}": "Beugen", f"name:de:{rows[1].pk}": "x" * 121}
    page = translated(curator, TYPES, rows, save="yes", **typed)
    assert "A name has at most 120 characters" in text_of(page)
    assert "Beugen" in text_of(page)
    assert not any(row.names for row in ExerciseType.objects.all())


def test_what_has_one_name_is_not_asked_for_and_what_is_there_stays(curator: Client) -> None:  # noqa: F811 - a fixture
    branded = make_food("bar", status="draft", brand="Mill")
    assert translated(curator, "/admin/catalog/food/", [branded]).context["lines"] == []
    nutrient = make_nutrient("iron")
    Nutrient.objects.update(names={"de": "Eisen"})
    given = {"name:de:iron": "Stahl", "name:fr:iron": "Fer"}
    page = translated(curator, "/admin/catalog/nutrient/", [nutrient], save="yes", **given)
    assert "1 names were there by now" in text_of(page)
    assert Nutrient.objects.get().names == {"de": "Eisen", "fr": "Fer"}
