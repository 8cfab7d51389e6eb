"""Which terms does a plan have, from which instant on? A tenant offers it, changes it, and withdraws it."""

import re
from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.plan_terms import BadPlan, PlanTerms
from domain.refusal import Refusal
from domain.timeline import Dated, Timeline, check_effect

PLANS = UUID("1f5b0c52-6a0e-5a3f-9a57-0d3a8d5f6c21")
"""The uuid5 namespace in which a plan's stream is a fact of tenant and code."""

CODE = re.compile(r"[a-z0-9-]{1,32}")
"""What a plan may be called in links and bills."""


class PlanNotOffered(Refusal):
    """Nobody can begin this plan now."""

    code = "plan_not_offered"


def plan_id(tenant: str, code: str) -> UUID:
    """The plan's id: a tenant has one of a code."""
    return uuid5(PLANS, f"{tenant}/{code}")


class Plan(Aggregate):
    """What a membership costs and gives, through time; running terms keep what they began with."""

    TOPIC = "plan"

    code: str
    dated: tuple[Dated[PlanTerms], ...] = field(default=(), init=False)

    class Opened(Created):
        """There is a plan of that code; its first version follows."""

        TOPIC: ClassVar[str] = "plan.opened"
        code: str

    class Offered(Aggregate.Event):
        """These terms apply to who begins or renews from an instant on."""

        TOPIC: ClassVar[str] = "plan.offered"
        plan_version: int
        effective_from: datetime
        terms: PlanTerms

    class Withdrawn(Aggregate.Event):
        """Nobody can begin it from an instant on."""

        TOPIC: ClassVar[str] = "plan.withdrawn"
        plan_version: int
        effective_from: datetime

    @classmethod
    def open(cls, tenant: str, code: str, at: datetime) -> "Plan":
        """A plan without terms yet; raises BadPlan for a code that is none."""
        if CODE.fullmatch(code) is None:
            raise BadPlan("a plan's code is 1 to 32 lower-case letters, digits and dashes")
        return cls._create(cls.Opened, id=plan_id(tenant, code), timestamp=at, code=code)

    def at(self, at: datetime) -> Dated[PlanTerms]:
        """The version in effect at an instant, with its terms; raises PlanNotOffered."""
        found = Timeline(self.dated).at(at)
        if found is None or found.value is None:
            raise PlanNotOffered(plan=self.code)
        return found

    def offer(self, terms: PlanTerms, effective_from: datetime, at: datetime) -> None:
        """Let terms apply from an instant on; those that apply already are no news.

        Raises BadPlan, BadAmount, UnknownCurrency, BadEffect or TooManyVersions.
        """
        check_effect(effective_from, at, len(self.dated))
        if Timeline(self.dated).value_at(effective_from) != terms.checked():
            told = {"plan_version": len(self.dated) + 1, "effective_from": effective_from, "terms": terms}
            self.trigger_event(self.Offered, timestamp=at, **told)

    def withdraw(self, effective_from: datetime, at: datetime) -> None:
        """Let nobody begin it from an instant on; twice is no news. Raises BadEffect or TooManyVersions."""
        check_effect(effective_from, at, len(self.dated))
        if Timeline(self.dated).value_at(effective_from) is not None:
            told = {"plan_version": len(self.dated) + 1, "effective_from": effective_from}
            self.trigger_event(self.Withdrawn, timestamp=at, **told)

    @event(Offered)
    def _on_offered(self, plan_version: int, effective_from: datetime, terms: PlanTerms) -> None:
        self.dated += (Dated(effective_from, plan_version, terms),)

    @event(Withdrawn)
    def _on_withdrawn(self, plan_version: int, effective_from: datetime) -> None:
        self.dated += (Dated(effective_from, plan_version, None),)
