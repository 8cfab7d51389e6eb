"""Is anybody booked twice when providers race for jobs over HTTP while backends and the API are killed?"""

import pytest

from infra.bench.bookings import Bookings
from interfaces.bench.races import run
from tests.support.roadside import OFFER, REQUEST, SHIFT, some_id

RACE = [
    ("offer.accepted", OFFER, str(REQUEST)),
    ("service_request.assigned", REQUEST, None),
    ("shift.committed", SHIFT, str(REQUEST)),
]
# As many as last through every kind of outage once.
A_SAMPLE = 600
MANY = 100_000


def test_the_judge_sees_who_is_booked_twice() -> None:
    assert Bookings().hear(RACE).twice == []
    another = [("offer.accepted", some_id(2), str(REQUEST)), ("service_request.assigned", REQUEST, None)]
    assert len(Bookings().hear([*RACE, *another]).twice) == 2
    again = ("shift.committed", SHIFT, str(some_id(3)))
    assert len(Bookings().hear([*RACE, again]).twice) == 1
    free = ("shift.released", SHIFT, str(REQUEST))
    assert Bookings().hear([*RACE, free, again]).twice == []


def _nobody_was(accepts: int) -> None:
    report = run(quick=accepts < MANY, say=lambda _step: None, accepts=accepts)
    double, _ = report["bars"]
    assert double["ok"], report["figures"]
    assert report["figures"]["outages"], "nothing was broken"


@pytest.mark.servers
@pytest.mark.timeout(600)
def test_nobody_is_booked_twice_in_some_hundred_racing_accepts() -> None:
    _nobody_was(A_SAMPLE)


@pytest.mark.slow
@pytest.mark.servers
@pytest.mark.timeout(7_200)
def test_nobody_is_booked_twice_in_a_hundred_thousand_racing_accepts() -> None:
    _nobody_was(MANY)
