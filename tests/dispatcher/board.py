"""What stands in for the read models in PostgreSQL? The same folds over a log in memory, as far behind as one likes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from application.dispatch.board import Cause, FreeShift, Open, OverdueOffer, Positions, Search
from domain.catalogue import Capability, Service, VehicleClass, required_capabilities
from infra.event_store.codec import decode
from projections.fact import Fact
from projections.matching_table import ShiftRow, matching_table
from projections.provider_jobs import JobRow, provider_jobs
from projections.request_board import RequestRow, request_board
from tests.projections.telling import folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from application.log import LoggedEvent
    from projections.read_model import ReadModel, Row
    from tests.support.memory_log import MemoryEventLog

R = TypeVar("R", bound="Row")
NOWHERE_BEHIND = 2**62


class MemoryBoard:
    """Implements ``application.dispatch.board.DispatchBoard``; ``frozen_at`` holds every read model at a position."""

    def __init__(self, log: MemoryEventLog) -> None:
        self._log = log
        self.frozen_at: dict[str, int] = {}

    def freeze(self) -> None:
        """From now on nothing new is seen."""
        for model in (request_board, provider_jobs, matching_table):
            self.frozen_at[model.name] = len(self._log.events)

    def thaw(self) -> None:
        """The projector is back."""
        self.frozen_at.clear()

    def rows(self, model: ReadModel[R]) -> list[R]:
        """The rows of a read model as far as it is."""
        upto = self._upto(model.name)
        return list(folded(model, map(_fact, self._log.events[:upto])).values())

    async def positions(self) -> Positions:
        return Positions(*(self._upto(model.name) for model in (request_board, matching_table, provider_jobs)))

    async def searches(self, limit: int) -> Sequence[Search]:
        jobs = self.rows(provider_jobs)
        waiting = [row for row in self.rows(request_board) if row.state == "searching" and row.live_offer_id is None]
        waiting.sort(key=lambda row: (row.created_at, row.request_id))
        return [self._search(row, jobs) for row in waiting[:limit]]

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        free = [row for row in self.rows(matching_table) if row.state == "available"]
        return [_free_shift(row) for row in free[:limit]]

    async def overdue_offers(self, at: datetime, limit: int) -> Sequence[OverdueOffer]:
        overdue = [row for row in self.rows(provider_jobs) if row.state == "made" and row.lapses_at <= at]
        overdue.sort(key=lambda row: row.lapses_at)
        return [
            OverdueOffer(row.tenant, row.offer_id, row.request_id, row.lapses_at, self._cause(row.position))
            for row in overdue[:limit]
        ]

    async def open_requests(self, limit: int) -> Sequence[Open]:
        jobs = {row.offer_id: row for row in self.rows(provider_jobs)}
        searching = [row for row in self.rows(request_board) if row.state == "searching"]
        return [_open(row, jobs.get(row.live_offer_id) if row.live_offer_id else None) for row in searching[:limit]]

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
            needs=required_capabilities(Service(row.service), VehicleClass(row.vehicle_class)),
            declined_by=frozenset(row.declined_by),
            passed_over=Counter[UUID](let_pass),
            requested_at=row.created_at,
            updated_at=row.updated_at,
            cause=self._cause(row.position),
        )


def _free_shift(row: ShiftRow) -> FreeShift:
    able = frozenset(map(Capability, row.capabilities))
    return FreeShift(row.tenant, row.shift_id, row.version, row.provider_id, able, row.cell, row.updated_at)


def _open(row: RequestRow, job: JobRow | None) -> Open:
    is_out = job is not None and job.state == "made"
    lapses_at = job.lapses_at if job else None
    return Open(row.tenant, row.request_id, row.updated_at, row.live_offer_id, is_out, lapses_at)


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
