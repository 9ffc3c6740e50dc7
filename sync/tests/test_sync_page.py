"""The sync of docs/sync.md, as it is printed there, brings devices to the same state."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from accounts.models import User
from config.tests.contract import SchemaClient
from sync.models import Mutation
from sync.tests.devices import STATUS, Json, Phone, ago, exercise_type
from sync.tests.test_pull import digest_of

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = (settings.BASE_DIR / "docs" / "sync.md").read_text(encoding="utf-8")
PUSHED_AT_ONCE = 2


def printed_sync() -> Any:
    found: Json = {}
    (text,) = re.findall(r"^```py\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    exec(text, found)  # noqa: S102 - our own page
    return found["sync"]


class Store(Phone):
    """What the page asks of an app's database, in memory."""

    def __init__(self, api: SchemaClient, user: User) -> None:
        super().__init__(api, user)
        self.device_id, self.instance_token, self.epoch, self.cursor, self.version = self.id, self.token, None, None, 0
        self.base: dict[tuple[str, str], Json] = {}
        self.waiting: list[Json] = []
        self.refused: list[tuple[Json, Json]] = []

    def __enter__(self) -> None: ...

    def __exit__(self, *problem: object) -> None: ...

    def clock(self) -> str:
        return ago(0)

    def envelope(self, *mutations: Any, **values: Any) -> Json:
        return super().envelope(*mutations, epoch=self.epoch, ack_version=self.version, cursor=self.cursor, **values)

    def edit(self, op: str, entity: str, record_id: str, patch: Json | None = None) -> None:
        base = self.base.get((entity, record_id), {}).get("version", 0)
        version = self.version if op == "delete" else base
        self.waiting.append(self.mutation(op, entity, record_id, patch, base_version=version))

    def queue(self, after_seq: int, without: set[tuple[str, str]]) -> list[Json]:
        later = (one for one in self.waiting if one["seq"] > after_seq)
        return [one for one in later if (one["entity"], one["record_id"]) not in without][:PUSHED_AT_ONCE]

    def take_from_queue(self, mutation: Json) -> None:
        self.waiting.remove(mutation)

    def keep_refused(self, mutation: Json, error: Json) -> None:
        self.refused.append((mutation, error))

    def apply(self, mutation: Json, version: int) -> None:
        key = (mutation["entity"], mutation["record_id"])
        data = {**self.base.get(key, {}).get("data", {}), **mutation["patch"]}
        gone = mutation["op"] == "delete"
        self.base[key] = {"entity": key[0], "id": key[1], "version": version, "deleted": gone, "data": data}

    def put(self, record: Json) -> None:
        key = (record["entity"], record["id"])
        if record["version"] >= self.base.get(key, {}).get("version", 0):
            self.base[key] = record

    def empty_base(self) -> None:
        self.base.clear()


class Api:
    def __init__(self, api: SchemaClient) -> None:
        self.api = api

    def post(self, path: str, body: Json) -> Json:
        response = self.api.post(f"/api/v1/{path}", body)
        assert response.status_code == 200, response.content
        answer: Json = response.json()
        return answer


@pytest.fixture
def stores(api: SchemaClient, alice: User) -> tuple[Store, Store]:
    return Store(api, alice), Store(api, alice)


def test_printed_sync_brings_two_devices_to_one_state(api: SchemaClient, stores: tuple[Store, Store]) -> None:
    sync, (one, two) = printed_sync(), stores
    workout, exercise, reps, bad = (str(uuid4()) for _ in range(4))
    one.edit("create", "set", reps, {"exercise": exercise, "reps": 5})
    one.edit("create", "workout", bad, {"title": 5})
    one.edit("create", "workout", workout, {"title": "Legs"})
    one.edit("create", "exercise", exercise, {"workout": workout, "exercise_type": exercise_type()})
    sync(Api(api), one)
    assert [mutation["record_id"] for mutation in one.waiting] == [reps]
    assert [(mutation["record_id"], error["code"]) for mutation, error in one.refused] == [(bad, "invalid")]
    for store in (one, two):
        sync(Api(api), store)
    one.edit("update", "workout", workout, {"title": "Arms"})
    sync(Api(api), one)
    two.edit("update", "workout", workout, {"title": "Back", "notes": "b"})  # later, by more than a millisecond
    two.edit("delete", "set", reps)
    for store in (two, one):
        sync(Api(api), store)
    assert one.waiting == two.waiting == []
    assert two.base["workout", workout]["data"]["title"] == "Back"
    status = api.get(STATUS).json()
    for store in (one, two):
        assert digest_of(list(store.base.values())) == status["digest"]
        assert store.version == status["version"]
    assert [change["data"]["status"] for (entity, _), change in one.base.items() if entity == "conflict"] == ["open"]
    assert Mutation.objects.filter(status="deferred").count() == 0
