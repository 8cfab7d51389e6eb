"""Whatever a shift is kept for: one job at a time, and does replay agree?"""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.shift import Shift, ShiftState
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
            else:
                assert kept_for is None
        assert (self.aggregate.state is ShiftState.COMMITTED) == hard
        assert (self.aggregate.reservation is not None) == (kept_for is not None)

    @invariant()
    def what_ended_has_ended(self) -> None:
        assert "shift.ended" not in self.topics()[:-1]

    @invariant()
    def what_is_said_to_be_open_is_open(self) -> None:
        tried = {
            "start_break": lambda s: s.start_break(self.now),
            "end_break": lambda s: s.end_break(DEPOT_CELL, self.now),
            "end": lambda s: s.end(self.now),
        }
        said = set(self.aggregate.can(DESK_ACTOR))
        possible = {act for act, command in tried.items() if self.would_be_news(command)}
        # Ending while an offer is out takes the offer back first, which is the use case's part.
        assert said == possible | ({"end"} if self.aggregate.state is ShiftState.OFFERED else set())


TestShift = ShiftMachine.TestCase
TestShift.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
