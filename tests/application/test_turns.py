"""Does one of several who want the same thing decide first, and does nobody wait for one who is held up?"""

from __future__ import annotations

import asyncio

import pytest

from application.accept_offer import AcceptOffer, accept_offer
from application.log import LogUnavailable
from application.make_offer import MakeOffer, make_offer
from application.turns import Turns
from domain.offer import OfferClosed
from domain.request_terms import RequestState
from tests.application.world import World
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    DISPATCHER,
    LAPSE,
    NOON,
    OFFER,
    OTHER_OFFER,
    OTHER_SHIFT,
    REQUEST,
    SOON,
    THE_PROVIDER,
)

pytestmark = pytest.mark.anyio

KEY = ("club", REQUEST)


async def test_the_others_look_again_when_one_has_decided_and_one_of_them_is_next() -> None:
    turns = Turns(waits_at_most_s=60)
    first = await turns.take(KEY)
    assert first is not None
    waiting = [asyncio.ensure_future(turns.take(KEY)) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    turns.give_back(KEY, first)
    assert await asyncio.gather(*waiting) == [None, None, None]
    assert await turns.take(KEY) is not None
    assert await turns.take(("club", OFFER)) is not None
    assert await turns.take(("another", REQUEST)) is not None


async def test_who_is_held_up_holds_up_nobody() -> None:
    turns = Turns(waits_at_most_s=0)
    assert await turns.take(KEY) is not None
    assert await turns.take(KEY) is None


async def test_of_two_who_accept_at_once_the_loser_reads_its_own_offer_and_tries_no_save() -> None:
    world = await World().asked()
    await world.run(make_offer, MakeOffer(DISPATCHER, REQUEST, OTHER_OFFER, OTHER_SHIFT, LAPSE, NOON, beside=True))
    before = world.log.appends
    both = (AcceptOffer(THE_PROVIDER, OFFER, SOON), AcceptOffer(ANOTHER_PROVIDER, OTHER_OFFER, SOON))
    told = await asyncio.gather(*(world.run(accept_offer, each) for each in both), return_exceptions=True)
    assert [type(each) for each in told if isinstance(each, Exception)] == [OfferClosed]
    assert world.log.appends == before + 2
    assert (await world.the_request()).state is RequestState.ASSIGNED


async def test_an_attempt_that_fails_gives_its_turn_back() -> None:
    world = await World().asked()

    async def fails(_save: object) -> None:
        world.log.before_append = None
        raise LogUnavailable

    world.log.before_append = fails
    with pytest.raises(LogUnavailable):
        await world.accept()
    assert not world.engine._turns._deciding
    assert (await world.accept()).answer["state"] == "accepted"
