"""How does a shift compare that a decision did not tell of? Looked at again, from what the decision was made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from application.dispatch.considered import Considering, Named, SeenAt, code_of, travel_code
from application.dispatch.lineup import board_line, cell_line, digest_of
from application.dispatch.policies.catalogue import POLICIES
from application.dispatch.policies.names import PolicyName
from application.dispatch.snapshot import Plan, Snapshot, Unit
from domain.decision_terms import Candidate, DecidedBy, RuledOut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

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


@dataclass(frozen=True, slots=True)
class Against:
    """How one shift stood in a decision: a candidate with its cost, or ruled out for a reason; both when dearer.

    ``is_told`` says that the decision tells it; otherwise it was worked out again. ``is_proven`` says that this was
    from what the decision was made of: the digests, the drive times and the policy are the same.
    """

    shift_id: UUID
    provider_id: UUID
    candidate: Candidate | None
    ruled_out: RuledOut | None
    is_asked: bool
    is_told: bool
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Then:
    """What was known: the request, and every shift on duty of its tenant."""

    search: Search
    shifts: Sequence[Standing]

    def proves(self, inputs: Inputs) -> bool:
        """Whether a decision was made of this very request and these free shifts, each where it was."""
        free = [each.shift for each in self.shifts if each.does == AVAILABLE]
        return (
            self.search.version == inputs.request_version
            and digest_of([board_line(shift) for shift in free]) == inputs.board_digest
            and digest_of([cell_line(shift) for shift in free]) == inputs.cells_digest
        )


def as_told(then: Then, decision: Decision) -> Then:
    """The same, with candidates where the decision says that they were."""
    cells = {each.shift_id: each.cell for each in decision.candidates}
    shifts = [
        replace(each, shift=replace(each.shift, cell=cells.get(each.shift.shift_id, each.shift.cell)))
        if each.does == AVAILABLE
        else each
        for each in then.shifts
    ]
    return Then(then.search, shifts)


def against(decision: Decision, then: Then, provider_id: UUID, travel: DriveTimes) -> list[Against]:
    """How each shift that the provider had on duty compares; nothing when it had none."""
    inputs = decision.inputs
    if inputs is None:
        return [
            _known(decision, each.shift, None, None) for each in then.shifts if each.shift.provider_id == provider_id
        ]
    then = as_told(then, decision)
    policy = _policy(decision)
    known = policy is not None and travel_code(travel) == decision.travel and then.proves(inputs)
    chosen = decision.candidate(decision.shift_id)
    arrives_at = inputs.looked_at if chosen is None else chosen.free_at + timedelta(seconds=chosen.drive_s)
    found = []
    for each in then.shifts:
        if each.shift.provider_id != provider_id:
            continue
        told = decision.candidate(each.shift.shift_id)
        if told is not None:
            found.append(_known(decision, each.shift, told, None))
            continue
        named = policy or ByHand(decision.policy, decision.policy_version)
        weighed = _weighed(each, then.search, inputs.looked_at, named, travel, arrives_at)
        candidate, why = (
            (weighed, _why_not_told(weighed, decision)) if isinstance(weighed, Candidate) else (None, weighed)
        )
        found.append(replace(_known(decision, each.shift, candidate, why), is_told=False, is_proven=known))
    return found


def _weighed(
    standing: Standing, search: Search, at: datetime, policy: Named, travel: DriveTimes, arrives_at: datetime
) -> Candidate | RuledOut:
    """The rules of the search first, as in the decision; then what the shift did."""
    shift = standing.shift
    left_out = []
    if standing.does != AVAILABLE:
        left_out = [(shift, RuledOut.BUSY)]
    elif shift.ends_by is not None and at >= shift.ends_by:
        left_out = [(shift, RuledOut.DUTY_ENDS)]
    units = [] if left_out else [Unit(shift, at)]
    looked = Considering(policy, Snapshot(at, [search], units, travel), Plan([]), SeenAt(left_out=left_out))
    weighed = looked.weigh(search, shift.shift_id, arrives_at)
    if weighed is RuledOut.BUSY:
        return WHY_NOT_FREE.get(standing.does, RuledOut.BUSY)
    return weighed


def _why_not_told(weighed: Candidate, decision: Decision) -> RuledOut:
    """Who could be asked and is not told was dearer than all who are; or it was asked, or refused, a moment before."""
    dearest = max((each.cost_milli_min for each in decision.candidates), default=0)
    is_dearer = RuledOut.DEARER in decision.ruled_out and weighed.cost_milli_min >= dearest
    return RuledOut.RESTING if RuledOut.RESTING in decision.ruled_out and not is_dearer else RuledOut.DEARER


def _known(decision: Decision, shift: FreeShift, candidate: Candidate | None, why: RuledOut | None) -> Against:
    is_asked = shift.shift_id == decision.shift_id
    return Against(shift.shift_id, shift.provider_id, candidate, why, is_asked, is_told=True, is_proven=True)


def _policy(decision: Decision) -> Named | None:
    """The policy of that name, when this release's would still decide the same; ``ByHand`` for a person."""
    if decision.by is DecidedBy.PERSON:
        return ByHand()
    if decision.policy not in {each.value for each in PolicyName}:
        return None
    policy = POLICIES[PolicyName(decision.policy)]()
    return policy if code_of(policy.version) == decision.policy_version else None
