"""By which rules do providers earn: what is withheld, how long it waits, what is kept back, from which instant on?

A tenant decides. No rate of a law stands in the code: the desk enters what its tax adviser says, and from when on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, cast
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.money import BASIS_POINTS, MOST_MINOR
from domain.refusal import BadInput
from domain.timeline import Dated, Timeline, check_effect
from domain.withholding import NO_RATES, Rates

RULES = UUID("6d1b5c0e-7f52-5d0c-8f3d-3f5e0b6f2a41")
"""The uuid5 namespace in which the rules' stream is a fact of the tenant."""

LONGEST_WAIT_S = 30 * 86_400
"""Who waits longer than a month for what was earned goes elsewhere."""

USUAL_WAIT_S = 86_400
"""A day in which a customer complains, or a picture turns out not to fit."""

USUAL_LEAST_MINOR = 100
"""The gateway pays out nothing below one rupee."""


class BadRules(BadInput):
    """These rules make no sense: a share beyond the whole, or a wait or an amount beyond any use."""

    code = "bad_rules"


@dataclass(frozen=True, slots=True)
class EarningRules:
    """What holds for every provider of a tenant.

    Earnings are paid ``waits_s`` after they were made. ``reserve_bp`` of each payout is kept back for disputes until
    ``reserve_most_minor`` are. Less than ``least_minor`` is not worth a payout and waits for more. Who owes us
    ``cash_limit_minor`` of what it collected is offered no job in cash (None: nobody is stopped).
    """

    rates: Rates = NO_RATES
    waits_s: int = USUAL_WAIT_S
    reserve_bp: int = 0
    reserve_most_minor: int = 0
    least_minor: int = USUAL_LEAST_MINOR
    cash_limit_minor: int | None = None

    def payable_from(self, amount_minor: int, at: datetime) -> datetime:
        """When what was earned at an instant may be paid; what a provider owes counts at once."""
        return at + timedelta(seconds=self.waits_s) if amount_minor > 0 else at

    def checked(self) -> "EarningRules":
        """These rules, when they make sense; raises BadRules."""
        shares = (*self.rates.every_bp, self.reserve_bp)
        amounts = (self.reserve_most_minor, self.least_minor - 1, self.cash_limit_minor or 0)
        if any(not 0 <= share <= BASIS_POINTS for share in shares):
            raise BadRules(f"a share is 0 to {BASIS_POINTS} basis points")
        if not 0 <= self.waits_s <= LONGEST_WAIT_S or any(not 0 <= amount < MOST_MINOR for amount in amounts):
            raise BadRules(f"earnings wait for at most {LONGEST_WAIT_S} s, and a payout has at least one minor unit")
        return self


RIGHT_AWAY = EarningRules(waits_s=0)
"""For what has waited before."""


def rules_stream(tenant: str) -> UUID:
    """The stream of a tenant's rules: there is one."""
    return uuid5(RULES, tenant)


class EarningRulebook(Aggregate):
    """The rules of a tenant through time; until something is decided, nothing is withheld or kept back."""

    TOPIC = "earning_rules"

    class Opened(Created):
        """There are rules; their first version follows."""

        TOPIC: ClassVar[str] = "earning_rules.opened"

    class Decided(Aggregate.Event):
        """These rules apply to what is earned and paid from an instant on."""

        TOPIC: ClassVar[str] = "earning_rules.decided"
        class_version: ClassVar[int] = 2
        rules_version: int
        effective_from: datetime
        rules: EarningRules

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Nobody was stopped for the cash that it had."""
            rules = cast("dict[str, object]", state["rules"])
            state["rules"] = {**rules, "cash_limit_minor": None}

    def __init__(self) -> None:
        self.dated: tuple[Dated[EarningRules], ...] = ()

    @classmethod
    def open(cls, tenant: str, at: datetime) -> "EarningRulebook":
        """Begin to decide."""
        return cls._create(cls.Opened, id=rules_stream(tenant), timestamp=at)

    def at(self, at: datetime) -> EarningRules:
        """The rules in effect at an instant."""
        return Timeline(self.dated).value_at(at) or EarningRules()

    def decide(self, rules: EarningRules, effective_from: datetime, at: datetime) -> None:
        """Let rules apply from an instant on; what applies then already is no news.

        Raises BadRules, BadEffect or TooManyVersions.
        """
        check_effect(effective_from, at, len(self.dated))
        if self.at(effective_from) != rules.checked():
            told = {"rules_version": len(self.dated) + 1, "effective_from": effective_from, "rules": rules}
            self.trigger_event(self.Decided, timestamp=at, **told)

    @event(Decided)
    def _on_decided(self, rules_version: int, effective_from: datetime, rules: EarningRules) -> None:
        self.dated += (Dated(effective_from, rules_version, rules),)
