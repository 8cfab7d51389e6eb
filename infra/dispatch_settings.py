"""Which knobs do dispatch and positions have, and what do they stand at?"""

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from application.dispatch.policies.names import PolicyName
from domain.request_search import MOST_ASKED

# Half the way around the earth: nobody is farther away.
EARTH_M = 20_100_000


class DispatchSettings(BaseSettings):
    """How providers are found, and what is believed of where they say they are; a part of ``Settings``."""

    # Who is asked first: the name of a policy; docs/BENCHMARKS.md has them side by side.
    dispatch_policy: PolicyName = PolicyName.ASSIGNMENT
    # 30 s at least: a provider on the road needs 20 to 30 s to look and answer; the domain allows 15 minutes at most.
    offer_lapses_after_s: float = Field(default=30.0, ge=1, le=900)
    # 90 s at most where answers are learnt to come later than that, as long as they go on coming.
    offer_longest_s: float = Field(default=90.0, ge=1, le=900)
    # 90 s for a company that answers by its desk, which calls its crews first: what motor clubs give it.
    offer_desk_lapses_after_s: float = Field(default=90.0, ge=1, le=900)
    # One is asked twice; then the fewest who are 95 % sure to say yes, until six refused; then all in reach, eight at
    # the most: one save frees all who were asked in vain. 1 never asks several.
    offer_directed_tries: int = Field(default=2, ge=0, le=100)
    offer_fan_out_tries: int = Field(default=6, ge=0, le=100)
    offer_sure_percent: int = Field(default=95, ge=1, le=99)
    offer_most_asked: int = Field(default=MOST_ASKED, ge=1, le=MOST_ASKED)
    # 30 s for a guided crew to say that it knows of its job; it is reminded once.
    acknowledges_within_s: float = Field(default=30.0, ge=1, le=900)
    # 0.25 s: what a lost wake-up or an overdue offer may cost; ten cheap queries a second at rest.
    dispatcher_poll_s: float = Field(default=0.25, gt=0, le=1)
    # 2 s: how soon a search that found nobody is tried again when nothing changed at all.
    dispatcher_look_again_s: float = Field(default=2.0, gt=0, le=10)
    # 200 commands at once: one group commit. The rest of the searches follow in the next round, at once.
    dispatcher_most_offers: int = Field(default=200, ge=1, le=10_000)
    # 500 timers acted on at once, for the same reason.
    dispatcher_most_timers: int = Field(default=500, ge=1, le=10_000)
    # 10,000 requests and 50,000 shifts read in a round: more than a city has; what is left out raises the orphan alarm.
    dispatcher_most_searches: int = Field(default=10_000, ge=1, le=1_000_000)
    dispatcher_most_shifts: int = Field(default=50_000, ge=1, le=1_000_000)
    # 60 s between two checks that no searching request was forgotten; 10 s for read models to agree with each other.
    dispatcher_orphan_check_s: float = Field(default=60.0, gt=0, le=600)
    dispatcher_orphan_patience_s: float = Field(default=10.0, gt=0, le=600)

    # The rings of a search in metres, then everywhere: five kilometres is a quarter of an hour in a city, fifty is the
    # next town. 10 s each: a round of dispatch, not a wait that anybody feels.
    search_radii_m: str = "5000,10000,20000,50000"
    search_widens_every_s: float = Field(default=10.0, ge=0.1, le=3_600)
    # 60 s everywhere without anybody, then level 1 for 2 min, level 2 for 5 min; level 3 is a person at the desk, who
    # is reminded every 10 min. A search ends by itself only where that is set: nobody who is stranded is given up by a
    # clock.
    search_escalates_after_s: float = Field(default=60.0, ge=0.1, le=86_400)
    escalation_first_s: float = Field(default=120.0, ge=0.1, le=86_400)
    escalation_second_s: float = Field(default=300.0, ge=0.1, le=86_400)
    escalation_desk_s: float = Field(default=600.0, ge=0.1, le=86_400)
    search_gives_up_after_s: float | None = Field(default=None, ge=0.1, le=86_400)
    # A third longer than the crow flies, at 35 km/h over a day: the yardstick of a city, told with each offer.
    approach_detour_percent: int = Field(default=135, ge=100, le=500)
    approach_kmh: int = Field(default=35, ge=1, le=200)
    # Whether customers are promised when somebody is there; a broken promise gives back 10 % of a confirmed price, up
    # to 200.00: noticed by a customer, earned again by one kept job. 0 % breaks promises for nothing.
    promises: bool = True
    promise_credit_percent: int = Field(default=10, ge=0, le=100)
    promise_credit_most_minor: int = Field(default=20_000, ge=0, le=10_000_000)
    # 5 s between two looks at where shifts are: a twelfth of what makes moving news.
    dispatcher_attendance_s: float = Field(default=5.0, ge=0.1, le=600)
    # 60 s: a position is nearer to the truth than the end of the last job for about a minute.
    position_fresh_s: float = Field(default=60.0, ge=1, le=3_600)
    # 120 s: phones speak every few seconds; two minutes are no gap in the network any more.
    shift_stale_after_s: float = Field(default=120.0, ge=1, le=3_600)
    # 12 h: the longest that a crew member may be on duty; after that a shift gets no more offers, and is sent home.
    longest_duty_s: float = Field(default=43_200.0, ge=1, le=86_400)
    # 60 s between two moves of a shift that are written down.
    shift_moves_every_s: float = Field(default=60.0, ge=1, le=86_400)

    # What is believed of a position. 30 s ahead is a clock set by hand; 15 min old is no position any more; 70 m/s
    # (252 km/h) drives no truck; an accuracy of 2 km does not even tell the part of the city.
    position_clock_ahead_s: float = Field(default=30.0, ge=0, le=600)
    position_oldest_s: float = Field(default=900.0, ge=10, le=86_400)
    position_fastest_mps: float = Field(default=70.0, ge=1, le=1_000)
    position_worst_accuracy_m: float = Field(default=2_000.0, ge=1, le=100_000)
    # 128 KiB: 500 positions, the largest batch, written in full.
    positions_body_limit_bytes: int = Field(default=131_072, ge=1_024, le=1_048_576)
    # 1 h in Redis: longer than any shift is silent before it counts as stale; the track remembers the rest.
    position_remembered_s: float = Field(default=3_600.0, ge=60, le=86_400)
    # 30 days of exact points: long enough to settle a dispute about a job, no longer. They are personal data.
    positions_kept_days: int = Field(default=30, ge=1, le=3_650)
    # 7 days made ahead: a projector that is away for a week does not stop a ping.
    positions_days_ahead: int = Field(default=7, ge=1, le=60)
    # 0.25 s: Redis answers in less than one; whoever waits longer does better without it.
    redis_timeout_s: float = Field(default=0.25, gt=0, le=10)

    @field_validator("search_radii_m")
    @classmethod
    def _are_growing_radii(cls, told: str) -> str:
        given = told.replace(" ", "")
        radii = [int(each) for each in given.split(",") if each.isdecimal()]
        if given and (
            len(radii) != given.count(",") + 1 or radii != sorted(set(radii)) or not 0 < radii[-1] <= EARTH_M
        ):
            message = "must be growing whole metres between commas"
            raise ValueError(message)
        return given

    @property
    def radii_m(self) -> tuple[int, ...]:
        """The rings of a search, from near to far."""
        return tuple(int(each) for each in self.search_radii_m.split(",") if each)
