"""The curator's work: somebody in the group that `create_demo` makes, and no more than that."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from catalog.domain.metadata import metadata_schema
from catalog.enums import Status
from catalog.models import Equipment, ExerciseType, Muscle, Program, Supplement
from catalog.tests.factories import make_canonical, make_equipment, make_muscle, make_nutrient, make_program
from lib.tests.factories import make

TYPES = "/admin/catalog/exercisetype/"
MUSCLES = "/admin/catalog/muscle/"
EQUIPMENT = "/admin/catalog/equipment/"


class Boxes(HTMLParser):
    """What a browser would send back if nobody touched the form."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.select = self.text = ""
        self.within = 0  # of templates: what is in them is not sent
        self.feed(page.content.decode().partition('id="content-main"')[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        self.within += tag == "template"
        if tag == "select":
            self.select = given.get("name", "")
        elif tag == "option" and "selected" in given and self.select and not self.within:
            self.add(self.select, given.get("value", ""))
        elif tag == "textarea":
            self.text = given["name"]
            self.add(self.text, "")
        elif tag == "input" and "name" in given and not self.within and self.is_sent(given):
            self.add(given["name"], given.get("value", ""))

    def is_sent(self, given: Mapping[str, Any]) -> bool:
        return given.get("type") not in ("submit", "button", "checkbox") or "checked" in given

    def handle_endtag(self, tag: str) -> None:
        self.within -= tag == "template"
        if tag == "textarea":
            self.text = ""

    def handle_data(self, data: str) -> None:
        if self.text:
            self.sent[self.text][-1] += data.removeprefix("\r\n").removeprefix("\n")

    def add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


def form_values(page: Any) -> dict[str, Any]:
    return Boxes(page).sent


def rows(name: str, *given: Mapping[str, str]) -> dict[str, str]:
    """Rows of boxes, as a browser sends them."""
    return {f"{name}-{number}-{column}": text for number, row in enumerate(given) for column, text in row.items()}


def new_type(**values: Any) -> dict[str, Any]:
    given = {
        "name": "Towel Curl", "slug": "towel-curl", "status": "draft", "category": "strength", "mechanic": "none",
        "force": "none", "level": "beginner", "laterality": "bilateral", "load_convention": "total",
        "bodyweight_share": "0.00",
    }  # fmt: skip
    return given | values


def problems(page: Any) -> dict[str, list[str]]:
    assert page.status_code == 200, page.status_code
    found: dict[str, list[str]] = page.context["adminform"].form.errors
    return found


def change(client: Client, row: ExerciseType, **values: Any) -> Any:
    url = f"{TYPES}{row.pk}/change/"
    return client.post(url, form_values(client.get(url)) | values)


# --- exercise types ---


def test_list_shows_canonical_types_alone(curator: Client, alice: User) -> None:
    row, draft = make_canonical("bench-press"), make_canonical("squat", status=Status.DRAFT)
    make(ExerciseType, alice, name="Alice's secret move")
    page = curator.get(TYPES)
    assert list(page.context["cl"].result_list) == [row, draft]
    assert "Alice&#x27;s secret move" not in page.content.decode()


def test_private_type_cannot_be_opened(curator: Client, alice: User) -> None:
    row = make(ExerciseType, alice)
    assert curator.get(f"{TYPES}{row.pk}/change/").status_code == 302  # back to the start, "doesn't exist"
    assert curator.post(f"{TYPES}{row.pk}/change/", new_type()).status_code == 302
    row.refresh_from_db()
    assert row.name == "Towel curl"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bench", ["bench-press"]),
        ("SQUAT", ["squat"]),
        ("flat press", ["bench-press"]),
        ("nothing", []),
        ("ench", []),
        ("bankdruck", ["bench-press"]),
    ],
)
def test_search_finds_names_slugs_and_aliases(curator: Client, text: str, found: list[str]) -> None:
    make_canonical("bench-press", aliases=["Flat bench"], names={"de": "Bankdrücken"})
    make_canonical("squat")
    assert [row.slug for row in curator.get(TYPES, {"q": text}).context["cl"].result_list] == found


@pytest.mark.parametrize(
    "query", ["status__exact=draft", "category__exact=strength", "level__exact=no-such", "q=%27%22%25"]
)
def test_list_filters_do_no_harm(curator: Client, query: str) -> None:
    make_canonical()
    assert curator.get(f"{TYPES}?{query}").status_code in (200, 302)


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_however_long(curator: Client, count: int, django_assert_num_queries: Any) -> None:
    for n in range(count):
        make_canonical(f"thing-{n}")
    curator.get(TYPES)
    # the session, the user, their permissions and those of their groups, their saved filters, the bounded count, the page
    with django_assert_num_queries(7):
        page = curator.get(TYPES)
    assert len(page.context["cl"].result_list) == count


def test_curator_adds_a_type(curator: Client) -> None:
    make_muscle("biceps")
    make_muscle("forearms")
    make_equipment("towel")
    page = curator.post(
        f"{TYPES}add/",
        new_type(
            **rows("names", {"language": "de", "name": "Handtuchcurl"}, {"language": "", "name": ""}),
            **rows("aliases", {"text": "Beach curl"}, {"text": " "}),
            primary_muscles=["biceps"],
            secondary_muscles=["forearms"],
            equipment=["towel"],
            **{"metadata_schema-metrics": ["load", "reps"]},
        ),
    )
    assert page.status_code == 302, problems(page)
    row = ExerciseType.objects.get()
    assert (row.user, row.slug, row.status, row.names) == (None, "towel-curl", "draft", {"de": "Handtuchcurl"})
    assert (row.primary_muscles, row.secondary_muscles, row.equipment) == (["biceps"], ["forearms"], ["towel"])
    assert row.metadata_schema == metadata_schema(["reps", "load"])
    assert ExerciseType.objects.search("beach").get() == row


def test_curator_edits_a_type(curator: Client) -> None:
    make_muscle("chest")
    make_muscle("triceps")
    row = make_canonical("bench-press", primary_muscles=["chest"], names={"de": "Bankdrücken"})
    page = change(curator, row, name="Flat Bench Press", primary_muscles=["triceps", "chest"])
    assert page.status_code == 302, problems(page)
    row.refresh_from_db()
    assert (row.name, row.slug, row.primary_muscles) == ("Flat Bench Press", "bench-press", ["chest", "triceps"])
    assert row.names == {"de": "Bankdrücken"}
    assert row.user is None


def test_saving_an_untouched_form_changes_nothing(curator: Client) -> None:
    make_muscle("chest")
    row = make_canonical(
        "bench-press",
        primary_muscles=["chest"],
        aliases=["Flat bench"],
        media=[{"kind": "video", "url": "https://example.org/v", "seconds": 12}],
    )
    before = ExerciseType.objects.values().get()
    assert change(curator, row).status_code == 302
    assert ExerciseType.objects.values().get() | {"updated_at": None} == before | {"updated_at": None}


def test_status_is_in_no_form(curator: Client) -> None:
    row = make_canonical("press-on-bench", status=Status.DRAFT)
    assert change(curator, row, status="published").status_code == 302
    row.refresh_from_db()
    assert row.status == Status.DRAFT


def test_slug_is_written_once(curator: Client) -> None:
    row = make_canonical("bench-press")
    assert change(curator, row, slug="other").status_code == 302
    row.refresh_from_db()
    assert row.slug == "bench-press"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"slug": ""}, "slug"),
        ({"slug": "Towel_Curl"}, "slug"),
        ({"slug": "bench-press"}, "slug"),
        ({"name": ""}, "name"),
        (rows("names", {"language": "", "name": "Handtuchcurl"}), "names"),
        (rows("names", {"language": "de", "name": ""}), "names"),
        (rows("names", {"language": "de", "name": "Eins"}, {"language": "de", "name": "Zwei"}), "names"),
        (rows("names", {"language": "Deutsch", "name": "Eins"}), "names"),
        (rows("aliases", {"text": "Curl"}, {"text": "Curl"}), "aliases"),
        (rows("aliases", {"text": "x" * 121}), "aliases"),
        (rows("aliases", *({"text": f"Curl {n}"} for n in range(501))), "aliases"),
        (rows("media", {"kind": "video", "url": "no address"}), "media"),
        ({"metadata_schema-text": '{"type": "array"}'}, "metadata_schema"),
        ({"metadata_schema-text": "not json"}, "metadata_schema"),
        ({"metadata_schema-metrics": ["jumps"]}, "metadata_schema"),
        ({"bodyweight_share": "2"}, "bodyweight_share"),
        ({"primary_muscles": ["no-such"]}, "primary_muscles"),
        ({"category": "yoga"}, "category"),
        ({"instructions": "x" * 5001}, "instructions"),
    ],
)
def test_mistake_is_shown_at_its_field(curator: Client, values: dict[str, Any], field: str) -> None:
    make_canonical("bench-press")
    page = curator.post(f"{TYPES}add/", new_type(**values))
    assert list(problems(page)) == [field]
    assert ExerciseType.objects.count() == 1


def test_rows_that_were_taken_out_are_gone(curator: Client) -> None:
    row = make_canonical(
        names={"de": "Bankdrücken"}, aliases=["Flat bench"], media=[{"kind": "video", "url": "https://example.org/v"}],
        metadata_schema={"type": "object"},
    )  # fmt: skip
    url = f"{TYPES}{row.pk}/change/"
    lists = ("names-", "aliases-", "media-", "metadata_schema-")
    left = {name: value for name, value in form_values(curator.get(url)).items() if not name.startswith(lists)}
    page = curator.post(url, left)
    assert page.status_code == 302, problems(page)
    row.refresh_from_db()
    assert (row.names, row.aliases, row.media, row.metadata_schema) == ({}, [], [], {})


@pytest.mark.parametrize("text", ["null", "{}", ""])
def test_emptied_schema_says_nothing(curator: Client, text: str) -> None:
    row = make_canonical(metadata_schema={"type": "object"})
    assert change(curator, row, **{"metadata_schema-text": text}).status_code == 302
    row.refresh_from_db()
    assert row.metadata_schema == {}


def test_row_with_a_mistake_says_so_and_keeps_what_was_written(curator: Client) -> None:
    page = curator.post(
        f"{TYPES}add/",
        new_type(**rows("names", {"language": "de", "name": "Eins"}, {"language": "xx1", "name": "Zwei"})),
    )
    text = page.content.decode()
    assert 'id="names-1-fault">Language: A code such as de or pt-BR.' in text
    assert 'id="names-0-fault"' not in text
    assert 'value="Zwei"' in text


def test_preview_shows_markdown_and_lets_no_html_through(curator: Client) -> None:
    text = "1. *Lift*\n\n<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://example.org/y.png)"
    answer = curator.post("/admin/catalog/exercisetype/preview/", {"text": text}).content.decode()
    assert "<li>" in answer
    assert "<em>Lift</em>" in answer
    assert [part for part in ("<script", 'href="javascript', "<img") if part in answer] == []
    assert curator.get("/admin/catalog/exercisetype/preview/").status_code == 405


def test_replacement_is_offered_from_the_library_alone(curator: Client, alice: User) -> None:
    row = make_canonical(name="Towel curl, canonical")
    make(ExerciseType, alice)
    query = {"app_label": "catalog", "model_name": "exercisetype", "field_name": "replaced_by", "term": "towel"}
    answer = curator.get("/admin/autocomplete/", query).json()
    assert [found["id"] for found in answer["results"]] == [str(row.pk)]


def test_types_are_retired_and_not_deleted(curator: Client) -> None:
    row = make_canonical()
    assert curator.post(f"{TYPES}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    curator.post(TYPES, {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})
    assert ExerciseType.objects.filter(deleted_at=None).count() == 1


def test_history_of_a_type_is_kept(curator: Client) -> None:
    row = make_canonical()
    change(curator, row, name="Flat Bench Press")
    page = curator.get(f"{TYPES}{row.pk}/history/")
    assert page.status_code == 200
    assert "Changed Name" in page.content.decode()


# --- vocabularies ---


def test_curator_adds_and_renames_a_muscle(curator: Client) -> None:
    muscle = {"slug": "neck", "name": "Neck", "latin": "", "body_region": "upper", "side": "front"}
    assert curator.post(f"{MUSCLES}add/", muscle).status_code == 302
    assert curator.post(f"{MUSCLES}neck/change/", muscle | {"name": "Throat", "slug": "x"}).status_code == 302
    assert [(row.slug, row.name) for row in Muscle.objects.all()] == [("neck", "Throat")]


@pytest.mark.parametrize("slug", ["", "Neck", "the neck", "neck_", "-neck", "nack\0"])
def test_slug_that_clients_could_not_write_is_refused(curator: Client, slug: str) -> None:
    muscle = {"slug": slug, "name": "Neck", "latin": "", "body_region": "upper", "side": "front"}
    assert list(problems(curator.post(f"{MUSCLES}add/", muscle))) == ["slug"]


def test_muscle_that_nothing_names_is_deleted(curator: Client) -> None:
    make_muscle("chest")
    assert curator.get(f"{MUSCLES}chest/delete/").status_code == 200
    assert curator.post(f"{MUSCLES}chest/delete/", {"post": "yes"}).status_code == 302
    assert not Muscle.objects.exists()


@pytest.mark.parametrize("name", ["primary_muscles", "secondary_muscles"])
def test_muscle_in_use_is_kept_and_the_page_says_by_what(curator: Client, alice: User, name: str) -> None:
    make_muscle("chest")
    make_canonical("bench-press", **{name: ["chest"]})
    make(ExerciseType, alice, name="Alice's secret move", **{name: ["chest"]})
    for page in (curator.get(f"{MUSCLES}chest/delete/"), curator.post(f"{MUSCLES}chest/delete/", {"post": "yes"})):
        assert page.status_code == 200
        text = page.content.decode()
        assert "is in use and stays" in text
        assert "Exercise type: Bench Press" in text
        assert "Private exercise types: 1" in text
        assert "secret move" not in text
    assert Muscle.objects.exists()


def test_nutrient_that_nothing_names_is_deleted_whatever_else_there_is(curator: Client) -> None:
    make_canonical()
    make_nutrient("zinc")
    assert curator.post("/admin/catalog/nutrient/zinc/delete/", {"post": "yes"}).status_code == 302
    make_nutrient("iron")
    Supplement.objects.create(slug="iron", name="Iron pills", nutrients=["iron"])
    assert "Supplement: Iron pills" in curator.get("/admin/catalog/nutrient/iron/delete/").content.decode()


def test_several_in_use_are_kept_too(curator: Client) -> None:
    make_equipment("barbell")
    make_equipment("towel")
    make_canonical("bench-press", equipment=["barbell"])
    chosen = {"action": "delete_selected", "_selected_action": ["barbell", "towel"], "post": "yes"}
    page = curator.post(EQUIPMENT, chosen)
    assert page.status_code == 200
    assert "Exercise type: Bench Press" in page.content.decode()
    assert Equipment.objects.count() == 2
    curator.post(EQUIPMENT, chosen | {"_selected_action": ["towel"]})
    assert Equipment.objects.get().slug == "barbell"


@pytest.mark.parametrize("url", ["/admin/accounts/user/", "/admin/training/workout/", "/admin/accounts/session/"])
def test_curator_sees_nothing_of_the_users(curator: Client, url: str) -> None:
    assert curator.get(url).status_code == 403


# --- programs ---

PROGRAMS = "/admin/catalog/program/"


def test_curator_makes_a_new_version_and_publishes_it(curator: Client, alice: User) -> None:
    old = make_program(status="published")
    make_program(alice, title="Alice's own")
    page = curator.post(PROGRAMS, {"action": "make_new_version", "_selected_action": [str(old.pk)]}, follow=True)
    assert "Version 2 of Base is a draft" in page.content.decode()
    assert "Alice" not in page.content.decode()
    new = Program.objects.get(slug="base", version=2)
    url = f"{PROGRAMS}{new.pk}/change/"
    assert curator.post(url, form_values(curator.get(url)) | {"title": "Base, again"}).status_code == 302
    curator.post(PROGRAMS, {"action": "publish_many", "_selected_action": [str(new.pk)]})
    found = Program.objects.filter(slug="base").order_by("version").values_list("title", "status")
    assert list(found) == [("Base", Status.RETIRED), ("Base, again", Status.PUBLISHED)]


def test_curator_is_told_that_a_published_program_stays(curator: Client) -> None:
    program = make_program(status="published")
    url = f"{PROGRAMS}{program.pk}/change/"
    page = curator.post(url, form_values(curator.get(url)) | {"weeks": "9"})
    assert "Make a new version of the program" in page.content.decode()
    program.refresh_from_db()
    assert program.weeks == 2


def test_program_that_a_curator_adds_is_a_draft_of_the_library(curator: Client) -> None:
    values = form_values(curator.get(f"{PROGRAMS}add/")) | {"title": "New", "slug": "new"}
    assert curator.post(f"{PROGRAMS}add/", values).status_code == 302
    program = Program.objects.get(slug="new")
    assert (program.user, program.status, program.version) == (None, Status.DRAFT, 1)
