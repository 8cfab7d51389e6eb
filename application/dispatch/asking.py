"""How many are asked for a request at once? One, then the fewest who are nearly sure to say yes, then all in reach.

A ladder, climbed anew in each attempt: a directed offer to whom the policy means; after some refusals, or when somebody
is in danger or a promise at risk, the smallest fan-out whose chance of a yes is enough; after more refusals everybody
in reach, up to a limit. Where nobody refused, answers are not what is missing: a search that was only escalated asks
several while there are units to spare, and else one. The last rung is a person at the desk, which the search's own
escalation reaches. A guided crew is told alone: it cannot refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from application.dispatch.approach import arrival
from application.dispatch.nearest import FreeShifts
from application.dispatch.scarcity import Scarcity
from application.guiding import AS_USUAL, Guidance
from domain.provider_terms import AnswersBy
from domain.request_search import MOST_ASKED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import FreeShift, Search
    from application.dispatch.snapshot import Match, Plan, Snapshot, Unit


class Step(StrEnum):
    """A rung of the ladder."""

    DIRECTED = "directed"
    FAN_OUT = "fan_out"
    BROADCAST = "broadcast"


WIDER: Final = 1
PARTNERS: Final = 2
"""Levels of escalation: at the first a refusal leads to several at once, at the second to everybody."""


@dataclass(frozen=True, slots=True)
class Asking:
    """When how many are asked, how sure is sure enough, and how long an answer may take."""

    directed_tries: int = 2
    """Refusals before several are asked: each costs half a minute, and two are no bad luck any more."""
    fan_out_tries: int = 6
    """Refusals before everybody is asked: two directed and a fan-out of four, the usual size."""
    sure: float = 0.95
    """How likely a yes has to be; the last 5 % would double the phones that ring for nothing."""
    most: int = MOST_ASKED
    """Asked at once at the most; 1 never asks several."""
    app_answers_within: timedelta = timedelta(seconds=30)
    """A crew with the app needs 20 to 30 s to look and answer: what it has at least, and before answers were learnt."""
    desk_answers_within: timedelta = timedelta(seconds=90)
    """A company's desk calls its crews first: what motor clubs give it."""
    longest_answers_within: timedelta = timedelta(seconds=90)
    """However slowly people answer: as long as a desk has. A job that nobody looks at for longer is asked elsewhere."""
    guidance: Guidance = AS_USUAL
    """How a crew is told that cannot refuse."""

    def answers_within(self, shift: FreeShift) -> timedelta:
        """How long this shift's company has at least."""
        by_desk = shift.engaged.answers_by is AnswersBy.DESK
        return max(self.app_answers_within, self.desk_answers_within) if by_desk else self.app_answers_within


def step_of(search: Search, asking: Asking, scarcity: Scarcity) -> Step:
    """On which rung a search stands, by its refusals in this attempt and by how it was escalated."""
    if search.refusals >= asking.fan_out_tries:
        return Step.BROADCAST
    if search.escalation >= PARTNERS and (search.refusals or not scarcity.is_for(search)):
        return Step.BROADCAST
    tries = 1 if search.escalation >= WIDER else asking.directed_tries
    return Step.FAN_OUT if search.sos or search.at_risk or search.refusals >= tries else Step.DIRECTED


def enough(chances: Sequence[float], sure: float) -> int:
    """How many of them, from the first on, it takes until somebody says yes so surely; all when they do not suffice."""
    nobody = 1.0
    for count, chance in enumerate(chances, 1):
        nobody *= 1 - chance
        if 1 - nobody >= sure:
            return count
    return len(chances)


def asked_together(plan: Plan, snapshot: Snapshot, asking: Asking) -> list[list[Match]]:
    """The offers of a plan, request by request in the plan's order: whom the policy means, and whom beside it.

    A policy that means several for a request has said how many. Beside are only idle units that the plan has no use
    for, one of each provider.
    """
    groups: dict[UUID, list[Match]] = {}
    for match in plan.now:
        groups.setdefault(match.search.request_id, []).append(match)
    beside, scarcity = _Others(plan, snapshot), Scarcity(snapshot)
    asked = []
    for matches in groups.values():
        alone = len(matches) == 1 and not matches[0].unit.shift.engaged.is_guided(snapshot.at)
        step = step_of(matches[0].search, asking, scarcity) if alone and asking.most > 1 else Step.DIRECTED
        if step is not Step.DIRECTED:
            matches = _with_others(matches[0], beside, step, snapshot, asking)  # noqa: PLW2901  what it grows to
        asked.append(_one_of_each_provider(matches)[: asking.most])
    return asked


def _with_others(first: Match, beside: _Others, step: Step, snapshot: Snapshot, asking: Asking) -> list[Match]:
    search = first.search
    others = beside.nearest(search, first.unit.shift, asking.most - 1, snapshot.at)
    if step is Step.FAN_OUT:
        chances = {unit.shift.shift_id: snapshot.p_accept(search, unit) for unit in others}
        others.sort(key=lambda unit: -chances[unit.shift.shift_id])  # the surest first make it the fewest
        so_far = snapshot.p_accept(search, first.unit)
        others = others[: enough([so_far, *(chances[unit.shift.shift_id] for unit in others)], asking.sure) - 1]
    beside.take(others)
    return [first, *(arrival(search, unit, snapshot) for unit in others)]


class _Others:
    """Idle units that a plan has no use for; looked at only when several are to be asked."""

    def __init__(self, plan: Plan, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._taken = {match.unit.shift.shift_id for match in (*plan.now, *plan.later)}
        self._units: Mapping[UUID, Unit] | None = None
        self._free: FreeShifts | None = None

    def nearest(self, search: Search, asked: FreeShift, most: int, at: datetime) -> list[Unit]:
        """The nearest contractors who may be asked beside that one, each of another provider."""
        if self._free is None or self._units is None:
            idle = [unit for unit in self._snapshot.units if unit.is_idle and not unit.shift.engaged.is_guided(at)]
            self._units = {unit.shift.shift_id: unit for unit in idle}
            self._free = FreeShifts(unit.shift for unit in idle)
        taken, providers = set(self._taken), {asked.provider_id}
        found: list[Unit] = []
        while len(found) < most and (shift := self._free.nearest(search, taken)) is not None:
            taken.add(shift.shift_id)
            if shift.provider_id not in providers:
                providers.add(shift.provider_id)
                found.append(self._units[shift.shift_id])
        return found

    def take(self, units: Sequence[Unit]) -> None:
        """They are asked for one request now."""
        self._taken.update(unit.shift.shift_id for unit in units)


def _one_of_each_provider(matches: Sequence[Match]) -> list[Match]:
    of_provider: dict[UUID, Match] = {}
    for match in matches:
        of_provider.setdefault(match.unit.shift.provider_id, match)
    return list(of_provider.values())
