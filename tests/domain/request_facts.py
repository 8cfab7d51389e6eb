"""What has happened, in the stories of a priced request? Facts that only jobs with a price, a tow or trouble know."""

from dataclasses import asdict, replace
from datetime import timedelta
from uuid import UUID

from domain.actor import Role
from domain.catalogue import Service
from domain.drive_watch import Doubt
from domain.ledger import Leg
from domain.price_terms import FeeTerms, LineKind, PaymentMethod, PriceLine
from domain.request_ending import ContactChannel, WhyUnsuccessful
from domain.request_fare import Outcome, WhyDisputed
from domain.request_job import EvidenceKind, StartedBy
from domain.request_search import EscalationReason
from domain.request_standby import WhyReleased
from domain.request_terms import Dispatch, Hazard, Quote, RequestState, TriageSource
from domain.request_transit import WhyRefused
from domain.service_request import ServiceRequest
from tests.domain.facts import ASSIGNED, EN_ROUTE, JOB, OFFER_MADE, ON_SCENE
from tests.support.roadside import (
    CALL,
    DEPOT_CELL,
    LATER,
    NOON,
    OFFER,
    OTHER_REQUEST,
    OTHER_SHIFT,
    PROVIDER,
    SOON,
    some_id,
)
from tests.support.rulebook import Fact, fact

FEES = FeeTerms(
    free_within_s=300,
    assigned_minor=5_000,
    en_route_minor=10_000,
    on_scene_minor=20_000,
    gone_minor=20_000,
    unsuccessful_percent=50,
)
LINES = (
    PriceLine(LineKind.BASE, 100_000),
    PriceLine(LineKind.TAX_CGST, 9_000),
    PriceLine(LineKind.TAX_SGST, 9_000),
)
VALID_UNTIL = NOON + timedelta(minutes=30)
QUOTE = Quote(1, "INR", LINES, 118_000, VALID_UNTIL, some_id(81), 1, 4_000, FEES)
TOW = replace(CALL, zone_id=some_id(82), drop_cell=DEPOT_CELL, dispatch=Dispatch.ON_CONFIRMATION)
TYRE = replace(CALL, service=Service.FLAT_TYRE, dispatch=Dispatch.ON_CONFIRMATION)
PICTURE = "ab" * 32

SUBMITTED = fact(ServiceRequest.Requested, NOON, **asdict(TOW))
SUBMITTED_TYRE = fact(ServiceRequest.Requested, NOON, **asdict(TYRE))
TRIAGED = fact(
    ServiceRequest.TriageRecorded,
    SOON,
    source=TriageSource.RULES,
    hazards=(Hazard.LIVE_LANE, Hazard.NIGHT),
    confidence_percent=90,
)
QUOTED = fact(ServiceRequest.QuoteIssued, NOON, **{name: getattr(QUOTE, name) for name in QUOTE.__slots__})


def confirmed(method: PaymentMethod = PaymentMethod.WALLET) -> Fact:
    return fact(
        ServiceRequest.Confirmed,
        SOON,
        quote_version=1,
        payment_method=method,
        total_minor=118_000,
        currency="INR",
        by=Role.CUSTOMER,
    )


CONFIRMED = confirmed()
SCHEDULED = fact(
    ServiceRequest.Scheduled,
    SOON,
    scheduled_for=NOON + timedelta(hours=5),
    release_at=NOON + timedelta(hours=4),
)
DISPATCHED = fact(ServiceRequest.DispatchStarted, SOON, attempt=1, radius_m=5_000, widens_at=LATER)
SOS = fact(ServiceRequest.SosRaised, SOON, by=Role.CUSTOMER)
EXPIRED = fact(ServiceRequest.Expired, VALID_UNTIL)
WIDENED = fact(ServiceRequest.SearchWidened, LATER, attempt=1, radius_m=None, widens_at=LATER + timedelta(minutes=1))
ESCALATED = fact(ServiceRequest.Escalated, LATER, attempt=1, level=1, reason=EscalationReason.NOBODY_NEAR)
WRONG_CODE = fact(ServiceRequest.StartCodeWrong, SOON, **JOB, tries=1)
BEGUN = fact(ServiceRequest.ServiceStarted, SOON, **JOB, by=StartedBy.CODE)


def picture(kind: EvidenceKind) -> Fact:
    return fact(ServiceRequest.EvidenceCaptured, SOON, **JOB, kind=kind, sha256=PICTURE, cell=CALL.cell, taken_at=SOON)


LOADED = fact(ServiceRequest.VehicleLoaded, SOON, **JOB)
ON_THE_WAY = fact(ServiceRequest.TransitStarted, SOON, **JOB, drop_cell=DEPOT_CELL)
AT_THE_DROP = fact(ServiceRequest.ArrivedAtDrop, SOON, **JOB, distance_m=20)
DELIVERED = fact(ServiceRequest.VehicleDelivered, SOON, **JOB)
DROP_REFUSED = fact(ServiceRequest.DropRefused, SOON, **JOB, why=WhyRefused.CLOSED)
DROP_CHANGED = fact(ServiceRequest.DropChanged, SOON, **JOB, drop_cell=CALL.cell)
WORK_COMPLETED = fact(ServiceRequest.WorkCompleted, SOON, **JOB)
CHANGE_PROPOSED = fact(
    ServiceRequest.NeedChangeProposed, SOON, **JOB, by=Role.PROVIDER, service=Service.FLATBED_TOW, drop_cell=DEPOT_CELL
)
CHANGE_REJECTED = fact(ServiceRequest.NeedChangeRejected, SOON, by=Role.CUSTOMER)
CHANGED = fact(ServiceRequest.NeedChanged, SOON, service=Service.FLATBED_TOW, drop_cell=DEPOT_CELL, by=Role.CUSTOMER)
TRIED = fact(ServiceRequest.ContactAttempted, SOON, **JOB, channel=ContactChannel.CALL)
GONE_REPORTED = fact(ServiceRequest.GoneReported, LATER, **JOB, confirms_at=LATER + timedelta(minutes=5))
GONE_DENIED = fact(ServiceRequest.GoneDenied, LATER, by=Role.CUSTOMER)
GONE = fact(ServiceRequest.GoneConfirmed, LATER, **JOB, by=Role.CUSTOMER)
NUDGED = fact(ServiceRequest.DriveNudged, LATER, **JOB, doubt=Doubt.STALLED, away_m=3_200, nudge=1)
CALLED = fact(ServiceRequest.DriveCalled, LATER, **JOB, doubt=Doubt.STALLED, nudge=1)
RESUMED = fact(ServiceRequest.DriveResumed, LATER, **JOB, doubt=Doubt.STALLED, nudge=1)
ETA_TOLD = fact(ServiceRequest.DriveEtaTold, LATER, **JOB, eta_s=1_200, arrives_by=LATER + timedelta(minutes=20))
SWAPPED = fact(ServiceRequest.ProviderSwapped, LATER, **JOB, instead_shift_id=OTHER_SHIFT, gain_s=600)
TOLD = fact(ServiceRequest.AcknowledgementAsked, LATER, **JOB, times=1, due_at=LATER + timedelta(seconds=30))
TOLD_AGAIN = fact(ServiceRequest.AcknowledgementAsked, LATER, **JOB, times=2, due_at=LATER + timedelta(seconds=60))
KNOWN = fact(ServiceRequest.Acknowledged, LATER, **JOB)
COMPENSATED = fact(
    ServiceRequest.ProviderCompensated,
    LATER,
    transfer_id=f"dis:{OFFER.hex}",
    currency="INR",
    legs=(Leg("E:Displaced", 4_000), Leg(f"L:Provider:{PROVIDER.hex}:Payable", -4_000)),
    offer_id=OFFER,
    provider_id=PROVIDER,
    amount_minor=4_000,
)
SHARE_RAISED = fact(ServiceRequest.ShareRaised, LATER, attempt=1, raised_bp=500, most_bp=1_500)
MERGE_SUGGESTED = fact(ServiceRequest.MergeSuggested, SOON, into=OTHER_REQUEST, apart_m=80)
MERGE_DISMISSED = fact(ServiceRequest.MergeDismissed, SOON, into=OTHER_REQUEST, by=Role.DISPATCHER)
UNMERGED = fact(
    ServiceRequest.Unmerged,
    LATER,
    into=OTHER_REQUEST,
    by=Role.DISPATCHER,
    back_to=RequestState.QUOTED,
    waits_until=VALID_UNTIL,
)
LEG_PLANNED = fact(
    ServiceRequest.LegPlanned,
    SOON,
    leg_request_id=OTHER_REQUEST,
    to_cell=CALL.cell,
    scheduled_for=NOON + timedelta(hours=20),
    at_most_minor=200_000,
    by=Role.CUSTOMER,
)
LEG_OPENED = fact(ServiceRequest.LegOpened, LATER, leg_request_id=OTHER_REQUEST, from_cell=DEPOT_CELL)
TOW_RESERVED = fact(
    ServiceRequest.TowReserved, SOON, shift_id=OTHER_SHIFT, until=NOON + timedelta(minutes=45), fix_percent=55
)
TOW_RELEASED = fact(ServiceRequest.TowReleased, LATER, shift_id=OTHER_SHIFT, why=WhyReleased.NOT_NEEDED)
IN_VAIN = fact(ServiceRequest.Unsuccessful, SOON, **JOB, reason=WhyUnsuccessful.NO_ACCESS)
MERGED = fact(ServiceRequest.Merged, SOON, into=OTHER_REQUEST)
FARE = fact(
    ServiceRequest.FareProposed,
    SOON,
    **JOB,
    fare_version=1,
    currency="INR",
    lines=LINES,
    total_minor=118_000,
    most_minor=None,
    unproven=(),
)
DISPUTED = fact(ServiceRequest.FareDisputed, SOON, fare_version=1, by=Role.CUSTOMER, reason=WhyDisputed.TOO_HIGH)
APPROVED = fact(ServiceRequest.FareApproved, SOON, fare_version=1, total_minor=118_000, currency="INR", by=Role.SYSTEM)
PAYMENT = UUID("00000000-0000-5000-8000-00000000face")
SETTLED = fact(
    ServiceRequest.Settled, SOON, outcome=Outcome.CHARGE, amount_minor=118_000, currency="INR", payment_id=PAYMENT
)

GOLDEN: tuple[Fact, ...] = (
    TRIAGED, QUOTED, CONFIRMED, SCHEDULED, DISPATCHED, SOS, EXPIRED, WIDENED, ESCALATED, WRONG_CODE, BEGUN,
    picture(EvidenceKind.WORK_DONE), LOADED, ON_THE_WAY, AT_THE_DROP, DELIVERED, DROP_REFUSED, DROP_CHANGED,
    WORK_COMPLETED, CHANGE_PROPOSED, CHANGE_REJECTED, CHANGED, TRIED, GONE_REPORTED, GONE_DENIED, GONE, IN_VAIN, MERGED,
    FARE, DISPUTED, APPROVED, SETTLED, NUDGED, CALLED, RESUMED, ETA_TOLD, SWAPPED, COMPENSATED, SHARE_RAISED,
    MERGE_SUGGESTED, MERGE_DISMISSED, UNMERGED, LEG_PLANNED, LEG_OPENED, TOW_RESERVED,
    TOW_RELEASED, TOLD, KNOWN,
)  # fmt: skip

SEARCHED = (SUBMITTED, QUOTED, CONFIRMED, DISPATCHED)
SEARCHED_TYRE = (SUBMITTED_TYRE, QUOTED, CONFIRMED, DISPATCHED)
AT_THE_TOW = (*SEARCHED, OFFER_MADE, ASSIGNED, EN_ROUTE, ON_SCENE)
AT_THE_TYRE = (*SEARCHED_TYRE, OFFER_MADE, ASSIGNED, EN_ROUTE, ON_SCENE)
MENDED = (*AT_THE_TYRE, BEGUN, picture(EvidenceKind.WORK_DONE), WORK_COMPLETED)
ON_THE_TRUCK = (*AT_THE_TOW, BEGUN, picture(EvidenceKind.VEHICLE_BEFORE), LOADED)
AT_THE_GARAGE = (*ON_THE_TRUCK, ON_THE_WAY, AT_THE_DROP)
