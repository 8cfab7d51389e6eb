"""What may happen to a call for help, from the request to its end?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Aggregate, Created
from domain.catalogue import Fuel, Service, VehicleClass, check_fit
from domain.geography import checked_cell
from domain.price_terms import PaymentMethod
from domain.promise import Promise, PromiseState
from domain.request_acts import Standing, acts_open
from domain.request_asking import Asking, BadSchedule
from domain.request_change import Changing
from domain.request_drive import DoubtOnDrive, Driving
from domain.request_ending import Ending
from domain.request_fare import Fare, Faring, Settlement
from domain.request_guidance import Guided
from domain.request_job import EvidenceKind
from domain.request_legs import OnwardLeg, TwoLegs
from domain.request_share import Sharing
from domain.request_standby import Standby, StandingBy
from domain.request_terms import Assignment, Call, Dispatch, Hazard, Need, Quote, RequestState
from domain.request_transit import InTransit
from domain.request_twins import Twinning


class ServiceRequest(
    Asking, InTransit, Changing, Ending, Guided, Twinning, Driving, Sharing, TwoLegs, StandingBy, Faring, Aggregate
):
    """One customer's call for help with one vehicle at one place.

    Has at most one provider under way (I1), and one offer out unless several are asked at once: then the first to
    accept has the job, and the others are asked no longer (O1). A provider who declined is not asked again (I7) unless
    the need changes. Nothing completes that was not on scene (I2). An attempt ends when an
    assignment is revoked. What is charged for is quoted, confirmed, and settled exactly once (I4); an SOS waits for
    none of that (I8).

    Its story is told in chapters: asking, searching (a part of ending, which closes offers), guided (told, not
    asked), driving (whether the
    provider comes), on the job, in transit, changing, ending, faring.
    """

    TOPIC = "service_request"

    customer_id: UUID
    service: Service
    vehicle_class: VehicleClass
    fuel: Fuel
    cell: str
    place_id: UUID
    contact_id: UUID
    zone_id: UUID | None
    drop_cell: str | None
    sos: bool
    hazards: tuple[Hazard, ...]
    scheduled_for: datetime | None
    dispatch: Dispatch
    radius_m: int | None
    widens_at: datetime | None
    state: RequestState = field(default=RequestState.SUBMITTED, init=False)
    attempt: int = field(default=1, init=False)
    searched_attempt: int = field(default=0, init=False)
    escalation: int = field(default=0, init=False)
    live_offers: tuple[Assignment, ...] = field(default=(), init=False)
    assignment: Assignment | None = field(default=None, init=False)
    acknowledge_by: datetime | None = field(default=None, init=False)
    acknowledgements_asked: int = field(default=0, init=False)
    declined_by: frozenset[UUID] = field(default=frozenset(), init=False)
    quote: Quote | None = field(default=None, init=False)
    confirmed_quote: int | None = field(default=None, init=False)
    payment_method: PaymentMethod = field(default=PaymentMethod.NONE, init=False)
    assigned_at: datetime | None = field(default=None, init=False)
    doubt: DoubtOnDrive | None = field(default=None, init=False)
    doubted_offer: UUID | None = field(default=None, init=False)
    nudges: int = field(default=0, init=False)
    swaps: int = field(default=0, init=False)
    release_at: datetime | None = field(default=None, init=False)
    raised_bp: int = field(default=0, init=False)
    onward: OnwardLeg | None = field(default=None, init=False)
    onward_opened: bool = field(default=False, init=False)
    standby: Standby | None = field(default=None, init=False)
    promise: Promise | None = field(default=None, init=False)
    promise_state: PromiseState = field(default=PromiseState.NONE, init=False)
    on_scene_at: datetime | None = field(default=None, init=False)
    started_at: datetime | None = field(default=None, init=False)
    arrived_within_m: int | None = field(default=None, init=False)
    start_code_tries: int = field(default=0, init=False)
    evidence: frozenset[tuple[EvidenceKind, str]] = field(default=frozenset(), init=False)
    is_delivered: bool = field(default=False, init=False)
    drop_refused: bool = field(default=False, init=False)
    reached_drop: str | None = field(default=None, init=False)
    proposed_need: Need | None = field(default=None, init=False)
    contact_attempts: int = field(default=0, init=False)
    gone_confirms_at: datetime | None = field(default=None, init=False)
    merged_into: UUID | None = field(default=None, init=False)
    merged_at: datetime | None = field(default=None, init=False)
    merged_from: RequestState | None = field(default=None, init=False)
    suggested_into: UUID | None = field(default=None, init=False)
    no_twins: frozenset[UUID] = field(default=frozenset(), init=False)
    fare: Fare | None = field(default=None, init=False)
    fare_is_disputed: bool = field(default=False, init=False)
    fare_is_approved: bool = field(default=False, init=False)
    settlement: Settlement | None = field(default=None, init=False)

    class Requested(Created):
        """Help was asked for.

        Version 1 did not ask what drives the vehicle; version 2 knew no prices, zones, dangers and destinations, and
        searched for everybody at once and everywhere.
        """

        TOPIC: ClassVar[str] = "service_request.requested"
        class_version: ClassVar[int] = 3
        customer_id: UUID
        service: Service
        vehicle_class: VehicleClass
        fuel: Fuel
        cell: str
        place_id: UUID
        contact_id: UUID
        zone_id: UUID | None
        drop_cell: str | None
        sos: bool
        hazards: tuple[Hazard, ...]
        scheduled_for: datetime | None
        dispatch: Dispatch
        radius_m: int | None
        widens_at: datetime | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Nobody had asked, so it is unknown."""
            state["fuel"] = Fuel.UNKNOWN.value

        @staticmethod
        def upcast_v2_v3(state: dict[str, object]) -> None:
            """What was not asked was not there."""
            state.update(
                zone_id=None,
                drop_cell=None,
                sos=False,
                hazards=[],
                scheduled_for=None,
                dispatch=Dispatch.AT_ONCE.value,
                radius_m=None,
                widens_at=None,
            )

    def __post_init__(self) -> None:
        if self.dispatch is Dispatch.AT_ONCE:
            self.state = RequestState.SEARCHING
            self.searched_attempt = 1

    @classmethod
    def request(cls, request_id: UUID, call: Call, at: datetime) -> "ServiceRequest":
        """Ask for help; raises BadCell, ServiceDoesNotFit or BadSchedule."""
        check_fit(call.service, call.fuel)
        checked_cell(call.cell)
        if call.drop_cell is not None:
            checked_cell(call.drop_cell)
        if call.scheduled_for is not None and (call.scheduled_for <= at or call.dispatch is Dispatch.AT_ONCE):
            raise BadSchedule
        # Not asdict: it copies every value deeply, which took a fifth of the whole command.
        told = {field_name: getattr(call, field_name) for field_name in call.__slots__}
        return cls._create(cls.Requested, id=request_id, timestamp=at, **told)

    def can(self, actor: Actor) -> tuple[str, ...]:
        """Which acts are open to this actor now."""
        return acts_open(
            actor,
            Standing(
                state=self.state,
                customer_id=self.customer_id,
                provider_id=self.assignment.provider_id if self.assignment else None,
                offer_is_out=bool(self.live_offers),
                is_priced=self.is_priced,
                is_confirmed=self.quote is None or self.confirmed_quote == self.quote.quote_version,
                tows=self.tows,
                is_delivered=self.is_delivered,
                drop_refused=self.drop_refused,
                is_there=self.reached_drop == self.drop_cell,
                sos=self.sos,
                gone_is_reported=self.gone_confirms_at is not None,
                change_is_proposed=self.proposed_need is not None,
                pays_cash=self.payment_method is PaymentMethod.CASH,
                acknowledgement_is_asked=self.acknowledge_by is not None,
            ),
        )
