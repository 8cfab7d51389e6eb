"""Whatever a shift is kept for: one job at a time, and does replay agree?"""

from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.shift import Shift, ShiftState, Stock
from domain.shift_terms import ON_THE_JOB
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import (
    BREAKDOWN_CELL,
    CREW,
    DEPOT_CELL,
    DESK_ACTOR,
    NOON,
    PROVIDER,
    TOWING,
    TRUCK,
    some_id,
)
from tests.support.rulebook import STREAM

OFFERS = st.sampled_from([some_id(31), some_id(32), some_id(33)])
REQUESTS = st.sampled_from([some_id(41), some_id(42)])
CELLS = st.sampled_from([DEPOT_CELL, BREAKDOWN_CELL])
STOCKS = st.sampled_from([Stock(20, 4, 0), Stock(0, 0, 0)])
DUTY_ENDS = NOON + timedelta(minutes=2)
WHATEVER_IT_DOES = {Shift.WentStale, Shift.Recovered, Shift.StockUpdated}


class ShiftMachine(AggregateMachine[Shift]):
    """Random commands on one shift."""

    def __init__(self) -> None:
        super().__init__(
            Shift.start(
                STREAM,
                provider_id=PROVIDER,
                crew_id=CREW,
                truck_id=TRUCK,
                capabilities=TOWING,
                cell=DEPOT_CELL,
                ends_by=DUTY_ENDS,
                at=NOON,
            )
        )

    @rule(offer_id=OFFERS, request_id=REQUESTS)
    def hold(self, offer_id: UUID, request_id: UUID) -> None:
        self.attempt(lambda s: s.hold(offer_id, request_id, self.now))

    @rule(offer_id=OFFERS)
    def commit(self, offer_id: UUID) -> None:
        self.attempt(lambda s: s.commit(offer_id, self.now))

    @rule(offer_id=OFFERS, cell=CELLS)
    def release(self, offer_id: UUID, cell: str) -> None:
        self.attempt(lambda s: s.release(offer_id, cell, self.now))

    @rule()
    def arrive_at_job(self) -> None:
        self.attempt(lambda s: s.arrive_at_job(self.now))

    @rule()
    def set_off_with_vehicle(self) -> None:
        self.attempt(lambda s: s.set_off_with_vehicle(self.now))

    @rule()
    def wrap_up(self) -> None:
        self.attempt(lambda s: s.wrap_up(self.now))

    @rule(cell=CELLS)
    def get_ready(self, cell: str) -> None:
        self.attempt(lambda s: s.get_ready(cell, self.now))

    @rule(cell=CELLS)
    def move(self, cell: str) -> None:
        self.attempt(lambda s: s.move(cell, self.now))

    @rule()
    def go_stale(self) -> None:
        self.attempt(lambda s: s.go_stale(self.now))

    @rule(cell=CELLS)
    def recover(self, cell: str) -> None:
        self.attempt(lambda s: s.recover(cell, self.now))

    @rule()
    def force_off(self) -> None:
        self.attempt(lambda s: s.force_off(self.now))

    @rule(stock=STOCKS)
    def update_stock(self, stock: Stock) -> None:
        self.attempt(lambda s: s.update_stock(stock, self.now))

    @rule()
    def start_break(self) -> None:
        self.attempt(lambda s: s.start_break(self.now))

    @rule(cell=CELLS)
    def end_break(self, cell: str) -> None:
        self.attempt(lambda s: s.end_break(cell, self.now))

    @rule()
    def end(self) -> None:
        self.attempt(lambda s: s.end(self.now))

    @invariant()
    def one_job_at_a_time(self) -> None:
        kept_for: tuple[object, object] | None = None
        hard = False
        for told in self.history[1:]:
            ids = (told.fields.get("offer_id"), told.fields.get("request_id"))
            if told.event_class is Shift.Held:
                assert kept_for is None
                kept_for, hard = ids, False
            elif told.event_class is Shift.Committed:
                assert (kept_for, hard) == (ids, False)
                hard = True
            elif told.event_class is Shift.Released:
                assert kept_for == ids
                kept_for, hard = None, False
            elif told.event_class in {Shift.ArrivedAtJob, Shift.SetOffWithVehicle, Shift.WrappingUp}:
                assert (kept_for, hard) == (ids, True)
            elif told.event_class not in WHATEVER_IT_DOES:
                assert kept_for is None
        assert (self.aggregate.doing in ON_THE_JOB) == hard
        assert (self.aggregate.reservation is not None) == (kept_for is not None)

    @invariant()
    def what_ended_has_ended(self) -> None:
        assert not {"shift.ended", "shift.forced_off"} & set(self.topics()[:-1])

    @invariant()
    def nobody_asks_who_is_silent_or_over_time(self) -> None:
        silent = False
        for told in self.history:
            if told.event_class is Shift.Held:
                assert not silent
                assert told.at < DUTY_ENDS
            silent = silent or told.event_class is Shift.WentStale
            silent = silent and told.event_class not in {Shift.Recovered, Shift.BreakEnded}
        assert silent == self.aggregate.is_stale

    @invariant()
    def a_job_goes_only_forward(self) -> None:
        stages = (Shift.Committed, Shift.ArrivedAtJob, Shift.SetOffWithVehicle, Shift.WrappingUp)
        reached = -1
        for told in self.history:
            if told.event_class in stages:
                assert stages.index(told.event_class) > reached
                reached = stages.index(told.event_class)
            elif told.event_class is Shift.Released:
                reached = -1

    @invariant()
    def what_is_said_to_be_open_is_open(self) -> None:
        tried = {
            "start_break": lambda s: s.start_break(self.now),
            "end_break": lambda s: s.end_break(DEPOT_CELL, self.now),
            "end": lambda s: s.end(self.now),
            "get_ready": lambda s: s.get_ready(DEPOT_CELL, self.now),
            "update_stock": lambda s: s.update_stock(Stock(1, 1, 1), self.now),
            "force_off": lambda s: s.force_off(self.now),
        }
        said = set(self.aggregate.can(DESK_ACTOR, self.now))
        possible = {act for act, command in tried.items() if self.would_be_news(command)}
        # Ending while an offer is out takes the offer back first, which is the use case's part.
        if self.aggregate.doing is ShiftState.OFFERED:
            possible.add("end")
        assert said == possible


TestShift = ShiftMachine.TestCase
TestShift.settings = settings(max_examples=examples(60), stateful_step_count=30, deadline=None)
