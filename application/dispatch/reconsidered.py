"""How does a shift compare that a decision did not tell of? Looked at again, from what the decision was made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from application.dispatch.considered import Considering, Named, SeenAt, travel_code
from application.dispatch.lineup import board_line, cell_line, digest_of
from application.dispatch.policies.catalogue import POLICIES
from application.dispatch.policies.names import PolicyName
from application.dispatch.snapshot import Plan, Snapshot, Unit
from domain.decision_terms import Candidate, DecidedBy, RuledOut, code_of
from domain.geography import distance_m

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from application.dispatch.board import FreeShift, Search
    from application.travel import DriveTimes
    from domain.decision import Decision
    from domain.decision_terms import Inputs

AVAILABLE = "available"
WHY_NOT_FREE: Mapping[str, RuledOut] = {
    "stale": RuledOut.STALE_POSITION,
    "on_break": RuledOut.ON_BREAK,
    "offered": RuledOut.OFFERED_ANOTHER,
}
"""By what a shift does; whatever else it does, it is busy."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """What stands for the policy where a person decides."""

    name: str = "by_hand"
    version: str = "1"


@dataclass(frozen=True, slots=True)
class Standing:
    """A shift on duty as the log knew it, where it was, and what it did: ``available``, or anything else."""

    shift: FreeShift
    does: str

    def left_out(self, at: datetime) -> RuledOut | None:
        """What is against it at that instant, whatever the request; None when it could be asked."""
        if self.does != AVAILABLE:
            return WHY_NOT_FREE.get(self.does, RuledOut.BUSY)
        return RuledOut.DUTY_ENDS if self.shift.ends_by is not None and at >= self.shift.ends_by else None


@dataclass(frozen=True, slots=True)
class Against:
    """How one shift stood in a decision: a candidate with its cost, or ruled out for a reason; both when dearer.

    ``away_m`` is the great-circle distance from the vehicle.
    ``is_told`` says that the decision tells it; otherwise it was worked out again. ``is_proven`` says that this was
    from what the decision was made of: the digests, the drive times and the policy are the same.
    """

    shift_id: UUID
    provider_id: UUID
    away_m: int
    candidate: Candidate | None
    ruled_out: RuledOut | None
    is_asked: bool
    is_told: bool
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Then:
    """What was known: the request, every shift on duty of its tenant, and what the decision says of both."""

    inputs: Inputs
    search: Search
    shifts: Sequence[Standing]

    def is_proven(self) -> bool:
        """Whether the decision was made of this very request and these free shifts, each where it was."""
        inputs = self.inputs
        free = [each.shift for each in self.shifts if each.does == AVAILABLE]
        return (
            self.search.version == inputs.request_version
            and digest_of([board_line(shift) for shift in free]) == inputs.board_digest
            and digest_of([cell_line(shift) for shift in free]) == inputs.cells_digest
        )


def as_told(then: Then, decision: Decision) -> Then:
    """The same, with candidates where the decision says that they were."""
    cells = {UUID(shift_id): cell for shift_id, cell in then.inputs.moved.items()}
    cells |= {each.shift_id: each.cell for each in decision.candidates}
    shifts = [
        replace(each, shift=replace(each.shift, cell=cells.get(each.shift.shift_id, each.shift.cell)))
        if each.does == AVAILABLE
        else each
        for each in then.shifts
    ]
    return Then(then.inputs, then.search, shifts)


def against(decision: Decision, then: Then, provider_id: UUID, travel: DriveTimes) -> list[Against]:
    """How each shift that the provider had on duty compares; nothing when it had none."""
    then = as_told(then, decision)
    looked_at = then.inputs.looked_at
    policy = _policy(decision)
    named = policy or ByHand(decision.policy, decision.policy_version)
    is_proven = policy is not None and then.is_proven() and travel_code(travel) == decision.travel
    chosen = decision.candidate(decision.shift_id)
    arrives_at = looked_at if chosen is None else chosen.free_at + timedelta(seconds=chosen.drive_s)
    found = []
    for each in then.shifts:
        shift = each.shift
        if shift.provider_id != provider_id:
            continue
        told = decision.candidate(shift.shift_id)
        weighed = told or _weighed(each, then.search, looked_at, named, travel, arrives_at)
        found.append(
            Against(
                shift_id=shift.shift_id,
                provider_id=provider_id,
                away_m=distance_m(shift.cell, then.search.cell),
                candidate=weighed if isinstance(weighed, Candidate) else None,
                ruled_out=None if told else _reason(weighed, decision),
                is_asked=shift.shift_id == decision.shift_id,
                is_told=told is not None,
                is_proven=told is not None or is_proven,
            )
        )
    return found


def _weighed(
    standing: Standing, search: Search, at: datetime, policy: Named, travel: DriveTimes, arrives_at: datetime
) -> Candidate | RuledOut:
    """The rules of the search first, as in the decision; then what the shift did."""
    shift, why = standing.shift, standing.left_out(at)
    left_out = [] if why is None else [(shift, why)]
    units = [] if left_out else [Unit(shift, at)]
    looked = Considering(policy, Snapshot(at, [search], units, travel), Plan([]), SeenAt(left_out=left_out))
    return looked.weigh(search, shift.shift_id, arrives_at)


def _reason(weighed: Candidate | RuledOut, decision: Decision) -> RuledOut:
    """Who could be asked and is not told was dearer than all who are; or it was asked, or refused, a moment before."""
    if isinstance(weighed, RuledOut):
        return weighed
    dearest = max((each.cost_milli_min for each in decision.candidates), default=0)
    is_dearer = RuledOut.DEARER in decision.ruled_out and weighed.cost_milli_min >= dearest
    return RuledOut.RESTING if RuledOut.RESTING in decision.ruled_out and not is_dearer else RuledOut.DEARER


def _policy(decision: Decision) -> Named | None:
    """The policy of that name, when this release's would still decide the same; ``ByHand`` for a person."""
    if decision.by is DecidedBy.PERSON:
        return ByHand()
    if decision.policy not in {each.value for each in PolicyName}:
        return None
    policy = POLICIES[PolicyName(decision.policy)]()
    return policy if code_of(policy.version) == decision.policy_version else None
