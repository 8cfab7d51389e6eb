"""How many are asked at once? One, then the fewest who are nearly sure, then all in reach; a guided crew is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.acknowledge_job import AcknowledgeJob, acknowledge_job
from application.dispatch.approach import Pace
from application.dispatch.asking import Asking, Step, asked_together, enough, step_of
from application.dispatch.board import Doing, FreeShift, Search, Stage
from application.dispatch.rounds import Judgement, Rounds
from application.dispatch.scarcity import Scarcity
from application.dispatch.snapshot import Snapshot, Unit
from application.dispatch.willing import LearntWillingness
from application.escalate_request import EscalateRequest, escalate_request
from application.lapse_offer import LapseOffer, lapse_offer
from application.set_engagement import SetEngagement, set_engagement
from domain.acceptance import FIRST_GUESS
from domain.catalogue import Capability, Service, VehicleClass
from domain.offer import DeclineReason
from domain.provider_terms import AnswersBy, Engagement
from domain.request_search import MOST_ASKED, EscalationReason
from domain.request_terms import RequestState
from infra.dispatch.whereabouts import LastPositions
from tests.dispatcher.city import City, near
from tests.dispatcher.test_sight import Looker
from tests.support.roadside import DESK_ACTOR, NOON, some_id

if TYPE_CHECKING:
    from uuid import UUID

    from domain.actor import Actor

pytestmark = pytest.mark.anyio

IDLE = FreeShift(
    tenant="demo",
    shift_id=some_id(10),
    version=1,
    provider_id=some_id(20),
    capabilities=frozenset(),
    vehicle_classes=frozenset({VehicleClass.CAR}),
    cell=near(0),
    free_since=NOON,
)

SEARCH = Search(
    tenant="demo",
    request_id=some_id(1),
    version=1,
    position=1,
    attempt=1,
    cell=near(0),
    needs=frozenset(),
    vehicle_class=VehicleClass.CAR,
    declined_by=frozenset(),
    passed_over={},
    requested_at=NOON,
    updated_at=NOON,
)


def seen(*searches: Search, idle: int, can: frozenset[Capability] = frozenset()) -> Snapshot:
    units = [Unit(replace(IDLE, shift_id=some_id(10 + n), capabilities=can), NOON) for n in range(idle)]
    return Snapshot(NOON, searches or [SEARCH], units, Pace())


@pytest.mark.parametrize(
    ("told", "step"),
    [
        ({}, Step.DIRECTED),
        ({"refusals": 1}, Step.DIRECTED),
        ({"refusals": 2}, Step.FAN_OUT),
        ({"refusals": 6}, Step.BROADCAST),
        ({"sos": True}, Step.FAN_OUT),
        ({"at_risk": True}, Step.FAN_OUT),
        ({"escalation": 1}, Step.DIRECTED),
        ({"escalation": 1, "refusals": 1}, Step.FAN_OUT),
        ({"escalation": 2}, Step.DIRECTED),
        ({"escalation": 2, "refusals": 1}, Step.BROADCAST),
        ({"escalation": 3}, Step.DIRECTED),
        ({"escalation": 3, "sos": True}, Step.FAN_OUT),
    ],
)
def test_each_refusal_leads_up_the_ladder_and_levels_alone_do_not_where_units_are_scarce(
    told: dict[str, int], step: Step
) -> None:
    assert step_of(replace(SEARCH, **told), Asking(), Scarcity(seen(idle=1))) is step  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level", "step"), [(0, Step.DIRECTED), (1, Step.DIRECTED), (2, Step.BROADCAST), (3, Step.BROADCAST)]
)
def test_with_units_to_spare_the_second_level_asks_everybody(level: int, step: Step) -> None:
    assert step_of(replace(SEARCH, escalation=level), Asking(), Scarcity(seen(idle=2))) is step


def test_units_are_scarce_where_no_more_are_idle_and_able_than_requests_compete_for_them() -> None:
    towing = replace(SEARCH, request_id=some_id(2), needs=frozenset({Capability.FLATBED_TOW}))
    fits_all = frozenset({Capability.FLATBED_TOW})
    assert not Scarcity(seen(idle=2)).is_for(SEARCH)
    assert Scarcity(seen(SEARCH, towing, idle=2, can=fits_all)).is_for(SEARCH), "both want one of the two"
    assert not Scarcity(seen(SEARCH, towing, idle=2)).is_for(SEARCH), "none of the two can tow"
    assert Scarcity(seen(SEARCH, towing, idle=2)).is_for(towing), "nobody can"
    elsewhere = replace(SEARCH, request_id=some_id(3), tenant="other")
    assert not Scarcity(seen(SEARCH, elsewhere, idle=2)).is_for(SEARCH), "another tenant's requests take nobody away"
    assert Scarcity(seen(SEARCH, elsewhere, idle=2)).is_for(elsewhere)


def test_units_are_scarce_where_most_of_those_who_could_serve_it_work() -> None:
    city = seen(idle=5)
    doing = Doing(some_id(900), Service.MECHANIC, Stage.AT_JOB, NOON, near(0))
    working = [replace(unit, doing=doing) for unit in city.units]
    assert not Scarcity(replace(city, units=[*city.units, *working[:4]])).is_for(SEARCH)
    assert Scarcity(replace(city, units=[*city.units, *working])).is_for(SEARCH)


@given(chances=st.lists(st.floats(0.02, 0.98), min_size=1, max_size=12), sure=st.floats(0.5, 0.99))
def test_it_takes_the_fewest_that_suffice_and_all_when_none_do(chances: list[float], sure: float) -> None:
    def nobody(count: int) -> float:
        left = 1.0
        for chance in chances[:count]:
            left *= 1 - chance
        return left

    count = enough(chances, sure)
    assert 1 <= count <= len(chances)
    assert count == len(chances) or 1 - nobody(count) >= sure
    assert count == 1 or 1 - nobody(count - 1) < sure


async def out(city: City, request_id: UUID) -> list[str]:
    """Which shifts are asked now."""
    return [str(row.shift_id) for row in city.offers(request_id) if row.state == "made"]


async def fleet(city: City, size: int) -> list[tuple[Actor, UUID]]:
    return [await city.on_duty(near(1 + number / 5)) for number in range(size)]


async def refused_twice(size: int) -> tuple[City, UUID, list[tuple[Actor, UUID]]]:
    city = City()
    crews = await fleet(city, size)
    request_id = await city.calls()
    for _ in range(2):
        await city.rounds()
        (live,) = [row for row in city.offers(request_id) if row.state == "made"]
        who = next(actor for actor, shift_id in crews if shift_id == live.shift_id)
        await city.declines(who, request_id)
    await city.rounds()
    return city, request_id, crews


async def test_after_two_refusals_the_fewest_are_asked_who_are_nearly_sure_to_say_yes() -> None:
    city, request_id, _ = await refused_twice(10)
    asked = await out(city, request_id)
    assert 3 <= len(asked) <= 7, f"about four, when each says yes with {FIRST_GUESS}; fewer are sure after two refusals"
    assert city.request(request_id).offers_out == len(asked)


async def test_the_first_to_accept_frees_the_others_and_lapses_lead_to_everybody() -> None:
    city, request_id, crews = await refused_twice(16)
    asked = await out(city, request_id)
    city.later(seconds=31)
    await city.rounds()
    everybody = await out(city, request_id)
    assert len(everybody) == MOST_ASKED > len(asked)
    winner = city.offers(request_id)[-1]
    who = next(actor for actor, shift_id in crews if shift_id == winner.shift_id)
    await city.takes(who, winner.offer_id)
    assert await out(city, request_id) == []
    states = [row.state for row in city.offers(request_id)]
    assert states.count("superseded") == MOST_ASKED - 1
    assert len(await city.board.free_shifts(100)) == len(crews) - 1


async def escalated(city: City, level: int) -> UUID:
    request_id = await city.calls()
    order = EscalateRequest(DESK_ACTOR, request_id, level, EscalationReason.DESK, city.now)
    await city.run(escalate_request, order)
    return request_id


async def test_where_the_desk_wants_more_and_units_are_to_spare_several_are_asked_at_once() -> None:
    city = City()
    request_id = await escalated(city, 2)
    await fleet(city, 6)
    await city.rounds()
    assert len(await out(city, request_id)) == 6


async def test_where_units_are_scarce_each_request_asks_one() -> None:
    city = City()
    escalated_ones = [await escalated(city, 2) for _ in range(6)]
    await fleet(city, 6)
    await city.rounds()
    assert [len(await out(city, request_id)) for request_id in escalated_ones] == [1] * 6


async def test_a_company_is_asked_once_however_many_trucks_it_has() -> None:
    city, looker = City(), Looker()
    crews = await fleet(city, 3)
    await city.calls(sos=True)
    await Rounds(
        city.board, city.engine, city.limits, city.told, city.rules, LastPositions(city.positions), Judgement(looker)
    ).round(city.now)
    snapshot: Snapshot = looker.seen[0]
    units = [replace(unit, shift=replace(unit.shift, provider_id=some_id(7))) for unit in snapshot.units]
    same = replace(snapshot, units=units)
    plan = city.judgement.policy.decide(same)
    assert [len(matches) for matches in asked_together(plan, same, Asking())] == [1]
    assert len(crews) == 3


async def test_one_at_a_time_where_a_deployment_wants_it() -> None:
    city = City(Asking(most=1))
    await fleet(city, 4)
    request_id = await city.calls(sos=True)
    await city.rounds()
    assert len(await out(city, request_id)) == 1


async def test_a_guided_crew_is_told_alone_and_loses_the_job_when_it_says_nothing() -> None:
    city = City()
    (who, shift_id), (_, other) = await fleet(city, 2)
    assert who.subject_id is not None
    order = SetEngagement(DESK_ACTOR, who.subject_id, Engagement.GUIDED, AnswersBy.APP, None, city.now)
    await city.run(set_engagement, order)
    request_id = await city.calls(sos=True)
    await city.rounds()
    row = city.request(request_id)
    assert (row.state, row.shift_id) == (RequestState.ASSIGNED, shift_id)
    assert len(city.offers(request_id)) == 1
    city.later(seconds=30)
    await city.rounds()
    assert city.request(request_id).escalation == 1, "reminded, and the desk knows"
    city.later(seconds=30)
    await city.rounds()
    assert city.live_offer(request_id).shift_id == other, "a contractor that is asked"


async def test_a_guided_crew_that_acknowledges_keeps_the_job() -> None:
    city = City()
    ((who, shift_id),) = await fleet(city, 1)
    assert who.subject_id is not None
    order = SetEngagement(DESK_ACTOR, who.subject_id, Engagement.GUIDED, AnswersBy.APP, None, city.now)
    await city.run(set_engagement, order)
    request_id = await city.calls()
    await city.rounds()
    await city.run(acknowledge_job, AcknowledgeJob(who, request_id, city.now))
    city.later(seconds=120)
    await city.rounds()
    assert (city.request(request_id).state, city.request(request_id).shift_id) == ("assigned", shift_id)


async def test_a_company_that_answers_by_its_desk_has_longer() -> None:
    city = City()
    ((who, _),) = await fleet(city, 1)
    assert who.subject_id is not None
    order = SetEngagement(DESK_ACTOR, who.subject_id, Engagement.CONTRACTOR, AnswersBy.DESK, None, city.now)
    await city.run(set_engagement, order)
    request_id = await city.calls()
    await city.rounds()
    live = city.live_offer(request_id)
    assert live.lapses_at - live.created_at == timedelta(seconds=90)


async def test_dispatch_learns_from_answers_but_not_from_what_was_unsuitable() -> None:
    city = City()
    (who, _), *_ = await fleet(city, 2)
    request_id = await city.calls()
    await city.rounds()
    await city.declines(who, request_id, DeclineReason.NO_EQUIPMENT)
    await city.rounds()
    willing = city.judgement.willing
    assert isinstance(willing, LearntWillingness)
    assert willing.model.heard == 0
    live = city.live_offer(request_id)
    city.now = live.lapses_at
    await city.run(lapse_offer, LapseOffer(DESK_ACTOR, live.offer_id, city.now))
    await city.rounds()
    assert willing.model.heard == 1
