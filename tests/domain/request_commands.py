"""Which command is behind each act that ``can`` names, made so that it would be news?"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from domain.actor import Role
from domain.catalogue import Service
from domain.price_terms import LineKind, PaymentMethod, PriceLine
from domain.request_ending import ContactChannel, WhyUnsuccessful
from domain.request_fare import WhyDisputed
from domain.request_job import EvidenceKind, StartedBy
from domain.request_search import EscalationReason
from domain.request_terms import CancelReason, ConfirmedBy, Hazard, Need, RevokeReason, TriageSource
from domain.request_transit import WhyRefused
from domain.service_request import ServiceRequest
from tests.domain.request_facts import QUOTE
from tests.support.roadside import CALL, DEPOT_CELL, OTHER_REQUEST, OTHER_SHIFT, some_id

FRESH = (some_id(35), some_id(14))
"""An offer that was never made, to a provider that was never asked."""
MINUTE = timedelta(minutes=1)
Command = Callable[[ServiceRequest, datetime], object]


def next_quote(r: ServiceRequest, now: datetime) -> None:
    version = r.quote.quote_version + 1 if r.quote else 1
    r.issue_quote(replace(QUOTE, quote_version=version, valid_until=now + 5 * MINUTE), now)


def confirm(r: ServiceRequest, now: datetime) -> None:
    r.confirm(r.quote.quote_version if r.quote else 1, PaymentMethod.CASH, Role.CUSTOMER, now)


def approve(r: ServiceRequest, now: datetime) -> None:
    r.approve_fare(r.fare.fare_version if r.fare else 1, Role.DISPATCHER, now)


def dispute(r: ServiceRequest, now: datetime) -> None:
    r.dispute_fare(r.fare.fare_version if r.fare else 1, WhyDisputed.PARTS, Role.CUSTOMER, now)


def propose_fare(r: ServiceRequest, now: datetime) -> None:
    total = r.fare.total_minor + 1 if r.fare else 1
    r.propose_fare((PriceLine(LineKind.BASE, total),), "INR", total, now)


def complete(r: ServiceRequest, now: datetime) -> None:
    if r.is_priced:
        r.complete_work(now)
    else:
        r.complete(now)


def another_need(r: ServiceRequest) -> Need:
    return Need(Service.LOCKOUT if r.service is not Service.LOCKOUT else Service.TOW, DEPOT_CELL)


ACTS: Mapping[str, Command] = {
    "issue_quote": next_quote,
    "confirm": confirm,
    "start_dispatch": lambda r, now: r.start_dispatch(None, None, now),
    "record_triage": lambda r, now: r.record_triage(TriageSource.RULES, set(Hazard) - set(r.hazards), 50, now),
    "raise_sos": lambda r, now: r.raise_sos(Role.CUSTOMER, now),
    "offer": lambda r, now: r.make_offer(*FRESH, OTHER_SHIFT, now),
    "give_up": lambda r, now: r.give_up(now),
    "escalate": lambda r, now: r.escalate(r.escalation + 1, EscalationReason.DESK, now),
    "report_en_route": lambda r, now: r.report_en_route(now),
    "confirm_arrival": lambda r, now: r.confirm_arrival(ConfirmedBy.DISPATCHER, 10, now),
    "start_service": lambda r, now: r.start_service(StartedBy.DESK, now),
    "capture_evidence": lambda r, now: r.capture_evidence(
        EvidenceKind.SCENE, f"{len(r.evidence):064x}", None, now, now
    ),
    "load": lambda r, now: r.load_vehicle(now),
    "set_off_to_drop": lambda r, now: r.set_off_to_drop(now),
    "arrive_at_drop": lambda r, now: r.arrive_at_drop(None, now),
    "deliver": lambda r, now: r.deliver(now),
    "refuse_drop": lambda r, now: r.refuse_drop(WhyRefused.CLOSED, now),
    "change_drop": lambda r, now: r.change_drop(CALL.cell if r.drop_cell != CALL.cell else DEPOT_CELL, now),
    "complete": complete,
    "propose_need_change": lambda r, now: r.propose_need_change(
        replace(another_need(r), drop_cell=None if r.proposed_need == another_need(r) else DEPOT_CELL),
        Role.PROVIDER,
        now,
    ),
    "change_need": lambda r, now: r.change_need(another_need(r), Role.CUSTOMER, now),
    "reject_need_change": lambda r, now: r.reject_need_change(Role.CUSTOMER, now),
    "attempt_contact": lambda r, now: r.attempt_contact(ContactChannel.CALL, now),
    "report_gone": lambda r, now: r.report_gone(now + MINUTE, now),
    "confirm_gone": lambda r, now: r.confirm_gone(Role.CUSTOMER, now),
    "deny_gone": lambda r, now: r.deny_gone(Role.CUSTOMER, now),
    "end_unsuccessful": lambda r, now: r.end_unsuccessful(WhyUnsuccessful.UNSAFE, now),
    "release": lambda r, now: r.revoke_assignment(RevokeReason.PROVIDER_CANCELLED, now),
    "merge": lambda r, now: r.merge_into(OTHER_REQUEST, now),
    "cancel": lambda r, now: r.cancel(Role.DISPATCHER, CancelReason.OTHER, now),
    "propose_fare": propose_fare,
    "approve_fare": approve,
    "dispute_fare": dispute,
}
"""One command for every act that ``can`` names, made so that it would be news."""
