"""Whatever is ordered in whatever order, also at once: is nobody double-booked, and do the streams tell one story?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from application.accept_offer import AcceptOffer, accept_offer
from application.cancel_request import CancelRequest, cancel_request
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.decline_offer import DeclineOffer, decline_offer
from application.end_break import EndBreak, end_break
from application.end_shift import EndShift, end_shift
from application.engine import Answer, Contended, Done, Work
from application.lapse_offer import LapseOffer, lapse_offer
from application.make_offer import MakeOffer, make_offer
from application.report_en_route import ReportEnRoute, report_en_route
from application.start_break import StartBreak, start_break
from application.start_shift import StartShift, start_shift
from application.withdraw_offer import WithdrawOffer, withdraw_offer
from domain.offer import DeclineReason, OfferState
from domain.refusal import Refusal
from domain.request_terms import UNDER_WAY, CancelReason, RequestState
from domain.shift import ShiftState
from tests.application.world import World
from tests.support.effort import examples
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    CREW,
    DEPOT_CELL,
    DESK_ACTOR,
    DISPATCHER,
    NOON,
    OTHER_CREW,
    OTHER_PROVIDER,
    OTHER_REQUEST,
    OTHER_SHIFT,
    OTHER_TRUCK,
    PROVIDER,
    REQUEST,
    SHIFT,
    TENANT,
    TRUCK,
    some_id,
)

if TYPE_CHECKING:
    from uuid import UUID

REQUESTS = (REQUEST, OTHER_REQUEST, some_id(43))
CREWS = {PROVIDER: (CREW, TRUCK), OTHER_PROVIDER: (OTHER_CREW, OTHER_TRUCK)}
Order = tuple[str, int, int]
"""What is ordered, and two numbers that choose of what."""
UseCase = Callable[[Any, Work], Awaitable[Answer]]


class DispatchMachine(RuleBasedStateMachine):
    """Three requests, two providers, and everybody orders what they please, two at a time as well."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World()
        self.now = NOON
        self.offers: list[UUID] = []
        self.shifts = [SHIFT, OTHER_SHIFT]

    def teardown(self) -> None:
        self.loop.close()

    @initialize()
    def open_the_day(self) -> None:
        self.loop.run_until_complete(self._open())

    async def _open(self) -> None:
        await self.world.open_company()
        await self.world.open_company(ANOTHER_PROVIDER, OTHER_SHIFT, OTHER_CREW, OTHER_TRUCK)
        for request_id in REQUESTS:
            await self.world.request(request_id)

    @rule(seconds=st.integers(1, 30))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(order=st.deferred(lambda: ORDERS))
    def one_orders(self, order: Order) -> None:
        self.loop.run_until_complete(self._try(order))

    @rule(orders=st.lists(st.deferred(lambda: ORDERS), min_size=2, max_size=4))
    def several_order_at_once(self, orders: list[Order]) -> None:
        async def at_once() -> None:
            await asyncio.gather(*(self._try(order) for order in orders))

        self.loop.run_until_complete(at_once())

    async def _try(self, order: Order) -> None:
        act, n, m = order
        request_id, shift_id = REQUESTS[n % len(REQUESTS)], self.shifts[m % len(self.shifts)]
        offer_id = self.offers[-1 - n % len(self.offers)] if self.offers else some_id(300)
        if act == "next":
            act, offer_id = await self._natural(request_id, offer_id)
        use_case, command = self._understood(act, request_id, shift_id, offer_id)
        try:
            done = await self.world.run(use_case, command)
        except (Refusal, Contended):
            return
        assert isinstance(done, Done)

    async def _natural(self, request_id: UUID, offer_id: UUID) -> tuple[str, UUID]:
        """What a request waits for, so that jobs get somewhere amid the noise."""
        request = await self.world.the_request(request_id)
        if not request.live_offers:
            return _NATURAL[request.state], offer_id
        offer = await self.world.the_offer(request.live_offers[-1].offer_id)
        return ("lapse" if offer.lapses_at <= self.now else "accept"), offer.id

    def _understood(self, act: str, request_id: UUID, shift_id: UUID, offer_id: UUID) -> tuple[UseCase, Any]:
        if act == "offer":
            self.offers.append(some_id(300 + len(self.offers)))
            lapses_at, beside = self.now + timedelta(seconds=25), len(self.offers) % 3 > 0
            order = MakeOffer(DISPATCHER, request_id, self.offers[-1], shift_id, lapses_at, self.now, beside=beside)
            return make_offer, order
        if act == "start_shift":
            provider_id = (PROVIDER, OTHER_PROVIDER)[len(self.shifts) % 2]
            crew_id, truck_id = CREWS[provider_id]
            self.shifts.append(some_id(200 + len(self.shifts)))
            started = self.shifts[-1]
            return start_shift, StartShift(DESK_ACTOR, provider_id, started, crew_id, truck_id, DEPOT_CELL, self.now)
        use_case, command = _ON_ONE[act]
        subject = offer_id if act in _ON_OFFERS else request_id if act in _ON_REQUESTS else shift_id
        return use_case, command(subject, self.now)

    @invariant()
    def the_streams_tell_one_story(self) -> None:
        if self.world.head:
            self.loop.run_until_complete(self._check())

    async def _check(self) -> None:
        reserved: set[tuple[UUID, UUID, UUID, bool]] = set()
        working: dict[UUID, list[UUID]] = {PROVIDER: [], OTHER_PROVIDER: []}
        for shift_id in self.shifts:
            if not await self.world.log.read_stream(TENANT, shift_id):
                continue
            shift = await self.world.the_shift(shift_id)
            kept_for = shift.reservation
            if kept_for is not None:
                reserved.add((shift_id, kept_for.request_id, kept_for.offer_id, kept_for.hard))
            if shift.state is not ShiftState.ENDED:
                working[shift.provider_id].append(shift_id)
        expected: set[tuple[UUID, UUID, UUID, bool]] = set()
        requests = [await self.world.the_request(request_id) for request_id in REQUESTS]
        for request in requests:
            held = request.assignment
            for asked in request.live_offers:
                assert request.state is RequestState.SEARCHING
                assert (await self.world.the_offer(asked.offer_id)).state is OfferState.MADE
                expected.add((asked.shift_id, request.id, asked.offer_id, False))
            if held is not None and request.state in UNDER_WAY:
                assert (await self.world.the_offer(held.offer_id)).state is OfferState.ACCEPTED
                expected.add((held.shift_id, request.id, held.offer_id, True))
        assert reserved == expected
        await self._check_offers(
            live={offer_id for _, _, offer_id, hard in expected if not hard},
            held={request.assignment.offer_id for request in requests if request.assignment},
        )
        for provider_id, shift_ids in working.items():
            assert len(shift_ids) <= 1
            assert sorted((await self.world.the_provider(provider_id)).on_duty) == shift_ids

    async def _check_offers(self, live: set[UUID], held: set[UUID]) -> None:
        states = {
            offer_id: (await self.world.the_offer(offer_id)).state
            for offer_id in self.offers
            if await self.world.log.read_stream(TENANT, offer_id)
        }
        assert {offer_id for offer_id, state in states.items() if state is OfferState.MADE} == live
        assert {offer_id for offer_id, state in states.items() if state is OfferState.ACCEPTED} == held

    @invariant()
    def saves_stand_whole_and_positions_are_dense(self) -> None:
        events = self.world.log.events
        assert [event.position for event in events] == list(range(1, len(events) + 1))
        runs = [events[0].command_id] if events else []
        for event in events[1:]:
            if event.command_id != runs[-1]:
                runs.append(event.command_id)
        assert len(set(runs)) == len(runs)
        for accepted in (event for event in events if event.topic == "offer.accepted"):
            together = [event.topic for event in events if event.command_id == accepted.command_id]
            told = [topic for topic in together if topic not in THE_OTHERS]
            assert told == ["offer.accepted", "service_request.assigned", "shift.committed"]
            assert len({together.count(topic) for topic in THE_OTHERS}) == 1


THE_OTHERS = ("service_request.offer_closed", "offer.superseded", "shift.released")
"""What is said in the same save of each one who was asked too."""

_ON_OFFERS: dict[str, tuple[Any, Callable[[UUID, Any], Any]]] = {
    "accept": (accept_offer, lambda i, at: AcceptOffer(DESK_ACTOR, i, at)),
    "decline": (decline_offer, lambda i, at: DeclineOffer(DESK_ACTOR, i, DeclineReason.BUSY, at)),
    "lapse": (lapse_offer, lambda i, at: LapseOffer(DISPATCHER, i, at)),
    "withdraw": (withdraw_offer, lambda i, at: WithdrawOffer(DESK_ACTOR, i, at)),
}
_ON_REQUESTS: dict[str, tuple[Any, Callable[[UUID, Any], Any]]] = {
    "en_route": (report_en_route, lambda i, at: ReportEnRoute(DESK_ACTOR, i, at)),
    "arrive": (confirm_arrival, lambda i, at: ConfirmArrival(DESK_ACTOR, i, None, at)),
    "complete": (complete_service, lambda i, at: CompleteService(DESK_ACTOR, i, at)),
    "cancel": (cancel_request, lambda i, at: CancelRequest(DESK_ACTOR, i, CancelReason.OTHER, at)),
}
_ON_SHIFTS: dict[str, tuple[Any, Callable[[UUID, Any], Any]]] = {
    "start_break": (start_break, lambda i, at: StartBreak(DESK_ACTOR, i, at)),
    "end_break": (end_break, lambda i, at: EndBreak(DESK_ACTOR, i, DEPOT_CELL, at)),
    "end_shift": (end_shift, lambda i, at: EndShift(DESK_ACTOR, i, at)),
}
_ON_ONE = {**_ON_OFFERS, **_ON_REQUESTS, **_ON_SHIFTS}
_NATURAL = {
    RequestState.SEARCHING: "offer",
    RequestState.ASSIGNED: "en_route",
    RequestState.EN_ROUTE: "arrive",
    RequestState.ON_SCENE: "complete",
    RequestState.COMPLETED: "complete",
    RequestState.CANCELLED: "cancel",
    RequestState.UNFULFILLED: "cancel",
}
ORDERS: st.SearchStrategy[Order] = st.tuples(
    st.one_of(st.just("next"), st.sampled_from(("next", "offer", *_ON_ONE, "start_shift"))),
    st.integers(0, 2),
    st.integers(0, 3),
)

TestDispatch = DispatchMachine.TestCase
TestDispatch.settings = settings(max_examples=examples(40), stateful_step_count=40, deadline=None)
