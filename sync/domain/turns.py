"""When each mutation of a push has its turn: in their order; what waits for a record, as soon as that is made."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from sync.domain.groups import mentioned
from sync.domain.records import DEFERRED, Edit, EntityRules, Key, Planned

Unit = list[Edit]
Plan = Callable[[Unit, Collection[Key]], list[Planned]]  # of a unit, while these records wait


class Turns:
    """Takes units, which are planned as a whole. What waits is planned at once when what it waits for is made, and not after
    the rest: its device may have said more since, to delete what it hangs on.
    """

    def __init__(self, rules: Mapping[str, EntityRules], plan: Plan) -> None:
        self._rules, self._plan = rules, plan
        self._waiting: list[Unit] = []
        self.results: dict[str, Planned] = {}  # by the mutation's id

    def take(self, units: Sequence[Unit]) -> dict[str, Planned]:
        for unit in units:
            if not self._turn(unit) and self._waiting and any(edit.op == "create" for edit in unit):
                self._wake(_keys([unit]))
        self._wake(None)
        return self.results

    def _turn(self, unit: Unit) -> bool:
        """Whether it has to wait."""
        planned = self._plan(unit, _keys(self._waiting))
        self.results.update((p.edit.id, p) for p in planned)
        waits = any(p.status == DEFERRED for p in planned)
        if waits:
            self._waiting.append(unit)
        return waits

    def _wake(self, news: set[Key] | None) -> None:
        """Whoever waits for one of these records, or for anything; then who waits for those, until nothing moves."""
        while self._waiting and (news is None or news):
            waiting, self._waiting = self._waiting, []
            made: set[Key] = set()
            for unit in waiting:
                if news is not None and mentioned(unit, self._rules).isdisjoint(news):
                    self._waiting.append(unit)
                elif not self._turn(unit):
                    made |= _keys([unit])
            news = made


def _keys(units: Iterable[Unit]) -> set[Key]:
    return {edit.key for unit in units for edit in unit}
