"""The conversation with the server: push what waits, pull what is new, heal what can be healed.

Push goes before pull, so that the server decides on this device's changes against the whole history and the pull
brings the outcome. Only a device without a whole base (new, or after a resync) pulls first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dropset_client import snapshot
from dropset_client.answers import parsed
from dropset_client.digest import Verification, compare
from dropset_client.errors import (
    ApiError,
    DeviceForked,
    DeviceUnknown,
    EpochChanged,
    ErrorDetail,
    ProtocolError,
    ResyncRequired,
    TooLarge,
    VersionUnknown,
)
from dropset_client.report import OnProgress, Progress, SyncReport, no_progress
from dropset_client.rescue import Rescue
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
    Refusal,
    Result,
    ServerStatus,
    Status,
    rfc3339,
)

_ROUNDS = 5  # a deferred child needs one more round per missing generation; there are three generations
_HEALINGS = 4  # forked, unknown, epoch changed and resync may follow each other once each
_COMPARISONS = 3  # somebody may write between our pull and the server's digest
_NOT_FOUND = 404


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
        self._rescue = Rescue(store, session)

    def run(self, on_progress: OnProgress = no_progress, *, verify: bool = False) -> SyncReport:
        """One whole sync. Whatever it raises, the queue is intact and the next call goes on from here.

        With `verify` the digests are compared afterwards, and where they differ everything is read anew.
        """
        report = self._reported(lambda report: self._run(report, on_progress))
        if verify:
            self._verify(report, on_progress)
        return report

    def push_some(self, most: int) -> SyncReport:
        """One push of the first `most` mutations (a group is never cut). Nothing while a snapshot is on its way."""
        return self._reported(lambda report: self._healing(report, lambda: self._push_front(report, most)))

    def pull_some(self, pages: int) -> SyncReport:
        """At most so many pages; `position().synced` tells whether it was the last one."""
        return self._reported(lambda report: self._healing(report, lambda: self._pull_front(report, pages)))

    def status(self, *, epoch: str | None = None) -> ServerStatus:
        """The server's side. With an old `epoch` it also says up to where that one and the present are the same."""
        query = {"device_id": self._store.identity().device_id} | ({} if epoch is None else {"epoch": epoch})
        return parsed(ServerStatus.from_wire, self._session.request("GET", "sync/status", query=query))

    def verification(self) -> Verification:
        """This device's base compared with the server."""
        status = self.status()
        return Verification(
            differing=compare(self._store.base_digest(), status.digest),
            local_version=self._store.position().version,
            server_version=status.version,
        )

    def _reported(self, act: Callable[[SyncReport], object]) -> SyncReport:
        mark = self._store.last_rejected()
        report = SyncReport(to_push=self._store.queue_length())
        act(report)
        report.deferred = self._store.deferred_count()
        report.rejected = self._store.rejected_since(mark)
        return report

    def _run(self, report: SyncReport, on_progress: OnProgress) -> None:
        for _ in range(_HEALINGS):
            if self._healing(report, lambda: self._rounds(report, on_progress)):
                return
        self._rounds(report, on_progress)  # the last try raises what could not be healed

    def _verify(self, report: SyncReport, on_progress: OnProgress) -> None:
        found = self._settled_verification(report, on_progress)
        report.verification = found
        if found.is_equal:
            return
        self._store.begin_resync()
        self._run(report, on_progress)
        report.repaired = self._settled_verification(report, on_progress).is_equal

    def _settled_verification(self, report: SyncReport, on_progress: OnProgress) -> Verification:
        """Compared at one and the same version, as far as other writers leave us time for it."""
        found = self.verification()
        for _ in range(_COMPARISONS):
            if found.local_version == found.server_version:
                break
            self._run(report, on_progress)
            found = self.verification()
        return found

    def _healing(self, report: SyncReport, act: Callable[[], object]) -> bool:
        """False where the server asked for something that is done now, and the sync is to start anew."""
        try:
            return self._believed(report, act)
        except EpochChanged as error:
            self._begin_restoration()
            self._heal(report, error.code, "resync.begun")
        except ResyncRequired as error:
            self._store.begin_resync()
            self._heal(report, error.code, "resync.begun")
        except DeviceForked as error:
            self._store.new_identity()
            self._heal(report, error.code, "identity.renewed")
        except DeviceUnknown as error:
            self._store.set_registered(registered=False)
            self._heal(report, error.code, "registration.forgotten")
        return False

    def _believed(self, report: SyncReport, act: Callable[[], object]) -> bool:
        """False where the server does not know the version that this device has seen. The cursor is its own word: pulled
        with it, the server finds out that it was restored and says so, or tells where the data stand.
        """
        try:
            act()
        except VersionUnknown as error:
            self._heal(report, error.code, "version.doubted")
            self._pull(report, no_progress)
            return False
        return True

    def _begin_restoration(self) -> None:
        """The server was restored. What it shares with our base it says; a device without a base gives nothing back."""
        old = self._store.position().base_epoch
        shared = None if old is None else self.status(epoch=old).shared_version or 0
        self._store.begin_resync(shared_version=shared)

    def _heal(self, report: SyncReport, code: str, step: str) -> None:
        report.healed.append(code)
        self._store.step(step)

    def _rounds(self, report: SyncReport, on_progress: OnProgress) -> None:
        self.register()
        if not self._store.position().synced:
            self._read_whole(report)
            self._pull(report, on_progress)
        self._give_back(report)
        for _ in range(_ROUNDS):
            moved = self._push(report, on_progress) + self._pull(report, on_progress)
            report.rounds += 1
            self._store.restoration.resume()
            if not self._give_back(report) and (self._store.queue_length() == 0 or moved == 0):
                break
        self._tell_discarded()

    def _read_whole(self, report: SyncReport) -> None:
        """A state that would be many pages comes in one answer. What a restored server lost is found by pages: they say
        the server's time.
        """
        if self._store.position().cursor is not None or self._store.restoration.shared_version() is not None:
            return
        status = self.status()
        self._store.set_limits(status.limits)
        if status.epoch != (self._store.position().base_epoch or status.epoch):
            return  # the first page says so
        if sum(one.count for one in status.digest.values()) > status.limits.pull_page:
            report.pulled += snapshot.fetch(self._store, self._session, status)

    def _give_back(self, report: SyncReport) -> int:
        """How much the server was given of what it had lost."""
        if not self._rescue.is_due:
            return 0
        sent = self._rescue.send(self.status().limits)
        report.rescued += sent
        # The session belongs to the device that registered last, and would end together with the rescue device.
        self._store.set_registered(registered=False)
        self.register()
        self._rescue.retire()
        return sent

    def _tell_discarded(self) -> None:
        """Refused changes that the user gave up offline: the server may forget them too.

        This is tidying up, so a refusal is no reason to fail a sync.
        """
        for mutation_id in self._store.discarded():
            try:
                self._session.request("DELETE", f"sync/rejected/{mutation_id}")
            except ApiError as error:
                if error.status != _NOT_FOUND:  # which says that it was never there, or is gone already
                    continue
            self._store.forget_discarded(mutation_id)

    # Registration

    def rename(self, name: str) -> None:
        self._about = replace(self._about, name=name)

    def register(self) -> None:
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
        before = report.statuses.total()
        sent = 0
        limits = self._limits()
        while chunk := self._store.next_chunk(sent, limits):
            try:
                self._push_chunk(chunk, report)
            except TooLarge:
                limits = self._smaller(chunk, report)
                continue
            sent = chunk[-1].seq
            on_progress(Progress(report.statuses.total(), report.to_push, report.pulled))
        return report.statuses.total() - before

    def _push_front(self, report: SyncReport, most: int) -> None:
        self.register()
        if self._store.position().resyncing:
            return
        self._give_back(report)
        limits = self._limits()
        chunk = self._store.next_chunk(0, replace(limits, mutations=min(most, limits.mutations)))
        if chunk:
            self._push_chunk(chunk, report)

    def _push_chunk(self, chunk: list[Mutation], report: SyncReport) -> None:
        self._store.step("push.chosen")
        answer = parsed(PushAnswer.from_wire, self._sent(chunk))
        self._store.step("push.answered")
        self._store.store_push(chunk, answer)
        self._store.step("push.stored")
        report.add(answer)

    def _sent(self, chunk: list[Mutation]) -> JsonObject:
        repaired = self._store.repaired_by(chunk[0])
        if repaired is not None:
            try:
                return self._session.request("POST", f"sync/rejected/{repaired}/repair", body=self._repair(chunk[0]))
            except ApiError as error:
                if type(error) is not ApiError:  # one of those that heal, or that the user must hear of
                    raise
            self._store.forget_repair(chunk[0])  # nothing to make good there: an ordinary change then
        return self._session.request("POST", "sync/push", body=self._envelope(chunk))

    def _repair(self, mutation: Mutation) -> JsonObject:
        """A push in disguise: the same envelope around one mutation."""
        envelope = self._envelope([mutation])
        names = ("device_id", "instance_token", "epoch", "client_now", "ack_version", "cursor")
        return {**{name: envelope[name] for name in names}, "mutation": mutation.to_wire()}

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
            "cursor": position.cursor,
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

    def _pull(self, report: SyncReport, on_progress: OnProgress, pages: int | None = None) -> int:
        """Fetch pages to the end, or so many; returns how many changes came."""
        before = report.pulled
        while pages != 0:
            cursor = self._store.position().cursor
            page = self._fetch(cursor)
            self._store.step("pull.answered")
            if not self._store.store_page(page, after=cursor):
                continue
            self._store.step("pull.stored")
            report.pulled += len(page.changes)
            on_progress(Progress(report.statuses.total(), report.to_push, report.pulled))
            pages = None if pages is None else pages - 1
            if not page.has_more:
                break
        return report.pulled - before

    def _fetch(self, cursor: str | None) -> PullPage:
        query: dict[str, str | int] = {
            "limit": (self._store.limits() or Limits()).pull_page,
            "device_id": self._store.identity().device_id,
        }
        if cursor is not None:
            query["cursor"] = cursor
        page = parsed(PullPage.from_wire, self._session.request("GET", "sync/pull", query=query))
        self._check(page, cursor)
        return page

    def _pull_front(self, report: SyncReport, pages: int) -> None:
        self.register()
        self._pull(report, no_progress, pages)

    def _check(self, page: PullPage, cursor: str | None) -> None:
        """A page of another epoch than what it continues, or replaces, is news of a restored server."""
        position = self._store.position()
        continued = position.epoch if cursor is not None else position.base_epoch
        told = cursor is None and self._store.restoration.shared_version() is not None
        if continued not in (None, page.epoch) and not told:
            raise EpochChanged(409, [ErrorDetail("epoch_changed", "the answer is of another epoch than the base")])
        if page.has_more and page.cursor == cursor:
            raise ProtocolError("the server sends the same page for ever")


def _too_large(mutation: Mutation) -> Result:
    reason = Refusal("too_large", "the server does not take a change of this size")
    return Result(id=mutation.id, status=Status.REJECTED, error=reason)
