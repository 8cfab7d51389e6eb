"""What stands in for the read models in PostgreSQL? The same folds over a log in memory, as far behind as one likes."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
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
from infra.dispatch.board import engaged_as
from infra.dispatch.cash_stops import stopped_then
from infra.event_store.codec import decode
from infra.in_memory.seen import answered_of
from projections.fact import Fact
from projections.matching_table import ShiftRow, matching_table
from projections.provider_directory import provider_directory
from projections.provider_jobs import JobRow, provider_jobs
from projections.request_board import RequestRow, request_board
from projections.timers import TimerRow, timers
from tests.projections.telling import folded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from application.log import LoggedEvent
    from projections.read_model import ReadModel, Row
    from tests.support.memory_log import MemoryEventLog

R = TypeVar("R", bound="Row")
NOWHERE_BEHIND = 2**62
MODELS: tuple[ReadModel[Any], ...] = (request_board, matching_table, provider_jobs, timers)


class MemoryBoard:
    """Implements ``application.dispatch.board.DispatchBoard``; ``frozen_at`` holds every read model at a position."""

    def __init__(self, log: MemoryEventLog) -> None:
        self._log = log
        self.frozen_at: dict[str, int] = {}

    def freeze(self) -> None:
        """From now on nothing new is seen."""
        for model in MODELS:
            self.frozen_at[model.name] = len(self._log.events)

    def thaw(self) -> None:
        """The projector is back."""
        self.frozen_at.clear()

    def rows(self, model: ReadModel[R]) -> list[R]:
        """The rows of a read model as far as it is."""
        upto = self._upto(model.name)
        return list(folded(model, map(_fact, self._log.events[:upto])).values())

    async def positions(self) -> Positions:
        return Positions(*(self._upto(model.name) for model in MODELS))

    @asynccontextmanager
    async def one_moment(self) -> AsyncIterator[Positions]:
        yield await self.positions()

    async def searches(self, limit: int) -> Sequence[Search]:
        jobs = self.rows(provider_jobs)
        waiting = [row for row in self.rows(request_board) if row.state == "searching" and row.live_offer_id is None]
        waiting.sort(key=lambda row: (row.created_at, row.request_id))
        return [self._search(row, jobs) for row in waiting[:limit]]

    async def stopped_for_cash(self, at: datetime) -> Sequence[CashStop]:
        return stopped_then(map(_fact, self._log.events[: self._upto(request_board.name)]), at)

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        free = [row for row in self.rows(matching_table) if row.state == "available"]
        return [self._free_shift(row) for row in free[:limit]]

    async def busy_shifts(self, limit: int) -> Sequence[BusyShift]:
        requests = {row.request_id: row for row in self.rows(request_board)}
        found = []
        for row in self.rows(matching_table):
            request = requests.get(row.request_id) if row.request_id else None
            if request is not None and row.state in frozenset(Stage):
                service, stage = Service(request.service), Stage(row.state)
                doing = Doing(request.request_id, service, stage, row.updated_at, request.cell, request.drop_cell)
                found.append(BusyShift(_free_shift(row), doing))
        return found[:limit]

    async def finished_jobs(self, since: datetime, limit: int) -> Sequence[FinishedJob]:
        found = []
        for row in self.rows(request_board):
            ended_at = row.ended_at
            if row.state == "completed" and row.on_scene_at and ended_at and ended_at >= since:
                worked = (row.loaded_at or row.work_done_at or ended_at) - row.on_scene_at
                found.append(
                    FinishedJob(
                        row.request_id,
                        Service(row.service),
                        row.cell,
                        row.created_at,
                        row.on_scene_at,
                        worked.total_seconds(),
                        ended_at,
                    )
                )
        return sorted(found, key=lambda job: (job.ended_at, job.request_id))[-limit:]

    async def answered_offers(self, since: datetime, limit: int) -> Sequence[AnsweredOffer]:
        answers = [answer for row in self.rows(provider_jobs) if (answer := answered_of(row)) is not None]
        answers.sort(key=lambda one: (one.answered_at, one.offer_id))
        return [one for one in answers if one.answered_at >= since][-limit:]

    async def on_duty(self, limit: int) -> Sequence[OnDuty]:
        return [
            OnDuty(
                row.tenant,
                row.shift_id,
                row.version,
                row.state == "available",
                row.state == "stale",
                row.cell,
                row.cell_r8,
            )
            for row in self.rows(matching_table)[:limit]
        ]

    async def due(self, at: datetime, limit: int) -> Sequence[Due]:
        requests = {row.request_id: row for row in self.rows(request_board)}
        shifts = {row.shift_id: row for row in self.rows(matching_table)}
        found = []
        for row in sorted(self.rows(timers), key=lambda each: each.due_at):
            request = requests.get(row.subject_id) if row.kind == "search_due" else None
            shift = shifts.get(row.subject_id) if row.kind == "duty_ends" else None
            waits = (request and request.live_offer_id) or (shift and shift.offer_id)
            if row.due_at <= at and not waits:
                since = [each.updated_at for each in (request, shift) if each]
                found.append(self._due(row, max([row.due_at, *since])))
        return found[:limit]

    async def open_requests(self, limit: int) -> Sequence[Open]:
        due_at = {(row.subject_id, row.kind): row.due_at for row in self.rows(timers)}
        searching = [row for row in self.rows(request_board) if row.state == "searching"]
        return [
            Open(
                row.tenant,
                row.request_id,
                row.updated_at,
                row.live_offer_id,
                due_at.get((row.request_id, "search_due")),
                due_at.get((row.live_offer_id, "offer_lapses")) if row.live_offer_id else None,
            )
            for row in searching[:limit]
        ]

    def _due(self, row: TimerRow, ready_at: datetime) -> Due:
        cause = self._cause(row.position)
        return Due(row.tenant, row.subject_id, TimerKind(row.kind), row.due_at, row.request_id, ready_at, cause)

    def _upto(self, name: str) -> int:
        return min(self.frozen_at.get(name, NOWHERE_BEHIND), len(self._log.events))

    def _cause(self, position: int) -> Cause:
        event = self._log.events[position - 1]
        return Cause(event.correlation_id, event.command_id)

    def _search(self, row: RequestRow, jobs: Sequence[JobRow]) -> Search:
        let_pass = (
            job.provider_id for job in jobs if job.request_id == row.request_id and job.state in {"lapsed", "revoked"}
        )
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
            passed_over=Counter[UUID](let_pass),
            requested_at=row.created_at,
            updated_at=row.updated_at,
            radius_m=row.radius_m,
            sos=row.sos,
            dangers=len(row.hazards),
            cause=self._cause(row.position),
            service=Service(row.service),
            drop_cell=row.drop_cell,
            refusals=row.refusals,
            at_risk=row.promise in {"at_risk", "broken"},
            escalation=row.escalation,
            price_minor=row.quoted_minor,
            cash_currency=cash_currency_of(row.payment_method, row.currency, sos=row.sos),
        )

    def _free_shift(self, row: ShiftRow) -> FreeShift:
        companies = {each.provider_id: each for each in self.rows(provider_directory)}
        company = companies[row.provider_id]
        engaged = engaged_as(company.engagement, company.answers_by, company.engagement_from, company.engagement_before)
        return replace(_free_shift(row), engaged=engaged)


def _free_shift(row: ShiftRow) -> FreeShift:
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
    )


def _fact(event: LoggedEvent) -> Fact:
    return Fact(
        event.position,
        event.tenant,
        event.stream_id,
        event.version,
        event.topic,
        event.payload,
        event.actor,
        event.occurred_at,
        decode,
    )
