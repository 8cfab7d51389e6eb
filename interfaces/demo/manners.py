"""How do people of the demo city behave? Who takes a job, who changes their mind, how long it all takes, by chance.

Times are seconds in life; whoever acts divides them by the speed of the demo. Where the figures come from, and which of
them are nobody's but ours, stands in docs/guides/demo.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from interfaces.demo.demand import CITY_TIME
from interfaces.demo.places import Point, metres
from interfaces.simulation.day import chance, drawn

if TYPE_CHECKING:
    from interfaces.simulation.job import Job

# On a free road in the city.
FREE_KMH: Final = 25.0
# How far a road is beyond the straight line.
DETOUR: Final = 1.35
BY_HOUR: Final = (
    *(1.30, 1.30, 1.30, 1.30, 1.30, 1.20, 1.00, 0.80, 0.62, 0.58, 0.62, 0.75),
    *(0.80, 0.80, 0.80, 0.78, 0.72, 0.60, 0.53, 0.55, 0.65, 0.80, 1.00, 1.20),
)
"""Of that speed, what is left in each hour of the city's day."""
# A drive that nobody gave a distance for: a few streets.
SHORT_DRIVE_M: Final = 1_500

# Offers: seconds until they are answered, and how many of a hundred are not taken.
THINK_S: Final = (20, 90)
IGNORE_PERCENT: Final = 8
DECLINE_PERCENT: Final = 15
DECLINES: Final = (("too_far", 45), ("busy", 30), ("shift_ending", 15), ("other", 10))

WORK_MIN: Final = {
    "battery_jump": (10, 20),
    "flat_tyre": (15, 30),
    "fuel_delivery": (6, 12),
    "lockout": (10, 35),
    "mechanic": (20, 45),
    "ev_charge": (25, 40),
    "winch_out": (20, 50),
    "tow": (8, 15),
    "flatbed_tow": (10, 20),
}
"""Minutes of work at the vehicle; of a tow, until it is hooked up."""
OTHER_WORK_MIN: Final = (10, 25)
STEPS_S: Final = {
    "assigned": (60, 240),
    "on_scene": (60, 180),
    "loaded": (60, 150),
    "at_drop": (240, 600),
    "work_done": (10, 30),
    "fare_review": (30, 120),
    "settling": (40, 150),
}
"""What else takes time: leaving, finding the customer, tying down, unloading, reading the fare, counting money."""

# Of a hundred jobs that were taken, given back before anybody left: a flat tyre of their own, a longer job before.
GIVE_BACK_PERCENT: Final = 3

# Customers.
READ_QUOTE_S: Final = (15, 60)
NO_THANKS_PERCENT: Final = 5
CHANGE_MIND_PERCENT: Final = 6
CHANGE_MIND_AFTER_S: Final = (240, 1_500)
CHANGED_MINDS: Final = (("no_longer_needed", 55), ("took_too_long", 35), ("other", 10))
CUSTOMER_RATES_PERCENT: Final = 70
PROVIDER_RATES_PERCENT: Final = 40
STARS: Final = ((5, 58), (4, 26), (3, 9), (2, 4), (1, 3))

# Crews.
BREAK_PERCENT: Final = 8
BREAK_S: Final = (600, 1_800)
SHIFT_H: Final = (6, 10)
OFF_DUTY_S: Final = (1_200, 3_600)


def kmh_at(at: datetime) -> float:
    """How fast a truck gets on at that instant."""
    return FREE_KMH * BY_HOUR[at.astimezone(CITY_TIME).hour]


def drive_s(straight_m: float, at: datetime) -> float:
    """How long a way takes."""
    return straight_m * DETOUR / (kmh_at(at) / 3.6)


@dataclass(frozen=True, slots=True)
class DemoManners:
    """Everyone's temper, given a seed."""

    seed: int

    def takes_s(self, state: str, job: Job) -> float:
        """See ``interfaces.simulation.job.Manners``."""
        since = datetime.fromisoformat(str(job.row["updated_at"]))
        if state == "en_route":
            return drive_s(float(job.offer["distance_m"]), since)
        if state == "in_transit":
            return drive_s(_apart_m(job.place, job.drop), since)
        if state == "in_service" or (state == "on_scene" and not job.is_priced):
            return 60 * self._some(WORK_MIN.get(str(job.row["service"]), OTHER_WORK_MIN), "work", job.request_id)
        return self._some(STEPS_S.get(state, (10, 30)), state, job.request_id)

    def think_s(self, offer_id: str) -> float:
        """Between hearing of an offer and answering it."""
        return self._some(THINK_S, "think", offer_id)

    def answer(self, offer_id: str) -> str:
        """``accept``, ``decline`` or ``ignore``."""
        drawn_percent = 100 * chance("answer", self.seed, offer_id)
        if drawn_percent < IGNORE_PERCENT:
            return "ignore"
        return "decline" if drawn_percent < IGNORE_PERCENT + DECLINE_PERCENT else "accept"

    def decline_reason(self, offer_id: str) -> str:
        """Why not."""
        return drawn(DECLINES, "declines", self.seed, offer_id)

    def gives_back(self, offer_id: str) -> bool:
        """Whether a crew finds out that it cannot go after all."""
        return 100 * chance("gives back", self.seed, offer_id) < GIVE_BACK_PERCENT

    def reads_quote_s(self, request_id: str) -> float:
        """Until a customer has decided about a price."""
        return self._some(READ_QUOTE_S, "quote", request_id)

    def wants_it(self, request_id: str) -> bool:
        """Whether the price is taken."""
        return 100 * chance("wants", self.seed, request_id) >= NO_THANKS_PERCENT

    def changes_mind_after_s(self, request_id: str) -> float | None:
        """When a waiting customer calls it off; None for most."""
        if 100 * chance("mind", self.seed, request_id) >= CHANGE_MIND_PERCENT:
            return None
        return self._some(CHANGE_MIND_AFTER_S, "mind after", request_id)

    def changed_mind(self, request_id: str) -> str:
        """Why."""
        return drawn(CHANGED_MINDS, "changed", self.seed, request_id)

    def stars(self, request_id: str, who: str) -> int | None:
        """What a customer or a provider gives; None when they do not bother."""
        share = CUSTOMER_RATES_PERCENT if who == "customer" else PROVIDER_RATES_PERCENT
        if 100 * chance("rates", self.seed, request_id, who) >= share:
            return None
        return drawn(STARS, "stars", self.seed, request_id, who)

    def takes_break(self, request_id: str) -> bool:
        """Whether a crew rests after that job."""
        return 100 * chance("break", self.seed, request_id) < BREAK_PERCENT

    def break_s(self, request_id: str) -> float:
        """How long it rests."""
        return self._some(BREAK_S, "rest", request_id)

    def shift_s(self, shift_id: str) -> float:
        """How long a crew stays on duty."""
        return 3_600 * self._some(SHIFT_H, "shift", shift_id)

    def off_duty_s(self, shift_id: str) -> float:
        """How long its truck then stands."""
        return self._some(OFF_DUTY_S, "off", shift_id)

    def _some(self, least_and_most: tuple[int, int], *about: object) -> float:
        least, most = least_and_most
        return least + (most - least) * chance(*about, self.seed)


def _apart_m(one: Point | None, other: Point | None) -> float:
    return SHORT_DRIVE_M if one is None or other is None else metres(one, other)
