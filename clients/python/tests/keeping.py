"""Files of the test server: one export, kept states, and imports that take two questions to end."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any

Json = dict[str, Any]
Answer = tuple[int, Json | bytes | None]
EXPORT = b"PK\x03\x04 everything"


@dataclass
class Keeping:
    states: dict[str, Json] = field(default_factory=dict)
    imports: dict[str, Json] = field(default_factory=dict)
    uploads: list[Json] = field(default_factory=list)
    error: Json | None = None

    def route(self, method: str, parts: list[str], body: Json) -> Answer | None:
        """None for an address that is not here."""
        match method, parts:
            case "GET", ["export"]:
                return 200, EXPORT
            case "POST", ["import"]:
                self.uploads.append(body)
                return self._begun(body)
            case "GET", ["import", import_id]:
                return 200, self._further(import_id)
            case "GET", ["sync", "snapshots"]:
                return 200, {"next": None, "previous": None, "results": list(self.states.values())}
            case "POST", ["sync", "snapshots"]:
                made = {
                    "id": body["id"],
                    "name": body["name"],
                    "kind": "named",
                    "version": 7,
                    "created_at": "2026-11-20",
                }
                self.states[made["id"]] = made
                return 201, made
            case _, ["sync", "snapshots", state, *rest] if state in self.states:
                return self._of_state(method, state, rest, body)
        return None

    def _of_state(self, method: str, state: str, rest: list[str], body: Json) -> Answer | None:
        acts: dict[tuple[str, ...], Callable[[], Answer]] = {
            ("DELETE",): lambda: self._forgotten(state),
            ("GET", "content"): lambda: (200, b'{"type":"begin"}\n'),
            ("POST", "restore"): lambda: self._begun(body),
        }
        act = acts.get((method, *rest))
        return None if act is None else act()

    def _forgotten(self, state: str) -> Answer:
        del self.states[state]
        return 204, None

    def _begun(self, asked: Json) -> Answer:
        job = {
            "import_id": asked["import_id"],
            "mode": asked["mode"],
            "state": "waiting",
            "progress": {"done": 0, "total": 2},
            "report": {"created": 0, "rejected": []},
            "error": None,
            "undo_snapshot_id": None,
        }
        return 202, self.imports.setdefault(job["import_id"], job)

    def _further(self, import_id: str) -> Json:
        job = self.imports[import_id]
        if job["state"] == "waiting":
            job["state"] = "running"
        else:
            refused = {"entity": "set", "id": "s", "code": "required", "detail": "It lacks its exercise."}
            job |= {"state": "failed" if self.error else "done", "error": self.error}
            job |= {"progress": {"done": 2, "total": 2}, "undo_snapshot_id": str(uuid.UUID(int=7))}
            job["report"] = {"created": 1, "rejected_total": 1, "rejected": [refused]}
        return job


def form(content_type: str, raw: bytes) -> Json:
    """The fields of a form, its file among them."""
    whole = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
    found: Json = {}
    for part in whole.walk():
        name = part.get_param("name", header="content-disposition")
        if name is not None:
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found[str(name)] = content if part.get_filename() else content.decode()
    return found
