"""What becomes of a shift that moves, falls silent, comes back, or is ended by us?"""

from datetime import timedelta

import pytest

from domain.geography import BadCell
from domain.refusal import OutOfTurn
from domain.shift import Shift, ShiftEnded, ShiftOnBreak, ShiftReserved, ShiftStale, ShiftState, Stock
from domain.shift_terms import MOST_FUEL_L, BadDuty, BadStock, NotCapable, WhyForcedOff
from tests.domain.facts import (
    AT_JOB,
    COMMITTED,
    DUTY_ENDS,
    FORCED_OFF,
    ON_BREAK,
    RECOVERED,
    RELEASED,
    SHIFT_ENDED,
    SHIFT_HELD,
    STARTED,
    WENT_STALE,
)
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    BREAKDOWN_CELL,
    CREW,
    DEPOT_CELL,
    DESK_ACTOR,
    NOON,
    OFFER,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    THE_PROVIDER,
    TOWING,
    TRUCK,
)
from tests.support.rulebook import Fact, fact, given

MOVED = fact(Shift.Moved, SOON, cell=BREAKDOWN_CELL)
OVER_TIME = fact(Shift.ForcedOff, DUTY_ENDS, provider_id=PROVIDER, why=WhyForcedOff.OVER_TIME)
JOB = (SHIFT_HELD, COMMITTED, AT_JOB)


def move(s: Shift) -> None:
    s.move(BREAKDOWN_CELL, SOON)


def go_stale(s: Shift) -> None:
    s.go_stale(SOON)


def recover(s: Shift) -> None:
    s.recover(BREAKDOWN_CELL, SOON)


def force_off(s: Shift) -> None:
    s.force_off(SOON)


def force_off_late(s: Shift) -> None:
    s.force_off(DUTY_ENDS)


def test_a_free_shift_moves_once() -> None:
    given(Shift, STARTED).when(move).then(MOVED)
    given(Shift, STARTED, MOVED).when(move).then_nothing()


def test_only_a_free_shift_moves() -> None:
    given(Shift, STARTED, SHIFT_HELD).when(move).then_refused(ShiftReserved)
    given(Shift, STARTED, *JOB).when(move).then_refused(ShiftReserved)
    given(Shift, STARTED, ON_BREAK).when(move).then_refused(ShiftOnBreak)
    given(Shift, STARTED, WENT_STALE).when(move).then_refused(ShiftStale)
    given(Shift, STARTED, SHIFT_ENDED).when(move).then_refused(ShiftEnded)
    given(Shift, STARTED).when(lambda s: s.move("8928308280fffff", SOON)).then_refused(BadCell)


@pytest.mark.parametrize("facts", [(), (ON_BREAK,), (SHIFT_HELD,), JOB[:2], JOB], ids=len)
def test_a_silent_shift_comes_back_to_what_it_was_doing(facts: tuple[Fact, ...]) -> None:
    before = given(Shift, STARTED, *facts).now()
    given(Shift, STARTED, *facts).when(go_stale).then(WENT_STALE)
    silent = given(Shift, STARTED, *facts, WENT_STALE).now()
    assert (silent.state, silent.reservation) == (ShiftState.STALE, before.reservation)
    given(Shift, STARTED, *facts, WENT_STALE).when(recover).then(RECOVERED)
    back = given(Shift, STARTED, *facts, WENT_STALE, RECOVERED).now()
    assert (back.state, back.reservation, back.cell) == (before.state, before.reservation, BREAKDOWN_CELL)


def test_silence_and_return_are_noted_once() -> None:
    given(Shift, STARTED, WENT_STALE).when(go_stale).then_nothing()
    given(Shift, STARTED).when(recover).then_nothing()
    given(Shift, STARTED, SHIFT_ENDED).when(go_stale).then_refused(ShiftEnded)
    given(Shift, STARTED, SHIFT_ENDED).when(recover).then_refused(ShiftEnded)


def test_a_silent_shift_gets_no_offer_but_finishes_its_job() -> None:
    given(Shift, STARTED, WENT_STALE).when(lambda s: s.hold(OFFER, REQUEST, NOON)).then_refused(ShiftStale)
    given(Shift, STARTED, WENT_STALE).when(lambda s: s.start_break(SOON)).then_refused(ShiftStale)
    given(Shift, STARTED, SHIFT_HELD, WENT_STALE).when(lambda s: s.commit(OFFER, SOON)).then(COMMITTED)
    release = given(Shift, STARTED, *JOB, WENT_STALE).when(lambda s: s.release(OFFER, BREAKDOWN_CELL, SOON))
    release.then(RELEASED)
    assert given(Shift, STARTED, *JOB, WENT_STALE, RELEASED).now().state is ShiftState.STALE


def test_who_ends_a_break_is_heard_of() -> None:
    back = fact(Shift.BreakEnded, SOON, cell=BREAKDOWN_CELL)
    given(Shift, STARTED, ON_BREAK, WENT_STALE).when(lambda s: s.end_break(BREAKDOWN_CELL, SOON)).then(back)
    assert given(Shift, STARTED, ON_BREAK, WENT_STALE, back).now().state is ShiftState.AVAILABLE


def test_a_shift_is_forced_off_when_silent_or_over_time() -> None:
    given(Shift, STARTED, WENT_STALE).when(force_off).then(FORCED_OFF)
    given(Shift, STARTED).when(force_off_late).then(OVER_TIME)
    given(Shift, STARTED, ON_BREAK).when(force_off_late).then(OVER_TIME)
    given(Shift, STARTED, WENT_STALE, FORCED_OFF).when(force_off).then_nothing()
    assert given(Shift, STARTED, WENT_STALE, FORCED_OFF).now().state is ShiftState.ENDED


def test_nobody_is_forced_off_without_cause_or_with_a_job() -> None:
    given(Shift, STARTED).when(force_off).then_refused(OutOfTurn)
    given(Shift, STARTED, SHIFT_HELD, WENT_STALE).when(force_off).then_refused(ShiftReserved)
    given(Shift, STARTED, *JOB, WENT_STALE).when(force_off).then_refused(ShiftReserved)
    given(Shift, STARTED, *JOB).when(force_off_late).then_refused(ShiftReserved)


def test_stock_is_counted() -> None:
    counted = fact(Shift.StockUpdated, SOON, fuel_l=20, batteries=4, ev_kwh=0)
    update = Stock(20, 4, 0)
    given(Shift, STARTED).when(lambda s: s.update_stock(update, SOON)).then(counted)
    given(Shift, STARTED, counted).when(lambda s: s.update_stock(update, SOON)).then_nothing()
    given(Shift, STARTED, SHIFT_ENDED).when(lambda s: s.update_stock(update, SOON)).then_refused(ShiftEnded)


@pytest.mark.parametrize("wrong", [Stock(-1, 0, 0), Stock(MOST_FUEL_L + 1, 0, 0), Stock(0, 201, 0), Stock(0, 0, 1_001)])
def test_no_truck_carries_less_than_nothing_or_more_than_a_truck_can(wrong: Stock) -> None:
    given(Shift, STARTED).when(lambda s: s.update_stock(wrong, SOON)).then_refused(BadStock)


def test_a_duty_ends_after_it_begins_and_a_truck_is_made_for_something() -> None:
    def start(**more: object) -> Shift:
        return Shift.start(
            SHIFT,
            provider_id=PROVIDER,
            crew_id=CREW,
            truck_id=TRUCK,
            capabilities=TOWING,
            cell=DEPOT_CELL,
            at=NOON,
            **more,  # type: ignore[arg-type]  # one keyword at a time
        )

    with pytest.raises(BadDuty):
        start(ends_by=NOON)
    with pytest.raises(NotCapable):
        start(vehicle_classes=())
    assert start(ends_by=NOON + timedelta(hours=1)).ends_by is not None


def test_what_is_open_when_silent_or_late() -> None:
    silent = given(Shift, STARTED, WENT_STALE).now()
    assert silent.can(THE_PROVIDER, SOON) == ("end", "update_stock")
    assert silent.can(DESK_ACTOR, SOON) == ("end", "update_stock", "force_off")
    assert given(Shift, STARTED).now().can(DESK_ACTOR, DUTY_ENDS)[-1] == "force_off"
    assert given(Shift, STARTED, *JOB, WENT_STALE).now().can(DESK_ACTOR, DUTY_ENDS) == ("update_stock",)
    assert silent.can(ANOTHER_PROVIDER, SOON) == ()
