"""Can a deployment's own decisions be taken again from its log: fresh positions, refusals and restarts too?"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from application.dispatch.policies.catalogue import POLICIES, work_times_for
from application.dispatch.policies.names import PolicyName
from application.dispatch.rounds import Judgement, Rounds
from application.log import LoggedEvent
from infra.dispatch.whereabouts import LastPositions
from interfaces.simulate.looks import MADE
from interfaces.simulate.playback import Miss, Reproduced, Setting, played_back
from tests.dispatcher.city import City, near

pytestmark = pytest.mark.anyio


class DrivenCity(City):
    """A city whose dispatcher decides by a policy of its own, and whose crews say where they are."""

    policy = PolicyName.ASSIGNMENT

    def new_dispatch(self) -> Rounds:
        self.judgement = Judgement(POLICIES[self.policy](), work_times=work_times_for(self.policy), asking=self.asking)
        where = LastPositions(self.positions)
        return Rounds(self.board, self.engine, self.limits, self.told, self.rules, where, self.judgement)


async def story() -> DrivenCity:
    """Five crews who drove on, nine calls, one no, one silence, and a dispatcher that was started anew in between."""
    city = DrivenCity()
    crews = [await city.on_duty(near(km)) for km in (1, 3, 5, 7, 9)]
    for n, (_, shift_id) in enumerate(crews):
        await city.says_it_is_at(shift_id, 8.5 - 2 * n)
    first = [await city.calls(near(km)) for km in (2, 4)]
    await city.rounds(6)
    who = {shift_id: actor for actor, shift_id in crews}
    await city.declines(who[city.live_offer(first[0]).shift_id], first[0])
    await city.accepts(who[city.live_offer(first[1]).shift_id], first[1])
    await city.rounds(12)
    city.later(seconds=31)
    await city.says_it_is_at(crews[0][1], 6.5)
    await city.rounds(12)
    city.dispatch = city.new_dispatch()
    for km in (1, 6, 8):
        await city.calls(near(km))
    await city.rounds(12)
    return city


def setting(city: City) -> Setting:
    return Setting(asking=city.asking, limits=city.limits)


def _with(event: LoggedEvent, told: object) -> LoggedEvent:
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return LoggedEvent(**{**fields, "payload": json.dumps(told).encode()})


async def taken_again(city: City, recorded: list[LoggedEvent] | None = None) -> Reproduced:
    return await played_back(recorded or city.log.events, lambda _event: True, setting(city))


async def test_that_all_of_them_come_out_the_same() -> None:
    city = await story()
    made = sum(event.topic == MADE for event in city.log.events)

    found = await taken_again(city)

    assert made >= 7
    assert found == Reproduced(made, made)


async def test_that_without_fresh_positions_they_would_not() -> None:
    city = await story()
    recorded = [
        _with(event, {**told, "inputs": {**told["inputs"], "moved": {}}, "candidates": []})
        if event.topic == MADE and (told := json.loads(event.payload))
        else event
        for event in city.log.events
    ]

    found = await taken_again(city, recorded)

    assert found.same == 0
    assert Miss.CELLS_ARE_OTHERS.value in found.why


async def test_that_a_board_that_was_read_in_between_is_named() -> None:
    city = City()
    await city.on_duty(near(1))
    await city.calls()
    city.board.frozen_at = {"matching_table": len(city.log.events) - 1}
    await city.rounds(1)
    city.board.thaw()

    found = await taken_again(city)

    assert (found.decisions, found.same) == (1, 0)
    assert dict(found.why) == {Miss.BOARD_WAS_BETWEEN.value: 1}


async def test_that_drive_times_that_are_gone_are_named() -> None:
    city = await story()

    found = await played_back(city.log.events, lambda _: True, replace(setting(city), travel_of=lambda _name: None))

    assert set(found.why) == {Miss.OTHER_DRIVE_TIMES.value}
    assert found.same == 0
