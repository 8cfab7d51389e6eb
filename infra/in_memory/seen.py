"""How does a row of a read model read to dispatch?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from application.dispatch.board import AnsweredOffer, Cause, FreeShift, Search
from application.dispatch.cash_stops import cash_currency_of
from domain.catalogue import Capability, Fuel, Service, VehicleClass, required_capabilities
from domain.offer_terms import DeclineReason
from domain.provider_terms import AnswersBy, Engaged, Engagement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from infra.in_memory.log import InMemoryEventLog
    from projections.fact import Fact
    from projections.matching_table import ShiftRow
    from projections.provider_jobs import JobRow
    from projections.request_board import RequestRow


CONTRACTOR: Final = Engaged()

AT_RISK: Final = frozenset({"at_risk", "broken"})


def search_of(row: RequestRow, passed_over: Mapping[UUID, int], log: InMemoryEventLog) -> Search:
    """A searching request."""
    return Search(
        tenant=row.tenant,
        request_id=row.request_id,
        version=row.version,
        position=row.position,
        attempt=row.attempt,
        cell=row.cell,
        needs=required_capabilities(Service(row.service), VehicleClass(row.vehicle_class), Fuel(row.fuel)),
        vehicle_class=VehicleClass(row.vehicle_class),
        declined_by=frozenset(row.declined_by),
        passed_over=dict(passed_over),
        requested_at=row.created_at,
        updated_at=row.updated_at,
        radius_m=row.radius_m,
        sos=row.sos,
        dangers=len(row.hazards),
        cause=cause_of(row.position, log),
        service=Service(row.service),
        drop_cell=row.drop_cell,
        refusals=row.refusals,
        escalation=row.escalation,
        price_minor=row.quoted_minor,
        at_risk=row.promise in AT_RISK,
        cash_currency=cash_currency_of(row.payment_method, row.currency, sos=row.sos),
    )


def free_shift_of(row: ShiftRow, engaged: Engaged = CONTRACTOR) -> FreeShift:
    """A shift, as if it were free, of a company that was engaged so."""
    return FreeShift(
        tenant=row.tenant,
        shift_id=row.shift_id,
        version=row.version,
        provider_id=row.provider_id,
        capabilities=frozenset(map(Capability, row.capabilities)),
        vehicle_classes=frozenset(map(VehicleClass, row.vehicle_classes)),
        cell=row.cell,
        free_since=row.updated_at,
        ends_by=row.ends_by,
        engaged=engaged,
    )


def engaged_of(fact: Fact) -> Engaged:
    """What was agreed on with a company."""
    return Engaged(
        Engagement(fact.text("engagement")),
        AnswersBy(fact.text("answers_by")),
        fact.instant("effective_at"),
        Engagement(fact.text("before")),
    )


def answered_of(row: JobRow) -> AnsweredOffer | None:
    """What an offer tells of whoever was asked; None when it tells nothing, or not yet."""
    countered_in_vain = row.state == "lapsed" and row.countered_eta_s is not None
    if row.answered_at is None or row.is_told or countered_in_vain or row.state in {"withdrawn", "superseded"}:
        return None
    return AnsweredOffer(
        tenant=row.tenant,
        offer_id=row.offer_id,
        provider_id=row.provider_id,
        distance_m=row.distance_m,
        price_minor=row.price_minor,
        made_at=row.created_at,
        answered_at=row.answered_at,
        accepted=row.state not in {"declined", "lapsed"},
        declined_for=DeclineReason(row.why) if row.state == "declined" and row.why else None,
    )


def cause_of(position: int, log: InMemoryEventLog) -> Cause:
    """Which command wrote the event at a position."""
    event = log.events[position - 1]
    return Cause(event.correlation_id, event.command_id)
