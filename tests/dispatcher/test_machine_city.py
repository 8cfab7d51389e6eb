"""Whatever happens in a city, is any request ever forgotten, or any shift asked twice at once?"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from application.cancel_request import CancelRequest, cancel_request
from application.decline_offer import DeclineOffer, decline_offer
from application.dispatch.whereabouts import Attendance, Attention
from application.end_shift import EndShift, end_shift
from application.release_job import ReleaseJob, release_job
from application.trade import FREE_EVERYWHERE
from domain.offer import DeclineReason
from domain.refusal import Refusal
from domain.request_terms import UNDER_WAY, CancelReason, RevokeReason
from infra.dispatch.whereabouts import LastPositions
from projections.matching_table import matching_table
from projections.provider_jobs import provider_jobs
from projections.request_board import RequestRow, request_board
from tests.dispatcher.city import City, near
from tests.support.effort import examples
from tests.support.roadside import DESK_ACTOR

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from domain.actor import Actor

PATIENCE = timedelta(seconds=10)
KILOMETRES = st.sampled_from([0.3, 1, 4, 7, 15, 60, 400])
SECONDS = st.sampled_from([0.25, 1, 5, 11, 31, 65, 130, 700])


class BusyCity(RuleBasedStateMachine):
    """People call, accept, decline, give back, fall silent and come back; the dispatcher dies now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.city = City()
        self.crews: dict[UUID, Actor] = {}
        self.requests: list[UUID] = []
        self.attendance = self._attendance()

    def _attendance(self) -> Attendance:
        city = self.city
        return Attendance(city.board, LastPositions(city.positions), city.engine, Attention(), city.told)

    def _do(self, what: Awaitable[Any]) -> None:
        """It may be refused: then nothing happened."""

        async def done() -> None:
            try:
                await what
            except Refusal:
                return

        asyncio.run(done())

    def _in(self, test: Callable[[RequestRow], bool]) -> list[RequestRow]:
        return [row for row in self.city.board.rows(request_board) if test(row)]

    @precondition(lambda self: len(self.crews) < 6)
    @rule(kilometres=KILOMETRES)
    def goes_on_duty(self, kilometres: float) -> None:
        crew, shift_id = asyncio.run(self.city.on_duty(near(kilometres)))
        self.crews[shift_id] = crew

    @precondition(lambda self: len(self.requests) < 6)
    @rule(sos=st.booleans(), kilometres=st.sampled_from([0, 2]))
    def calls(self, sos: bool, kilometres: float) -> None:  # noqa: FBT001  (hypothesis gives it by name)
        self.requests.append(asyncio.run(self.city.calls(near(kilometres), sos=sos)))

    @precondition(lambda self: bool(self._in(lambda row: row.live_offer_id is not None)))
    @rule(accepts=st.booleans(), which=st.integers(0, 5))
    def answers(self, accepts: bool, which: int) -> None:  # noqa: FBT001  (hypothesis gives it by name)
        asked = self._in(lambda row: row.live_offer_id is not None)
        request = asked[which % len(asked)]
        out = [row for row in self.city.offers(request.request_id) if row.state == "made"]
        offer = out[which % len(out)]
        crew, reason = self.crews[offer.shift_id], DeclineReason.TOO_FAR
        if accepts:
            self._do(self.city.takes(crew, offer.offer_id))
        else:
            command = DeclineOffer(crew, offer.offer_id, reason, self.city.now)
            self._do(self.city.run(decline_offer, command))

    @precondition(lambda self: bool(self._in(lambda row: row.state in UNDER_WAY)))
    @rule(reason=st.sampled_from([RevokeReason.STALLED, RevokeReason.PROVIDER_CANCELLED]))
    def loses_its_provider(self, reason: RevokeReason) -> None:
        held = self._in(lambda row: row.state in UNDER_WAY)[0]
        command = ReleaseJob(DESK_ACTOR, held.request_id, reason, self.city.now)
        self._do(self.city.run(lambda given, work: release_job(given, work, FREE_EVERYWHERE), command))

    @precondition(lambda self: bool(self.requests))
    @rule(which=st.integers(0, 5))
    def is_called_off(self, which: int) -> None:
        request_id = self.requests[which % len(self.requests)]
        command = CancelRequest(DESK_ACTOR, request_id, CancelReason.OTHER, self.city.now)
        self._do(self.city.run(cancel_request, command))

    @precondition(lambda self: bool(self.crews))
    @rule(which=st.integers(0, 5))
    def goes_home(self, which: int) -> None:
        shift_id = sorted(self.crews)[which % len(self.crews)]
        self._do(self.city.run(end_shift, EndShift(self.crews[shift_id], shift_id, self.city.now)))

    @precondition(lambda self: bool(self.crews))
    @rule(which=st.integers(0, 5), kilometres=KILOMETRES)
    def says_where_it_is(self, which: int, kilometres: float) -> None:
        self._do(self.city.says_it_is_at(sorted(self.crews)[which % len(self.crews)], kilometres))

    @rule(seconds=SECONDS)
    def time_goes_by(self, seconds: float) -> None:
        """The dispatcher looks before and after."""
        asyncio.run(self.city.dispatch.round(self.city.now))
        self.city.later(seconds=seconds)
        for _ in range(3):
            asyncio.run(self.city.dispatch.round(self.city.now))
            self.city.later(milliseconds=250)
        asyncio.run(self.attendance.look(self.city.now))

    @rule()
    def the_dispatcher_is_killed(self) -> None:
        self.city.dispatch = self.city.new_dispatch()
        self.attendance = self._attendance()

    @invariant()
    def every_search_waits_for_something(self) -> None:
        """I3: a request that is searching has a pending timer; and whoever is asked is asked until an instant."""
        for row in self._in(lambda row: row.state == "searching"):
            timer = self.city.timer(row.request_id)
            assert timer is not None
            assert timer.kind == "search_due"
            for told in row.asked:
                lapse = self.city.timer(UUID(str(told["offer_id"])))
                assert lapse is not None
                assert lapse.kind == "offer_lapses"

    @invariant()
    def nothing_waits_that_is_over(self) -> None:
        for row in self._in(lambda row: row.state not in {"searching", "on_scene"}):
            assert self.city.timer(row.request_id) is None

    @invariant()
    def nobody_is_asked_twice_at_once(self) -> None:
        out = [job for job in self.city.board.rows(provider_jobs) if job.state in {"made", "accepted", "en_route"}]
        assert max(Counter(job.shift_id for job in out).values(), default=0) <= 1
        kept = [row for row in self.city.board.rows(matching_table) if row.request_id is not None]
        asked = {str(told["offer_id"]) for row in self._in(lambda row: bool(row.asked)) for told in row.asked}
        assert asked <= {str(row.offer_id) for row in kept}
        at_work = [row.request_id for row in kept if str(row.offer_id) not in asked]
        assert len(at_work) == len(set(at_work))

    def teardown(self) -> None:
        """After a quiet quarter of a minute nobody is overlooked."""
        for _ in range(60):
            asyncio.run(self.city.dispatch.round(self.city.now))
            self.city.later(milliseconds=250)
        asyncio.run(self.city.dispatch.round(self.city.now))
        assert asyncio.run(self.city.dispatch.find_orphans(self.city.now, PATIENCE)) == []


TestBusyCity = BusyCity.TestCase
TestBusyCity.settings = settings(max_examples=examples(25), stateful_step_count=25)
