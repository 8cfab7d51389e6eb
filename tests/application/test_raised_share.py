"""Does a job that nobody takes pay more, out of our commission, and is a crew that is sent back paid its share?"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from application.continue_search import ContinueSearch, Ladder, continue_search
from application.make_offer import MakeOffer, make_offer
from application.report_en_route import ReportEnRoute, report_en_route
from application.swap_provider import SwapProvider, swap_provider
from domain.offer import Offer
from domain.price_terms import PaymentMethod
from domain.request_job import EvidenceKind
from domain.service_request import ServiceRequest
from tests.application.priced import PricedWorld, at
from tests.support.roadside import (
    DISPATCHER,
    OFFER,
    OTHER_OFFER,
    OTHER_SHIFT,
    REQUEST,
    SHIFT,
    THE_PROVIDER,
)

pytestmark = pytest.mark.anyio


async def searching() -> PricedWorld:
    world = PricedWorld()
    await world.open_both()
    await world.fill_wallet()
    await world.ask(pays_by=PaymentMethod.WALLET)
    return world


async def share_of_an_offer(world: PricedWorld, when: float) -> int:
    lapse = at(when) + timedelta(seconds=30)
    await world.run(make_offer, MakeOffer(DISPATCHER, REQUEST, OFFER, SHIFT, lapse, at(when)))
    return (await world._get(Offer, OFFER)).provider_share_minor or 0


async def goes_on(world: PricedWorld, when: float) -> ServiceRequest:
    command = ContinueSearch(DISPATCHER, REQUEST, at(when))
    await world.run(partial(continue_search, trade=world.trade, ladder=Ladder()), command)
    return await world.the_request()


async def test_each_level_gives_more_until_nothing_of_the_commission_is_left() -> None:
    usual = await share_of_an_offer(await searching(), 1)
    world = await searching()
    raised, when = [], 1.0
    for _ in range(12):
        when += 11
        raised.append((await goes_on(world, when)).raised_bp)
    request = await world.the_request()
    assert request.escalation == 3
    assert sorted(set(raised)) == [0, 500, 1_000, 1_500]
    more = await share_of_an_offer(world, when + 1)
    # Of 15 % commission and the tax on it nothing is left: the share is the whole price.
    quote = request.quote
    assert quote is not None
    assert usual < more == quote.total_minor


async def test_what_was_given_is_kept_to_when_the_job_is_paid() -> None:
    world = await searching()
    for when in range(11, 80, 11):
        await goes_on(world, when)
    assert (await world.the_request()).raised_bp > 0
    world.minutes = 90
    await world.assign()
    shown = (await world._get(Offer, OFFER)).provider_share_minor
    await world.come()
    await world.start()
    await world.picture(EvidenceKind.WORK_DONE)
    await world.finish()
    settled = next(event for event in world.log.events if event.topic == "payment.settled")
    assert f'"payable_minor":{shown}' in settled.payload.decode().replace(" ", "")


async def test_who_is_sent_back_gets_its_share_of_the_fee_for_calling_off_then() -> None:
    world = await PricedWorld().assigned()
    await world.run(report_en_route, ReportEnRoute(THE_PROVIDER, REQUEST, at(2)))
    request = await world.the_request()
    command = SwapProvider(
        DISPATCHER, REQUEST, OFFER, OTHER_SHIFT, OTHER_OFFER, 600, 300, request.cell, at(20.5), at(20), may_ask=True
    )
    await world.order(swap_provider, command)
    topics = [event.topic for event in world.log.events if event.stream_id == REQUEST][-5:]
    assert topics == [
        f"service_request.{what}"
        for what in ("provider_swapped", "provider_compensated", "assignment_revoked", "dispatch_started", "offer_made")
    ]
