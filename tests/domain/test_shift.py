"""What are the rules of a shift?"""

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.actor import Actor
from domain.catalogue import Capability, Service, VehicleClass
from domain.geography import BadCell
from domain.refusal import OutOfTurn
from domain.shift import NotCapable, NotReserved, Shift, ShiftEnded, ShiftOnBreak, ShiftReserved, ShiftState
from infra.event_store import codec
from tests.domain.facts import (
    COMMITTED,
    DUTY_ENDS,
    ON_BREAK,
    RELEASED,
    SHIFT_ENDED,
    SHIFT_HELD,
    STARTED,
    UP_TO_VANS,
)
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    BREAKDOWN_CELL,
    CREW,
    DEPOT_CELL,
    DESK_ACTOR,
    NOON,
    OFFER,
    OTHER_OFFER,
    OTHER_REQUEST,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    THE_PROVIDER,
    TOWING,
    TRUCK,
)
from tests.support.rulebook import Fact, born, fact, given, replayed, row_of, state_of

Command = Callable[[Shift], None]


def start(capabilities: tuple[Capability, ...] = TOWING, cell: str = DEPOT_CELL) -> Shift:
    return Shift.start(
        SHIFT,
        provider_id=PROVIDER,
        crew_id=CREW,
        truck_id=TRUCK,
        capabilities=capabilities,
        vehicle_classes=UP_TO_VANS,
        cell=cell,
        ends_by=DUTY_ENDS,
        at=NOON,
    )


def hold(offer_id: UUID = OFFER, request_id: UUID = REQUEST) -> Command:
    return lambda s: s.hold(offer_id, request_id, NOON)


def commit(offer_id: UUID = OFFER) -> Command:
    return lambda s: s.commit(offer_id, SOON)


def release(offer_id: UUID = OFFER) -> Command:
    return lambda s: s.release(offer_id, BREAKDOWN_CELL, SOON)


def start_break(s: Shift) -> None:
    s.start_break(NOON)


def end_break(s: Shift) -> None:
    s.end_break(BREAKDOWN_CELL, SOON)


def end(s: Shift) -> None:
    s.end(SOON)


BACK = fact(Shift.BreakEnded, SOON, cell=BREAKDOWN_CELL)


def test_a_shift_begins_with_what_it_can_do() -> None:
    assert born(start()) == STARTED
    assert born(start((Capability.TOW, Capability.FLAT_TYRE, Capability.TOW))) == STARTED


def test_a_shift_that_can_do_nothing_does_not_begin() -> None:
    with pytest.raises(NotCapable):
        start(())


def test_a_shift_begins_at_a_cell() -> None:
    with pytest.raises(BadCell):
        start(cell="8928308280fffff")


def test_the_reservation_from_none_to_soft_to_hard_to_none() -> None:
    given(Shift, STARTED).when(hold()).then(SHIFT_HELD)
    given(Shift, STARTED, SHIFT_HELD).when(commit()).then(COMMITTED)
    given(Shift, STARTED, SHIFT_HELD, COMMITTED).when(release()).then(RELEASED)
    free = given(Shift, STARTED, SHIFT_HELD, COMMITTED, RELEASED).now()
    assert (free.state, free.reservation, free.cell) == (ShiftState.AVAILABLE, None, BREAKDOWN_CELL)


def test_the_same_said_twice_is_no_news() -> None:
    given(Shift, STARTED, SHIFT_HELD).when(hold()).then_nothing()
    given(Shift, STARTED, SHIFT_HELD, COMMITTED).when(commit()).then_nothing()
    given(Shift, STARTED, ON_BREAK).when(start_break).then_nothing()
    given(Shift, STARTED).when(end_break).then_nothing()
    given(Shift, STARTED, SHIFT_ENDED).when(end).then_nothing()


@pytest.mark.parametrize("facts", [(SHIFT_HELD,), (SHIFT_HELD, COMMITTED)], ids=["soft", "hard"])
def test_one_job_at_a_time(facts: tuple[Fact, ...]) -> None:
    given(Shift, STARTED, *facts).when(hold(OTHER_OFFER, OTHER_REQUEST)).then_refused(ShiftReserved)
    given(Shift, STARTED, *facts).when(hold(OTHER_OFFER, REQUEST)).then_refused(ShiftReserved)
    given(Shift, STARTED, *facts).when(hold(OFFER, OTHER_REQUEST)).then_refused(ShiftReserved)
    given(Shift, STARTED, *facts).when(start_break).then_refused(ShiftReserved)
    given(Shift, STARTED, *facts).when(end).then_refused(ShiftReserved)
    given(Shift, STARTED, *facts).when(commit(OTHER_OFFER)).then_refused(NotReserved)
    given(Shift, STARTED, *facts).when(release(OTHER_OFFER)).then_refused(NotReserved)


def test_an_accepted_offer_is_not_held_softly_again() -> None:
    given(Shift, STARTED, SHIFT_HELD, COMMITTED).when(hold()).then_refused(ShiftReserved)


def test_nothing_is_committed_or_released_that_was_not_held() -> None:
    given(Shift, STARTED).when(commit()).then_refused(NotReserved)
    given(Shift, STARTED).when(release()).then_refused(NotReserved)


def test_a_released_shift_can_be_held_for_another_job() -> None:
    news = fact(Shift.Held, NOON, offer_id=OTHER_OFFER, request_id=OTHER_REQUEST)
    given(Shift, STARTED, SHIFT_HELD, RELEASED).when(hold(OTHER_OFFER, OTHER_REQUEST)).then(news)


def test_a_break_is_respected() -> None:
    given(Shift, STARTED).when(start_break).then(ON_BREAK)
    given(Shift, STARTED, ON_BREAK).when(hold()).then_refused(ShiftOnBreak)
    given(Shift, STARTED, ON_BREAK).when(end_break).then(BACK)
    given(Shift, STARTED, ON_BREAK, BACK).when(hold()).then(SHIFT_HELD)
    given(Shift, STARTED, SHIFT_HELD).when(end_break).then_refused(OutOfTurn)
    given(Shift, STARTED, ON_BREAK).when(end).then(SHIFT_ENDED)


@pytest.mark.parametrize("command", [hold(), commit(), release(), start_break, end_break])
def test_nothing_happens_on_a_shift_that_ended(command: Command) -> None:
    given(Shift, STARTED, SHIFT_ENDED).when(command).then_refused(ShiftEnded)


def test_a_shift_does_only_what_it_can() -> None:
    shift = given(Shift, STARTED).now()
    shift.check_capable(Service.TOW, VehicleClass.CAR)
    for service, size in [
        (Service.LOCKOUT, VehicleClass.CAR),
        (Service.TOW, VehicleClass.TWO_WHEELER),
        (Service.TOW, VehicleClass.TRUCK),
        (Service.FLAT_TYRE, VehicleClass.TRUCK),
    ]:
        with pytest.raises(NotCapable):
            shift.check_capable(service, size)


@pytest.mark.parametrize(
    ("facts", "actor", "open_acts"),
    [
        ((), THE_PROVIDER, ("start_break", "end", "update_stock")),
        ((), DESK_ACTOR, ("start_break", "end", "update_stock")),
        ((ON_BREAK,), THE_PROVIDER, ("end_break", "end", "update_stock")),
        ((SHIFT_HELD,), THE_PROVIDER, ("end", "update_stock")),
        ((SHIFT_HELD, COMMITTED), THE_PROVIDER, ("update_stock",)),
        ((SHIFT_ENDED,), THE_PROVIDER, ()),
        ((), ANOTHER_PROVIDER, ()),
    ],
)
def test_what_is_open_to_whom(facts: tuple[Fact, ...], actor: Actor, open_acts: tuple[str, ...]) -> None:
    assert given(Shift, STARTED, *facts).now().can(actor, SOON) == open_acts


@pytest.mark.parametrize(
    "facts", [(), (SHIFT_HELD,), (SHIFT_HELD, COMMITTED), (SHIFT_HELD, COMMITTED, RELEASED), (ON_BREAK,)]
)
def test_a_snapshot_restores_a_shift_and_goes_on(facts: tuple[Fact, ...]) -> None:
    rows = [row_of(told, 1 + i) for i, told in enumerate((STARTED, *facts))]
    shift = replayed(rows)
    assert isinstance(shift, Shift)
    thawed = codec.thaw(Shift, shift.id, shift.version, codec.freeze(shift))
    assert thawed is not None
    assert state_of(thawed) == state_of(shift)
    ended = row_of(SHIFT_ENDED, shift.version + 1)
    assert state_of(one(codec.replay(shift.id, [ended], thawed))) == state_of(one(replayed([*rows, ended])))


def one(found: object) -> Shift:
    assert isinstance(found, Shift)
    return found
