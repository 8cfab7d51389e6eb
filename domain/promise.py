"""By when will somebody be there, with which chance? The law of true over expected, from finished drives.

Nothing is assumed of the law but that tomorrow's drives are like those that were scored: of the shares of scored drives
that took so much of what was expected, the promise takes the one that it wants (split conformal prediction, Vovk et al.
2005; Papadopoulos et al. 2002). Until there are some, a prior stands in for them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import NormalDist
from typing import Final
from uuid import UUID

from domain.refusal import Refusal
from domain.travel.spread import PRIOR_LOG_SD, SHARES

BIN: Final = 0.05
"""Scores are counted in steps of five percent: finer than any promise is told."""

FARTHEST_BIN: Final = 60
"""A factor of twenty, either way; whatever is farther off counts as that."""

PRIOR_DRIVES: Final = 20
"""The prior weighs as much as so many drives: after a day of a small city hardly anything is left of it."""

CREDIT_PERCENT: Final = 10
CREDIT_MOST_MINOR: Final = 20_000
"""A broken promise gives back a tenth of the price, up to 200.00: noticed by a customer, earned again by one job."""


class PromiseState(StrEnum):
    """What became of what the customer was told."""

    NONE = "none"
    MADE = "made"
    AT_RISK = "at_risk"
    KEPT = "kept"
    BROKEN = "broken"
    WAIVED = "waived"


STANDS: Final = frozenset({PromiseState.MADE, PromiseState.AT_RISK})
"""States in which somebody still waits for it."""


class PromiseStillGood(Refusal):
    """The time that was promised has not passed."""

    code = "promise_still_good"


@dataclass(frozen=True, slots=True)
class Promised:
    """What is told: half of such drives are over by ``p50_at``, 8 of 10 by ``p80_at``, 19 of 20 by ``p95_at``.

    ``expected_s`` is what the drive was expected to take, ``law`` the version of the law.
    """

    expected_s: int
    p50_at: datetime
    p80_at: datetime
    p95_at: datetime
    law: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What a request remembers of it: by whose offer, since when, and by when it is kept."""

    offer_id: UUID
    made_at: datetime
    promised: Promised
    due_at: datetime

    def within(self, at: datetime) -> int:
        """The smallest share (percent) of such drives that an arrival at that instant belongs to; 100: a late one."""
        told = self.promised
        for share, by in ((50, told.p50_at), (80, told.p80_at), (95, told.p95_at)):
            if at <= by:
                return share
        return 100


@dataclass(frozen=True, slots=True)
class PromiseLaw:
    """Factors on the expected seconds for 50, 80 and 95 % of drives, and how many drives they were learned from."""

    factors: tuple[float, float, float]
    scored: int

    @property
    def version(self) -> str:
        """The same version, the same promises."""
        return hashlib.sha256(repr(self.factors).encode()).hexdigest()[:12]

    def promised(self, expected_s: int, at: datetime) -> Promised:
        """What to tell who is expected to wait so long from that instant; whole seconds, in their order."""
        told = [at + timedelta(seconds=max(1, math.ceil(expected_s * factor))) for factor in self.factors]
        return Promised(expected_s, told[0], told[1], told[2], self.version)


def bin_of(expected_s: int, took_s: int) -> int:
    """The step that a drive is counted in: the log of how much longer it took."""
    steps = math.log(max(1, took_s) / max(1, expected_s)) / BIN
    return max(-FARTHEST_BIN, min(FARTHEST_BIN, round(steps)))


def law_of(counts: Mapping[int, int]) -> PromiseLaw:
    """The law that scored drives follow, by step; without any, the prior's."""
    scored = sum(counts.values())
    weights = {step: counts.get(step, 0) + _PRIOR[step] for step in _PRIOR}
    # With n drives seen, the next one exceeds the k-th of them with a chance of 1 - k / (n + 1); the prior has no next.
    more = 1 + scored / (scored + PRIOR_DRIVES) / (scored + PRIOR_DRIVES)
    p50, p80, p95 = (round(math.exp(_quantile(weights, share * more)), 4) for share in SHARES)
    return PromiseLaw((p50, p80, p95), scored)


def _quantile(weights: Mapping[int, float], share: float) -> float:
    """Where that share lies; within a step, drives are thought to lie evenly."""
    wanted = min(share, 1.0) * sum(weights.values())
    below = 0.0
    for step in sorted(weights):
        if below + weights[step] >= wanted:
            return BIN * (step - 0.5 + (wanted - below) / weights[step])
        below += weights[step]
    return BIN * FARTHEST_BIN


def credit_for(total_minor: int, percent: int = CREDIT_PERCENT, most_minor: int = CREDIT_MOST_MINOR) -> int:
    """What a customer gets back for a broken promise, in minor units of the price."""
    return min(total_minor * percent // 100, most_minor)


def _prior() -> dict[int, float]:
    normal = NormalDist(0.0, PRIOR_LOG_SD)
    steps = range(-FARTHEST_BIN, FARTHEST_BIN + 1)
    return {step: PRIOR_DRIVES * (normal.cdf(BIN * (step + 0.5)) - normal.cdf(BIN * (step - 0.5))) for step in steps}


_PRIOR: Final = _prior()
PRIOR_LAW: Final = law_of({})
"""What is promised before any drive was scored."""
