"""In which words is a decision told: who could have been asked, at which cost, and why not the others?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from domain.refusal import BadInput

MOST_CANDIDATES: Final = 40
"""Who reads why looks at the first five; 40 leave room for those who ask, and an event stays below 16 KB."""

MILLI: Final = 1_000
"""Costs are whole thousandths of a minute: sums of floats could differ from machine to machine, these cannot."""

CODE: Final = re.compile(r"[a-z0-9_.:/+-]{0,80}")
"""What names and versions of models are written with: codes, no sentences."""

MOST_TOLD: Final = 100
"""Shifts and requests that a decision names beside its candidates: with forty of those it stays below 16 KB."""

_OF_OFFER: Final = "decision"


@lru_cache(maxsize=1_024)
def code_of(name: str) -> str:
    """A name or version as events write it: 80 characters that hold no sentence."""
    return re.sub(r"[^a-z0-9_.:/+-]", "_", name.lower())[:80]


class BadDecision(BadInput):
    """A decision tells at most 40 candidates, the cheapest first, and accounts for everybody it looked at."""

    code = "bad_decision"


class DecidedBy(StrEnum):
    """Who chose."""

    POLICY = "policy"
    PERSON = "person"


class RuledOut(StrEnum):
    """Why a shift was not asked.

    A policy sees who is free or works, and counts the first ten; who is not on the board is found when somebody asks,
    and stands in front of whoever decides by hand.
    """

    NOT_CAPABLE = "not_capable"
    WRONG_VEHICLE_CLASS = "wrong_vehicle_class"
    DECLINED_BEFORE = "declined_before"
    CASH_LIMIT = "cash_limit"
    OUT_OF_RADIUS = "out_of_radius"
    DUTY_ENDS = "duty_ends"
    RESTING = "resting"
    BUSY = "busy"
    NO_WAY = "no_way"
    DEARER = "dearer"
    STALE_POSITION = "stale_position"
    ON_BREAK = "on_break"
    OFFERED_ANOTHER = "offered_another"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A shift that could have been asked, as the decision saw it.

    ``drive_s`` is from ``cell``, where it is at ``free_at``; costs are thousandths of a minute, ``cost_milli_min`` is
    their sum. ``given_to_rank`` is the place in the same plan of another request that the shift was meant for.
    """

    shift_id: UUID
    provider_id: UUID
    cell: str
    free_at: datetime
    drive_s: int
    cost_milli_min: int
    terms_milli_min: dict[str, int]
    given_to_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was decided from, so that it can be looked at again.

    The request is that of ``request_version``, and ``passed_over`` names the provider of each of its offers that lapsed
    and each assignment that was revoked. Free shifts are those of the log at one of the positions ``shifts_from`` to
    ``shifts_upto``: ``board_digest`` is over their ids and versions, ``cells_digest`` over where each of them was.
    ``looked_at`` is the instant the drive times are of.

    What the log does not tell otherwise: read models stood at ``requests_at`` and ``jobs_at``; whoever decided has done
    so since ``begun_at``, and remembers nothing from before; ``moved`` are cells of free shifts that were not where the
    log has them, candidates aside, who tell theirs; ``resting`` shifts and ``waiting`` requests were left alone in this
    round, since an order about them had just been given or refused. Of each at most 100. ``knows_cash_limits`` says
    that whoever owed too much cash was no candidate for jobs in cash: earlier deciders did not know.
    """

    request_version: int
    radius_m: int | None
    passed_over: tuple[UUID, ...]
    looked_at: datetime
    shifts_from: int
    shifts_upto: int
    board_digest: str
    cells_digest: str
    requests_at: int = 0
    jobs_at: int = 0
    begun_at: datetime | None = None
    moved: dict[str, str] = field(default_factory=dict)
    resting: tuple[UUID, ...] = ()
    waiting: tuple[UUID, ...] = ()
    knows_cash_limits: bool = False


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why it was decided so.

    ``policy`` and ``travel`` are the names and versions of the models; ``work`` is what the whole plan took in the
    policy's own units; ``rank`` the request's place in the plan, by urgency. ``considered`` counts every shift of the
    tenant that was looked at: the candidates and ``ruled_out``, by reason. ``match_milli_min`` are the cost terms that
    the policy itself gave for its choice.
    """

    by: DecidedBy
    policy: str = ""
    policy_version: str = ""
    travel: str = ""
    work: int = 0
    rank: int | None = None
    considered: int = 0
    candidates: tuple[Candidate, ...] = ()
    ruled_out: Mapping[str, int] = field(default_factory=dict)
    match_milli_min: Mapping[str, int] = field(default_factory=dict)
    inputs: Inputs | None = None


def checked(grounds: Grounds, shift_id: UUID) -> Grounds:
    """The same grounds; raises BadDecision when they do not add up, or a policy chose whom it did not consider."""
    costs = [each.cost_milli_min for each in grounds.candidates]
    adds_up = len(costs) + sum(grounds.ruled_out.values()) == grounds.considered
    if len(costs) > MOST_CANDIDATES or costs != sorted(costs) or not adds_up:
        raise BadDecision
    if not all(CODE.fullmatch(code) for code in (grounds.policy, grounds.policy_version, grounds.travel)):
        raise BadDecision
    if any(count < 1 for count in grounds.ruled_out.values()):
        raise BadDecision
    if any(each.cost_milli_min != sum(each.terms_milli_min.values()) for each in grounds.candidates):
        raise BadDecision
    if grounds.by is DecidedBy.POLICY and all(each.shift_id != shift_id for each in grounds.candidates):
        raise BadDecision
    return grounds


def decision_id_of(offer_id: UUID) -> UUID:
    """The id of the decision to make that offer: every offer has exactly one."""
    return uuid5(offer_id, _OF_OFFER)
