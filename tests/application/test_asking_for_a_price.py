"""Is a price told, agreed to and kept before anybody is sought, and is nobody in danger kept waiting for that?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.confirm_request import ConfirmRequest, confirm_request
from application.expire_quote import ExpireQuote, expire_quote
from application.issue_quote import IssueQuote, issue_quote
from application.prices import PricesUnknown
from application.raise_sos import RaiseSos, raise_sos
from application.release_for_dispatch import ReleaseForDispatch, release_for_dispatch
from domain.geography import cell_of
from domain.price_terms import PaymentMethod
from domain.refusal import NotAllowed, NotFound, OutOfTurn
from domain.request_asking import BadSchedule, NotQuoted, QuoteExpired, QuoteStillValid, QuoteSuperseded
from domain.request_terms import RequestClosed, RequestState
from domain.trade_terms import NotPriced, OutsideServedArea
from domain.wallet_terms import InsufficientFunds
from tests.application.priced import FLAT_TYRE, TOW, WALLET_MINOR, PricedWorld, at
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    CALL,
    DESK_ACTOR,
    DISPATCHER,
    NOON,
    OTHER_REQUEST,
    REQUEST,
    THE_CUSTOMER,
    THE_PROVIDER,
)
from tests.support.trade import HELP_TOTAL, TOW_TOTAL, ZONE

pytestmark = pytest.mark.anyio

SOS = replace(FLAT_TYRE, sos=True)
TOMORROW = NOON + timedelta(days=1)


async def test_a_request_that_costs_something_waits_for_its_customer() -> None:
    world = PricedWorld()
    done = await world.ask()
    assert world.topics() == ["service_request.requested", "service_request.quote_issued"]
    quote = done.answer["quote"]
    assert isinstance(quote, dict)
    assert (done.answer["state"], quote["total_minor"], quote["currency"]) == ("quoted", HELP_TOTAL, "INR")
    request = await world.the_request()
    assert (request.zone_id, request.radius_m, request.widens_at) == (ZONE, None, None)


async def test_agreeing_keeps_the_money_and_begins_the_search_in_one_save() -> None:
    world = PricedWorld()
    await world.fill_wallet()
    await world.ask()
    before, appends = world.head, world.log.appends
    done = await world.confirm()
    assert world.topics(before) == [
        "service_request.confirmed",
        "service_request.dispatch_started",
        "wallet.hold_placed",
    ]
    assert world.log.appends == appends + 1
    assert (done.answer["state"], done.answer["payment_method"]) == ("searching", "wallet")
    assert (await world.wallet()).available_minor == WALLET_MINOR - HELP_TOTAL
    again = await world.confirm()
    assert again.answer["version"] == done.answer["version"]


async def test_all_at_once_is_one_save() -> None:
    world = PricedWorld()
    await world.fill_wallet()
    appends = world.log.appends
    done = await world.ask(TOW, PaymentMethod.WALLET)
    assert (done.answer["state"], world.log.appends) == ("searching", appends + 1)
    assert (await world.wallet()).held_minor == TOW_TOTAL


async def test_who_pays_cash_needs_no_wallet() -> None:
    world = PricedWorld()
    assert (await world.ask(pays_by=PaymentMethod.CASH)).answer["state"] == "searching"


@pytest.mark.parametrize("minor", [None, HELP_TOTAL - 1])
async def test_an_empty_wallet_agrees_to_nothing(minor: int | None) -> None:
    world = PricedWorld()
    if minor:
        await world.fill_wallet(minor)
    await world.ask()
    before = world.head
    with pytest.raises(InsufficientFunds):
        await world.confirm()
    with pytest.raises(InsufficientFunds):
        await world.ask(pays_by=PaymentMethod.WALLET, request_id=OTHER_REQUEST)
    assert world.head == before
    assert (await world.the_request()).state is RequestState.QUOTED
    assert (await world.confirm(PaymentMethod.CASH)).answer["state"] == "searching"


async def test_an_expired_quote_is_refused_and_a_fresh_one_can_be_had() -> None:
    world = PricedWorld()
    await world.ask()
    with pytest.raises(QuoteExpired):
        await world.confirm(PaymentMethod.CASH, when=at(30))
    world.prices.become_dearer(10_000)
    fresh = await world.order(issue_quote, IssueQuote(THE_CUSTOMER, REQUEST, at(31)))
    quote = fresh.answer["quote"]
    assert isinstance(quote, dict)
    assert (quote["version"], quote["total_minor"]) == (2, 70_800)
    with pytest.raises(QuoteSuperseded):
        await world.confirm(PaymentMethod.CASH, version=1, when=at(32))
    assert (await world.confirm(PaymentMethod.CASH, version=2, when=at(32))).answer["state"] == "searching"


async def test_a_quote_that_holds_is_not_made_anew_for_a_customer() -> None:
    world = PricedWorld()
    asked = await world.ask()
    world.prices.become_dearer(10_000)
    same = await world.order(issue_quote, IssueQuote(THE_CUSTOMER, REQUEST, at(1)))
    assert same.answer == asked.answer
    other = await world.order(issue_quote, IssueQuote(DESK_ACTOR, REQUEST, at(1)))
    assert other.answer["quote"] != asked.answer["quote"]


async def test_who_does_not_confirm_in_time_is_not_waited_for() -> None:
    world = PricedWorld()
    await world.ask()
    with pytest.raises(QuoteStillValid):
        await world.run(expire_quote, ExpireQuote(DISPATCHER, REQUEST, at(29)))
    done = await world.run(expire_quote, ExpireQuote(DISPATCHER, REQUEST, at(30)))
    assert done.answer["state"] == "expired"
    with pytest.raises(RequestClosed):
        await world.confirm(PaymentMethod.CASH)
    before = world.head
    await world.run(expire_quote, ExpireQuote(DISPATCHER, REQUEST, at(31)))
    assert world.head == before


async def test_nothing_is_charged_where_no_tariff_is_in_effect() -> None:
    world = PricedWorld()
    world.prices.terms = None
    done = await world.ask(pays_by=PaymentMethod.WALLET)
    assert (done.answer["state"], done.answer["quote"]) == ("searching", None)
    with pytest.raises(NotPriced):
        await world.order(issue_quote, IssueQuote(DESK_ACTOR, REQUEST, at(1)))
    with pytest.raises(NotQuoted):
        await world.confirm(PaymentMethod.CASH)


async def test_outside_every_zone_nobody_comes() -> None:
    world = PricedWorld()
    far = replace(CALL, cell=cell_of(28.6, 77.2))
    with pytest.raises(OutsideServedArea):
        await world.ask(far)
    assert world.head == 0


async def test_who_is_in_danger_waits_for_no_price_and_no_money() -> None:
    world = PricedWorld()
    done = await world.ask(SOS, PaymentMethod.WALLET)
    assert (done.answer["state"], done.answer["payment_method"], done.answer["sos"]) == ("searching", None, True)
    assert world.topics() == ["service_request.requested", "service_request.quote_issued"]
    later = await world.order(
        confirm_request, ConfirmRequest(THE_CUSTOMER, REQUEST, 1, PaymentMethod.CASH, NOON + timedelta(hours=20))
    )
    assert (later.answer["state"], later.answer["payment_method"]) == ("searching", "cash")


async def test_who_is_in_danger_and_has_money_agrees_at_once() -> None:
    world = PricedWorld()
    await world.fill_wallet()
    done = await world.ask(SOS, PaymentMethod.WALLET)
    assert (done.answer["state"], done.answer["payment_method"]) == ("searching", "wallet")
    assert (await world.wallet()).held_minor == HELP_TOTAL


async def test_danger_that_comes_later_begins_the_search() -> None:
    world = PricedWorld()
    await world.ask()
    before = world.head
    await world.order(raise_sos, RaiseSos(THE_CUSTOMER, REQUEST, at(1)))
    assert world.topics(before) == ["service_request.sos_raised", "service_request.dispatch_started"]
    await world.order(raise_sos, RaiseSos(THE_CUSTOMER, REQUEST, at(2)))
    assert world.head == before + 2
    with pytest.raises(NotFound):
        await world.order(raise_sos, RaiseSos(THE_PROVIDER, REQUEST, at(2)))


async def test_a_scheduled_job_is_sought_in_time() -> None:
    world = PricedWorld()
    await world.fill_wallet()
    call = replace(FLAT_TYRE, scheduled_for=TOMORROW)
    done = await world.ask(call, PaymentMethod.WALLET)
    assert done.answer["state"] == "scheduled"
    (kept,) = (await world.wallet()).holds
    assert kept.expires_at > TOMORROW + timedelta(days=6)
    release = ReleaseForDispatch(DISPATCHER, REQUEST, TOMORROW - timedelta(minutes=45))
    assert (await world.order(release_for_dispatch, release)).answer["state"] == "searching"
    before = world.head
    await world.order(release_for_dispatch, replace(release, at=TOMORROW))
    assert world.head == before


async def test_an_hour_that_is_near_is_now() -> None:
    world = PricedWorld()
    done = await world.ask(replace(FLAT_TYRE, scheduled_for=at(30)), PaymentMethod.CASH)
    assert done.answer["state"] == "searching"


async def test_an_hour_that_is_past_or_free_of_charge_cannot_be_chosen() -> None:
    world = PricedWorld()
    with pytest.raises(BadSchedule):
        await world.ask(replace(FLAT_TYRE, scheduled_for=NOON))
    with pytest.raises(BadSchedule):
        await world.ask(replace(FLAT_TYRE, scheduled_for=NOON + timedelta(days=31)))
    with pytest.raises(BadSchedule):
        await world.ask(replace(SOS, scheduled_for=TOMORROW))
    world.prices.terms = None
    with pytest.raises(BadSchedule):
        await world.ask(replace(FLAT_TYRE, scheduled_for=TOMORROW))
    assert world.head == 0


async def test_only_the_customer_and_the_desk_agree() -> None:
    world = PricedWorld()
    await world.ask()
    command = ConfirmRequest(THE_PROVIDER, REQUEST, 1, PaymentMethod.CASH, at(1))
    with pytest.raises(NotAllowed):
        await world.order(confirm_request, command)
    with pytest.raises(NotFound):
        await world.order(confirm_request, replace(command, actor=ANOTHER_CUSTOMER))
    assert (await world.order(confirm_request, replace(command, actor=DESK_ACTOR))).answer["state"] == "searching"


async def test_agreeing_to_a_job_that_is_under_way_is_too_late() -> None:
    world = await PricedWorld().assigned(method=PaymentMethod.CASH)
    with pytest.raises(QuoteSuperseded):
        await world.confirm(PaymentMethod.WALLET)
    with pytest.raises(OutOfTurn):
        await world.order(release_for_dispatch, ReleaseForDispatch(DESK_ACTOR, REQUEST, at(3)))


async def test_prices_that_nobody_has_read_yet_are_no_reason_to_charge_nothing() -> None:
    world = PricedWorld()
    world.prices.is_known = False
    with pytest.raises(PricesUnknown):
        await world.ask()
    assert world.head == 0
