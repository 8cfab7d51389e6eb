"""How is each act that the API calls open ordered by the desk, in tests that order anything?"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from application.approve_fare import ApproveFare, approve_fare
from application.arrive_at_drop import ArriveAtDrop, arrive_at_drop
from application.attempt_contact import AttemptContact, attempt_contact
from application.cancel_request import CancelRequest, cancel_request
from application.capture_evidence import CaptureEvidence, capture_evidence
from application.change_drop import ChangeDrop, change_drop
from application.change_need import ChangeNeed, change_need
from application.collect_cash import CollectCash, collect_cash
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.confirm_gone import ConfirmGone, confirm_gone
from application.confirm_request import ConfirmRequest, confirm_request
from application.deliver_vehicle import DeliverVehicle, deliver_vehicle
from application.deny_gone import DenyGone, deny_gone
from application.dispute_fare import DisputeFare, dispute_fare
from application.end_unsuccessful import EndUnsuccessful, end_unsuccessful
from application.escalate_request import EscalateRequest, escalate_request
from application.give_up_search import GiveUpSearch, give_up_search
from application.issue_quote import IssueQuote, issue_quote
from application.load_vehicle import LoadVehicle, load_vehicle
from application.merge_requests import MergeRequests, merge_requests
from application.propose_fare import ProposeFare, propose_fare
from application.propose_need_change import ProposeNeedChange, propose_need_change
from application.raise_sos import RaiseSos, raise_sos
from application.record_triage import RecordTriage, record_triage
from application.refuse_drop import RefuseDrop, refuse_drop
from application.reject_need_change import RejectNeedChange, reject_need_change
from application.release_for_dispatch import ReleaseForDispatch, release_for_dispatch
from application.release_job import ReleaseJob, release_job
from application.report_en_route import ReportEnRoute, report_en_route
from application.report_gone import ReportGone, report_gone
from application.set_off_to_drop import SetOffToDrop, set_off_to_drop
from application.start_service import StartService, start_service
from domain.catalogue import Service
from domain.price_terms import PaymentMethod
from domain.request_ending import ContactChannel, WhyUnsuccessful
from domain.request_fare import WhyDisputed
from domain.request_job import EvidenceKind
from domain.request_search import EscalationReason
from domain.request_terms import CancelReason, Hazard, Need, RevokeReason, TriageSource
from domain.request_transit import WhyRefused
from tests.application.priced import FARTHER_CELL, GARAGE_CELL
from tests.support.roadside import BREAKDOWN_CELL, DESK_ACTOR
from tests.support.trade import PlainCodes

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from application.trade import Trade
    from domain.service_request import ServiceRequest

    Order = tuple[Callable[..., Any], Any]
    Made = Callable[[ServiceRequest, datetime, int, Trade], Order]

NEEDS = (Need(Service.TOW, GARAGE_CELL), Need(Service.WINCH_OUT, None), Need(Service.FLAT_TYRE, None))
DROPS = (GARAGE_CELL, FARTHER_CELL)
METHODS = (PaymentMethod.WALLET, PaymentMethod.CASH)
A_LOT = 10**9


def _fare(request: ServiceRequest) -> int:
    return request.fare.fare_version if request.fare else 1


def _due(request: ServiceRequest) -> int:
    return request.fare.total_minor if request.fare else 1


def _quote(request: ServiceRequest) -> int:
    return request.quote.quote_version if request.quote else 1


MADE: dict[str, Made] = {
    "give_up": lambda r, at, _n, _t: (give_up_search, GiveUpSearch(DESK_ACTOR, r.id, at)),
    "escalate": lambda r, at, n, _t: (
        escalate_request,
        EscalateRequest(DESK_ACTOR, r.id, n % 3 + 1, EscalationReason.DESK, at),
    ),
    "start_dispatch": lambda r, at, _n, t: (
        partial(release_for_dispatch, trade=t),
        ReleaseForDispatch(DESK_ACTOR, r.id, at),
    ),
    "record_triage": lambda r, at, n, _t: (
        record_triage,
        RecordTriage(DESK_ACTOR, r.id, TriageSource.DESK, (list(Hazard)[n % 7],), 50, at),
    ),
    "report_en_route": lambda r, at, _n, _t: (report_en_route, ReportEnRoute(DESK_ACTOR, r.id, at)),
    "confirm_arrival": lambda r, at, _n, _t: (confirm_arrival, ConfirmArrival(DESK_ACTOR, r.id, BREAKDOWN_CELL, at)),
    "start_service": lambda r, at, n, _t: (
        partial(start_service, codes=PlainCodes()),
        StartService(DESK_ACTOR, r.id, None if n % 3 else "0000", at),
    ),
    "attempt_contact": lambda r, at, _n, _t: (
        attempt_contact,
        AttemptContact(DESK_ACTOR, r.id, ContactChannel.CALL, at),
    ),
    "report_gone": lambda r, at, _n, _t: (
        report_gone,
        ReportGone(DESK_ACTOR, r.id, at + timedelta(minutes=5), at),
    ),
    "load": lambda r, at, _n, _t: (load_vehicle, LoadVehicle(DESK_ACTOR, r.id, at)),
    "set_off_to_drop": lambda r, at, _n, _t: (set_off_to_drop, SetOffToDrop(DESK_ACTOR, r.id, at)),
    "arrive_at_drop": lambda r, at, _n, _t: (arrive_at_drop, ArriveAtDrop(DESK_ACTOR, r.id, r.drop_cell, at)),
    "deliver": lambda r, at, _n, _t: (deliver_vehicle, DeliverVehicle(DESK_ACTOR, r.id, at)),
    "refuse_drop": lambda r, at, _n, _t: (refuse_drop, RefuseDrop(DESK_ACTOR, r.id, WhyRefused.CLOSED, at)),
    "complete": lambda r, at, _n, t: (partial(complete_service, trade=t), CompleteService(DESK_ACTOR, r.id, at)),
    "propose_need_change": lambda r, at, n, _t: (
        propose_need_change,
        ProposeNeedChange(DESK_ACTOR, r.id, NEEDS[n % 3], at),
    ),
    "end_unsuccessful": lambda r, at, n, _t: (
        end_unsuccessful,
        EndUnsuccessful(DESK_ACTOR, r.id, list(WhyUnsuccessful)[n % 6], at),
    ),
    "capture_evidence": lambda r, at, n, _t: (
        capture_evidence,
        CaptureEvidence(DESK_ACTOR, r.id, list(EvidenceKind)[n % 6], f"{n % 4:064x}", None, at, at),
    ),
    "release": lambda r, at, n, t: (
        partial(release_job, trade=t),
        ReleaseJob(DESK_ACTOR, r.id, list(RevokeReason)[1 + n % 3], at),
    ),
    "propose_fare": lambda r, at, n, t: (
        partial(propose_fare, trade=t),
        ProposeFare(DESK_ACTOR, r.id, (0, 3_000, 30_000)[n % 3], (0, 2_000)[n % 2], at),
    ),
    "collect_cash": lambda r, at, _n, _t: (collect_cash, CollectCash(DESK_ACTOR, r.id, _due(r), "INR", at)),
    "issue_quote": lambda r, at, _n, t: (partial(issue_quote, trade=t), IssueQuote(DESK_ACTOR, r.id, at)),
    "confirm": lambda r, at, n, t: (
        partial(confirm_request, trade=t),
        ConfirmRequest(DESK_ACTOR, r.id, _quote(r), METHODS[n % 2], at),
    ),
    "approve_fare": lambda r, at, _n, _t: (approve_fare, ApproveFare(DESK_ACTOR, r.id, _fare(r), at)),
    "dispute_fare": lambda r, at, _n, _t: (
        dispute_fare,
        DisputeFare(DESK_ACTOR, r.id, _fare(r), WhyDisputed.OTHER, at),
    ),
    "change_need": lambda r, at, n, t: (
        partial(change_need, trade=t),
        ChangeNeed(DESK_ACTOR, r.id, None if r.proposed_need else NEEDS[n % 3], A_LOT, at),
    ),
    "reject_need_change": lambda r, at, _n, _t: (reject_need_change, RejectNeedChange(DESK_ACTOR, r.id, at)),
    "deny_gone": lambda r, at, _n, _t: (deny_gone, DenyGone(DESK_ACTOR, r.id, at)),
    "confirm_gone": lambda r, at, _n, _t: (confirm_gone, ConfirmGone(DESK_ACTOR, r.id, at)),
    "change_drop": lambda r, at, n, _t: (change_drop, ChangeDrop(DESK_ACTOR, r.id, DROPS[n % 2], at)),
    "raise_sos": lambda r, at, _n, t: (partial(raise_sos, trade=t), RaiseSos(DESK_ACTOR, r.id, at)),
    "cancel": lambda r, at, _n, _t: (cancel_request, CancelRequest(DESK_ACTOR, r.id, CancelReason.OTHER, at)),
}
"""By the name that ``can`` calls it; ``offer`` and ``merge`` need another thing and are ordered elsewhere."""

ENDS = frozenset({"give_up", "cancel", "end_unsuccessful", "confirm_gone", "merge"})
"""Acts that end a request before its work is done."""


def merge(request: ServiceRequest, into: UUID, at: datetime) -> Order:
    """The desk sees that they are the same."""
    return merge_requests, MergeRequests(DESK_ACTOR, request.id, into, at)
