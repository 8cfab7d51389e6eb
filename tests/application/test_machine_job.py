"""Whatever is ordered of jobs that cost something: do money, shifts, read models and ``can`` tell the same story?"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from application.accept_offer import AcceptOffer, accept_offer
from application.capture_evidence import CaptureEvidence, capture_evidence
from application.engine import Contended
from application.lapse_offer import LapseOffer, lapse_offer
from application.make_offer import MakeOffer, make_offer
from domain.refusal import OutOfTurn, Refusal
from domain.request_job import EvidenceKind
from domain.request_terms import CLOSED, TO_BE_PAID, RequestState
from domain.shift import ShiftState
from tests.application.acts_of_requests import ENDS, MADE, merge
from tests.application.priced import FLAT_TYRE, TOW, PricedWorld
from tests.support.effort import examples
from tests.support.roadside import (
    DESK_ACTOR,
    DISPATCHER,
    NOON,
    OTHER_REQUEST,
    OTHER_SHIFT,
    REQUEST,
    SHIFT,
    some_id,
)

if TYPE_CHECKING:
    from uuid import UUID

    from domain.service_request import ServiceRequest

REQUESTS = (REQUEST, OTHER_REQUEST, some_id(43))
SHIFTS = (SHIFT, OTHER_SHIFT)
CALLS = (FLAT_TYRE, TOW, replace(TOW, sos=True), replace(FLAT_TYRE, scheduled_for=NOON + timedelta(hours=2)))

ONWARD = (
    "confirm",
    "start_dispatch",
    "offer",
    "report_en_route",
    "confirm_arrival",
    "start_service",
    "load",
    "deliver",
    "set_off_to_drop",
    "arrive_at_drop",
    "complete",
    "propose_fare",
    "approve_fare",
    "collect_cash",
)
"""What brings a job nearer to its end, by the name that ``can`` calls it; the first that is open is done."""

PROVED = frozenset({"load", "complete"})


class JobMachine(RuleBasedStateMachine):
    """Three requests of one customer with one wallet, two shifts; the desk orders for everybody."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = PricedWorld()
        self.at = NOON
        self.offers = 0

    def teardown(self) -> None:
        self.loop.close()

    @initialize(wallet=st.sampled_from((0, 60_000, 1_000_000)), calls=st.lists(st.sampled_from(CALLS), min_size=3))
    def open_the_day(self, wallet: int, calls: list[Any]) -> None:
        self.loop.run_until_complete(self._open(wallet, calls))

    async def _open(self, wallet: int, calls: list[Any]) -> None:
        await self.world.open_both()
        if wallet:
            await self.world.fill_wallet(wallet)
        for request_id, call in zip(REQUESTS, calls, strict=False):
            await self.world.ask(call, None, request_id)

    @rule(seconds=st.sampled_from((1, 20, 120, 700)))
    def time_passes(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule(which=st.integers(0, 2), n=st.integers(0, 11), ends=st.integers(0, 9))
    def what_can_be_done_is_done(self, which: int, n: int, ends: int) -> None:
        """An act that is open may be refused for its particulars, but never as out of turn."""
        request = self._request(which)
        acts = [act for act in request.can(DESK_ACTOR) if ends == 0 or act not in ENDS]
        if request.live_offer is not None:
            self._answer(request)
        elif acts:
            act = acts[n % len(acts)]
            refused = self._order(act, request, n)
            assert not isinstance(refused, OutOfTurn), (act, request.state, refused)

    @rule(which=st.integers(0, 2), steps=st.integers(1, 6), n=st.integers(0, 11))
    def a_job_goes_on(self, which: int, steps: int, n: int) -> None:
        """So that jobs get somewhere amid the noise."""
        for _ in range(steps):
            request = self._request(which)
            if request.live_offer is not None:
                self._answer(request)
                continue
            can = request.can(DESK_ACTOR)
            act = next((act for act in ONWARD if act in can), None)
            if act in PROVED:
                self._prove(request)
            if act is not None:
                self._order(act, request, n)

    def _prove(self, request: ServiceRequest) -> None:
        for kind in (EvidenceKind.VEHICLE_BEFORE, EvidenceKind.VEHICLE_DELIVERED, EvidenceKind.WORK_DONE):
            self._run(
                capture_evidence, CaptureEvidence(DESK_ACTOR, request.id, kind, "ab" * 32, None, self.at, self.at)
            )

    @rule(which=st.integers(0, 2), n=st.integers(0, 11), act=st.sampled_from(sorted(MADE)))
    def anything_is_ordered(self, which: int, n: int, act: str) -> None:
        self._order(act, self._request(which), n)

    def _request(self, which: int) -> ServiceRequest:
        return self.loop.run_until_complete(self.world.the_request(REQUESTS[which]))

    def _order(self, act: str, request: ServiceRequest, n: int) -> Refusal | None:
        if act == "offer":
            return self._offer(request, SHIFTS[n % 2])
        if act == "merge":
            return self._run(*merge(request, REQUESTS[n % 3], self.at))
        return self._run(*MADE[act](request, self.at, n, self.world.trade))

    def _offer(self, request: ServiceRequest, shift_id: UUID) -> Refusal | None:
        self.offers += 1
        lapses_at = self.at + timedelta(seconds=30)
        return self._run(
            make_offer, MakeOffer(DISPATCHER, request.id, some_id(300 + self.offers), shift_id, lapses_at, self.at)
        )

    def _answer(self, request: ServiceRequest) -> None:
        assert request.live_offer is not None
        offer_id = request.live_offer.offer_id
        if self._run(accept_offer, AcceptOffer(DESK_ACTOR, offer_id, self.at)) is not None:
            self._run(lapse_offer, LapseOffer(DISPATCHER, offer_id, self.at))

    def _run(self, use_case: Any, command: Any) -> Refusal | None:
        before = self.world.head
        try:
            self.loop.run_until_complete(self.world.run(use_case, command))
        except Refusal as refusal:
            assert self.world.head == before
            return refusal
        except Contended as contended:
            raise AssertionError("nobody else orders anything") from contended
        return None

    @invariant()
    def money_is_neither_made_nor_lost(self) -> None:
        for event in self.world.log.events:
            legs = msgspec.json.decode(event.payload).get("legs")
            if legs is not None:
                assert sum(leg["amount_minor"] for leg in legs) == 0, event.topic

    @invariant()
    def the_streams_tell_one_story(self) -> None:
        if self.world.head:
            self.loop.run_until_complete(self._check())

    async def _check(self) -> None:
        settled = Counter(e.stream_id for e in self.world.log.events if e.topic == "service_request.settled")
        requests = [await self.world.the_request(request_id) for request_id in REQUESTS]
        kept = await self._holds()
        for request in requests:
            owed = request.state in CLOSED and request.confirmed_quote is not None
            assert settled[request.id] == (1 if owed else 0), request.state
            if request.state in CLOSED:
                assert request.id not in kept, "nothing is kept for what has ended"
        await self._check_shifts(requests)

    async def _check_shifts(self, requests: list[ServiceRequest]) -> None:
        reserved = {}
        for shift_id in SHIFTS:
            shift = await self.world.the_shift(shift_id)
            assert (shift.reservation is None) == (shift.state is ShiftState.AVAILABLE)
            if shift.reservation is not None:
                reserved[shift.reservation.offer_id] = shift.state
        working = {}
        for request in requests:
            held = request.live_offer or (request.assignment if request.state not in CLOSED else None)
            if held is not None:
                working[held.offer_id] = request.state
        assert reserved.keys() == working.keys()
        for offer_id, state in working.items():
            assert (reserved[offer_id] is ShiftState.WRAP_UP) == (state in TO_BE_PAID), state
            assert (reserved[offer_id] is ShiftState.OFFERED) == (state is RequestState.SEARCHING)

    async def _holds(self) -> set[UUID]:
        if not any(event.topic == "wallet.opened" for event in self.world.log.events):
            return set()
        wallet = await self.world.wallet()
        assert wallet.balance_minor >= wallet.held_minor >= 0
        return {hold.request_id for hold in wallet.holds}


TestJob = JobMachine.TestCase
TestJob.settings = settings(max_examples=examples(40), stateful_step_count=50, deadline=None)
