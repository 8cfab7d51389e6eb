"""How are searching requests, shifts and timers read from the read models?"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from application.dispatch.board import (
    AnsweredOffer,
    BusyShift,
    Cause,
    Doing,
    Due,
    FinishedJob,
    FreeShift,
    OnDuty,
    Open,
    Positions,
    Search,
    Stage,
    TimerKind,
)
from application.dispatch.cash_stops import CashStop, cash_currency_of
from domain.catalogue import Capability, Fuel, Service, VehicleClass, required_capabilities
from domain.offer_terms import DeclineReason
from domain.provider_terms import AnswersBy, Engaged, Engagement
from infra.dispatch.cash_stops import STOPPED
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    import psycopg

ONE_MOMENT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
POSITIONS: Final = "SELECT name, position FROM projection_positions WHERE active"
# The event that a row was last changed by tells which command led here: what dispatch orders continues its story.
SEARCHES: Final = """
SELECT r.tenant, r.request_id, r.version, r.position, r.attempt, r.cell, r.service, r.vehicle_class, r.fuel,
       r.declined_by, r.created_at, r.updated_at, r.radius_m, r.sos, jsonb_array_length(r.hazards), r.drop_cell,
       r.refusals, r.escalation, r.quoted_minor, r.promise IN ('at_risk', 'broken'),
       r.payment_method, r.currency,
       e.correlation_id, e.command_id,
       CASE WHEN r.offers_made > 0 THEN
           (SELECT array_agg(j.provider_id) FROM provider_jobs j
             WHERE j.tenant = r.tenant AND j.request_id = r.request_id AND j.state IN ('lapsed', 'revoked'))
       END
  FROM request_board r LEFT JOIN events e ON e.position = r.position
 WHERE r.state = 'searching' AND r.live_offer_id IS NULL
 ORDER BY r.sos DESC, r.created_at, r.request_id LIMIT %s"""
# In the order in which they last changed, as a log in memory has them: sums over them are the same to the last bit.
# A tow that is kept ready for a request is left to it, softly: the request asks it itself (second_stage.py).
FREE_SHIFTS: Final = """
SELECT m.tenant, m.shift_id, m.version, m.provider_id, m.capabilities, m.vehicle_classes, m.cell, m.updated_at,
       m.ends_by, d.engagement, d.answers_by, d.engagement_from, d.engagement_before
  FROM matching_table m LEFT JOIN provider_directory d ON d.tenant = m.tenant AND d.provider_id = m.provider_id
 WHERE m.state = 'available'
   AND NOT EXISTS (SELECT 1 FROM standbys s WHERE s.tenant = m.tenant AND s.shift_id = m.shift_id AND s.until > now())
 ORDER BY m.position, m.shift_id LIMIT %s"""
BUSY_SHIFTS: Final = """
SELECT m.tenant, m.shift_id, m.version, m.provider_id, m.capabilities, m.vehicle_classes, m.cell, m.updated_at,
       m.ends_by, d.engagement, d.answers_by, d.engagement_from, d.engagement_before,
       r.request_id, r.service, m.state, r.cell, r.drop_cell
  FROM matching_table m JOIN request_board r ON r.tenant = m.tenant AND r.request_id = m.request_id
  LEFT JOIN provider_directory d ON d.tenant = m.tenant AND d.provider_id = m.provider_id
 WHERE m.state IN ('committed', 'at_job', 'in_transit', 'wrap_up')
 ORDER BY m.position, m.shift_id LIMIT %s"""
# At the vehicle until it was loaded, else until the work was done; without a price the job ends with the work.
FINISHED: Final = """
SELECT request_id, service, cell, created_at, on_scene_at,
       extract(epoch FROM coalesce(loaded_at, work_done_at, ended_at) - on_scene_at)::float8, ended_at
  FROM request_board
 WHERE ended_at >= %s AND on_scene_at IS NOT NULL AND state = 'completed'
 ORDER BY ended_at DESC, request_id DESC LIMIT %s"""
# Whoever was overtaken by another, or asked for more time and was not heard, might have said anything.
ANSWERED: Final = """
SELECT tenant, offer_id, provider_id, distance_m, price_minor, created_at, answered_at,
       state NOT IN ('declined', 'lapsed'), CASE WHEN state = 'declined' THEN why END
  FROM provider_jobs
 WHERE answered_at >= %s AND state NOT IN ('withdrawn', 'superseded') AND NOT is_told
   AND NOT (state = 'lapsed' AND countered_eta_s IS NOT NULL)
 ORDER BY answered_at DESC, offer_id DESC LIMIT %s"""
ON_DUTY: Final = """
SELECT tenant, shift_id, version, state = 'available', state = 'stale', cell, cell_r8 FROM matching_table LIMIT %s"""
# A search whose offer is out waits for the answer, a duty for the end of the job: neither can be acted on before.
DUE: Final = """
SELECT t.tenant, t.subject_id, t.kind, t.due_at, t.request_id,
       greatest(t.due_at, CASE t.kind WHEN 'search_due' THEN r.updated_at WHEN 'duty_ends' THEN m.updated_at END),
       e.correlation_id, e.command_id
  FROM timers t
  LEFT JOIN request_board r ON t.kind = 'search_due' AND r.tenant = t.tenant AND r.request_id = t.subject_id
  LEFT JOIN matching_table m ON t.kind = 'duty_ends' AND m.tenant = t.tenant AND m.shift_id = t.subject_id
  LEFT JOIN events e ON e.position = t.position
 WHERE t.due_at <= %s AND r.live_offer_id IS NULL AND m.offer_id IS NULL
 ORDER BY t.due_at LIMIT %s"""
OPEN: Final = """
SELECT r.tenant, r.request_id, r.updated_at, r.live_offer_id, s.due_at, o.due_at
  FROM request_board r
  LEFT JOIN timers s ON s.tenant = r.tenant AND s.subject_id = r.request_id AND s.kind = 'search_due'
  LEFT JOIN timers o ON o.tenant = r.tenant AND o.subject_id = r.live_offer_id AND o.kind = 'offer_lapses'
 WHERE r.state = 'searching' ORDER BY r.created_at LIMIT %s"""

# Each is told once; beyond so many it is one and the same trouble.
MOST_LEFT_OUT: Final = 1_000

_CAPABILITIES: Final = frozenset(Capability)
_SIZES: Final = frozenset(VehicleClass)
_SERVICES: Final = frozenset(Service)
_KINDS: Final = frozenset(TimerKind)
_REASONS: Final = frozenset(DeclineReason)
_ENGAGEMENTS: Final = frozenset(Engagement)
_CHANNELS: Final = frozenset(AnswersBy)


class PostgresDispatchBoard:
    """The board over one connection; implements ``application.dispatch.board.DispatchBoard``.

    Raises psycopg.OperationalError or InterfaceError when the connection is lost.
    """

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection
        self._left_out: set[UUID] = set()

    async def positions(self) -> Positions:
        """How far the read models are; 0 for one that is not there yet."""
        reached = dict(await self._rows(POSITIONS, ()))
        return Positions(
            requests=reached.get("request_board", 0),
            shifts=reached.get("matching_table", 0),
            jobs=reached.get("provider_jobs", 0),
            timers=reached.get("timers", 0),
        )

    @asynccontextmanager
    async def one_moment(self) -> AsyncIterator[Positions]:
        """One snapshot of the database: read models that are folded together are seen at one position."""
        await self._connection.execute(ONE_MOMENT)
        try:
            yield await self.positions()
        finally:
            await self._connection.execute("ROLLBACK")

    async def searches(self, limit: int) -> Sequence[Search]:
        """Searching requests without an offer, the longest waiting first."""
        found = []
        for row in await self._rows(SEARCHES, (limit,)):
            try:
                found.append(_search(row))
            except ValueError as error:
                self._leave_out(row, error)
        return found

    async def stopped_for_cash(self, at: datetime) -> Sequence[CashStop]:
        """Who is offered no more jobs in cash by the rules in effect at that instant."""
        return [CashStop(*row) for row in await self._rows(STOPPED, (at,))]

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        """Shifts that could be offered a job."""
        return [_shift(row) for row in await self._rows(FREE_SHIFTS, (limit,))]

    async def busy_shifts(self, limit: int) -> Sequence[BusyShift]:
        """Shifts that are kept for a job they took; one whose service this release does not know is left out."""
        return [_busy(row) for row in await self._rows(BUSY_SHIFTS, (limit,)) if row[14] in _SERVICES]

    async def finished_jobs(self, since: datetime, limit: int) -> Sequence[FinishedJob]:
        """The newest jobs that ended at that instant or later, in order of end."""
        rows = reversed(await self._rows(FINISHED, (since, limit)))
        return [
            FinishedJob(request_id, Service(service), *rest)
            for request_id, service, *rest in rows
            if service in _SERVICES
        ]

    async def answered_offers(self, since: datetime, limit: int) -> Sequence[AnsweredOffer]:
        """The newest offers that were answered at that instant or later, in order of answer."""
        rows = reversed(await self._rows(ANSWERED, (since, limit)))
        return [
            AnsweredOffer(tenant, offer_id, provider_id, away_m, price_minor, made_at, answered_at, yes, _reason(why))
            for tenant, offer_id, provider_id, away_m, price_minor, made_at, answered_at, yes, why in rows
        ]

    async def on_duty(self, limit: int) -> Sequence[OnDuty]:
        """Every shift that has not ended."""
        return [OnDuty(*row) for row in await self._rows(ON_DUTY, (limit,))]

    async def due(self, at: datetime, limit: int) -> Sequence[Due]:
        """Timers whose time had come at that instant and that can be acted on, the most overdue first."""
        return [
            Due(tenant, subject_id, TimerKind(kind), due_at, request_id, ready_at, Cause(correlation_id, command_id))
            for tenant, subject_id, kind, due_at, request_id, ready_at, correlation_id, command_id in await self._rows(
                DUE, (at, limit)
            )
            if kind in _KINDS
        ]

    async def open_requests(self, limit: int) -> Sequence[Open]:
        """Every searching request with its timers."""
        return [Open(*row) for row in await self._rows(OPEN, (limit,))]

    def _leave_out(self, row: tuple[Any, ...], error: ValueError) -> None:
        """One request that this release does not understand must not keep all others waiting.

        A newer release knows its service, and its dispatcher will see to it; until then the check for orphans tells.
        """
        if row[1] not in self._left_out and len(self._left_out) < MOST_LEFT_OUT:
            self._left_out.add(row[1])
            log(__name__).error("request_not_understood", request_id=row[1], error=str(error))

    async def _rows(self, query: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        cursor = await self._connection.execute(query, parameters, prepare=True)
        return await cursor.fetchall()


def _known(able: Sequence[str]) -> frozenset[Capability]:
    """What this release can match by; a newer one may know more."""
    return frozenset(Capability(each) for each in able if each in _CAPABILITIES)


def _sizes(takes: Sequence[str]) -> frozenset[VehicleClass]:
    return frozenset(VehicleClass(each) for each in takes if each in _SIZES)


def engaged_as(engagement: str, answers_by: str, since: datetime | None, before: str) -> Engaged:
    """What was agreed on with a provider, as its row tells it; one that this release does not know is a contractor."""
    known = engagement if engagement in _ENGAGEMENTS else Engagement.CONTRACTOR
    channel = answers_by if answers_by in _CHANNELS else AnswersBy.APP
    earlier = before if before in _ENGAGEMENTS else Engagement.CONTRACTOR
    return Engaged(Engagement(known), AnswersBy(channel), since, Engagement(earlier))


def _reason(told: str | None) -> DeclineReason | None:
    if told is None:
        return None
    return DeclineReason(told) if told in _REASONS else DeclineReason.OTHER


def _shift(row: tuple[Any, ...]) -> FreeShift:
    tenant, shift_id, version, provider_id, able, takes, cell, free_since, ends_by, *agreed = row
    return FreeShift(
        tenant,
        shift_id,
        version,
        provider_id,
        _known(able),
        _sizes(takes),
        cell,
        free_since,
        ends_by,
        engaged_as(*agreed) if agreed[0] is not None else Engaged(),
    )


def _busy(row: tuple[Any, ...]) -> BusyShift:
    shift = _shift(row[:13])
    request_id, service, state, cell, drop_cell = row[13:]
    return BusyShift(shift, Doing(request_id, Service(service), Stage(state), shift.free_since, cell, drop_cell))


def _search(row: tuple[Any, ...]) -> Search:
    (
        tenant, request_id, version, position, attempt, cell, service, vehicle_class, fuel, declined_by,
        requested_at, updated_at, radius_m, sos, dangers, drop_cell, refusals, escalation, price_minor, at_risk,
        payment_method, currency, correlation_id, command_id, let_pass,
    ) = row  # fmt: skip
    passed_over: dict[UUID, int] = {}
    for provider_id in let_pass or ():
        passed_over[provider_id] = passed_over.get(provider_id, 0) + 1
    return Search(
        tenant=tenant,
        request_id=request_id,
        version=version,
        position=position,
        attempt=attempt,
        cell=cell,
        needs=required_capabilities(Service(service), VehicleClass(vehicle_class), Fuel(fuel)),
        vehicle_class=VehicleClass(vehicle_class),
        declined_by=frozenset(map(UUID, declined_by)),
        passed_over=passed_over,
        requested_at=requested_at,
        updated_at=updated_at,
        radius_m=radius_m,
        sos=sos,
        dangers=dangers,
        cause=Cause(correlation_id, command_id),
        service=Service(service),
        drop_cell=drop_cell,
        refusals=refusals,
        escalation=escalation,
        price_minor=price_minor,
        at_risk=at_risk,
        cash_currency=cash_currency_of(payment_method, currency, sos=sos),
    )
