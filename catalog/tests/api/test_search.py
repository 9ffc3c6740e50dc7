"""Finding a type by what people type."""

import time

import pytest

from catalog.tests.factories import make_canonical
from config.tests.contract import SchemaClient, check_error

URL = "/api/v1/library/exercise-types/"


@pytest.fixture
def library(db: None) -> None:
    make_canonical("bench-press", name="Barbell Bench Press", names={"de": "Bankdrücken", "fr": "Développé couché"})
    make_canonical("pull-up", name="Pull-Up", aliases=["Chin over bar"], names={"de": "Klimmzug"})
    make_canonical("farmers-walk", name="Farmer's Walk", aliases=["Farmer carry"], names={"fr": "Marche d’équilibre"})
    make_canonical(
        "hip-switch", name="90/90 Hip Switch", names={"ru": "Приседания, подъём"}, aliases=["Cossack/shin-box"]
    )
    make_canonical(
        "street-lunge",
        name="Straße",
        aliases=["Løpning", "Ławka"],
        names={"ja": "スクワット がくがく", "fr": "Cafe\u0301"},
    )


def found(api: SchemaClient, text: str) -> list[str]:
    response = api.get(URL, {"search": text})
    assert response.status_code == 200, response.content
    return [row["slug"] for row in response.json()["results"]]


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("bench", ["bench-press"]),
        ("BENCH", ["bench-press"]),
        ("ben", ["bench-press"]),
        ("press ben", ["bench-press"]),
        ("barbell press", ["bench-press"]),
        ("bench pull", []),
        ("ench", ["bench-press"]),  # the beginning of a word, not its middle: it is taken for a slip
        ("chin-ups machine", []),
        ("bankdrücken", ["bench-press"]),
        ("Bankdru\u0308ck", ["bench-press"]),  # as a Mac types it: u and a mark
        ("bankdrucken", ["bench-press"]),
        ("BANKDRÜCKEN", ["bench-press"]),
        ("développé", ["bench-press"]),
        ("developpe couche", ["bench-press"]),
        ("dèvêlöp", ["bench-press"]),  # another accent is none, too
        ("ｂｅｎｃｈ", ["bench-press"]),  # as a Japanese keyboard types it
        ("bench 💪", ["bench-press"]),
        ("strasse", ["street-lunge"]),
        ("straße", ["street-lunge"]),
        ("lopning", ["street-lunge"]),
        ("løpning", ["street-lunge"]),
        ("ławka", ["street-lunge"]),
        ("lawka", ["street-lunge"]),
        ("スクワット", ["street-lunge"]),
        ("がくがく", ["street-lunge"]),
        ("café", ["street-lunge"]),  # written with a mark of its own
        ("приседания", ["hip-switch"]),
        ("подъем", ["hip-switch"]),  # written подъём
        ("pull-up", ["pull-up"]),
        ("pull up", ["pull-up"]),
        ("pullup", ["pull-up"]),
        ("chin", ["pull-up"]),
        ("klimm", ["pull-up"]),
        ("farmer's walk", ["farmers-walk"]),
        ("farmer’s walk", ["farmers-walk"]),
        ("farmer carry walk", ["farmers-walk"]),  # words of a name and of an alias
        ("d'équilibre", ["farmers-walk"]),
        ("90/90", ["hip-switch"]),
        ("90", ["hip-switch"]),
        ("shin", ["hip-switch"]),
        ("box", ["hip-switch"]),
        ("  bench   press  ", ["bench-press"]),
    ],
)
def test_words_and_their_beginnings_are_found(library: None, api: SchemaClient, text: str, slugs: list[str]) -> None:
    assert found(api, text) == slugs


@pytest.mark.parametrize("text", ["-", "!", "&", "|", "'", "()", "💪", "💪🏽 🏋️", "...", "\u0301", "‼"])
def test_text_without_a_word_finds_nothing(library: None, api: SchemaClient, text: str) -> None:
    assert found(api, text) == []


@pytest.mark.parametrize("text", ["", " "])
def test_empty_search_is_none(library: None, api: SchemaClient, text: str) -> None:
    assert len(found(api, text)) == 5


@pytest.mark.parametrize(
    "text", ["bench & press", "bench | press", "!bench & press", "bench <-> press", "bench:*", "bench:A press", "'bench' press",
             '"bench press"', "(bench press", "bench) press", "bench\\ press", "bench; press--", "bench\tpress\n"],
)  # fmt: skip
def test_operators_of_the_search_language_are_not_understood(library: None, api: SchemaClient, text: str) -> None:
    assert found(api, text) in (["bench-press"], [])


@pytest.mark.parametrize(
    "text", ["x'; DROP TABLE catalog_exercisetype; --", "%s", "%(search)s", "{}", "½ ² ①", "\u202e\ufeff", "ß"]
)
def test_odd_text_does_no_harm(library: None, api: SchemaClient, text: str) -> None:
    assert set(found(api, text)) <= {"bench-press", "farmers-walk", "hip-switch", "pull-up", "street-lunge"}


def test_text_of_a_hundred_characters_is_the_longest(library: None, api: SchemaClient) -> None:
    assert found(api, "x" * 100) == []
    check_error(api.get(URL, {"search": "x" * 101}), 400, "max_length", "search")


def test_many_short_words_are_answered_quickly(library: None, api: SchemaClient) -> None:
    started = time.monotonic()
    found(api, "a " * 50)
    assert time.monotonic() - started < 2
