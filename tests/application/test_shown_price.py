"""Does an offer show the price that was agreed to, and the share that the provider will get of it?"""

import pytest

from domain import ledger
from domain.price_terms import PaymentMethod
from tests.application.priced import GARAGE_CELL, TOW, PricedWorld
from tests.support.roadside import PROVIDER
from tests.support.trade import HELP_TOTAL, TOW_TOTAL

pytestmark = pytest.mark.anyio
COMMISSION_AND_ITS_TAX = 8_850
"""15 % of 50,000, and 18 % on that."""


async def test_an_offer_shows_price_and_share() -> None:
    world = await PricedWorld().assigned()
    offer = await world.the_offer()
    assert (offer.price_minor, offer.currency) == (HELP_TOTAL, "INR")
    assert offer.provider_share_minor == HELP_TOTAL - COMMISSION_AND_ITS_TAX


async def test_an_offer_of_a_tow_shows_where_to() -> None:
    world = await PricedWorld().assigned(TOW, PaymentMethod.CASH)
    offer = await world.the_offer()
    assert (offer.price_minor, offer.drop_cell) == (TOW_TOTAL, GARAGE_CELL)


async def test_what_was_shown_is_what_is_paid() -> None:
    world = await PricedWorld().done()
    await world.finish()
    offer = await world.the_offer()
    (settled,) = [event for event in world.log.events if event.topic == "payment.settled"]
    account, share = ledger.payable_to(PROVIDER), offer.provider_share_minor
    assert f'"account":"{account}","amount_minor":{-(share or 0)}'.encode() in settled.payload
