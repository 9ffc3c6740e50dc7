"""A mutation that no reader takes is refused by itself, under its own id, and kept as far as it can be read."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from config.tests.contract import SchemaClient, check_error
from sync.domain import unreadable
from sync.models import DeviceState, Mutation
from sync.tests.devices import PUSH, Json, Phone, ago
from sync.tests.naive import Naive, record
from sync.tests.transfers import exported, lines_of, unzipped
from training.models import Workout

REJECTED = "/api/v1/sync/rejected"
HALF_AN_EMOJI = b'"x\\ud83d"'
DEEP = b"[" * 1000 + b"]" * 1000
UNREADABLE = [
    HALF_AN_EMOJI,
    rb'"\ude00\ud83d"',
    b'"x\xff"',
    b'"x\xed\xa0\xbd"',  # half an emoji, as some databases write it
    b'"x\x00"',
    b'"x\n"',
    rb'"\x41"',
    DEEP,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 5000,
    b"01",
    b"tru",
    b"",
    b'"a" "b"',
    b"{}{}",
    b'{"a":1,"a":2}',
]


def body_of(phone: Phone, *mutations: bytes, key: str = "mutations", **values: Any) -> bytes:
    envelope = phone.envelope(**values)
    del envelope["mutations"]
    return orjson.dumps(envelope)[:-1] + b',"%s":[%s]}' % (key.encode(), b",".join(mutations))


def post(phone: Phone, body: bytes) -> Any:
    return phone.api.generic("POST", PUSH, body, content_type="application/json")  # type: ignore[arg-type]


def pushed(phone: Phone, *mutations: bytes, **values: Any) -> list[Json]:
    answer = post(phone, body_of(phone, *mutations, **values))
    assert answer.status_code == 200, answer.content
    results: list[Json] = answer.json()["results"]
    return results


def good(phone: Phone, **values: Any) -> bytes:
    return orjson.dumps(phone.mutation("create", "workout", str(uuid4()), {"title": "good"}, **values))


def with_raw(content: Json, **raw: bytes) -> bytes:
    """The content with JSON text, which may be none, in the place of what is called HERE."""
    text = orjson.dumps(content)
    for name, value in raw.items():
        text = text.replace(b'"HERE %s"' % name.encode(), value)
    return text


def bad(phone: Phone, raw: bytes) -> tuple[Json, bytes]:
    patch = {"notes": "kept", "title": "HERE title"}
    content = phone.mutation("create", "workout", str(uuid4()), patch)
    return content, with_raw(content, title=raw)


# --- mutations ---


@pytest.mark.parametrize("raw", UNREADABLE)
def test_unreadable_mutation_is_refused_under_its_id_between_good_ones(phone: Phone, raw: bytes) -> None:
    content, text = bad(phone, raw)
    results = pushed(phone, good(phone), text, good(phone))
    assert [r["status"] for r in results] == ["applied", "rejected", "applied"]
    assert (results[1]["id"], results[1]["error"]["code"], "index" in results[1]) == (content["id"], "malformed", False)
    (kept,) = phone.api.get(REJECTED).json()["results"]
    assert (kept["mutation_id"], kept["seq"], kept["error"]) == (content["id"], content["seq"], results[1]["error"])
    assert (kept["entity"], kept["record_id"], kept["op"]) == ("workout", content["record_id"], "create")
    assert kept["payload"]["patch"]["notes"] == "kept"
    assert kept["payload_text"] == unreadable.as_text(text)


@pytest.mark.parametrize(
    "place", ["entity", "record_id", "op", "at", "base_version", "group", "schema_version", "more"]
)
@pytest.mark.parametrize("raw", [HALF_AN_EMOJI, DEEP, b"NaN", b"1e999"])
def test_unreadable_member_stops_nothing_beside_it(phone: Phone, place: str, raw: bytes) -> None:
    content = phone.mutation("create", "workout", str(uuid4())) | {place: "HERE x"}
    results = pushed(phone, with_raw(content, x=raw), good(phone))
    assert [(r["id"] == content["id"], r["status"]) for r in results] == [(True, "rejected"), (False, "applied")]
    assert phone.api.get(REJECTED).json()["results"][0]["mutation_id"] == content["id"]


@pytest.mark.parametrize("raw", [HALF_AN_EMOJI, DEEP, b"NaN", b"9" * 400, b"[1]", b"null", b'{"id":1}', b"1.5"])
def test_mutation_without_a_readable_id_is_told_by_its_place(phone: Phone, raw: bytes) -> None:
    content = phone.mutation("create", "workout", str(uuid4()), {"title": "kept"}) | {"id": "HERE x"}
    text = with_raw(content, x=raw)
    results = pushed(phone, good(phone), text, good(phone))
    assert [(r["status"], r.get("index")) for r in results] == [("applied", None), ("rejected", 1), ("applied", None)]
    assert results[1]["id"] is None
    (kept,) = phone.api.get(REJECTED).json()["results"]
    assert kept["payload"]["patch"] == {"title": "kept"}
    again = pushed(phone, text)
    assert (again[0]["index"], again[0]["replayed"]) == (0, True)


@pytest.mark.parametrize("raw", [b"nonsense", b"5", b'"text"', b"NaN", b"[]", DEEP])
def test_element_that_is_no_object_is_told_by_its_place(phone: Phone, raw: bytes) -> None:
    results = pushed(phone, raw, good(phone))
    assert [(r["id"], r["status"], r.get("index")) for r in results[:1]] == [(None, "rejected", 0)]
    assert results[1]["status"] == "applied"
    (kept,) = phone.api.get(REJECTED).json()["results"]
    shown = kept.get("payload_text") or orjson.dumps(kept["payload"]).decode()
    assert shown == raw.decode()


def test_half_an_emoji_is_shown_as_no_character_and_can_be_repaired(phone: Phone) -> None:
    content, text = bad(phone, HALF_AN_EMOJI)
    pushed(phone, text)
    shown = phone.api.get(f"{REJECTED}/{content['id']}").json()["payload"]
    assert shown == content | {"patch": {"notes": "kept", "title": "x\ufffd"}}
    mended = {**shown, "id": str(uuid4()), "seq": next(phone.seq)}
    sender = {"device_id": phone.id, "instance_token": phone.token, "client_now": ago(0)}
    answer = phone.api.post(f"{REJECTED}/{content['id']}/repair", {**sender, "mutation": mended})
    assert answer.json()["results"][0]["status"] == "applied"
    assert Workout.objects.get().title == "x\ufffd"


def test_bytes_that_are_no_text_are_kept_as_their_numbers(phone: Phone) -> None:
    _, text = bad(phone, b'"a\xffb\x00c\xc3\xa9"')
    pushed(phone, text)
    (row,) = Mutation.objects.all()
    assert '"title":"a\\xffb\\x00cé"' in row.payload
    assert phone.api.get(REJECTED).json()["results"][0]["payload"]["patch"]["title"] == "a\ufffdb\x00cé"


def test_unreadable_mutation_sent_again_is_a_replay(phone: Phone) -> None:
    _, text = bad(phone, HALF_AN_EMOJI)
    first, again = pushed(phone, text)[0], pushed(phone, text)[0]
    assert again == first | {"replayed": True}
    assert Mutation.objects.count() == 1


def test_group_of_an_unreadable_mutation_is_refused_as_a_whole(phone: Phone) -> None:
    group = str(uuid4())
    content = phone.mutation("create", "workout", str(uuid4()), {"title": "HERE title"}, group=group)
    results = pushed(phone, good(phone, group=group), with_raw(content, title=HALF_AN_EMOJI), good(phone))
    assert [r["status"] for r in results] == ["rejected", "rejected", "applied"]
    assert [r["error"]["code"] for r in results[:2]] == ["group_failed", "malformed"]


def test_number_of_an_unreadable_mutation_counts(phone: Phone) -> None:
    """A device that lost its queue goes on above it."""
    content, text = bad(phone, DEEP)
    pushed(phone, text)
    assert DeviceState.objects.get(device_id=phone.id).last_seq == content["seq"]


def test_export_holds_the_text_of_what_cannot_be_read(phone: Phone) -> None:
    _, text = bad(phone, b'"\xff"')
    pushed(phone, text)
    (line,) = lines_of(unzipped(exported(phone.api))["mutations.ndjson"])
    assert line["payload"] == unreadable.as_text(text)


@given(st.binary())
def test_text_of_any_bytes_can_be_stored_and_stands_for_them(raw: bytes) -> None:
    text = unreadable.as_text(raw)
    assert "\x00" not in text
    if b"\\" not in raw:
        assert unreadable.as_bytes(text) == raw


# --- whole records ---


@pytest.mark.parametrize("raw", [raw for raw in UNREADABLE if raw != b'{"a":1,"a":2}'])
def test_unreadable_record_is_refused_under_its_id_between_good_ones(
    api: SchemaClient, alice: User, raw: bytes
) -> None:
    naive = Naive(api, alice)
    ids = [str(uuid4()) for _ in range(3)]
    records = [record("workout", one, {"title": "HERE title", "notes": "kept"}) for one in ids]
    texts = [with_raw(one, title=title) for one, title in zip(records, [b'"a"', raw, b'"b"'], strict=True)]
    results = pushed(naive, *texts, key="records")
    assert [r["status"] for r in results] == ["applied", "rejected", "applied"]
    assert [(r["entity"], r["record_id"]) for r in results] == [("workout", one) for one in ids]
    assert results[1]["error"]["code"] == "malformed"
    (kept,) = api.get(REJECTED).json()["results"]
    assert (kept["mutation_id"], kept["payload"]["data"]["notes"]) == (results[1]["id"], "kept")


@pytest.mark.parametrize("raw", [HALF_AN_EMOJI, DEEP, b"9" * 400, b"[1]", b"{}"])
def test_record_without_a_readable_id_is_told_by_its_place(api: SchemaClient, alice: User, raw: bytes) -> None:
    naive = Naive(api, alice)
    good_one = orjson.dumps(record("workout", str(uuid4()), {"title": "a"}))
    results = pushed(naive, good_one, with_raw(record("workout", "HERE x", {}), x=raw), key="records")
    assert [(r["status"], r.get("index")) for r in results] == [("applied", None), ("rejected", 1)]
    assert results[1]["record_id"] is None


# --- what cannot be read at all ---


@pytest.mark.parametrize(
    "broken",
    [
        b'"mutations":[{"a":"x\\ud83d"}',  # no end
        b'"mutations":[{"a":"x\\ud83d}]',  # a text without an end
        b'"mutations":[{"a":NaN}{"b":1}]',  # one or two?
        b'"mutations":[{"a":NaN},]',
        b'"mutations":[,{"a":NaN}]',
        b'"mutations":[{"a":NaN}]]',
        b'"mutations":[{"a":NaN}],"epoch":NaN',
        b'"mutations":[{"a":NaN}],"epoch":"\xff"',
        b'"mutations":[{"a":NaN}],"mutations":[]',
        b'"mutations":[{"a":1}],"mutations":[{"b":1}]',
        b'"mutations":[{"a":1}],"records":[{"b":1}]',
        b'"mutations":[{"a":NaN}],"mutations":null',
        b'"mutations":[{"a":NaN}],"device_id":5',
        b'"mutations":{"a":NaN}',
        b'"mutations":[{"a":NaN}],no',
    ],
)
def test_envelope_that_does_not_show_its_mutations_is_refused_as_a_whole(phone: Phone, broken: bytes) -> None:
    envelope = phone.envelope()
    del envelope["mutations"]
    check_error(post(phone, orjson.dumps(envelope)[:-1] + b"," + broken + b"}"), 400, "malformed")
    assert not Mutation.objects.exists()


def test_too_many_unreadable_ones_are_too_many(phone: Phone) -> None:
    check_error(post(phone, body_of(phone, *[b"NaN"] * 501)), 413, "too_large", "mutations")


def test_words_of_the_envelope_within_a_text_are_only_words(phone: Phone) -> None:
    text = orjson.dumps(phone.mutation("create", "workout", str(uuid4()), {"title": 'a "mutations":[ "records"'}))
    assert [r["status"] for r in pushed(phone, text, good(phone))] == ["applied", "applied"]


# --- laws ---

WHATEVER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@WHATEVER
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_body_is_a_failure_of_the_server(phone: Phone, body: bytes) -> None:
    phone.api.raise_request_exception = False
    assert post(phone, body).status_code in (200, 400)


SIGNS = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\\ud83d", b"\x00", b"\xff", b"NaN", b"1e999", b"[" * 1200]


@st.composite
def damage(draw: st.DrawFn) -> tuple[int, int, bytes]:
    """What of a text is overwritten, as a share of its length; by how many bytes less; with what."""
    return draw(st.integers(0, 999)), draw(st.integers(0, 3)), draw(st.sampled_from(SIGNS) | st.binary(max_size=4))


def is_closed(text: bytes) -> bool:
    """Whether each quote and bracket of a mutation has its other half: then it shows where it ends."""
    depth, quoted, signs = 0, False, iter(text)
    for at, sign in enumerate(signs):
        if quoted and sign == ord("\\"):
            next(signs, None)
        elif sign == ord('"'):
            quoted = not quoted
        elif not quoted:
            depth += (sign in b"{[") - (sign in b"}]")
            if depth < 0 or (depth == 0 and at and sign == ord(",")):
                return False
    return not quoted and depth == 0


@WHATEVER
@given(hits=st.lists(damage(), min_size=1, max_size=4))
def test_damaged_mutation_neither_fails_nor_blocks_the_others(phone: Phone, hits: list[tuple[int, int, bytes]]) -> None:
    text = orjson.dumps(phone.mutation("create", "workout", str(uuid4()), {"title": "a", "notes": 'b "c"'}))
    for place, length, by in hits:
        at = len(text) * place // 1000
        text = text[:at] + by + text[at + length :]
    before = Workout.objects.filter(title="good").count()
    phone.api.raise_request_exception = False
    answer = post(phone, body_of(phone, good(phone), text, good(phone)))
    if answer.status_code == 400:
        assert not is_closed(text) or text.strip()[:1] != b"{", text
        return
    assert answer.status_code == 200, (answer.content, text)
    results = answer.json()["results"]
    assert (results[0]["status"], results[-1]["status"]) == ("applied", "applied")
    assert Workout.objects.filter(title="good").count() == before + 2
    assert phone.api.get(REJECTED).status_code == 200


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_can_be_read_is_cut_into_what_it_holds(value: Any) -> None:
    text = orjson.dumps(value)
    assert unreadable.fault(text) is None
    assert unreadable.salvaged(text) == value
    if isinstance(value, dict):
        assert unreadable.readable_members(text) == value
    if isinstance(value, list):
        assert [orjson.loads(part) for part in unreadable.elements(text)] == value
