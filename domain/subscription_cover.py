"""For whom and since when does a subscription cover anything? A chapter of it: waiting time, vehicles, same cause."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.catalogue import Service
from domain.coverage_terms import NotCovered
from domain.plan_terms import PlanTerms
from domain.subscription_terms import COVERS, HELPS_REMEMBERED, Helped, NotSubscribed, SubscriptionState, Term


class SubscriptionCover(Chapter):
    """Nothing is covered in the first hours, for other vehicles, nor the same trouble twice in a few days."""

    terms: PlanTerms
    vehicle_ids: tuple[UUID, ...]
    state: SubscriptionState
    began_at: datetime | None
    term: Term | None
    helped: tuple[Helped, ...]

    class Helps(Aggregate.Event):
        """A job was borne by it."""

        TOPIC: ClassVar[str] = "subscription.helped"
        request_id: UUID
        vehicle_id: UUID
        service: Service

    def covered_term(self, vehicle_id: UUID, service: Service, at: datetime) -> Term:
        """The term whose units may be used for a vehicle and a kind of help; raises NotSubscribed or NotCovered."""
        waited = self.began_at is not None and at >= self.began_at + timedelta(hours=self.terms.waiting_h)
        if self.term is None or self.state not in COVERS or vehicle_id not in self.vehicle_ids or not waited:
            raise NotSubscribed(state=self.state.value)
        since = at - timedelta(days=self.terms.same_cause_days)
        if any((each.vehicle_id, each.service) == (vehicle_id, service) and each.at > since for each in self.helped):
            raise NotCovered("the same was helped with just now")
        return self.term

    def help_with(self, request_id: UUID, vehicle_id: UUID, service: Service, at: datetime) -> None:
        """Note that a job was borne by it."""
        told = {"request_id": request_id, "vehicle_id": vehicle_id, "service": service}
        self.trigger_event(self.Helps, timestamp=at, **told)

    @event(Helps)
    def _on_helps(self, vehicle_id: UUID, service: Service, at: datetime) -> None:
        self.helped = (*self.helped[1 - HELPS_REMEMBERED :], Helped(vehicle_id, service, at))
