"""Does dispatch decide again as a recorded log says that it decided? Looked at again, and compared to the byte.

A decision tells the position up to which the log was seen, the instant, and what no log knows. What the policy
remembers and what was learnt follow from the log up to there: decisions are taken again in their order, and what then
stands is the recording, so that one difference does not lead to others.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from application.dispatch import orders
from application.dispatch.asking import Asking, asked_together
from application.dispatch.cash_stops import heeding_cash_limits
from application.dispatch.considered import Considering, SeenAt
from application.dispatch.learning import Learning
from application.dispatch.policies.catalogue import POLICIES, work_times_for
from application.dispatch.policies.closures import heeding_closures
from application.dispatch.policies.names import PolicyName
from application.dispatch.rounds import Judgement, Limits
from application.dispatch.sight import busy_units, idle_units
from application.dispatch.snapshot import Snapshot
from domain.decision import Chosen, Decision
from domain.decision_terms import RuledOut, code_of
from infra.event_store import codec
from infra.in_memory.board import InMemoryDispatchBoard
from infra.in_memory.city import City
from infra.in_memory.folding import Table, fact_of
from infra.in_memory.log import InMemoryEventLog
from interfaces.simulate.looks import MADE, Look, joined, looks_of, pace_of
from projections.standbys import standbys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from application.dispatch.board import FreeShift
    from application.dispatch.snapshot import Match
    from application.log import LoggedEvent
    from application.travel import DriveTimes
    from domain.decision_terms import Grounds
    from projections.standbys import StandbyRow


class Miss(StrEnum):
    """Why a decision could not be taken again, or came out otherwise."""

    OTHER_POLICY = "policy_or_version_is_no_more"
    OTHER_DRIVE_TIMES = "drive_times_are_not_there"
    BOARD_WAS_BETWEEN = "board_was_read_between_positions"
    BOARD_IS_ANOTHER = "board_is_another"
    CELLS_ARE_OTHERS = "positions_are_others"
    NOBODY_CHOSEN = "not_chosen"
    DIFFERS = "says_something_else"


@dataclass(frozen=True, slots=True)
class Setting:
    """How the deployment of a log decides, as far as no event tells: who knows drive times by their version, limits."""

    travel_of: Callable[[str], DriveTimes | None] = pace_of
    asking: Asking = field(default=Asking())
    limits: Limits = field(default=Limits())


@dataclass(slots=True)
class Reproduced:
    """What deciding again came to; ``others`` are positions of decisions that came out otherwise, ``why`` counts."""

    decisions: int = 0
    same: int = 0
    others: list[int] = field(default_factory=list)
    why: Counter[str] = field(default_factory=Counter)


async def played_back(
    recorded: Sequence[LoggedEvent], counts: Callable[[LoggedEvent], bool], setting: Setting | None = None
) -> Reproduced:
    """Take every decision of a log anew, from its first event on; those that count are compared."""
    again = _Again(setting or Setting())
    found = Reproduced()
    for _, made in groupby(looks_of(recorded), key=lambda each: each[0].key):
        together = list(made)
        look = joined([each for each, _ in together])
        again.hear(recorded, look.shifts_upto)
        told, why = await again.decide(look)
        for _, event in together:
            if counts(event):
                found.decisions += 1
                miss = why if told is None else _miss(told.get(event.stream_id), event)
                if miss is None:
                    found.same += 1
                else:
                    found.others.append(event.position)
                    found.why[miss.value] += 1
    return found


class _Again:
    """The dispatcher of a log, and all that it saw, up to a position."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._log = InMemoryEventLog()
        self._board = InMemoryDispatchBoard(self._log)
        self._city = City()
        self._standbys: Table[StandbyRow] = Table(standbys, lambda _before, _after: None)
        self._deciders: dict[tuple[str, str, datetime | None], _Decider | None] = {}

    def hear(self, recorded: Sequence[LoggedEvent], upto: int) -> None:
        """Take in the log up to a position."""
        new = recorded[len(self._log.events) : upto]
        for event in new:
            self._log.take(event)
            self._standbys.fold(fact_of(event))
        self._city.hear(new)

    async def decide(self, look: Look) -> tuple[dict[UUID, bytes] | None, Miss | None]:
        """The decisions by their ids, as the log would have them; or why there are none."""
        named = (look.policy, look.policy_version, look.begun_at)
        if named not in self._deciders:
            self._deciders[named] = _decider_for(look, self._setting, self._city)
        decider, travel = self._deciders[named], self._setting.travel_of(look.travel)
        if decider is None:
            return None, Miss.OTHER_POLICY
        if travel is None:
            return None, Miss.OTHER_DRIVE_TIMES
        if len({look.shifts_from, look.shifts_upto, look.requests_at, look.jobs_at}) > 1 and look.begun_at:
            return None, Miss.BOARD_WAS_BETWEEN
        kept = {row.shift_id for row in self._standbys.rows.values() if row.until > look.at}
        return await decider.decide(self._board, look, travel, kept), None


class _Decider:
    """A dispatcher's judgement, asked at the instants at which it was asked then."""

    def __init__(self, judgement: Judgement, limits: Limits) -> None:
        self._judgement = judgement
        self._limits = limits
        self._learning = Learning(judgement.work_times, judgement.willing, judgement.patience)

    async def decide(
        self, board: InMemoryDispatchBoard, look: Look, travel: DriveTimes, kept: set[UUID]
    ) -> dict[UUID, bytes]:
        """The decisions by their ids, as the log would have them."""
        judgement, limits, at = self._judgement, self._limits, look.at
        shifts = [each for each in await board.free_shifts(limits.most_shifts) if each.shift_id not in kept]
        searches = await board.searches(limits.most_searches)
        if look.knows_cash_limits:
            searches = await heeding_cash_limits(board, searches, at)
        ripe = [search for search in searches if look.is_ripe(search, limits.offers_may_be_behind)]
        await self._learning.learn(board, (look.begun_at or at) - limits.learns_from, limits.most_finished)
        busy = busy_units(await board.busy_shifts(limits.most_shifts), travel, judgement.work_times, at)
        there = [replace(each, cell=look.cells.get(each.shift_id, each.cell)) for each in shifts]
        idle, left_out = _who_may_be_asked(there, look)
        snapshot = Snapshot(at, ripe, [*idle_units(idle, at), *busy], travel, judgement.willing)
        plan = judgement.policy.decide(snapshot)
        known = {each.shift_id: each.cell for each in shifts}
        seen = SeenAt(
            look.shifts_from,
            look.shifts_upto,
            left_out,
            look.requests_at,
            look.jobs_at,
            look.begun_at,
            [each for each in there if each.cell != known[each.shift_id]],
            [each for each in searches if each.request_id in look.waiting],
            look.knows_cash_limits,
        )
        said = Considering(judgement.policy, snapshot, plan, seen)
        groups = asked_together(plan, snapshot, judgement.asking)[: limits.most_offers]
        asked = [match for matches in groups for match in matches]
        return dict(_decision(match, why, at) for match, why in zip(asked, said.of_each(asked), strict=True))


def _who_may_be_asked(
    shifts: Sequence[FreeShift], look: Look
) -> tuple[list[FreeShift], list[tuple[FreeShift, RuledOut]]]:
    left_out = [
        (shift, RuledOut.RESTING if shift.shift_id in look.resting else RuledOut.DUTY_ENDS)
        for shift in shifts
        if shift.shift_id in look.resting or (shift.ends_by is not None and look.at >= shift.ends_by)
    ]
    out = {shift.shift_id for shift, _ in left_out}
    return [shift for shift in shifts if shift.shift_id not in out], left_out


def _decision(match: Match, why: Grounds, at: datetime) -> tuple[UUID, bytes]:
    search, shift = match.search, match.unit.shift
    offer_id = orders.offer_id_for(search, shift, at)
    chosen = Chosen(offer_id, search.request_id, search.attempt, shift.shift_id, shift.provider_id)
    (made,) = Decision.make(chosen, why, at).collect_events()
    event = codec.encode(made)
    return event.stream_id, event.payload


def _decider_for(look: Look, setting: Setting, city: City) -> _Decider | None:
    """None where this release would not decide in the same way."""
    if look.policy not in {each.value for each in PolicyName}:
        return None
    name = PolicyName(look.policy)
    chosen = heeding_closures(POLICIES[name](), city.zones)
    if code_of(chosen.version) != look.policy_version:
        return None
    return _Decider(Judgement(chosen, work_times=work_times_for(name), asking=setting.asking), setting.limits)


def _miss(again: bytes | None, event: LoggedEvent) -> Miss | None:
    """What is not the same; None when every byte is, or would be in the version of the event of today."""
    if again == event.payload:
        return None
    if again is None:
        return Miss.NOBODY_CHOSEN
    recorded, anew = (codec.decode(event.topic, payload) for payload in (event.payload, again))
    if recorded == anew:
        return None  # an earlier version of the event, which is the same in the shape of today
    then, now = recorded["inputs"], anew["inputs"]
    if isinstance(then, dict) and isinstance(now, dict):
        if then["board_digest"] != now["board_digest"]:
            return Miss.BOARD_IS_ANOTHER
        if then["cells_digest"] != now["cells_digest"]:
            return Miss.CELLS_ARE_OTHERS
    return Miss.DIFFERS


__all__ = ["MADE", "Miss", "Reproduced", "Setting", "played_back"]
