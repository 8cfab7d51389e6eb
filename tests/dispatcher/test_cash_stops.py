"""Is a provider that owes too much cash asked for no job in cash, and for all others, until it hands some in?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from application.cash_in_hand import HandInCash, hand_in_cash
from application.decline_offer import DeclineOffer, decline_offer
from application.dispatch.candidates import MOST_BARS, Candidates
from application.dispatch.cash_stops import CashStop, cash_currency_of, with_stops
from application.dispatch.rounds import Judgement, Limits, Rounds
from application.log import LoggedEvent
from domain.decision_terms import RuledOut
from domain.money import Money
from domain.offer import DeclineReason
from domain.price_terms import PaymentMethod
from interfaces.simulate.playback import MADE, Reproduced, played_back
from projections.provider_jobs import JobRow, provider_jobs
from tests.application.priced import FLAT_TYRE
from tests.application.test_cash_in_hand import OWED, limited, paid_in_cash
from tests.dispatcher.board import MemoryBoard
from tests.dispatcher.city import Told, near
from tests.dispatcher.test_candidates import K, a_city, by_looking_at_each
from tests.dispatcher.test_considered import considering, idle
from tests.dispatcher.test_nearest import search, shift
from tests.support.roadside import ANOTHER_PROVIDER, DESK_ACTOR, NOON, OTHER_PROVIDER, PROVIDER, some_id

if TYPE_CHECKING:
    from uuid import UUID

    from tests.application.priced import PricedWorld

pytestmark = pytest.mark.anyio


class Night:
    """Two crews are free; the first owes as much cash as it may."""

    def __init__(self, world: PricedWorld) -> None:
        self.world = world
        self.at = world.now
        self.rounds = Rounds(MemoryBoard(world.log), world.engine, Limits(), Told(), judgement=Judgement())

    async def calls(self, number: int, method: PaymentMethod) -> UUID:
        request_id = some_id(number)
        await self.world.ask(FLAT_TYRE, method, request_id)
        await self.looks()
        return request_id

    async def looks(self) -> None:
        for _ in range(4):
            await self.rounds.round(self.at)
            self.at += timedelta(seconds=1)

    def asked(self, request_id: UUID) -> list[UUID]:
        return [row.provider_id for row in self._offers(request_id)]

    async def declines(self, request_id: UUID) -> None:
        offer = self._offers(request_id)[-1]
        order = DeclineOffer(ANOTHER_PROVIDER, offer.offer_id, DeclineReason.TOO_FAR, offer.created_at)
        await self.world.run(decline_offer, order)

    def decisions(self) -> list[dict[str, object]]:
        told = [json.loads(event.payload) for event in self.world.log.events if event.topic == MADE]
        return [each for each in told if each["inputs"] is not None]

    def _offers(self, request_id: UUID) -> list[JobRow]:
        rows = MemoryBoard(self.world.log).rows(provider_jobs)
        return [row for row in rows if row.request_id == request_id]


async def a_night(limit_minor: int | None = OWED) -> Night:
    return Night(await paid_in_cash(limit_minor))


async def test_whoever_owes_too_much_is_passed_by_until_it_hands_some_in() -> None:
    night = await a_night()
    request_id = await night.calls(960, PaymentMethod.CASH)
    assert night.asked(request_id) == [OTHER_PROVIDER]
    assert night.decisions()[-1]["ruled_out"] == {RuledOut.CASH_LIMIT.value: 1}
    await night.declines(request_id)
    await night.looks()
    assert night.asked(request_id) == [OTHER_PROVIDER]
    await night.world.run(hand_in_cash, HandInCash(DESK_ACTOR, PROVIDER, some_id(950), Money(1, "INR"), NOON))
    await night.looks()
    assert night.asked(request_id) == [OTHER_PROVIDER, PROVIDER]


@pytest.mark.parametrize(
    ("limit", "method"), [(OWED, PaymentMethod.WALLET), (OWED + 1, PaymentMethod.CASH), (None, PaymentMethod.CASH)]
)
async def test_other_jobs_are_offered_as_ever(limit: int | None, method: PaymentMethod) -> None:
    night = await a_night(limit)
    request_id = await night.calls(960, method)
    ruled_out = night.decisions()[-1]["ruled_out"]
    assert len(night.asked(request_id)) == 1
    assert RuledOut.CASH_LIMIT.value not in ruled_out  # type: ignore[operator]  # a JSON object


async def test_rules_that_change_count_from_then_on() -> None:
    night = await a_night()
    first = await night.calls(960, PaymentMethod.CASH)
    await night.declines(first)
    await limited(night.world, None)
    await night.looks()
    assert night.asked(first) == [OTHER_PROVIDER, PROVIDER]


async def a_history() -> Night:
    night = await a_night()
    for number, method in ((960, PaymentMethod.CASH), (970, PaymentMethod.WALLET)):
        await night.calls(number, method)
    return night


async def test_that_the_same_is_decided_again_to_the_byte() -> None:
    night = await a_history()
    assert len(night.decisions()) == 2
    assert await played_back(night.world.log.events, by_policy) == Reproduced(2, 2)


async def test_that_decisions_from_before_are_taken_again_by_whoever_did_not_know() -> None:
    """Nobody is stopped, so that both would say the same: only the version of the event tells them apart."""
    night = await a_night(None)
    await night.calls(960, PaymentMethod.CASH)
    await night.calls(970, PaymentMethod.WALLET)
    recorded = [_of_version_2(event) if event.topic == MADE else event for event in night.world.log.events]
    assert await played_back(recorded, by_policy) == Reproduced(2, 2)


async def test_that_whoever_knew_would_not_have_said_what_is_said_without_knowing() -> None:
    night = await a_history()
    recorded = [_of_version_2(event) if event.topic == MADE else event for event in night.world.log.events]
    assert (await played_back(recorded, by_policy)).others


def by_policy(event: LoggedEvent) -> bool:
    return json.loads(event.payload)["inputs"] is not None


def _of_version_2(event: LoggedEvent) -> LoggedEvent:
    told = {**json.loads(event.payload), "class_version": 2}
    if told["inputs"] is None:
        return event
    told["inputs"] = {name: value for name, value in told["inputs"].items() if name != "knows_cash_limits"}
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return LoggedEvent(**{**fields, "payload": json.dumps(told).encode()})


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sets", [1, MOST_BARS + 2])
def test_candidates_are_those_that_a_look_at_each_finds(seed: int, sets: int) -> None:
    searches, units = a_city(seed)
    stopped = [frozenset(some_id(500 + n) for n in range(first, 40, 3)) for first in range(sets)]
    searches = [replace(each, over_cash_limit=stopped[n % sets]) if n % 4 else each for n, each in enumerate(searches)]
    _, distances_m = Candidates(units, (each.over_cash_limit for each in searches)).nearest_of_each(searches, K)
    for each, apart_m in zip(searches, distances_m.tolist(), strict=True):
        assert [one for one in apart_m if one < np.inf] == pytest.approx(by_looking_at_each(each, units), abs=1e-4)


def test_the_first_reason_counts_and_everybody_is_accounted_for() -> None:
    stopped = frozenset({some_id(501), some_id(502), some_id(599)})
    wanted = search(radius_m=5_000, declined_by=frozenset({some_id(502)}), over_cash_limit=stopped)
    units = idle(shift(1, near(0.1)), shift(2, near(0.1)), shift(3, near(2)))
    looked = considering([wanted], units)
    (match,) = looked.plan.now
    assert match.unit.shift.shift_id == units[2].shift.shift_id
    assert looked.of(match).ruled_out == {"declined_before": 1, "cash_limit": 1}
    assert looked.weigh(wanted, units[0].shift.shift_id, NOON) is RuledOut.CASH_LIMIT


def test_only_searches_in_that_currency_of_that_tenant_are_told() -> None:
    here = search(cash_currency="INR")
    others = [replace(here, tenant="other"), replace(here, cash_currency="EUR"), replace(here, cash_currency=None)]
    told = with_stops([here, *others], [CashStop(here.tenant, "INR", PROVIDER)])
    assert [each.over_cash_limit for each in told] == [{PROVIDER}, set(), set(), set()]


@pytest.mark.parametrize(
    ("method", "sos", "currency"), [("cash", False, "INR"), ("cash", True, None), ("wallet", False, None)]
)
def test_danger_comes_before_money(method: str, currency: str | None, *, sos: bool) -> None:
    assert cash_currency_of(method, "INR", sos=sos) == currency
