"""How does dispatch read the city from a log in memory? By the same read models, folded as the log grows."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from application.dispatch.board import (
    AnsweredOffer,
    BusyShift,
    Doing,
    Due,
    FinishedJob,
    OnDuty,
    Open,
    Positions,
    Stage,
    TimerKind,
)
from domain.catalogue import Service
from domain.provider_terms import Engaged
from infra.dispatch.cash_stops import CashDesk
from infra.in_memory.folding import Table, fact_of
from infra.in_memory.seen import CONTRACTOR, answered_of, cause_of, engaged_of, free_shift_of, search_of
from infra.in_memory.waiting import Waiting
from projections.matching_table import ShiftRow, matching_table
from projections.provider_jobs import JobRow, provider_jobs
from projections.request_board import RequestRow, request_board
from projections.timers import timers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import FreeShift, Search
    from application.dispatch.cash_stops import CashStop
    from infra.in_memory.log import InMemoryEventLog
    from projections.fact import Fact

LET_PASS: Final = frozenset({"lapsed", "revoked"})
STAGES: Final = frozenset(Stage)
ENGAGEMENT_SET: Final = "provider.engagement_set"


class InMemoryDispatchBoard:
    """Implements ``application.dispatch.board.DispatchBoard``; what is read is as new as the log.

    Reading costs what has changed since it was read before, and what is answered; not what is over.
    """

    def __init__(self, log: InMemoryEventLog) -> None:
        self._log = log
        self._folded = 0
        self.requests = Table(request_board, self._request_changed)
        self.shifts = Table(matching_table, self._shift_changed)
        self.jobs = Table(provider_jobs, self._job_changed)
        self.waiting = Waiting()
        self._cash = CashDesk()
        self._timers = Table(timers, self.waiting.changed)
        self._searching: dict[UUID, RequestRow] = {}
        self._searches: list[Search] | None = None
        self._read: dict[UUID, Search] = {}
        self._passed_over: dict[UUID, Counter[UUID]] = {}
        self._free: dict[UUID, FreeShift] = {}
        self._busy: dict[UUID, ShiftRow] = {}
        self._read_busy: dict[UUID, BusyShift] = {}
        self._finished: list[FinishedJob] = []
        self._answered: list[AnsweredOffer] = []
        self._engaged: dict[UUID, Engaged] = {}

    async def positions(self) -> Positions:
        """The log's own position, for all of them."""
        reached = self.follow()
        return Positions(reached, reached, reached, reached)

    @asynccontextmanager
    async def one_moment(self) -> AsyncIterator[Positions]:
        """Nothing changes while a log in memory is read: nobody else is at work."""
        yield await self.positions()

    def follow(self) -> int:
        """Fold what is new in the log; the position that was reached."""
        events = self._log.events
        while self._folded < len(events):
            fact = fact_of(events[self._folded])
            self._folded += 1
            self.requests.fold(fact)
            self.shifts.fold(fact)
            self.jobs.fold(fact)
            self._timers.fold(fact)
            self._cash.fold(fact)
            if fact.topic == ENGAGEMENT_SET:
                self._agreed(fact)
        return self._folded

    async def searches(self, limit: int) -> Sequence[Search]:
        """Searching requests without an offer, the longest waiting first, those in danger before all."""
        self.follow()
        if self._searches is None:
            waiting = [row for row in self._searching.values() if row.live_offer_id is None]
            waiting.sort(key=lambda row: (not row.sos, row.created_at, row.request_id))
            self._searches = [self._search(row) for row in waiting]
        return self._searches[:limit]

    async def stopped_for_cash(self, at: datetime) -> Sequence[CashStop]:
        """Who is offered no more jobs in cash by the rules in effect at that instant."""
        self.follow()
        return self._cash.stopped(at)

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        """Shifts that could be offered a job."""
        self.follow()
        return list(self._free.values())[:limit]

    async def busy_shifts(self, limit: int) -> Sequence[BusyShift]:
        """Shifts that are kept for a job they took."""
        self.follow()
        return [self._busy_shift(row) for row in islice(self._busy.values(), limit)]

    async def finished_jobs(self, since: datetime, limit: int) -> Sequence[FinishedJob]:
        """The newest jobs that ended at that instant or later, in order of end."""
        self.follow()
        return self._finished[bisect_left(self._finished, since, key=lambda job: job.ended_at) :][-limit:]

    async def answered_offers(self, since: datetime, limit: int) -> Sequence[AnsweredOffer]:
        """The newest offers that were answered at that instant or later, in order of answer."""
        self.follow()
        return self._answered[bisect_left(self._answered, since, key=lambda one: one.answered_at) :][-limit:]

    async def on_duty(self, limit: int) -> Sequence[OnDuty]:
        """Every shift that has not ended."""
        self.follow()
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
            for row in list(self.shifts.rows.values())[:limit]
        ]

    async def due(self, at: datetime, limit: int) -> Sequence[Due]:
        """Timers whose time had come at that instant and that can be acted on, the most overdue first."""
        self.follow()
        found: list[Due] = []
        for row in self.waiting.due(at):
            request = self.requests.rows.get((row.tenant, row.subject_id)) if row.kind == "search_due" else None
            shift = self.shifts.rows.get((row.tenant, row.subject_id)) if row.kind == "duty_ends" else None
            if (request and request.live_offer_id) or (shift and shift.offer_id):
                continue
            ready_at = max([row.due_at, *(each.updated_at for each in (request, shift) if each)])
            kind, cause = TimerKind(row.kind), cause_of(row.position, self._log)
            found.append(Due(row.tenant, row.subject_id, kind, row.due_at, row.request_id, ready_at, cause))
            if len(found) >= limit:
                break
        return found

    async def open_requests(self, limit: int) -> Sequence[Open]:
        """Every searching request with its timers."""
        self.follow()
        return [
            Open(
                row.tenant,
                row.request_id,
                row.updated_at,
                row.live_offer_id,
                self.waiting.due_at((row.tenant, row.request_id), "search_due"),
                self.waiting.due_at((row.tenant, row.live_offer_id), "offer_lapses") if row.live_offer_id else None,
            )
            for row in list(self._searching.values())[:limit]
        ]

    def _search(self, row: RequestRow) -> Search:
        found = self._read.get(row.request_id)
        if found is None:
            passed_over = self._passed_over.get(row.request_id, Counter())
            found = self._read[row.request_id] = search_of(row, passed_over, self._log)
        return found

    def _busy_shift(self, row: ShiftRow) -> BusyShift:
        found = self._read_busy.get(row.shift_id)
        request = self.requests.rows[row.tenant, row.request_id]
        if found is not None and found.doing.drop_cell == request.drop_cell:
            return found
        service, stage = Service(request.service), Stage(row.state)
        doing = Doing(request.request_id, service, stage, row.updated_at, request.cell, request.drop_cell)
        found = self._read_busy[row.shift_id] = BusyShift(self._shift(row), doing)
        return found

    def _shift(self, row: ShiftRow) -> FreeShift:
        return free_shift_of(row, self._engaged.get(row.provider_id, CONTRACTOR))

    def _agreed(self, fact: Fact) -> None:
        """A company is told from now on, or asked again; its shifts are seen so."""
        engaged = self._engaged[fact.stream_id] = engaged_of(fact)
        for shift_id, shift in self._free.items():
            if shift.provider_id == fact.stream_id:
                self._free[shift_id] = replace(shift, engaged=engaged)
        self._read_busy.clear()

    def _request_changed(self, before: RequestRow | None, after: RequestRow | None) -> None:
        row = after or before
        if row is None:
            return
        self._read.pop(row.request_id, None)
        if after is not None and after.state == "searching":
            self._searching[row.request_id] = after
            self._searches = None
        elif self._searching.pop(row.request_id, None) is not None:
            self._searches = None
        if after is not None and after.state == "completed" and (before is None or before.state != "completed"):
            self._note_finished(after)

    def _note_finished(self, row: RequestRow) -> None:
        if row.on_scene_at is None or row.ended_at is None:
            return
        worked = (row.loaded_at or row.work_done_at or row.ended_at) - row.on_scene_at
        job = FinishedJob(
            row.request_id,
            Service(row.service),
            row.cell,
            row.created_at,
            row.on_scene_at,
            worked.total_seconds(),
            row.ended_at,
        )
        insort(self._finished, job, key=lambda each: each.ended_at)

    def _shift_changed(self, before: ShiftRow | None, after: ShiftRow | None) -> None:
        row = after or before
        if row is None:
            return
        self._free.pop(row.shift_id, None)
        self._busy.pop(row.shift_id, None)
        self._read_busy.pop(row.shift_id, None)
        if after is not None and after.state == "available":
            self._free[row.shift_id] = self._shift(after)
        elif after is not None and after.state in STAGES and after.request_id is not None:
            self._busy[row.shift_id] = after

    def _job_changed(self, before: JobRow | None, after: JobRow | None) -> None:
        if after is not None and after.answered_at is not None and (before is None or before.answered_at is None):
            answer = answered_of(after)
            if answer is not None:
                insort(self._answered, answer, key=lambda each: each.answered_at)
        if after is not None and after.state in LET_PASS and (before is None or before.state not in LET_PASS):
            self._passed_over.setdefault(after.request_id, Counter())[after.provider_id] += 1
            self._read.pop(after.request_id, None)
            self._searches = None
