"""What has happened, in the stories of the domain's tests? Facts of one request, offer, provider and shift."""

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from domain.actor import Role
from domain.catalogue import Capability, Service, VehicleClass
from domain.offer import Offer, WhyClosed
from domain.price_terms import Fault
from domain.provider import Provider, SuspendReason
from domain.provider_terms import AnswersBy, DocumentKind, Engagement
from domain.request_terms import CancelReason, ConfirmedBy, RevokeReason
from domain.service_request import ServiceRequest
from domain.shift import Shift
from domain.shift_terms import WhyForcedOff
from tests.support.roadside import (
    BREAKDOWN_CELL,
    CALL,
    CREW,
    DEPOT_CELL,
    DEPOT_TO_BREAKDOWN_M,
    LAPSE,
    LATER,
    NOON,
    OFFER,
    PROFILE,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    TOWING,
    TRUCK,
    some_id,
)
from tests.support.rulebook import Fact, fact

REQUESTED = fact(ServiceRequest.Requested, NOON, **asdict(CALL))


def offer_made(offer_id: UUID = OFFER, provider_id: UUID = PROVIDER, shift_id: UUID = SHIFT, attempt: int = 1) -> Fact:
    return fact(
        ServiceRequest.OfferMade, NOON, offer_id=offer_id, provider_id=provider_id, shift_id=shift_id, attempt=attempt
    )


def offer_closed(why: WhyClosed, offer_id: UUID = OFFER, provider_id: UUID = PROVIDER) -> Fact:
    return fact(ServiceRequest.OfferClosed, SOON, offer_id=offer_id, provider_id=provider_id, why=why)


JOB: dict[str, object] = {"offer_id": OFFER, "provider_id": PROVIDER, "shift_id": SHIFT}
NO_JOB: dict[str, object] = {"offer_id": None, "provider_id": None, "shift_id": None}

OFFER_MADE = offer_made()
ASSIGNED = fact(ServiceRequest.Assigned, SOON, **JOB, attempt=1)
EN_ROUTE = fact(ServiceRequest.EnRouteStarted, SOON, **JOB)
ON_SCENE = fact(ServiceRequest.ArrivedOnScene, SOON, **JOB, confirmed_by=ConfirmedBy.PROVIDER, distance_m=40)
COMPLETED = fact(ServiceRequest.Completed, SOON, **JOB)
REVOKED = fact(ServiceRequest.AssignmentRevoked, SOON, **JOB, attempt=1, reason=RevokeReason.STALLED)
FREE: dict[str, object] = {"fee_minor": 0, "currency": None, "fault": Fault.NOBODY}
CANCELLED = fact(
    ServiceRequest.Cancelled, SOON, **NO_JOB, by=Role.CUSTOMER, reason=CancelReason.NO_LONGER_NEEDED, **FREE
)
UNFULFILLED = fact(ServiceRequest.Unfulfilled, SOON, attempt=1)

ASKED = (REQUESTED, OFFER_MADE)
HELD = (*ASKED, ASSIGNED)
DRIVING = (*HELD, EN_ROUTE)
THERE = (*DRIVING, ON_SCENE)
DONE = (*THERE, COMPLETED)
ENDS = {"completed": DONE, "cancelled": (REQUESTED, CANCELLED), "unfulfilled": (REQUESTED, UNFULFILLED)}

OFFER_IDS: dict[str, object] = {"request_id": REQUEST, "provider_id": PROVIDER, "shift_id": SHIFT}
MADE_AT_NOON = fact(
    Offer.Made,
    NOON,
    **OFFER_IDS,
    attempt=1,
    lapses_at=LAPSE,
    cell=BREAKDOWN_CELL,
    service=Service.TOW,
    vehicle_class=VehicleClass.CAR,
    distance_m=DEPOT_TO_BREAKDOWN_M,
    price_minor=150_000,
    currency="INR",
    provider_share_minor=112_500,
    drop_cell=DEPOT_CELL,
    sos=False,
    eta_s=900,
)

REGISTERED = fact(Provider.Registered, NOON, profile_id=PROFILE)
CREW_ADDED = fact(Provider.CrewMemberAdded, NOON, crew_id=CREW, skills=TOWING)
ACCOUNT = some_id(952)
CREW_LINKED = fact(Provider.CrewMemberLinked, SOON, crew_id=CREW, account_id=ACCOUNT)
CREW_UNLINKED = fact(Provider.CrewMemberUnlinked, LATER, crew_id=CREW, account_id=ACCOUNT)
UP_TO_VANS = tuple(sorted(set(VehicleClass) - {VehicleClass.TRUCK}))
TRUCK_ADDED = fact(
    Provider.TruckAdded,
    NOON,
    truck_id=TRUCK,
    equipment=(Capability.FLAT_TYRE, Capability.TOW, Capability.WINCH_OUT),
    vehicle_classes=UP_TO_VANS,
)
APPLIED = fact(Provider.Applied, NOON, profile_id=PROFILE, applied_by=Role.PROVIDER)
SUSPENDED = fact(Provider.Suspended, NOON, reason=SuspendReason.COMPLAINTS, until=None)
ENGAGED = fact(
    Provider.EngagementSet,
    NOON,
    engagement=Engagement.GUIDED,
    answers_by=AnswersBy.APP,
    effective_at=LATER,
    before=Engagement.CONTRACTOR,
)
ON_DUTY = fact(Provider.WentOnDuty, NOON, shift_id=SHIFT, crew_id=CREW, truck_id=TRUCK)
OFF_DUTY = fact(Provider.WentOffDuty, SOON, shift_id=SHIFT)
DUTY_ENDS = NOON + timedelta(hours=12)
FLEET = (REGISTERED, CREW_ADDED, TRUCK_ADDED)
PAPERS_END = NOON + timedelta(days=90)


def uploaded(kind: DocumentKind, number: int = 1, **whose: object) -> Fact:
    """A document was shown, the company's unless said whose; its id and hash follow from the number."""
    holder: dict[str, object] = {"crew_id": None, "truck_id": None, "must_be_verified": False, **whose}
    nothing = {"valid_from": None, "file_id": None, "number_id": None}
    return fact(Provider.DocumentUploaded, NOON, **paper(kind, number), valid_until=PAPERS_END, **nothing, **holder)


def paper(kind: DocumentKind, number: int = 1) -> dict[str, object]:
    """What every fact about a document says."""
    return {"document_id": some_id(700 + number), "kind": kind, "sha256": f"{number:064x}"}


def verified(kind: DocumentKind, number: int = 1) -> Fact:
    """A document was checked, and does."""
    return fact(Provider.DocumentVerified, NOON, **paper(kind, number), valid_until=PAPERS_END)


STARTED = fact(
    Shift.Started,
    NOON,
    provider_id=PROVIDER,
    crew_id=CREW,
    truck_id=TRUCK,
    capabilities=TOWING,
    vehicle_classes=UP_TO_VANS,
    cell=DEPOT_CELL,
    ends_by=DUTY_ENDS,
)
KEPT_FOR: dict[str, object] = {"offer_id": OFFER, "request_id": REQUEST}
SHIFT_HELD = fact(Shift.Held, NOON, **KEPT_FOR)
COMMITTED = fact(Shift.Committed, SOON, **KEPT_FOR)
AT_JOB = fact(Shift.ArrivedAtJob, SOON, **KEPT_FOR)
IN_TRANSIT = fact(Shift.SetOffWithVehicle, SOON, **KEPT_FOR)
WRAPPING_UP = fact(Shift.WrappingUp, SOON, **KEPT_FOR)
RELEASED = fact(Shift.Released, SOON, **KEPT_FOR, cell=BREAKDOWN_CELL)
WENT_STALE = fact(Shift.WentStale, SOON)
RECOVERED = fact(Shift.Recovered, SOON, cell=BREAKDOWN_CELL)
ON_BREAK = fact(Shift.BreakStarted, NOON)
SHIFT_ENDED = fact(Shift.Ended, SOON, provider_id=PROVIDER)
FORCED_OFF = fact(Shift.ForcedOff, SOON, provider_id=PROVIDER, why=WhyForcedOff.STALE)
