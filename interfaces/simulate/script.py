"""How does the world behave that the engine is tried in: how fast, how moody, how noisy, by which seed?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import exp, log1p, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from application.dispatch.policies.names import PolicyName
from domain.geography import points_apart_m
from interfaces.simulation.day import chance

if TYPE_CHECKING:
    from interfaces.simulate.demand import Call
    from interfaces.simulate.rows import Point

NORMAL: Final = NormalDist()
LEAST_SHARE: Final = 1e-9
"""The normal law has no value at 0: a draw of it is taken as this instead, six deviations off."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the world does. All that is left to chance follows from the seed and from whom it is about, not from how
    often somebody drew before: the same call has the same luck under every policy.
    """

    policy: PolicyName = PolicyName.NEAREST_FIRST_COME
    speed_kmh: float = 35.0
    detour: float = 1.35
    decline_rate: float = 0.0
    silent_rate: float = 0.0
    answer_s: tuple[float, float] = (0.0, 0.0)
    work_noise: float = 0.0
    travel_noise: float = 0.0
    jitter_s: float = 0.0
    seed: int = 1

    def road_m(self, here: Point, there: Point) -> float:
        """How far it is by road."""
        return points_apart_m(here, there) * self.detour

    def drive(self, here: Point, there: Point, *about: object) -> timedelta:
        """How long it takes in truth, noise included."""
        seconds = self.road_m(here, there) / (self.speed_kmh / 3.6)
        return _span(seconds * self._noise(self.travel_noise, "travel", *about))

    def work(self, call: Call) -> timedelta:
        """How long the work takes in truth."""
        return _span(call.work_s * self._noise(self.work_noise, "work", call.id))

    def jitter_of(self, call: Call) -> float:
        """How many seconds later this call comes in, or earlier."""
        return round((2 * chance(self.seed, "jitter", call.id) - 1) * self.jitter_s, 3)

    def is_silent(self, *about: object) -> bool:
        """Whether an offer gets no answer at all."""
        return chance(self.seed, "silent", *about) < self.silent_rate

    def declines(self, *about: object) -> bool:
        """Whether an answer is a no."""
        return chance(self.seed, "decline", *about) < self.decline_rate

    def answers_after(self, *about: object) -> timedelta:
        """How long somebody thinks about an offer."""
        shortest_s, longest_s = self.answer_s
        return _span(shortest_s + (longest_s - shortest_s) * chance(self.seed, "answer", *about))

    def _noise(self, spread: float, *about: object) -> float:
        """A factor of mean 1 whose standard deviation is ``spread``: log-normal, since nothing takes less than none."""
        if not spread:
            return 1.0
        variance = log1p(spread * spread)
        deviation = NORMAL.inv_cdf(max(LEAST_SHARE, chance(self.seed, *about)))
        return exp(sqrt(variance) * deviation - variance / 2)


def _span(seconds: float) -> timedelta:
    """In whole milliseconds, as instants are written."""
    return timedelta(milliseconds=round(seconds * 1000))
