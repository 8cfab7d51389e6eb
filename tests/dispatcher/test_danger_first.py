"""Whatever the policy prefers: does a whole round serve an SOS first, and then where waiting is dangerous?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from application.dispatch.policies.catalogue import POLICIES, work_times_for
from application.dispatch.rounds import Judgement, Rounds
from domain.request_terms import Hazard
from infra.dispatch.whereabouts import LastPositions
from tests.dispatcher.city import City, near

if TYPE_CHECKING:
    from application.dispatch.policies.names import PolicyName

pytestmark = pytest.mark.anyio
every_policy = pytest.mark.parametrize("name", list(POLICIES))


def dispatched_by(city: City, name: PolicyName) -> None:
    judgement = Judgement(POLICIES[name](), work_times=work_times_for(name))
    seen = LastPositions(city.positions)
    city.dispatch = Rounds(city.board, city.engine, city.limits, city.told, city.rules, seen, judgement)


@every_policy
async def test_one_crew_and_many_waiting_the_sos_is_asked_for_first(name: PolicyName) -> None:
    city = City()
    dispatched_by(city, name)
    waiting = [await city.calls(near(1)) for _ in range(4)]
    city.later(minutes=20)
    danger = await city.calls(near(3), sos=True)
    await city.on_duty(near(1))
    await city.rounds(60)
    assert city.offers(danger)
    assert all(not city.offers(request_id) for request_id in waiting)


@every_policy
async def test_an_sos_does_not_wait_for_the_next_plan(name: PolicyName) -> None:
    """A policy that rests is asked again at once."""
    city = City()
    dispatched_by(city, name)
    await city.calls(near(900))
    await city.rounds(4)
    await city.on_duty(near(2))
    danger = await city.calls(near(2.5), sos=True)
    await city.rounds(2)
    assert city.live_offer(danger).state == "made"


@every_policy
async def test_where_waiting_is_dangerous_comes_before_who_waits_longer(name: PolicyName) -> None:
    city = City()
    dispatched_by(city, name)
    first = await city.calls(near(1))
    city.later(seconds=20)
    lane = await city.calls(near(1.2), hazards=(Hazard.LIVE_LANE, Hazard.NIGHT))
    await city.on_duty(near(1.1))
    await city.rounds(60)
    assert city.offers(lane)
    assert not city.offers(first)
