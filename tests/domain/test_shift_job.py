"""How does a shift do its job, from the acceptance to being free again?"""

from collections.abc import Callable

import pytest

from domain.refusal import OutOfTurn
from domain.shift import NotReserved, Shift, ShiftEnded, ShiftOverTime, ShiftReserved, ShiftState
from tests.domain.facts import (
    AT_JOB,
    COMMITTED,
    DUTY_ENDS,
    IN_TRANSIT,
    ON_BREAK,
    RELEASED,
    SHIFT_ENDED,
    SHIFT_HELD,
    STARTED,
    WRAPPING_UP,
)
from tests.support.roadside import BREAKDOWN_CELL, OFFER, OTHER_OFFER, REQUEST, SOON, THE_PROVIDER
from tests.support.rulebook import Fact, given

Command = Callable[[Shift], None]
TAKEN = (STARTED, SHIFT_HELD, COMMITTED)
TOWED = (*TAKEN, AT_JOB, IN_TRANSIT)


def arrive(s: Shift) -> None:
    s.arrive_at_job(SOON)


def set_off(s: Shift) -> None:
    s.set_off_with_vehicle(SOON)


def wrap_up(s: Shift) -> None:
    s.wrap_up(SOON)


def get_ready(s: Shift) -> None:
    s.get_ready(BREAKDOWN_CELL, SOON)


def release(s: Shift) -> None:
    s.release(OFFER, BREAKDOWN_CELL, SOON)


def end(s: Shift) -> None:
    s.end(SOON)


ACTS = {"arrive": arrive, "set_off": set_off, "wrap_up": wrap_up, "get_ready": get_ready}


def test_a_repair_from_the_acceptance_to_the_next_job() -> None:
    given(Shift, *TAKEN).when(arrive).then(AT_JOB)
    given(Shift, *TAKEN, AT_JOB).when(wrap_up).then(WRAPPING_UP)
    given(Shift, *TAKEN, AT_JOB, WRAPPING_UP).when(get_ready).then(RELEASED)
    free = given(Shift, *TAKEN, AT_JOB, WRAPPING_UP, RELEASED).now()
    assert (free.state, free.reservation, free.is_kept_for(OFFER)) == (ShiftState.AVAILABLE, None, False)


def test_a_tow_carries_the_vehicle_off() -> None:
    given(Shift, *TAKEN, AT_JOB).when(set_off).then(IN_TRANSIT)
    given(Shift, *TOWED).when(wrap_up).then(WRAPPING_UP)


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        ((*TAKEN, AT_JOB), arrive),
        (TOWED, set_off),
        ((*TOWED, WRAPPING_UP), wrap_up),
        ((*TOWED, WRAPPING_UP, RELEASED), get_ready),
    ],
)
def test_the_same_said_twice_is_no_news(facts: tuple[Fact, ...], command: Command) -> None:
    given(Shift, *facts).when(command).then_nothing()


@pytest.mark.parametrize(
    ("facts", "act"),
    [
        ((STARTED,), "arrive"),
        ((STARTED,), "set_off"),
        ((STARTED,), "wrap_up"),
        ((STARTED, SHIFT_HELD), "arrive"),
        ((STARTED, SHIFT_HELD), "get_ready"),
        ((STARTED, ON_BREAK), "arrive"),
        ((STARTED, ON_BREAK), "get_ready"),
        (TAKEN, "get_ready"),
        (TOWED, "arrive"),
        ((*TOWED, WRAPPING_UP), "arrive"),
        ((*TOWED, WRAPPING_UP), "set_off"),
    ],
)
def test_a_job_goes_only_forward(facts: tuple[Fact, ...], act: str) -> None:
    given(Shift, *facts).when(ACTS[act]).then_refused(OutOfTurn)


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_on_a_shift_that_ended(act: str) -> None:
    given(Shift, STARTED, SHIFT_ENDED).when(ACTS[act]).then_refused(ShiftEnded)


@pytest.mark.parametrize("facts", [TAKEN, (*TAKEN, AT_JOB), TOWED, (*TOWED, WRAPPING_UP)])
def test_a_job_can_be_taken_away_at_any_stage_and_holds_until_then(facts: tuple[Fact, ...]) -> None:
    given(Shift, *facts).when(lambda s: s.hold(OTHER_OFFER, REQUEST, SOON)).then_refused(ShiftReserved)
    given(Shift, *facts).when(end).then_refused(ShiftReserved)
    given(Shift, *facts).when(release).then(RELEASED)
    given(Shift, *facts, RELEASED).when(release).then_refused(NotReserved)
    assert given(Shift, *facts).now().is_kept_for(OFFER)


def test_only_who_wraps_up_may_get_ready() -> None:
    assert given(Shift, *TOWED, WRAPPING_UP).now().can(THE_PROVIDER, SOON) == ("get_ready", "update_stock")
    assert given(Shift, *TOWED).now().can(THE_PROVIDER, SOON) == ("update_stock",)


def test_after_the_longest_duty_there_are_no_offers_but_a_job_goes_on() -> None:
    given(Shift, STARTED).when(lambda s: s.hold(OFFER, REQUEST, DUTY_ENDS)).then_refused(ShiftOverTime)
    late = given(Shift, *TAKEN).now()
    late.arrive_at_job(DUTY_ENDS)
    late.release(OFFER, BREAKDOWN_CELL, DUTY_ENDS)
    assert late.state is ShiftState.AVAILABLE
