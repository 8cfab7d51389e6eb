"""For whom and since when does a subscription cover anything? A chapter of it: waiting time, vehicles, same cause."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.catalogue import Service
from domain.coverage_terms import NotCovered
from domain.plan_terms import Benefit, BenefitTerms, PlanTerms
from domain.subscription_terms import COVERS, HELPS_REMEMBERED, Helped, NotSubscribed, SubscriptionState, Term, Waiting


def most_by(now: BenefitTerms, formers: Iterable[PlanTerms]) -> BenefitTerms:
    """No more of a benefit than each of the former plans gave."""
    for each in formers:
        former = each.of(now.benefit) or BenefitTerms(now.benefit, 0, 0)
        now = BenefitTerms(now.benefit, min(now.units, former.units), min(now.most_per_event, former.most_per_event))
    return now


class SubscriptionCover(Chapter):
    """Nothing is covered in the first hours, for other vehicles, nor the same trouble twice in a few days.

    What another plan gives more waits as long: nobody changes plans at the roadside.
    """

    terms: PlanTerms
    vehicle_ids: tuple[UUID, ...]
    state: SubscriptionState
    covers_at: datetime | None
    term: Term | None
    waits: tuple[Waiting, ...]
    helped: tuple[Helped, ...]

    class Helps(Aggregate.Event):
        """A job was borne by it."""

        TOPIC: ClassVar[str] = "subscription.helped"
        request_id: UUID
        vehicle_id: UUID
        service: Service

    def covered_term(self, vehicle_id: UUID, service: Service, at: datetime) -> Term:
        """The term whose units may be used for a vehicle and a kind of help; raises NotSubscribed or NotCovered."""
        waited = self.covers_at is not None and at >= self.covers_at
        if self.term is None or self.state not in COVERS or vehicle_id not in self.vehicle_ids or not waited:
            raise NotSubscribed(state=self.state.value)
        since = at - timedelta(days=self.terms.same_cause_days)
        if any((each.vehicle_id, each.service) == (vehicle_id, service) and each.at > since for each in self.helped):
            raise NotCovered("the same was helped with just now")
        return self.term

    def covers_all_from(self, at: datetime) -> datetime | None:
        """From when on all that the terms give is covered; None: it is already, or nothing began."""
        if self.covers_at is None:
            return None
        due = [self.covers_at, *(each.until_at for each in self.waits)]
        return max(due) if max(due) > at else None

    def covered_by(self, left: Mapping[Benefit, int], at: datetime) -> tuple[PlanTerms, dict[Benefit, int]]:
        """By which terms a job is borne, and so many units left; what a new plan gives more is waited for.

        ``left`` is what the term has left of each benefit by the terms of now.
        """
        formers = [each.former for each in self.waits if at < each.until_at]
        covered = tuple(most_by(each, formers) for each in self.terms.benefits)
        cut = {
            before.benefit: before.units - now.units for before, now in zip(self.terms.benefits, covered, strict=True)
        }
        terms = replace(self.terms, benefits=tuple(each for each in covered if each.units))
        return terms, {benefit: max(0, units - cut.get(benefit, 0)) for benefit, units in left.items()}

    def help_with(self, request_id: UUID, vehicle_id: UUID, service: Service, at: datetime) -> None:
        """Note that a job was borne by it."""
        told = {"request_id": request_id, "vehicle_id": vehicle_id, "service": service}
        self.trigger_event(self.Helps, timestamp=at, **told)

    @event(Helps)
    def _on_helps(self, vehicle_id: UUID, service: Service, at: datetime) -> None:
        self.helped = (*self.helped[1 - HELPS_REMEMBERED :], Helped(vehicle_id, service, at))
