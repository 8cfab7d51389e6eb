"""Does the check find a request that nothing drives on, and only such?"""

from datetime import datetime, timedelta

import pytest

from application.dispatch.board import Open
from application.dispatch.orphans import orphans, without_timer
from tests.dispatcher.city import City, near
from tests.support.roadside import NOON, OFFER, REQUEST, TENANT

PATIENCE = timedelta(seconds=10)
LONG_AGO = NOON - timedelta(minutes=5)


def searching(updated_at: datetime = LONG_AGO, due_at: datetime | None = NOON + timedelta(seconds=5)) -> Open:
    return Open(TENANT, REQUEST, updated_at, None, search_due_at=due_at, lapses_at=None)


def asked(lapses_at: datetime | None, search_due_at: datetime | None = None) -> Open:
    return Open(TENANT, REQUEST, LONG_AGO, OFFER, search_due_at, lapses_at)


def is_orphan(request: Open, *looked_at: object) -> bool:
    return orphans([request], frozenset(looked_at), NOON, PATIENCE) == [request]  # type: ignore[arg-type]  # ids of a test


def test_a_search_that_no_round_looked_at_is_an_orphan() -> None:
    assert is_orphan(searching())
    assert not is_orphan(searching(), REQUEST)


def test_a_search_without_a_timer_is_an_orphan_although_it_is_looked_at() -> None:
    """I3: a request that is searching has a pending timer."""
    forgotten = searching(due_at=None)
    assert is_orphan(forgotten, REQUEST)
    assert without_timer([forgotten, searching(), asked(None), asked(NOON)]) == [forgotten, asked(None)]


def test_a_search_whose_timer_nobody_acts_on_is_an_orphan() -> None:
    assert is_orphan(searching(due_at=NOON - timedelta(seconds=11)), REQUEST)
    assert not is_orphan(searching(due_at=NOON - timedelta(seconds=9)), REQUEST)


def test_what_changed_a_moment_ago_is_not_judged() -> None:
    assert not is_orphan(searching(NOON - timedelta(seconds=9)))


def test_an_offer_that_is_out_in_its_time_drives_the_request_on() -> None:
    assert not is_orphan(asked(NOON + timedelta(seconds=20)))
    assert not is_orphan(asked(NOON - timedelta(seconds=9)))
    assert not is_orphan(asked(NOON + timedelta(seconds=20), search_due_at=NOON - timedelta(minutes=3)))


def test_an_offer_long_lapsed_or_without_a_timer_does_not() -> None:
    assert is_orphan(asked(NOON - timedelta(seconds=11)))
    assert is_orphan(asked(None))
    assert is_orphan(asked(None, search_due_at=NOON + timedelta(seconds=5)))


@pytest.mark.anyio
async def test_a_city_at_work_has_none_and_one_whose_dispatcher_reads_nothing_does() -> None:
    city = City()
    await city.on_duty(near(1))
    requests = {await city.calls() for _ in range(3)}
    await city.rounds(1)
    city.later(seconds=20)
    await city.rounds(1)
    assert await city.dispatch.find_orphans(city.now, PATIENCE) == []
    blind = city.new_dispatch()
    assert {each.request_id for each in await blind.find_orphans(city.now, PATIENCE)} < requests
