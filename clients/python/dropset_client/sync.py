"""The conversation with the server: push what waits, pull what is new, heal what can be healed.

Push goes before pull, so that the server decides on this device's changes against the whole history and the pull
brings the outcome. Only a device without a whole base (new, or after a resync) pulls first.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from dropset_client.errors import (
    DeviceForked,
    DeviceUnknown,
    EpochChanged,
    ErrorDetail,
    ProtocolError,
    ResyncRequired,
    TooLarge,
)
from dropset_client.mutations import Rejected
from dropset_client.session import Session
from dropset_client.store import Store
from dropset_client.wire import (
    PROTOCOL,
    SCHEMA_VERSION,
    Clock,
    JsonObject,
    Limits,
    Mutation,
    PullPage,
    PushAnswer,
    Record,
    Refusal,
    Result,
    ServerStatus,
    Status,
    rfc3339,
)

_ROUNDS = 5  # a deferred child needs one more round per missing generation; there are three generations
Shape = TypeVar("Shape")
_HEALINGS = 4  # forked, unknown, epoch changed and resync may follow each other once each


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is. The length of a pull is not known beforehand."""

    pushed: int
    to_push: int
    pulled: int


OnProgress = Callable[[Progress], None]


def no_progress(_progress: Progress) -> None:
    """For callers without a progress bar."""


@dataclass(slots=True)
class SyncReport:
    """What one `sync()` did. `statuses` counts final verdicts, `deferred` is what still waits for its parent."""

    statuses: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    conflict_ids: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    deferred: int = 0
    pulled: int = 0
    rounds: int = 0
    healed: list[str] = field(default_factory=list)
    clock_skew_ms: int = 0
    to_push: int = 0

    @property
    def is_quiet(self) -> bool:
        """Nothing went either way: this device and the server had nothing to tell each other."""
        return not self.statuses and not self.pulled and not self.healed

    def add(self, answer: PushAnswer) -> None:
        self.clock_skew_ms = answer.clock_skew_ms
        for result in answer.results.values():
            if result.status is not Status.DEFERRED:  # it was not settled, and may be sent in the next round
                self.statuses[str(result.status)] += 1
            self.replayed += result.replayed
            self.conflict_ids.extend(result.conflict_ids)


@dataclass(frozen=True, slots=True)
class About:
    """What the server shows the user in the list of devices."""

    name: str
    platform: str


class SyncEngine:
    def __init__(self, store: Store, session: Session, *, clock: Clock, about: About) -> None:
        self._store = store
        self._session = session
        self._clock = clock
        self._about = about

    def run(self, on_progress: OnProgress = no_progress) -> SyncReport:
        """One whole sync. Whatever it raises, the queue is intact and the next call goes on from here."""
        buried = {item.mutation.id for item in self._store.rejected()}
        report = SyncReport(to_push=self._store.queue_length())
        for _ in range(_HEALINGS):
            if self._try_run(report, on_progress):
                break
        else:
            self._rounds(report, on_progress)  # the last try raises what could not be healed
        report.deferred = self._store.deferred_count()
        report.rejected = [item for item in self._store.rejected() if item.mutation.id not in buried]
        return report

    def status(self) -> ServerStatus:
        query = {"device_id": self._store.identity().device_id}
        return _parsed(ServerStatus.from_wire, self._session.request("GET", "sync/status", query=query))

    def _try_run(self, report: SyncReport, on_progress: OnProgress) -> bool:
        """False where the server asked for something that is done now, and the sync is to start anew."""
        try:
            self._rounds(report, on_progress)
        except (EpochChanged, ResyncRequired) as error:
            self._store.begin_resync()
            self._heal(report, error.code, "resync.begun")
        except DeviceForked as error:
            self._store.new_identity()
            self._heal(report, error.code, "identity.renewed")
        except DeviceUnknown as error:
            self._store.set_registered(registered=False)
            self._heal(report, error.code, "registration.forgotten")
        else:
            return True
        return False

    def _heal(self, report: SyncReport, code: str, step: str) -> None:
        report.healed.append(code)
        self._store.step(step)

    def _rounds(self, report: SyncReport, on_progress: OnProgress) -> None:
        self._register()
        if not self._store.position().synced:
            self._pull(report, on_progress)
        for _ in range(_ROUNDS):
            moved = self._push(report, on_progress) + self._pull(report, on_progress)
            report.rounds += 1
            if self._store.queue_length() == 0 or moved == 0:
                return

    # Registration

    def _register(self) -> None:
        identity = self._store.identity()
        if identity.registered:
            return
        self._session.request(
            "POST",
            "sync/devices",
            body={
                "id": identity.device_id,
                "name": self._about.name,
                "platform": self._about.platform,
                "instance_token": identity.instance_token,
            },
        )
        self._store.step("register.answered")
        self._store.set_registered(registered=True)
        self._store.step("register.stored")

    # Push

    def _push(self, report: SyncReport, on_progress: OnProgress) -> int:
        """Send every queued mutation once; returns how many left the queue."""
        before = self._store.queue_length()
        sent: set[str] = set()
        limits = self._limits()
        while chunk := self._store.next_chunk(sent, limits):
            try:
                self._push_chunk(chunk, report)
            except TooLarge:
                limits = self._smaller(chunk, report)
                continue
            sent.update(mutation.id for mutation in chunk)
            on_progress(Progress(report.statuses.total(), report.to_push, report.pulled))
        return max(0, before - self._store.queue_length())

    def _push_chunk(self, chunk: list[Mutation], report: SyncReport) -> None:
        self._store.step("push.chosen")
        answer = _parsed(PushAnswer.from_wire, self._session.request("POST", "sync/push", body=self._envelope(chunk)))
        self._store.step("push.answered")
        self._store.store_push(chunk, answer)
        self._store.step("push.stored")
        report.add(answer)

    def _envelope(self, chunk: list[Mutation]) -> JsonObject:
        identity, position = self._store.identity(), self._store.position()
        return {
            "protocol": PROTOCOL,
            "schema_version": SCHEMA_VERSION,
            "device_id": identity.device_id,
            "instance_token": identity.instance_token,
            "epoch": position.epoch,
            "client_now": rfc3339(self._clock()),
            "ack_version": position.version,
            "mutations": [mutation.to_wire() for mutation in chunk],
        }

    def _limits(self) -> Limits:
        limits = self._store.limits()
        if limits is None:
            limits = self.status().limits
            self._store.set_limits(limits)
        return limits

    def _smaller(self, chunk: list[Mutation], report: SyncReport) -> Limits:
        """After a 413: what the server allows now, and in any case less than what was just refused.

        A unit (one mutation, or one group) that is refused alone can never be sent: it goes to the dead letter.
        """
        told = self.status().limits
        self._store.set_limits(told)
        if len({mutation.group or mutation.id for mutation in chunk}) > 1:
            return replace(told, mutations=min(told.mutations, len(chunk) // 2))
        self._store.refuse(chunk, _too_large)
        report.statuses[str(Status.REJECTED)] += len(chunk)
        return told

    # Pull

    def _pull(self, report: SyncReport, on_progress: OnProgress) -> int:
        """Fetch pages to the end; returns how many changes came."""
        before = report.pulled
        while True:
            cursor = self._store.position().cursor
            page = self._fetch(cursor)
            self._store.step("pull.answered")
            if not self._store.store_page(page, after=cursor):
                continue
            self._store.step("pull.stored")
            report.pulled += len(page.changes)
            on_progress(Progress(report.statuses.total(), report.to_push, report.pulled))
            if not page.has_more:
                return report.pulled - before

    def _fetch(self, cursor: str | None) -> PullPage:
        query: dict[str, str | int] = {
            "limit": (self._store.limits() or Limits()).pull_page,
            "device_id": self._store.identity().device_id,
        }
        if cursor is not None:
            query["cursor"] = cursor
        page = _parsed(PullPage.from_wire, self._session.request("GET", "sync/pull", query=query))
        if cursor is not None and page.epoch != self._store.position().epoch:
            raise EpochChanged(409, [ErrorDetail("epoch_changed", "the answer is of another epoch than the cursor")])
        if page.has_more and page.cursor == cursor:
            raise ProtocolError("the server sends the same page for ever")
        return page

    def conflicts(self, report: SyncReport) -> list[Record]:
        """The conflict records that this sync's pushes made, as the pull brought them."""
        found = (self._store.base("conflict", conflict_id) for conflict_id in report.conflict_ids)
        return [record for record in found if record is not None]


def _too_large(mutation: Mutation) -> Result:
    reason = Refusal("too_large", "the server does not accept a change of this size")
    return Result(id=mutation.id, status=Status.REJECTED, error=reason)


def _parsed(read: Callable[[JsonObject], Shape], raw: JsonObject) -> Shape:
    """An answer as its shape; an answer of another shape is the server's fault and said so."""
    try:
        return read(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProtocolError(f"an answer of the server cannot be read: {error!r}") from error
