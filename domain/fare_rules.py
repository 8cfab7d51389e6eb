"""What does a provider's waiting at the vehicle cost the customer, by the rules of which instant? A tenant decides.

Prices and what calling off costs stand in tariffs; waiting is the same for every service and has its own table.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.money import MOST_MINOR
from domain.refusal import BadInput
from domain.timeline import Dated, Timeline, check_effect

RULES = UUID("3f4f1d0a-90d4-5c53-9d0c-6a3c0a5f6d22")
"""The uuid5 namespace in which the rules' stream is a fact of the tenant."""

LONGEST_FREE_S = 3_600
"""An hour beside a vehicle that nobody opens: by then the visit has come to nothing, which has a fee of its own."""

MINUTE_S = 60


class BadFareRules(BadInput):
    """These rules make no sense: an amount or a wait beyond any use."""

    code = "bad_fare_rules"


@dataclass(frozen=True, slots=True)
class FareRules:
    """From the arrival to the beginning of the work, ``waits_free_s`` cost nothing.

    After that each minute that has begun costs ``per_minute_minor``, ``waits_most_minor`` in all at most; before tax.
    """

    waits_free_s: int = 900
    per_minute_minor: int = 0
    waits_most_minor: int = 0

    def waiting_minor(self, arrived_at: datetime | None, started_at: datetime | None) -> int:
        """What waiting costs between two instants; nothing when either is not known."""
        if arrived_at is None or started_at is None:
            return 0
        beyond = started_at - arrived_at - timedelta(seconds=self.waits_free_s)
        begun = -(-beyond // timedelta(seconds=MINUTE_S))
        return min(max(0, begun) * self.per_minute_minor, self.waits_most_minor)

    def checked(self) -> "FareRules":
        """These rules, when they make sense; raises BadFareRules."""
        if not 0 <= self.waits_free_s <= LONGEST_FREE_S:
            raise BadFareRules(f"waiting is free for 0 to {LONGEST_FREE_S} s")
        if not 0 <= self.per_minute_minor <= self.waits_most_minor < MOST_MINOR:
            raise BadFareRules("a minute costs no less than nothing, and no more than all of the waiting")
        return self


def fare_rules_stream(tenant: str) -> UUID:
    """The stream of a tenant's rules: there is one."""
    return uuid5(RULES, tenant)


class FareRulebook(Aggregate):
    """The rules of a tenant through time; until something is decided, waiting costs nothing."""

    TOPIC = "fare_rules"

    class Opened(Created):
        """There are rules; their first version follows."""

        TOPIC: ClassVar[str] = "fare_rules.opened"

    class Decided(Aggregate.Event):
        """These rules apply to prices that are told from an instant on."""

        TOPIC: ClassVar[str] = "fare_rules.decided"
        rules_version: int
        effective_from: datetime
        rules: FareRules

    def __init__(self) -> None:
        self.dated: tuple[Dated[FareRules], ...] = ()

    @classmethod
    def open(cls, tenant: str, at: datetime) -> "FareRulebook":
        """Begin to decide."""
        return cls._create(cls.Opened, id=fare_rules_stream(tenant), timestamp=at)

    def at(self, at: datetime) -> FareRules:
        """The rules in effect at an instant."""
        return Timeline(self.dated).value_at(at) or FareRules()

    def decide(self, rules: FareRules, effective_from: datetime, at: datetime) -> None:
        """Let rules apply from an instant on, never in the past; what applies then already is no news.

        Raises BadFareRules, BadEffect or TooManyVersions.
        """
        check_effect(effective_from, at, len(self.dated), furthest_back=timedelta(0))
        if self.at(effective_from) != rules.checked():
            told = {"rules_version": len(self.dated) + 1, "effective_from": effective_from, "rules": rules}
            self.trigger_event(self.Decided, timestamp=at, **told)

    @event(Decided)
    def _on_decided(self, rules_version: int, effective_from: datetime, rules: FareRules) -> None:
        self.dated += (Dated(effective_from, rules_version, rules),)
