"""Does dispatch decide again as a recorded log says that it decided? Looked at again, and compared to the byte.

A decision tells the position up to which the log was seen, and the instant. What the policy remembers and what was
learnt follow from the log up to there: decisions are taken again in their order, and what then stands is the recording,
so that one difference does not lead to others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final

from application.dispatch import orders
from application.dispatch.approach import Pace
from application.dispatch.asking import asked_together
from application.dispatch.considered import Considering, SeenAt, code_of
from application.dispatch.learning import Learning
from application.dispatch.policies.catalogue import POLICIES, work_times_for
from application.dispatch.policies.names import PolicyName
from application.dispatch.rounds import Judgement, Limits
from application.dispatch.sight import busy_units, idle_units
from application.dispatch.snapshot import Snapshot
from domain.decision import Chosen, Decision
from domain.decision_terms import DecidedBy, RuledOut
from infra.event_store import codec
from infra.in_memory.board import InMemoryDispatchBoard
from infra.in_memory.log import InMemoryEventLog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from application.dispatch.board import DispatchBoard, FreeShift
    from application.dispatch.snapshot import Match
    from application.log import LoggedEvent

MADE: Final = Decision.Made.TOPIC
PACE: Final = re.compile(r"pace_detour_percent_([\d.]+)__kmh_([\d.]+)_")
"""How decisions name drive times that follow from great circles; learned ones are not in the log."""


@dataclass(frozen=True, slots=True)
class Look:
    """When a policy was asked, which, and between which positions of the log the board was read."""

    at: datetime
    shifts_from: int
    shifts_upto: int
    policy: str
    policy_version: str
    travel: str


@dataclass(slots=True)
class Reproduced:
    """What deciding again came to; ``others`` are the positions of decisions that came out otherwise."""

    decisions: int = 0
    same: int = 0
    others: list[int] = field(default_factory=list)


async def played_back(recorded: Sequence[LoggedEvent], counts: Callable[[LoggedEvent], bool]) -> Reproduced:
    """Take every decision of a log anew, from its first event on; those that count are compared."""
    log = InMemoryEventLog()
    board = InMemoryDispatchBoard(log)
    deciders: dict[tuple[str, str, str], _Decider | None] = {}
    found = Reproduced()
    looks = [(look, event) for event in recorded if event.topic == MADE and (look := _look_of(event)) is not None]
    for look, made in groupby(looks, key=lambda each: each[0]):
        while len(log.events) < look.shifts_upto:
            log.take(recorded[len(log.events)])
        named = (look.policy, look.policy_version, look.travel)
        if named not in deciders:
            deciders[named] = _decider_for(*named)
        decider = deciders[named]
        told = {} if decider is None else await decider.decide(board, look)
        for _, event in made:
            if counts(event):
                found.decisions += 1
                if told.get(event.stream_id) == event.payload:
                    found.same += 1
                else:
                    found.others.append(event.position)
    return found


class _Decider:
    """A dispatcher's judgement, asked at the instants at which it was asked then."""

    def __init__(self, judgement: Judgement, limits: Limits) -> None:
        self._judgement = judgement
        self._limits = limits
        self._learning = Learning(judgement.work_times, judgement.willing)

    async def decide(self, board: DispatchBoard, look: Look) -> dict[UUID, bytes]:
        """The decisions by their ids, as the log would have them."""
        judgement, limits, at = self._judgement, self._limits, look.at
        shifts = await board.free_shifts(limits.most_shifts)
        ripe = [
            search
            for search in await board.searches(limits.most_searches)
            if search.position <= look.shifts_from or at - search.updated_at > limits.offers_may_be_behind
        ]
        await self._learning.learn(board, at - limits.learns_from, limits.most_finished)
        busy = busy_units(await board.busy_shifts(limits.most_shifts), judgement.travel, judgement.work_times, at)
        idle, left_out = _on_duty(shifts, at)
        snapshot = Snapshot(at, ripe, [*idle_units(idle, at), *busy], judgement.travel, judgement.willing)
        plan = judgement.policy.decide(snapshot)
        said = Considering(judgement.policy, snapshot, plan, SeenAt(look.shifts_from, look.shifts_upto, left_out))
        groups = asked_together(plan, snapshot, judgement.asking)[: limits.most_offers]
        return dict(_decision(match, said, at) for matches in groups for match in matches)


def _on_duty(shifts: Sequence[FreeShift], at: datetime) -> tuple[list[FreeShift], list[tuple[FreeShift, RuledOut]]]:
    over = [shift for shift in shifts if shift.ends_by is not None and at >= shift.ends_by]
    return [shift for shift in shifts if shift not in over], [(shift, RuledOut.DUTY_ENDS) for shift in over]


def _decision(match: Match, said: Considering, at: datetime) -> tuple[UUID, bytes]:
    search, shift = match.search, match.unit.shift
    offer_id = orders.offer_id_for(search, shift, at)
    chosen = Chosen(offer_id, search.request_id, search.attempt, shift.shift_id, shift.provider_id)
    (made,) = Decision.make(chosen, said.of(match), at).collect_events()
    event = codec.encode(made)
    return event.stream_id, event.payload


def _decider_for(policy: str, version: str, travel: str) -> _Decider | None:
    """None where this release would not decide in the same way, or drive times were learned elsewhere."""
    pace = PACE.fullmatch(travel)
    if policy not in {each.value for each in PolicyName} or pace is None:
        return None
    name = PolicyName(policy)
    chosen = POLICIES[name]()
    if code_of(chosen.version) != version:
        return None
    return _Decider(Judgement(chosen, Pace(float(pace[1]), float(pace[2])), work_times_for(name)), Limits())


def _look_of(event: LoggedEvent) -> Look | None:
    """None for what a person decided, or what looked at no board."""
    told = codec.decode(event.topic, event.payload)
    inputs: Mapping[str, object] | None = told["inputs"]
    if inputs is None or told["by"] != DecidedBy.POLICY:
        return None
    return Look(
        datetime.fromisoformat(str(inputs["looked_at"])),
        int(str(inputs["shifts_from"])),
        int(str(inputs["shifts_upto"])),
        str(told["policy"]),
        str(told["policy_version"]),
        str(told["travel"]),
    )
