"""What do all chapters of a request's story share: the state it is in, and the first questions of every rule?"""

from datetime import datetime
from uuid import UUID

from domain.aggregate import Chapter
from domain.catalogue import Fuel, Service, VehicleClass
from domain.price_terms import PaymentMethod
from domain.refusal import OutOfTurn
from domain.request_terms import (
    CLOSED,
    TOWED,
    Assignment,
    Dispatch,
    Hazard,
    JobEvent,
    Need,
    OfferStillOut,
    Quote,
    RequestClosed,
    RequestState,
)


class RequestChapter(Chapter):
    """Base of the chapters; the fields are those of ``ServiceRequest``, which says what they begin as."""

    customer_id: UUID
    service: Service
    vehicle_class: VehicleClass
    fuel: Fuel
    cell: str
    drop_cell: str | None
    sos: bool
    hazards: tuple[Hazard, ...]
    scheduled_for: datetime | None
    dispatch: Dispatch
    radius_m: int | None
    widens_at: datetime | None
    state: RequestState
    attempt: int
    searched_attempt: int
    escalation: int
    live_offers: tuple[Assignment, ...]
    assignment: Assignment | None
    acknowledge_by: datetime | None
    acknowledgements_asked: int
    declined_by: frozenset[UUID]
    quote: Quote | None
    confirmed_quote: int | None
    payment_method: PaymentMethod
    assigned_at: datetime | None
    on_scene_at: datetime | None
    started_at: datetime | None
    arrived_within_m: int | None
    start_code_tries: int
    contact_attempts: int
    gone_confirms_at: datetime | None
    proposed_need: Need | None

    @property
    def is_priced(self) -> bool:
        """Whether anything is charged; when nothing is, the job needs neither confirmation, code nor evidence."""
        return self.quote is not None

    @property
    def live_offer(self) -> Assignment | None:
        """The offer that is out; of several the one that has been out the longest."""
        return self.live_offers[0] if self.live_offers else None

    @property
    def tows(self) -> bool:
        """Whether the vehicle is to be taken somewhere."""
        return self.service in TOWED and self.drop_cell is not None

    def _in_turn(self, act: str, *states: RequestState) -> None:
        if self.state in CLOSED:
            raise RequestClosed(f"the request is {self.state.value}", state=self.state.value, act=act)
        if self.state not in states:
            raise OutOfTurn(f"the request is {self.state.value}", state=self.state.value, act=act)

    def _nobody_is_asked(self) -> None:
        if self.live_offers:
            raise OfferStillOut(offer_id=str(self.live_offers[0].offer_id))

    def _held(self, act: str, *states: RequestState) -> Assignment:
        self._in_turn(act, *states)
        if self.assignment is None:
            raise OutOfTurn("nobody holds the request", state=self.state.value, act=act)
        return self.assignment

    def _tell(self, fact: type[JobEvent], whose: Assignment, at: datetime, **more: object) -> None:
        ids = {"offer_id": whose.offer_id, "provider_id": whose.provider_id, "shift_id": whose.shift_id}
        self.trigger_event(fact, timestamp=at, **ids, **more)
