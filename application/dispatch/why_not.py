"""Why was a provider not asked? What it may know: a reason about itself, or in a band how much nearer somebody was.

Nothing else of a decision: no other provider, shift, place, count, cost or instant can be told from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.decision_terms import Candidate, DecidedBy, RuledOut

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.dispatch.reconsidered import Against
    from domain.decision import Decision

REACH_M: Final = 50_000
"""Who was farther away than the widest ring has no business with the request: it does not exist for it."""


class WhyNot(StrEnum):
    """What is told: each is about the provider that asks."""

    ASKED = "asked"
    NOT_CAPABLE = "not_capable"
    WRONG_VEHICLE_CLASS = "wrong_vehicle_class"
    DECLINED_BEFORE = "declined_before"
    CASH_LIMIT = "cash_limit"
    OUT_OF_RADIUS = "out_of_radius"
    DUTY_ENDS = "duty_ends"
    RESTING = "resting"
    BUSY = "busy"
    STALE_POSITION = "stale_position"
    ON_BREAK = "on_break"
    OFFERED_ANOTHER = "offered_another"
    NO_WAY = "no_way"
    LAPSED_BEFORE = "lapsed_before"
    MEANT_FOR_ANOTHER = "meant_for_another"
    SOMEBODY_NEARER = "somebody_nearer"
    BETTER_ALTOGETHER = "better_altogether"
    DESK_CHOSE = "desk_chose"


class NearerBy(StrEnum):
    """How much sooner the chosen one could be there, so roughly that nobody can work out where it was."""

    UNDER_5_MIN = "under_5_min"
    UNDER_15_MIN = "under_15_min"
    UNDER_30_MIN = "under_30_min"
    OVER_30_MIN = "over_30_min"


BANDS: Final = ((5, NearerBy.UNDER_5_MIN), (15, NearerBy.UNDER_15_MIN), (30, NearerBy.UNDER_30_MIN))


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a provider."""

    why: WhyNot
    nearer_by: NearerBy | None = None


def why_not(decision: Decision, provider_id: UUID, own: Sequence[Against], *, is_theirs: bool = True) -> Told | None:
    """What a provider may know of a decision; ``own`` are its shifts in it. None when it was not in reach.

    ``is_theirs`` is false for a driver whose colleague was asked: to them that is somebody else.
    """
    in_reach = [each for each in own if each.away_m <= REACH_M]
    if decision.provider_id == provider_id and is_theirs:
        return Told(WhyNot.ASKED)
    if not in_reach:
        return None
    best = min(in_reach, key=_how_close)
    if best.candidate is None:
        return Told(WhyNot(best.ruled_out)) if best.ruled_out else None
    if best.ruled_out is RuledOut.RESTING:
        return Told(WhyNot.RESTING)
    if decision.by is DecidedBy.PERSON:
        return Told(WhyNot.DESK_CHOSE)
    return _against_the_chosen(best.candidate, decision)


def _how_close(own: Against) -> tuple[bool, int, int]:
    """The shift that came the nearest to being asked: the cheapest candidate, else the nearest of the others."""
    return own.candidate is None, 0 if own.candidate is None else own.candidate.cost_milli_min, own.away_m


def _against_the_chosen(own: Candidate, decision: Decision) -> Told:
    chosen = decision.candidate(decision.shift_id)
    if own.given_to_rank is not None:
        return Told(WhyNot.MEANT_FOR_ANOTHER)
    if chosen is None or own.cost_milli_min <= chosen.cost_milli_min:
        return Told(WhyNot.BETTER_ALTOGETHER)
    if own.terms_milli_min.get("passed_over", 0) > chosen.terms_milli_min.get("passed_over", 0):
        return Told(WhyNot.LAPSED_BEFORE)
    sooner_s = (own.free_at - chosen.free_at).total_seconds() + own.drive_s - chosen.drive_s
    if sooner_s <= 0:
        return Told(WhyNot.BETTER_ALTOGETHER)
    return Told(WhyNot.SOMEBODY_NEARER, _band(sooner_s))


def _band(sooner_s: float) -> NearerBy:
    return next((band for most_min, band in BANDS if sooner_s < most_min * 60), NearerBy.OVER_30_MIN)
