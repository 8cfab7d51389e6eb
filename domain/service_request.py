"""What may happen to a call for help, from the request to its end?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actor import Actor, Role
from domain.aggregate import Aggregate, Created, event
from domain.catalogue import Fuel, Service, VehicleClass, check_fit
from domain.geography import checked_cell
from domain.offer import WhyClosed
from domain.refusal import OutOfTurn
from domain.request_terms import (
    CLOSED,
    UNDER_WAY,
    Assignment,
    Call,
    CancelReason,
    ConfirmedBy,
    DeclinedBefore,
    JobEvent,
    NotTheLiveOffer,
    OfferStillOut,
    RequestClosed,
    RequestState,
    RevokeReason,
    acts_open,
)


class ServiceRequest(Aggregate):
    """One customer's call for help with one vehicle at one place.

    Has at most one offer out and at most one provider under way (I1). A provider who declined is not asked
    again (I7). Nothing completes that was not on scene (I2). An attempt ends when an assignment is revoked.
    """

    TOPIC = "service_request"

    customer_id: UUID
    service: Service
    vehicle_class: VehicleClass
    fuel: Fuel
    cell: str
    place_id: UUID
    contact_id: UUID
    state: RequestState = field(default=RequestState.SEARCHING, init=False)
    attempt: int = field(default=1, init=False)
    live_offer: Assignment | None = field(default=None, init=False)
    assignment: Assignment | None = field(default=None, init=False)
    declined_by: frozenset[UUID] = field(default=frozenset(), init=False)

    class Requested(Created):
        """Help was asked for. Version 1 did not ask what drives the vehicle."""

        TOPIC: ClassVar[str] = "service_request.requested"
        class_version: ClassVar[int] = 2
        customer_id: UUID
        service: Service
        vehicle_class: VehicleClass
        fuel: Fuel
        cell: str
        place_id: UUID
        contact_id: UUID

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Nobody had asked, so it is unknown."""
            state["fuel"] = Fuel.UNKNOWN.value

    class OfferMade(JobEvent):
        """A provider was asked."""

        TOPIC: ClassVar[str] = "service_request.offer_made"
        attempt: int

    class OfferClosed(Aggregate.Event):
        """The provider that was asked does not take the job."""

        TOPIC: ClassVar[str] = "service_request.offer_closed"
        offer_id: UUID
        provider_id: UUID
        why: WhyClosed

    class Assigned(JobEvent):
        """The provider that was asked takes the job."""

        TOPIC: ClassVar[str] = "service_request.assigned"
        attempt: int

    class EnRouteStarted(JobEvent):
        """The wheels turn."""

        TOPIC: ClassVar[str] = "service_request.en_route_started"

    class ArrivedOnScene(JobEvent):
        """The provider is at the vehicle; ``distance_m`` is how far off it was, when it said where it is."""

        TOPIC: ClassVar[str] = "service_request.arrived_on_scene"
        confirmed_by: ConfirmedBy
        distance_m: int | None

    class Completed(JobEvent):
        """The work is done."""

        TOPIC: ClassVar[str] = "service_request.completed"

    class Cancelled(Aggregate.Event):
        """The request was called off; the ids are those of the assignment that ends with it, if any."""

        TOPIC: ClassVar[str] = "service_request.cancelled"
        by: Role
        reason: CancelReason
        offer_id: UUID | None
        provider_id: UUID | None
        shift_id: UUID | None

    class Unfulfilled(Aggregate.Event):
        """Nobody could be found."""

        TOPIC: ClassVar[str] = "service_request.unfulfilled"
        attempt: int

    class AssignmentRevoked(JobEvent):
        """The provider lost the job; the search goes on with the next attempt."""

        TOPIC: ClassVar[str] = "service_request.assignment_revoked"
        attempt: int
        reason: RevokeReason

    @classmethod
    def request(cls, request_id: UUID, call: Call, at: datetime) -> "ServiceRequest":
        """Ask for help; raises BadCell or ServiceDoesNotFit."""
        check_fit(call.service, call.fuel)
        checked_cell(call.cell)
        # Not asdict: it copies every value deeply, which took a fifth of the whole command.
        told = {field_name: getattr(call, field_name) for field_name in call.__slots__}
        return cls._create(cls.Requested, id=request_id, timestamp=at, **told)

    def make_offer(self, offer_id: UUID, provider_id: UUID, shift_id: UUID, at: datetime) -> None:
        """Ask a provider; the same offer twice changes nothing.

        Raises RequestClosed, OutOfTurn, OfferStillOut or DeclinedBefore.
        """
        if self.live_offer is not None and self.live_offer.offer_id == offer_id:
            return
        self._in_turn("offer", RequestState.SEARCHING)
        if self.live_offer is not None:
            raise OfferStillOut(offer_id=str(self.live_offer.offer_id))
        if provider_id in self.declined_by:
            raise DeclinedBefore(provider_id=str(provider_id))
        asked = Assignment(offer_id, provider_id, shift_id, self.attempt)
        self._tell(self.OfferMade, asked, at, attempt=asked.attempt)

    def close_offer(self, offer_id: UUID, why: WhyClosed, at: datetime) -> None:
        """Note that the live offer is not taken; raises RequestClosed, OutOfTurn or NotTheLiveOffer."""
        offer = self._the_live_offer("close_offer", offer_id)
        self.trigger_event(self.OfferClosed, timestamp=at, offer_id=offer_id, provider_id=offer.provider_id, why=why)

    def assign(self, offer_id: UUID, at: datetime) -> None:
        """Give the job to whom the live offer was made; raises RequestClosed, OutOfTurn or NotTheLiveOffer."""
        offer = self._the_live_offer("assign", offer_id)
        self._tell(self.Assigned, offer, at, attempt=offer.attempt)

    def report_en_route(self, at: datetime) -> None:
        """The provider sets out; saying it twice changes nothing. Raises RequestClosed or OutOfTurn."""
        if self.state is RequestState.EN_ROUTE:
            return
        self._tell(self.EnRouteStarted, self._held("report_en_route", RequestState.ASSIGNED), at)

    def confirm_arrival(self, confirmed_by: ConfirmedBy, distance_m: int | None, at: datetime) -> None:
        """The provider is there; saying it twice changes nothing. Raises RequestClosed or OutOfTurn."""
        if self.state is RequestState.ON_SCENE:
            return
        held = self._held("confirm_arrival", RequestState.EN_ROUTE)
        self._tell(self.ArrivedOnScene, held, at, confirmed_by=confirmed_by, distance_m=distance_m)

    def complete(self, at: datetime) -> None:
        """The work is done, on scene; saying it twice changes nothing. Raises RequestClosed or OutOfTurn."""
        if self.state is RequestState.COMPLETED:
            return
        self._tell(self.Completed, self._held("complete", RequestState.ON_SCENE), at)

    def cancel(self, by: Role, reason: CancelReason, at: datetime) -> None:
        """Call it off, before it is complete; twice changes nothing.

        An offer that is out is closed first. Raises RequestClosed.
        """
        if self.state is RequestState.CANCELLED:
            return
        self._in_turn("cancel", RequestState.SEARCHING, *UNDER_WAY)
        if self.live_offer is not None:
            self.close_offer(self.live_offer.offer_id, WhyClosed.WITHDRAWN, at)
        held = self.assignment
        self.trigger_event(
            self.Cancelled,
            timestamp=at,
            by=by,
            reason=reason,
            offer_id=held.offer_id if held else None,
            provider_id=held.provider_id if held else None,
            shift_id=held.shift_id if held else None,
        )

    def give_up(self, at: datetime) -> None:
        """Nobody can be found; twice changes nothing. Raises RequestClosed, OutOfTurn or OfferStillOut."""
        if self.state is RequestState.UNFULFILLED:
            return
        self._in_turn("give_up", RequestState.SEARCHING)
        if self.live_offer is not None:
            raise OfferStillOut(offer_id=str(self.live_offer.offer_id))
        self.trigger_event(self.Unfulfilled, timestamp=at, attempt=self.attempt)

    def revoke_assignment(self, reason: RevokeReason, at: datetime) -> None:
        """Take the job from its provider and search again; raises RequestClosed or OutOfTurn."""
        held = self._held("revoke", *UNDER_WAY)
        self._tell(self.AssignmentRevoked, held, at, attempt=held.attempt, reason=reason)

    def can(self, actor: Actor) -> tuple[str, ...]:
        """Which acts are open to this actor now."""
        provider_id = self.assignment.provider_id if self.assignment else None
        return acts_open(actor, self.state, self.customer_id, provider_id, offer_is_out=self.live_offer is not None)

    def _in_turn(self, act: str, *states: RequestState) -> None:
        if self.state in CLOSED:
            raise RequestClosed(f"the request is {self.state.value}", state=self.state.value, act=act)
        if self.state not in states:
            raise OutOfTurn(f"the request is {self.state.value}", state=self.state.value, act=act)

    def _the_live_offer(self, act: str, offer_id: UUID) -> Assignment:
        self._in_turn(act, RequestState.SEARCHING)
        if self.live_offer is None or self.live_offer.offer_id != offer_id:
            raise NotTheLiveOffer(offer_id=str(offer_id))
        return self.live_offer

    def _held(self, act: str, *states: RequestState) -> Assignment:
        self._in_turn(act, *states)
        if self.assignment is None:
            raise OutOfTurn("nobody holds the request", state=self.state.value, act=act)
        return self.assignment

    def _tell(self, fact: type[JobEvent], whose: Assignment, at: datetime, **more: object) -> None:
        ids = {"offer_id": whose.offer_id, "provider_id": whose.provider_id, "shift_id": whose.shift_id}
        self.trigger_event(fact, timestamp=at, **ids, **more)

    @event(OfferMade)
    def _on_offer_made(self, offer_id: UUID, provider_id: UUID, shift_id: UUID, attempt: int) -> None:
        self.live_offer = Assignment(offer_id, provider_id, shift_id, attempt)

    @event(OfferClosed)
    def _on_offer_closed(self, provider_id: UUID, why: WhyClosed) -> None:
        self.live_offer = None
        if why is WhyClosed.DECLINED:
            self.declined_by |= {provider_id}

    @event(Assigned)
    def _on_assigned(self, offer_id: UUID, provider_id: UUID, shift_id: UUID, attempt: int) -> None:
        self.live_offer = None
        self.assignment = Assignment(offer_id, provider_id, shift_id, attempt)
        self.state = RequestState.ASSIGNED

    @event(EnRouteStarted)
    def _on_en_route_started(self) -> None:
        self.state = RequestState.EN_ROUTE

    @event(ArrivedOnScene)
    def _on_arrived_on_scene(self) -> None:
        self.state = RequestState.ON_SCENE

    @event(Completed)
    def _on_completed(self) -> None:
        self.state = RequestState.COMPLETED

    @event(Cancelled)
    def _on_cancelled(self) -> None:
        self.state = RequestState.CANCELLED

    @event(Unfulfilled)
    def _on_unfulfilled(self) -> None:
        self.state = RequestState.UNFULFILLED

    @event(AssignmentRevoked)
    def _on_assignment_revoked(self) -> None:
        self.assignment = None
        self.attempt += 1
        self.state = RequestState.SEARCHING
