"""How likely is it that a provider who is asked takes the job? Learnt from every answer, one after the other.

A logistic regression over what an offer shows: who is asked, how far away it is, at what hour, for how much. Each of
these has an effect, a normal belief of its own; an answer moves all that it speaks of at once, each by its share of the
doubt (the extended Kalman step for a logistic observation, as in Spiegelhalter and Lauritzen 1990, with the beliefs
kept independent). An effect that nothing was heard of stays at nothing: whoever is new is taken for the average one.
"""

from dataclasses import dataclass
from datetime import datetime
from math import exp, log, pi, sqrt
from typing import Final
from uuid import UUID

from domain.offer_terms import DeclineReason

VERSION: Final = "acceptance/1"
"""Changes whenever the same answers could give other chances."""

FIRST_GUESS: Final = 0.588
"""Of quotes shown to drivers 58.8 % were accepted in Namma Yatri's open data: the nearest thing published."""

LEAST: Final = 0.02
MOST: Final = 0.98
"""Nobody is sure to refuse, nobody sure to come: who is never asked could never be heard to have changed."""

FORGETS: Final = 1e-4
"""How much of the first doubt returns with each answer: after some thousands, people may have changed."""

DOUBT: Final = {"everybody": 1.0, "provider": 1.0, "distance": 0.5, "hour": 0.25, "price": 0.25}
"""Variances in log-odds before anything is heard: providers differ most, the hour matters least."""

UNSUITABLE: Final = frozenset({DeclineReason.NO_EQUIPMENT, DeclineReason.VEHICLE_UNSUITABLE})
"""Reasons that say something about the offer, not about the provider: they count for nothing."""

Effect = tuple[str, str, str]
"""Of which tenant, of what kind, of which value."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an offer shows that may decide its answer; ``price_minor`` is what the customer was quoted, if anything."""

    tenant: str
    provider_id: UUID
    distance_m: int
    at: datetime
    price_minor: int | None = None

    def effects(self) -> tuple[Effect, ...]:
        """What its answer speaks of. Distances and prices are told apart by doubling, hours (UTC) one by one."""
        price = "none" if self.price_minor is None else str(self.price_minor.bit_length())
        return (
            (self.tenant, "everybody", ""),
            (self.tenant, "provider", self.provider_id.hex),
            (self.tenant, "distance", str((self.distance_m // 500).bit_length())),
            (self.tenant, "hour", str(self.at.hour)),
            (self.tenant, "price", price),
        )


def counts_as(*, accepted: bool, declined_for: DeclineReason | None) -> bool | None:
    """What an answer says of the provider's willingness; None when it says nothing."""
    return None if declined_for in UNSUITABLE else accepted


class Acceptance:
    """The beliefs, and what follows from them. The same answers in the same order give the same chances."""

    version = VERSION

    def __init__(self) -> None:
        self._beliefs: dict[Effect, tuple[float, float]] = {}
        self.heard = 0

    def chance(self, asked: Asked) -> float:
        """The probability of a yes, between ``LEAST`` and ``MOST``.

        Doubt draws it towards one half: the logistic function averaged over a normal belief (MacKay 1992).
        """
        mean, variance = self._sum(asked)
        return min(MOST, max(LEAST, _logistic(mean / sqrt(1 + pi * variance / 8))))

    def learn(self, asked: Asked, *, accepted: bool) -> None:
        """Hear one answer."""
        mean, variance = self._sum(asked)
        expected = _logistic(mean)
        spread = max(expected * (1 - expected), 1e-6)
        surprise, doubt = ((1.0 if accepted else 0.0) - expected) / spread, variance + 1 / spread
        for effect in asked.effects():
            its_mean, its_variance = self._belief(effect)
            share = its_variance / doubt
            narrower = its_variance * (1 - share) + FORGETS * DOUBT[effect[1]]
            self._beliefs[effect] = its_mean + share * surprise, min(narrower, DOUBT[effect[1]])
        self.heard += 1

    def _sum(self, asked: Asked) -> tuple[float, float]:
        beliefs = [self._belief(effect) for effect in asked.effects()]
        return _FIRST + sum(mean for mean, _ in beliefs), sum(variance for _, variance in beliefs)

    def _belief(self, effect: Effect) -> tuple[float, float]:
        return self._beliefs.get(effect, (0.0, DOUBT[effect[1]]))


def _logistic(log_odds: float) -> float:
    if log_odds >= 0:
        return 1 / (1 + exp(-log_odds))
    return 1 - 1 / (1 + exp(log_odds))


_FIRST: Final = log(FIRST_GUESS / (1 - FIRST_GUESS))
